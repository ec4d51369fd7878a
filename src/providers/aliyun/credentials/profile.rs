//! One profile of the vendor's command line: its mode, and the keys or the way to them.
//!
//! Reference: <https://github.com/aliyun/aliyun-cli#configure-authentication-methods>

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::config::AccessKey;
use crate::error::{Error, Kind};
use crate::providers::aliyun::client::Client;
use crate::providers::aliyun::sts::{OidcRole, Role};
use crate::providers::credentials::profile_text::{quoted, secret, text, word};
use crate::providers::credentials::signing_keys::KeyIssuer;
use crate::providers::credentials::source_error::broken;
use crate::providers::credentials::temporary_keys::IssuedKeys;
use crate::suggest::did_you_mean;

use super::source::{Credentials, Options};
use super::variables::NO_PROCESSES;
use super::{metadata, process, uri};

/// The modes that can be used, as the vendor writes them.
const MODES: [&str; 11] = [
    "AK",
    "StsToken",
    "RamRoleArn",
    "ChainableRamRoleArn",
    "EcsRamRole",
    "RamRoleArnWithRoleName",
    "OIDC",
    "CredentialsURI",
    "External",
    "CloudSSO",
    "OAuth",
];

/// A profile. A field of an unexpected type counts as not set: it may be one that the mode does not need.
#[derive(Debug, Default)]
pub(super) struct Profile {
    name: Option<String>,
    mode: Option<String>,
    access_key_id: Option<SecretString>,
    access_key_secret: Option<SecretString>,
    sts_token: Option<SecretString>,
    sts_expiration: Option<DateTime<Utc>>,
    /// The end of the log-in that renews the keys.
    log_in_expiration: Option<DateTime<Utc>>,
    ram_role_arn: Option<String>,
    ram_session_name: Option<String>,
    external_id: Option<SecretString>,
    expired_seconds: Option<u32>,
    sts_region: Option<String>,
    ram_role_name: Option<String>,
    source: Option<String>,
    oidc_provider_arn: Option<String>,
    oidc_token_file: Option<String>,
    credentials_uri: Option<SecretString>,
    process_command: Option<SecretString>,
    cloud_sso_sign_in_url: Option<String>,
    key_pair_name: Option<String>,
    /// In what an external program prints. The vendor's command line does not read it.
    pub expiration: Option<DateTime<Utc>>,
}

impl<'de> Deserialize<'de> for Profile {
    /// Reads the keys in any case, as the vendor's command line does.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = BTreeMap::<String, Value>::deserialize(deserializer)?;
        let mut fields: BTreeMap<String, Value> =
            fields.into_iter().map(|(key, value)| (key.to_ascii_lowercase(), value)).collect();
        let mut take = |key: &str| fields.remove(key);
        let expired_seconds = take("expired_seconds");
        let [sts_expiration, cloud_sso, oauth, expiration] =
            ["sts_expiration", "cloud_sso_access_token_expire", "oauth_access_token_expire", "expiration"]
                .map(|key| take(key).as_ref().and_then(time));
        let mut text = |key: &str| match take(key) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        Ok(Self {
            access_key_id: text("access_key_id").map(SecretString::from),
            access_key_secret: text("access_key_secret").map(SecretString::from),
            sts_token: text("sts_token").map(SecretString::from),
            external_id: text("external_id").map(SecretString::from),
            credentials_uri: text("credentials_uri").map(SecretString::from),
            process_command: text("process_command").map(SecretString::from),
            name: text("name"),
            mode: text("mode"),
            ram_role_arn: text("ram_role_arn"),
            ram_session_name: text("ram_session_name"),
            sts_region: text("sts_region"),
            ram_role_name: text("ram_role_name"),
            source: text("source_profile"),
            oidc_provider_arn: text("oidc_provider_arn"),
            oidc_token_file: text("oidc_token_file"),
            cloud_sso_sign_in_url: text("cloud_sso_sign_in_url"),
            key_pair_name: text("key_pair_name"),
            expired_seconds: expired_seconds.as_ref().and_then(number).and_then(|seconds| u32::try_from(seconds).ok()),
            log_in_expiration: cloud_sso.or(oauth),
            sts_expiration,
            expiration,
        })
    }
}

/// Returns a whole number, which may be written as a text or with a fraction.
fn number(value: &Value) -> Option<i64> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    text.parse().ok().or_else(|| format!("{:.0}", text.parse::<f64>().ok()?.trunc()).parse().ok())
}

/// Returns a time of RFC 3339, or of seconds or milliseconds since 1970. `None` for anything else, and for zero, which
/// the vendor's command line writes for none.
fn time(value: &Value) -> Option<DateTime<Utc>> {
    /// So many seconds are the year 5138: what is more counts milliseconds.
    const MOST_SECONDS: i64 = 100_000_000_000;
    match number(value) {
        Some(number) if number >= MOST_SECONDS => DateTime::from_timestamp_millis(number),
        Some(number) => (number > 0).then(|| DateTime::from_timestamp(number, 0)).flatten(),
        None => DateTime::parse_from_rfc3339(value.as_str()?.trim()).ok().map(|time| time.to_utc()),
    }
}

/// Keys that another program fetched by a log-in: certls cannot renew them when they expire.
#[derive(Debug)]
struct CachedLogin {
    issued: IssuedKeys,
    /// The end of the log-in, until which that program renews them.
    log_in_expiration: Option<DateTime<Utc>>,
    /// The command that renews them.
    renew: String,
    /// The command that logs in again.
    log_in: String,
}

#[async_trait]
impl KeyIssuer<Client> for CachedLogin {
    async fn issue(&self, _: &Client, origin: &str, now: DateTime<Utc>) -> Result<IssuedKeys, Error> {
        let Self { issued, log_in_expiration, renew, log_in } = self;
        issued.check_expiry(now).cloned().ok_or_else(|| {
            let hint = match log_in_expiration {
                Some(end) if *end <= now => log_in.clone(),
                Some(_) => renew.clone(),
                None => format!("{renew}; if that fails, {log_in}"),
            };
            Error::new(Kind::Credentials, format!("the keys in {origin} have expired")).with_hint(hint)
        })
    }
}

/// What becomes of a profile's `sts_token`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// It is left over from another mode.
    Ignored,
    Optional,
    Needed,
}

/// What a profile is read with.
pub(super) struct ProfileContext<'a> {
    /// The profile and its file, in words.
    pub origin: String,
    pub options: &'a Options,
}

impl Profile {
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// Returns the mode, which the vendor's command line recognizes by the fields that are set where none is written.
    fn mode(&self) -> &str {
        if let Some(mode) = text(self.mode.as_ref()) {
            return mode;
        }
        let has = |field: &Option<String>| text(field.as_ref()).is_some();
        let has_secret = |field: &Option<SecretString>| secret(field.as_ref()).is_some();
        match self {
            _ if has_secret(&self.access_key_id) && has_secret(&self.access_key_secret) => match self {
                _ if has_secret(&self.sts_token) => "StsToken",
                _ if has(&self.ram_role_arn) => "RamRoleArn",
                _ => "AK",
            },
            _ if has(&self.key_pair_name) => "RsaKeyPair",
            _ if has(&self.ram_role_name) => "EcsRamRole",
            _ if has_secret(&self.process_command) => "External",
            _ if has(&self.oidc_provider_arn) && has(&self.oidc_token_file) && has(&self.ram_role_arn) => "OIDC",
            _ if has(&self.cloud_sso_sign_in_url) => "CloudSSO",
            _ => "AK",
        }
    }

    /// Whether it is an access key that was never filled in.
    pub(super) fn is_empty(&self) -> bool {
        let set = [&self.access_key_id, &self.access_key_secret, &self.sts_token];
        self.mode().eq_ignore_ascii_case("AK") && set.into_iter().all(|value| secret(value.as_ref()).is_none())
    }

    /// Whether another program is to be run for it.
    pub(super) fn is_external(&self) -> bool {
        self.mode().eq_ignore_ascii_case("External")
    }

    /// `source` finds another profile of the same file.
    pub(super) fn credentials(
        &self,
        context: &ProfileContext<'_>,
        source: impl FnOnce(&str) -> Result<Credentials, Error>,
    ) -> Result<Credentials, Error> {
        let origin = || context.origin.clone();
        let options = context.options;
        let refused = |what: &str| {
            broken(&context.origin, what).with_hint(format!("unset {}, or use another profile", NO_PROCESSES.name))
        };
        Ok(match self.mode().to_ascii_lowercase().as_str() {
            "ak" => Credentials::static_keys(self.keys(context, Token::Ignored)?, options),
            "ststoken" => Credentials::static_keys(self.keys(context, Token::Needed)?, options),
            "ramrolearn" => Credentials::static_keys(self.keys(context, Token::Optional)?, options)
                .assume_role(self.role(context)?, options),
            "chainableramrolearn" => {
                let name = self.needed(context, "source_profile", self.source.as_ref())?;
                source(name)?.assume_role(self.role(context)?, options)
            }
            "ecsramrole" => self.instance(context)?,
            "ramrolearnwithrolename" => self.instance(context)?.assume_role(self.role(context)?, options),
            "oidc" => {
                let role = OidcRole {
                    role: self.role(context)?,
                    provider: self.needed(context, "oidc_provider_arn", self.oidc_provider_arn.as_ref())?.to_owned(),
                    token_file: self.needed(context, "oidc_token_file", self.oidc_token_file.as_ref())?.into(),
                };
                Credentials::web_identity(role, &context.origin, options)
            }
            "credentialsuri" if options.no_processes => {
                return Err(refused("asking an address for keys is forbidden here"));
            }
            "credentialsuri" => {
                let address = secret(self.credentials_uri.as_ref()).or_else(|| options.credentials_uri.clone());
                let address = self.needed_secret(context, "credentials_uri", address.as_ref())?;
                Credentials::issued_by(uri::Uri::parse(&address, &context.origin)?, origin(), options)
            }
            "external" if options.no_processes => return Err(refused("running a program for keys is forbidden here")),
            "external" => {
                let command = self.needed_secret(context, "process_command", self.process_command.as_ref())?;
                let process = process::Process::parse(&command, options, &context.origin)?;
                Credentials::issued_by(process, origin(), options)
            }
            "cloudsso" | "oauth" => self.logged_in(context)?,
            _ => return Err(self.unknown_mode(context)),
        })
    }

    /// The keys that stand in the profile.
    fn keys(&self, context: &ProfileContext<'_>, token_use: Token) -> Result<AccessKey, Error> {
        let id = self.needed_secret(context, "access_key_id", self.access_key_id.as_ref())?;
        let secret_key = self.needed_secret(context, "access_key_secret", self.access_key_secret.as_ref())?;
        let token = secret(self.sts_token.as_ref()).filter(|_| token_use != Token::Ignored);
        if token_use == Token::Needed && token.is_none() {
            return Err(self.missing(context, "sts_token"));
        }
        Ok(AccessKey { id, secret: secret_key, token, origin: context.origin.clone() })
    }

    fn role(&self, context: &ProfileContext<'_>) -> Result<Role, Error> {
        let arn = self.needed(context, "ram_role_arn", self.ram_role_arn.as_ref())?;
        let session = text(self.ram_session_name.as_ref()).unwrap_or(&context.options.session);
        Ok(Role {
            external_id: secret(self.external_id.as_ref()),
            seconds: self.expired_seconds.filter(|seconds| *seconds > 0),
            region: text(self.sts_region.as_ref()).map(str::to_owned),
            ..Role::new(arn, session)
        })
    }

    fn instance(&self, context: &ProfileContext<'_>) -> Result<Credentials, Error> {
        let role = text(self.ram_role_name.as_ref()).map(str::to_owned);
        metadata::credentials(role, context.options, &context.origin)
    }

    /// The keys that `aliyun configure` fetched by a log-in.
    fn logged_in(&self, context: &ProfileContext<'_>) -> Result<Credentials, Error> {
        let (name, mode) = (quoted(self.name()), quoted(self.mode()));
        let log_in = format!("log in again: aliyun configure --profile {name} --mode {mode}");
        let keys = self.keys(context, Token::Needed).map_err(|error| error.with_hint(log_in.clone()))?;
        let cached = CachedLogin {
            issued: IssuedKeys { keys, expires_at: self.sts_expiration },
            log_in_expiration: self.log_in_expiration,
            renew: format!(
                "run any aliyun command with this profile, which renews them: aliyun sts GetCallerIdentity --profile {name}"
            ),
            log_in,
        };
        Ok(Credentials::issued_by(cached, context.origin.clone(), context.options))
    }

    fn unknown_mode(&self, context: &ProfileContext<'_>) -> Error {
        let mode = self.mode();
        let hint = did_you_mean(mode, MODES).unwrap_or_else(|| format!("certls knows {}", MODES.join(", ")));
        broken(&context.origin, &format!("certls cannot log in by the mode {}", word(mode))).with_hint(hint)
    }

    fn needed<'a>(&self, context: &ProfileContext<'_>, key: &str, value: Option<&'a String>) -> Result<&'a str, Error> {
        text(value).ok_or_else(|| self.missing(context, key))
    }

    fn needed_secret(
        &self,
        context: &ProfileContext<'_>,
        key: &str,
        value: Option<&SecretString>,
    ) -> Result<SecretString, Error> {
        secret(value).ok_or_else(|| self.missing(context, key))
    }

    fn missing(&self, context: &ProfileContext<'_>, key: &str) -> Error {
        broken(&context.origin, &format!("`{key}` is missing, which mode {} needs", self.mode()))
            .with_hint(format!("set it with: aliyun configure --profile {}", quoted(self.name())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_fields_cost_themselves_and_keys_may_be_in_capitals() {
        let profile =
            r#"{"Name": "x", "MODE": "AK", "expired_seconds": {}, "ram_role_arn": 3, "sts_expiration": null}"#;
        let profile: Profile = serde_json::from_str(profile).expect("a profile");
        assert_eq!((profile.name(), profile.mode(), profile.ram_role_arn.as_ref()), ("x", "AK", None));
        assert_eq!((profile.expired_seconds, profile.sts_expiration), (None, None));
    }

    #[test]
    fn a_time_may_be_text_seconds_or_milliseconds() {
        let parsed = |text: &str| time(&serde_json::from_str(text).expect("JSON")).map(|time| time.timestamp());
        for text in [
            "1795550400",
            "1795550400000",
            "1795550400000.0",
            "1.7955504e12",
            "\"1795550400\"",
            "\"2026-11-24T20:00:00Z\"",
        ] {
            assert_eq!(parsed(text), Some(1_795_550_400), "{text}");
        }
        for text in ["0", "-5", "null", "\"\"", "\"soon\"", "\"2027-01-01 00:00:00\"", "[]", "1e400"] {
            let value = serde_json::from_str(text).unwrap_or(Value::Null);
            assert_eq!(time(&value), None, "{text}");
        }
    }
}

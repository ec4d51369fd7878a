//! One profile of the vendor's command line: its mode, and the keys or the way to them.
//!
//! Reference: <https://github.com/aliyun/aliyun-cli#configure-authentication-methods>

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::Deserialize;

use crate::config::AccessKey;
use crate::error::{Error, Kind};
use crate::providers::aliyun::client::Client;
use crate::providers::aliyun::sts::{OidcRole, Role};
use crate::providers::credentials::profile_file::{secret, text};
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

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Profile {
    name: Option<String>,
    mode: Option<String>,
    access_key_id: Option<SecretString>,
    access_key_secret: Option<SecretString>,
    sts_token: Option<SecretString>,
    /// Seconds since 1970.
    sts_expiration: Option<i64>,
    ram_role_arn: Option<String>,
    ram_session_name: Option<String>,
    external_id: Option<SecretString>,
    expired_seconds: Option<u32>,
    sts_region: Option<String>,
    ram_role_name: Option<String>,
    #[serde(rename = "source_profile")]
    source: Option<String>,
    oidc_provider_arn: Option<String>,
    oidc_token_file: Option<String>,
    credentials_uri: Option<SecretString>,
    process_command: Option<SecretString>,
    cloud_sso_sign_in_url: Option<String>,
    key_pair_name: Option<String>,
    /// RFC 3339, in what an external program prints.
    pub expiration: Option<String>,
}

/// A log-in that another program made: certls cannot repeat it when its keys expire.
#[derive(Debug)]
struct CachedLogin {
    issued: IssuedKeys,
    /// The command that logs in again.
    log_in: String,
}

#[async_trait]
impl KeyIssuer<Client> for CachedLogin {
    async fn issue(&self, _: &Client, origin: &str, now: DateTime<Utc>) -> Result<IssuedKeys, Error> {
        self.issued.check_expiry(now).cloned().ok_or_else(|| {
            Error::new(Kind::Credentials, format!("the keys in {origin} have expired")).with_hint(self.log_in.clone())
        })
    }
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
            "ak" => Credentials::static_keys(self.keys(context, false)?, options),
            "ststoken" => Credentials::static_keys(self.keys(context, true)?, options),
            "ramrolearn" => {
                Credentials::static_keys(self.keys(context, false)?, options).assume_role(self.role(context)?, options)
            }
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
                let address = self.needed_secret(context, "credentials_uri", self.credentials_uri.as_ref())?;
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
    fn keys(&self, context: &ProfileContext<'_>, needs_token: bool) -> Result<AccessKey, Error> {
        let id = self.needed_secret(context, "access_key_id", self.access_key_id.as_ref())?;
        let secret_key = self.needed_secret(context, "access_key_secret", self.access_key_secret.as_ref())?;
        let token = secret(self.sts_token.as_ref());
        if needs_token && token.is_none() {
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
        let log_in = format!("log in again: aliyun configure --profile {} --mode {}", self.name(), self.mode());
        let keys = self.keys(context, true).map_err(|error| error.with_hint(log_in.clone()))?;
        let seconds = self.sts_expiration.filter(|seconds| *seconds > 0);
        let expires_at = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let cached = CachedLogin { issued: IssuedKeys { keys, expires_at }, log_in };
        Ok(Credentials::issued_by(cached, context.origin.clone(), context.options))
    }

    fn unknown_mode(&self, context: &ProfileContext<'_>) -> Error {
        let mode = self.mode();
        let hint = did_you_mean(mode, MODES).unwrap_or_else(|| format!("certls knows {}", MODES.join(", ")));
        broken(&context.origin, &format!("certls cannot log in by the mode `{mode}`")).with_hint(hint)
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
            .with_hint(format!("set it with: aliyun configure --profile {}", self.name()))
    }
}

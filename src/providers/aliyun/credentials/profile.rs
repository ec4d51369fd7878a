//! One profile of the vendor's command line: its mode, and the keys or the way to them.
//!
//! Reference: <https://github.com/aliyun/aliyun-cli#configure-authentication-methods>

use chrono::DateTime;
use secrecy::SecretString;
use serde::Deserialize;

use crate::config::AccessKey;
use crate::error::Error;
use crate::providers::credentials::profile_file::{secret, text};
use crate::providers::credentials::temporary_keys::Issued;
use crate::suggest::did_you_mean;

use super::{Credentials, Issuer, OidcRole, Options, Role, broken, metadata, process, uri};

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
    /// RFC 3339, in what an external program prints.
    pub expiration: Option<String>,
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

    fn mode(&self) -> &str {
        text(self.mode.as_ref()).unwrap_or("AK")
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
        reading: &ProfileContext<'_>,
        source: impl FnOnce(&str) -> Result<Credentials, Error>,
    ) -> Result<Credentials, Error> {
        let origin = || reading.origin.clone();
        let options = reading.options;
        let refused = |what: &str| {
            broken(&reading.origin, what)
                .with_hint(format!("unset {}, or use another profile", super::variables::NO_PROCESSES))
        };
        Ok(match self.mode().to_ascii_lowercase().as_str() {
            "ak" => Credentials::set(self.keys(reading, false)?),
            "ststoken" => Credentials::set(self.keys(reading, true)?),
            "ramrolearn" => Credentials::set(self.keys(reading, false)?).assuming(self.role(reading)?),
            "chainableramrolearn" => {
                let name = self.needed(reading, "source_profile", self.source.as_ref())?;
                source(name)?.assuming(self.role(reading)?)
            }
            "ecsramrole" => self.instance(reading)?,
            "ramrolearnwithrolename" => self.instance(reading)?.assuming(self.role(reading)?),
            "oidc" => {
                let role = OidcRole {
                    role: self.role(reading)?,
                    provider: self.needed(reading, "oidc_provider_arn", self.oidc_provider_arn.as_ref())?.to_owned(),
                    token_file: self.needed(reading, "oidc_token_file", self.oidc_token_file.as_ref())?.into(),
                };
                Credentials::by_token(role, &reading.origin)
            }
            "credentialsuri" if options.no_processes => {
                return Err(refused("asking an address for keys is forbidden here"));
            }
            "credentialsuri" => {
                let address = self.needed_secret(reading, "credentials_uri", self.credentials_uri.as_ref())?;
                Credentials::of(Issuer::Uri(uri::Uri::parse(&address, &reading.origin)?), origin())
            }
            "external" if options.no_processes => return Err(refused("running a program for keys is forbidden here")),
            "external" => {
                let command = self.needed_secret(reading, "process_command", self.process_command.as_ref())?;
                let process = process::Process::parse(&command, options, &reading.origin)?;
                Credentials::of(Issuer::Process(process), origin())
            }
            "cloudsso" | "oauth" => self.logged_in(reading)?,
            _ => return Err(self.unknown_mode(reading)),
        })
    }

    /// The keys that stand in the profile.
    fn keys(&self, reading: &ProfileContext<'_>, needs_token: bool) -> Result<AccessKey, Error> {
        let id = self.needed_secret(reading, "access_key_id", self.access_key_id.as_ref())?;
        let secret_key = self.needed_secret(reading, "access_key_secret", self.access_key_secret.as_ref())?;
        let token = secret(self.sts_token.as_ref());
        if needs_token && token.is_none() {
            return Err(self.missing(reading, "sts_token"));
        }
        Ok(AccessKey { id, secret: secret_key, token, origin: reading.origin.clone() })
    }

    fn role(&self, reading: &ProfileContext<'_>) -> Result<Role, Error> {
        let arn = self.needed(reading, "ram_role_arn", self.ram_role_arn.as_ref())?;
        let session = text(self.ram_session_name.as_ref()).unwrap_or(&reading.options.session);
        Ok(Role {
            external_id: secret(self.external_id.as_ref()),
            seconds: self.expired_seconds.filter(|seconds| *seconds > 0),
            region: text(self.sts_region.as_ref()).map(str::to_owned),
            ..Role::new(arn, session)
        })
    }

    fn instance(&self, reading: &ProfileContext<'_>) -> Result<Credentials, Error> {
        let role = text(self.ram_role_name.as_ref()).map(str::to_owned);
        metadata::credentials(role, reading.options, &reading.origin)
    }

    /// AccessKey that `aliyun configure` fetched by a log-in, which certls cannot repeat.
    fn logged_in(&self, reading: &ProfileContext<'_>) -> Result<Credentials, Error> {
        let log_in = format!("log in again: aliyun configure --profile {} --mode {}", self.name(), self.mode());
        let keys = self.keys(reading, true).map_err(|error| error.with_hint(log_in.clone()))?;
        let until = self.sts_expiration.filter(|seconds| *seconds > 0);
        let until = until.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let issued = Issued { keys, until };
        Ok(Credentials::of(Issuer::LoggedIn { issued, log_in }, reading.origin.clone()))
    }

    fn unknown_mode(&self, reading: &ProfileContext<'_>) -> Error {
        let mode = self.mode();
        let hint = did_you_mean(mode, MODES).unwrap_or_else(|| format!("certls knows {}", MODES.join(", ")));
        broken(&reading.origin, &format!("certls cannot log in by the mode `{mode}`")).with_hint(hint)
    }

    fn needed<'a>(&self, reading: &ProfileContext<'_>, key: &str, value: Option<&'a String>) -> Result<&'a str, Error> {
        text(value).ok_or_else(|| self.missing(reading, key))
    }

    fn needed_secret(
        &self,
        reading: &ProfileContext<'_>,
        key: &str,
        value: Option<&SecretString>,
    ) -> Result<SecretString, Error> {
        secret(value).ok_or_else(|| self.missing(reading, key))
    }

    fn missing(&self, reading: &ProfileContext<'_>, key: &str) -> Error {
        broken(&reading.origin, &format!("`{key}` is missing, which mode {} needs", self.mode()))
            .with_hint(format!("set it with: aliyun configure --profile {}", self.name()))
    }
}

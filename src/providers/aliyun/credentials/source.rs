//! What every source of Alibaba Cloud's credentials is made of: an access key, or a role on top of one.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::clock::Clock;
use crate::config::{AccessKey, AccountKey};
use crate::error::Error;
use crate::providers::Context;
use crate::providers::aliyun::ID;
use crate::providers::aliyun::client::Client;
use crate::providers::aliyun::sts::{self, OidcRole, Role};
use crate::providers::credentials::chain::{self, MayBeKey};
use crate::providers::credentials::metadata::Metadata;
use crate::providers::credentials::signing_keys::{KeyIssuer, SigningKeys};
use crate::providers::credentials::source_error::of_source;
use crate::providers::credentials::temporary_keys::IssuedKeys;

use super::variables;

pub(super) type CredentialSource = chain::CredentialSource<Options, Credentials>;
pub(super) type Contents = chain::Contents<Credentials>;
pub(super) type LoadContext<'a> = chain::LoadContext<'a, Options>;

/// The role that is assumed with an account's credentials.
pub(crate) const ROLE_ARN: AccountKey = AccountKey { name: "role_arn", check: |_| Ok(()) };

/// What the environment says of every source.
#[derive(Debug, Clone)]
pub(super) struct Options {
    /// The name under which roles are assumed.
    pub session: String,
    /// `None` where requests to it are forbidden.
    pub metadata: Option<Metadata>,
    pub no_metadata_v1: bool,
    pub no_processes: bool,
    /// The variables with other clouds' secrets, which no program needs that gives keys of this one.
    pub foreign_secrets: Vec<String>,
    /// The address that gives out keys, where the environment names one.
    pub credentials_uri: Option<SecretString>,
    pub clock: Clock,
}

impl Options {
    pub(super) fn new(cx: &Context, metadata: Option<Metadata>) -> Self {
        let env = &cx.env;
        Self {
            metadata,
            session: variables::SESSION.get(env).unwrap_or("certls").to_owned(),
            no_metadata_v1: variables::NO_METADATA_V1.is_on(env),
            no_processes: variables::NO_PROCESSES.is_on(env),
            foreign_secrets: foreign_secrets(cx),
            credentials_uri: variables::URI.get(env).map(SecretString::from),
            clock: cx.clock,
        }
    }
}

/// Returns the variables that hold secrets of other clouds.
fn foreign_secrets(cx: &Context) -> Vec<String> {
    let others = cx.providers.iter().filter(|provider| provider.info().id != ID);
    others.flat_map(|provider| provider.secret_variables()).map(str::to_owned).collect()
}

/// An account's credentials: an access key, or a way to have one issued.
#[derive(Debug)]
pub(crate) struct Credentials(SigningKeys<Client>);

impl Credentials {
    pub(super) fn static_keys(keys: AccessKey, options: &Options) -> Self {
        Self(SigningKeys::static_keys(keys, options.clock))
    }

    /// Credentials that are issued when they are needed. `origin` is the source in words.
    pub(super) fn issued_by(issuer: impl KeyIssuer<Client> + 'static, origin: String, options: &Options) -> Self {
        Self(SigningKeys::issued_by(issuer, origin, options.clock))
    }

    /// The same, beginning with keys that were issued already.
    pub(super) fn starting_with(self, issued: IssuedKeys) -> Self {
        Self(self.0.starting_with(issued))
    }

    /// A role that is assumed with an identity provider's token. `place` tells where the token is.
    pub(super) fn web_identity(role: OidcRole, place: &str, options: &Options) -> Self {
        let origin = format!("role {} assumed with {place}", role.role.arn);
        Self::issued_by(WebIdentity(role), origin, options)
    }

    /// A role that is assumed with these credentials.
    pub(super) fn assume_role(self, role: Role, options: &Options) -> Self {
        let origin = format!("role {} assumed with {}", role.arn, self.0.origin());
        Self::issued_by(AssumedRole { role, with: self }, origin, options)
    }

    /// Returns the keys to sign with, issued or renewed where they are temporary.
    ///
    /// # Errors
    /// Where no keys could be had.
    pub(crate) async fn keys(&self, client: &Client) -> Result<AccessKey, Error> {
        self.0.keys(client).await
    }

    /// Returns fresh keys, past the cache.
    ///
    /// # Errors
    /// Where no keys could be had.
    pub(super) async fn issue(&self, client: &Client, now: DateTime<Utc>) -> Result<IssuedKeys, Error> {
        self.0.issue(client, now).await
    }

    /// Returns where the credentials were found, in words.
    pub(crate) fn origin(&self) -> &str {
        self.0.origin()
    }
}

impl MayBeKey for Credentials {
    fn of_key(key: AccessKey, clock: Clock) -> Self {
        Self(SigningKeys::static_keys(key, clock))
    }

    fn static_key(&self) -> Option<&AccessKey> {
        self.0.static_key()
    }
}

#[derive(Debug)]
struct AssumedRole {
    role: Role,
    with: Credentials,
}

#[async_trait]
impl KeyIssuer<Client> for AssumedRole {
    async fn issue(&self, client: &Client, origin: &str, _: DateTime<Utc>) -> Result<IssuedKeys, Error> {
        let keys = self.with.keys(client).await?;
        sts::assume_role(client, &keys, &self.role).await.map_err(|error| of_source(origin, error))
    }

    fn static_key(&self) -> Option<&AccessKey> {
        self.with.static_key()
    }
}

#[derive(Debug)]
struct WebIdentity(OidcRole);

#[async_trait]
impl KeyIssuer<Client> for WebIdentity {
    async fn issue(&self, client: &Client, origin: &str, _: DateTime<Utc>) -> Result<IssuedKeys, Error> {
        sts::assume_role_with_oidc(client, &self.0, origin).await.map_err(|error| of_source(origin, error))
    }
}

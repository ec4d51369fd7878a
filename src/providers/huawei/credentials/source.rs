//! What the sources of Huawei Cloud's credentials hold: a token, an access key, or a user and a password.

use secrecy::SecretString;

use crate::clock::Clock;
use crate::config::AccessKey;
use crate::error::Error;
use crate::net::Http;
use crate::providers::credentials::chain::{self, MayBeKey};
use crate::providers::credentials::metadata::Metadata;
use crate::providers::credentials::signing_keys::SigningKeys;

use super::location::{Stated, Tool};

pub(super) type CredentialSource = chain::CredentialSource<Vendor, Loaded>;
pub(super) type Contents = chain::Contents<Loaded>;
pub(super) type LoadContext<'a> = chain::LoadContext<'a, Vendor>;

/// What only this cloud's sources need.
pub(super) struct Vendor {
    /// `None` where requests to it are forbidden.
    pub metadata: Option<Metadata>,
}

/// What is set up in one source.
pub(crate) struct Loaded {
    pub credentials: Credentials,
    /// The project that is named beside them; it belongs to one region.
    pub project_id: Option<String>,
    /// The tool that they are set up for.
    pub tool: Tool,
    /// What their file says of the cloud that they are for.
    pub stated: Option<Stated>,
}

impl From<Credentials> for Loaded {
    fn from(credentials: Credentials) -> Self {
        Self { credentials, project_id: None, tool: Tool::Sdk, stated: None }
    }
}

impl MayBeKey for Loaded {
    fn of_key(key: AccessKey, clock: Clock) -> Self {
        Credentials::static_keys(key, clock).into()
    }

    fn static_key(&self) -> Option<&AccessKey> {
        match &self.credentials {
            Credentials::AccessKey(keys) => keys.static_key(),
            Credentials::Token { .. } | Credentials::Password(_) => None,
        }
    }
}

/// What requests are authorized with.
#[derive(Debug)]
pub(crate) enum Credentials {
    /// A token that was fetched elsewhere.
    Token { token: SecretString, origin: &'static str },
    /// An access key, which signs each request.
    AccessKey(SigningKeys<Http>),
    /// A user whose password is exchanged for tokens.
    Password(User),
}

/// An IAM user and the account it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub name: String,
    pub password: SecretString,
    /// The account, which the vendor calls domain.
    pub domain: String,
    /// The variable that holds the user's name, for messages.
    pub origin: &'static str,
}

/// An agency in another account, whose rights an account of this one takes.
#[derive(Debug, Clone)]
pub(crate) struct Agency {
    pub name: String,
    pub domain: AgencyDomain,
}

/// The account of an agency, which the vendor calls domain.
#[derive(Debug, Clone)]
pub(crate) enum AgencyDomain {
    Name(String),
    Id(String),
}

impl Credentials {
    pub(super) fn static_keys(key: AccessKey, clock: Clock) -> Self {
        Self::AccessKey(SigningKeys::static_keys(key, clock))
    }

    /// Returns the keys to sign with, issued or renewed where they are temporary; `None` where tokens are sent.
    ///
    /// # Errors
    /// Where no keys could be had.
    pub(crate) async fn keys(&self, http: &Http) -> Result<Option<AccessKey>, Error> {
        match self {
            Self::AccessKey(keys) => keys.keys(http).await.map(Some),
            Self::Token { .. } | Self::Password(_) => Ok(None),
        }
    }

    /// Returns where the credentials were found, in words.
    pub(crate) fn origin(&self) -> String {
        match self {
            Self::Token { origin, .. } => format!("{origin} in the environment"),
            Self::AccessKey(keys) => keys.origin().to_owned(),
            Self::Password(user) => format!("{} in the environment", user.origin),
        }
    }

    /// Returns all that is set up and must not be shown; keys that were issued are not among it.
    pub(crate) fn secrets(&self) -> Vec<&SecretString> {
        match self {
            Self::Token { token, .. } => vec![token],
            Self::AccessKey(keys) => keys.static_key().into_iter().flat_map(secrets_of).collect(),
            Self::Password(user) => vec![&user.password],
        }
    }
}

/// Returns what of an access key must not be shown.
pub(crate) fn secrets_of(keys: &AccessKey) -> impl Iterator<Item = &SecretString> {
    [&keys.id, &keys.secret].into_iter().chain(&keys.token)
}

//! Where Huawei Cloud's credentials are looked for, and what requests are authorised with.

use std::sync::Arc;

use futures_util::future::FutureExt;
use secrecy::{ExposeSecret, SecretString};

use crate::config::{AccessKey, Account, CredentialsFrom, Endpoints, Env};
use crate::error::{Error, Kind};
use crate::net::Http;
use crate::providers::Context;
use crate::providers::credentials::chain::{self, Found, Wanted};
use crate::providers::credentials::temporary_keys::Renewal;

mod environment;
mod ini;
mod koocli;
mod metadata;
mod variables;

pub(super) use metadata::Instance;
pub(super) use variables::{OPTIONS, VARIABLES};

type Source = chain::Source<Search, Loaded>;

/// Every place, in the order in which they win.
///
/// Reference: <https://github.com/huaweicloud/huaweicloud-sdk-python-v3#22-use-environment-variables>
static CHAIN: &[Source] = &[
    Source {
        name: "HW_AUTH_TOKEN; also as OS_AUTH_TOKEN",
        has_profiles: false,
        find: |search| async { Ok(environment::token(&search.env).into()) }.boxed(),
    },
    Source {
        name: "HUAWEICLOUD_SDK_AK and …_SK; also as CLOUD_SDK_AK, HW_ACCESS_KEY",
        has_profiles: false,
        find: |search| async { Ok(environment::keys(&search.env)?.into()) }.boxed(),
    },
    Source {
        name: "HW_USER_NAME, HW_USER_PASSWORD and HW_DOMAIN_NAME; also as OS_…",
        has_profiles: false,
        find: |search| async { Ok(environment::user(&search.env)?.into()) }.boxed(),
    },
    Source {
        name: "~/.huaweicloud/credentials",
        has_profiles: true,
        find: |search| async { ini::find(search) }.boxed(),
    },
    Source { name: "~/.hcloud/config.json", has_profiles: true, find: |search| async { koocli::find(search) }.boxed() },
    Source {
        name: "the agency of this ECS instance, by its metadata service",
        has_profiles: false,
        find: |search| metadata::find(search).boxed(),
    },
];

/// What is looked with.
struct Search {
    env: Env,
    http: Arc<Http>,
    endpoints: Endpoints,
    wanted: Option<Wanted>,
}

/// What is set up in one place.
pub(super) struct Loaded {
    pub credentials: Credentials,
    /// The project that is named beside them; it belongs to one region.
    pub project_id: Option<String>,
}

/// What requests are authorised with.
#[derive(Debug)]
pub(super) enum Credentials {
    /// A token that was fetched elsewhere.
    Token { token: SecretString, origin: &'static str },
    /// An access key, which signs each request.
    AccessKey(AccessKey),
    /// The keys of this instance's agency, which end and are renewed.
    Agency { instance: Instance, origin: String, renewal: Renewal },
    /// A user whose password is exchanged for tokens.
    Password(User),
}

/// An IAM user and the account it belongs to.
#[derive(Debug, Clone)]
pub(super) struct User {
    pub name: String,
    pub password: SecretString,
    /// The account, which the vendor calls domain.
    pub domain: String,
    /// The variable that holds the user's name, for messages.
    pub origin: &'static str,
}

/// The credentials of this account; `None` where nothing is set up.
///
/// AccessKey that must be issued are asked for at once, so that a refusal is told once.
pub(super) async fn find(cx: &Context, account: &Account) -> Result<Option<Loaded>, Error> {
    let mut found = match &account.credentials {
        CredentialsFrom::Variables(names) => Some(environment::named(&cx.env, names, account)?.into()),
        CredentialsFrom::Chain | CredentialsFrom::Profile(_) => {
            let search = Search {
                env: cx.env.clone(),
                http: cx.http.clone(),
                endpoints: cx.endpoints.clone(),
                wanted: Wanted::by(account),
            };
            chain::first(CHAIN, &search, search.wanted.as_ref(), account).await?
        }
    };
    if let Some(Loaded { credentials, project_id }) = &mut found {
        credentials.keys(&cx.http).await?.as_ref().map_or(Ok(()), refuse_foreign)?;
        *project_id = environment::project_id(&cx.env).or(project_id.take());
    }
    Ok(found)
}

/// The places that are looked into.
pub(super) fn credential_sources() -> Vec<&'static str> {
    chain::names(CHAIN)
}

/// Alibaba Cloud's keys begin with `LTAI`. One that strayed here is not sent to another vendor.
fn refuse_foreign(keys: &AccessKey) -> Result<(), Error> {
    if !keys.id.expose_secret().starts_with("LTAI") {
        return Ok(());
    }
    let told = format!("{} is a key of Alibaba Cloud (it begins with LTAI), not of Huawei Cloud", keys.origin);
    Err(Error::new(Kind::Config, told)
        .with_hint("move it to ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET"))
}

impl From<Credentials> for Loaded {
    fn from(credentials: Credentials) -> Self {
        Self { credentials, project_id: None }
    }
}

impl Credentials {
    /// The keys to sign with, fetched or renewed where they are temporary; `None` where tokens are sent.
    pub(super) async fn keys(&self, http: &Http) -> Result<Option<AccessKey>, Error> {
        match self {
            Self::AccessKey(keys) => Ok(Some(keys.clone())),
            Self::Agency { instance, origin, renewal } => renewal.keys(|| instance.keys(http, origin)).await.map(Some),
            Self::Token { .. } | Self::Password(_) => Ok(None),
        }
    }

    /// Where they were found.
    pub(super) fn origin(&self) -> String {
        match self {
            Self::Token { origin, .. } => format!("{origin} in the environment"),
            Self::AccessKey(keys) => keys.origin.clone(),
            Self::Agency { origin, .. } => origin.clone(),
            Self::Password(user) => format!("{} in the environment", user.origin),
        }
    }

    /// All that is set up and must not be shown; keys that were issued are not among it.
    pub(super) fn secrets(&self) -> Vec<&SecretString> {
        match self {
            Self::Token { token, .. } => vec![token],
            Self::AccessKey(keys) => secrets_of(keys).collect(),
            Self::Agency { .. } => Vec::new(),
            Self::Password(user) => vec![&user.password],
        }
    }
}

/// What of an access key must not be shown.
pub(super) fn secrets_of(keys: &AccessKey) -> impl Iterator<Item = &SecretString> {
    [&keys.id, &keys.secret].into_iter().chain(&keys.token)
}

/// The error of a source that is set up, but broken.
fn broken(origin: &str, told: &str) -> Error {
    Error::new(Kind::Config, format!("{origin}: {told}"))
}

/// The same error, with the source that met it.
fn of_source(origin: &str, error: Error) -> Error {
    Error { message: format!("{origin}: {}", error.message), ..error }
}

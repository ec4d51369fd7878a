//! Where Alibaba Cloud's credentials are looked for, and how keys come of them.

use chrono::Utc;
use futures_util::future::{BoxFuture, FutureExt};

use crate::config::{AccessKey, Account, CredentialsFrom, Env};
use crate::error::{Error, Kind};
use crate::providers::Context;
use crate::providers::credentials::chain::{self, Found, Wanted};
use crate::providers::credentials::temporary_keys::{Issued, Renewal};

use super::client::Client;
use super::sts::{self, OidcRole, Role};

mod cli_config;
mod environment;
mod ini;
mod metadata;
mod process;
mod profile;
mod uri;
mod variables;

pub(super) use variables::{OPTIONS, VARIABLES};

type Source = chain::Source<Search, Credentials>;

/// Every place, in the order in which they win.
///
/// Reference: <https://www.alibabacloud.com/help/en/sdk/developer-reference/v2-manage-access-credentials>
static CHAIN: &[Source] = &[
    Source {
        name: "ALIBABA_CLOUD_ACCESS_KEY_ID and …_SECRET; also as ALIBABACLOUD_…, ALICLOUD_…",
        has_profiles: false,
        find: |search| async { environment::keys(search) }.boxed(),
    },
    Source {
        name: "ALIBABA_CLOUD_OIDC_TOKEN_FILE, with …_OIDC_PROVIDER_ARN and …_ROLE_ARN",
        has_profiles: false,
        find: |search| async { environment::oidc(search) }.boxed(),
    },
    Source {
        name: "~/.aliyun/config.json",
        has_profiles: true,
        find: |search| async { cli_config::find(search) }.boxed(),
    },
    Source {
        name: "~/.alibabacloud/credentials",
        has_profiles: true,
        find: |search| async { ini::find(search) }.boxed(),
    },
    Source {
        name: "the role of this ECS instance, by its metadata service",
        has_profiles: false,
        find: |search| metadata::find(search).boxed(),
    },
    Source {
        name: "ALIBABA_CLOUD_CREDENTIALS_URI",
        has_profiles: false,
        find: |search| async { uri::find(search) }.boxed(),
    },
];

/// What is looked with.
pub(super) struct Search {
    env: Env,
    client: Client,
    options: Options,
    wanted: Option<Wanted>,
}

/// What the environment says of every source.
#[derive(Debug, Clone)]
struct Options {
    /// The name under which roles are assumed.
    session: String,
    no_metadata: bool,
    no_metadata_v1: bool,
    no_processes: bool,
}

/// An account's credentials: keys, or a way to have them issued.
#[derive(Debug)]
pub(super) struct Credentials {
    source: Issuer,
    origin: String,
    renewal: Renewal,
}

/// Who issues the keys.
#[derive(Debug)]
enum Issuer {
    /// Nobody: they are set up as they are.
    Set(AccessKey),
    /// A log-in that another program made. Its keys end, and certls cannot make another.
    LoggedIn {
        issued: Issued,
        log_in: String,
    },
    /// A role, assumed with other credentials.
    Role(Role, Box<Credentials>),
    Oidc(OidcRole),
    Instance(metadata::Instance),
    Uri(uri::Uri),
    Process(process::Process),
}

/// The credentials of this account; `None` where nothing is set up.
///
/// AccessKey that must be issued are asked for at once, so that a refusal is told once.
pub(super) async fn find(cx: &Context, account: &Account, client: &Client) -> Result<Option<Credentials>, Error> {
    let options = Options::of(&cx.env);
    let found = match &account.credentials {
        CredentialsFrom::Variables(names) => Some(environment::named(&cx.env, names, account)?),
        CredentialsFrom::Chain | CredentialsFrom::Profile(_) => {
            let wanted = Wanted::by(account).or_else(|| variables::profile(&cx.env));
            let search = Search {
                env: cx.env.clone(),
                client: client.clone(),
                options: options.clone(),
                wanted: wanted.clone(),
            };
            chain::first(CHAIN, &search, wanted.as_ref(), account).await?
        }
    };
    let Some(mut credentials) = found else { return Ok(None) };
    if let Some(arn) = &account.role_arn {
        credentials = credentials.assuming(Role::new(arn, &options.session));
    }
    credentials.keys(client).await?;
    Ok(Some(credentials))
}

/// The places that are looked into.
pub(super) fn credential_sources() -> Vec<&'static str> {
    chain::names(CHAIN)
}

impl Options {
    fn of(env: &Env) -> Self {
        let is_on = |name: &str| env.get(name).is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"));
        Self {
            session: env.get(variables::SESSION).unwrap_or("certls").to_owned(),
            no_metadata: is_on(variables::NO_METADATA),
            no_metadata_v1: is_on(variables::NO_METADATA_V1),
            no_processes: is_on(variables::NO_PROCESSES),
        }
    }
}

impl Credentials {
    fn of(source: Issuer, origin: String) -> Self {
        Self { source, origin, renewal: Renewal::default() }
    }

    fn set(keys: AccessKey) -> Self {
        let origin = keys.origin.clone();
        Self::of(Issuer::Set(keys), origin)
    }

    /// A role by an identity provider's token, which stands in `place`.
    fn by_token(role: OidcRole, place: &str) -> Self {
        let origin = format!("role {} assumed with {place}", role.role.arn);
        Self::of(Issuer::Oidc(role), origin)
    }

    /// A role on top of these credentials.
    fn assuming(self, role: Role) -> Self {
        let origin = format!("role {} assumed with {}", role.arn, self.origin);
        Self::of(Issuer::Role(role, Box::new(self)), origin)
    }

    /// The keys to sign with, fetched or renewed where they are temporary.
    pub(super) async fn keys(&self, client: &Client) -> Result<AccessKey, Error> {
        match &self.source {
            Issuer::Set(keys) => Ok(keys.clone()),
            _ => self.renewal.keys(|| self.issue(client)).await,
        }
    }

    /// Where they were found.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// Boxed, since a role may be assumed with a role.
    fn issue<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Issued, Error>> {
        async move {
            let named = |error| of_source(&self.origin, error);
            let mut issued = match &self.source {
                Issuer::Set(keys) => Issued { keys: keys.clone(), until: None },
                Issuer::LoggedIn { issued, log_in } => self.still_good(issued, log_in)?,
                Issuer::Role(role, with) => {
                    let keys = with.keys(client).await?;
                    sts::assume_role(client, &keys, role).await.map_err(named)?
                }
                Issuer::Oidc(role) => sts::assume_role_with_oidc(client, role, &self.origin).await.map_err(named)?,
                Issuer::Instance(instance) => instance.keys(client).await.map_err(named)?,
                Issuer::Uri(uri) => uri.keys(client).await.map_err(named)?,
                Issuer::Process(process) => process.keys(client, &self.origin).await?,
            };
            issued.keys.origin.clone_from(&self.origin);
            Ok(issued)
        }
        .boxed()
    }

    fn still_good(&self, issued: &Issued, log_in: &str) -> Result<Issued, Error> {
        if issued.until.is_some_and(|until| until <= Utc::now()) {
            return Err(Error::new(Kind::Credentials, format!("the keys in {} have expired", self.origin))
                .with_hint(log_in.to_owned()));
        }
        Ok(issued.clone())
    }
}

/// The error of a source that is set up, but broken.
fn broken(origin: &str, told: &str) -> Error {
    Error::new(Kind::Config, format!("{origin}: {told}"))
}

/// The same error, with the source that met it.
fn of_source(origin: &str, error: Error) -> Error {
    Error { message: format!("{origin}: {}", error.message), ..error }
}

//! Reads of Huawei Cloud's APIs, as one account.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use chrono::{DateTime, Utc};

use crate::clock::Clock;
use crate::config::{Endpoint, Endpoints};
use crate::error::{Error, Kind};
use crate::net::{Http, Reply};
use crate::providers::call::{Attempt, Call, Caller, Exchange, Signed};
use crate::providers::error_table::Access;

use super::auth_scope::TokenScope;
use super::credentials::Credentials;
use super::sign::{self, Unsigned};
use super::site::Site;
use super::tokens::Tokens;
use super::{ID, errors};

/// A read of an API.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read<'a> {
    /// The operation's name on the vendor's pages.
    pub operation: &'static str,
    /// The IAM action that allows it; `None` where none is needed.
    pub permission: Option<&'static str>,
    pub endpoint: &'a Endpoint,
    /// The IAM that issues tokens for this account.
    pub iam: &'a Endpoint,
    pub path: &'a str,
    pub query: &'a [(&'a str, &'a str)],
    pub token_scope: TokenScope<'a>,
    /// The token that the read is about, where it is about one.
    pub subject: Option<&'a SecretString>,
}

/// A way to the vendor's APIs, with the credentials of one account.
pub(super) struct Client {
    http: Arc<Http>,
    clock: Clock,
    endpoints: Endpoints,
    site: Site,
    credentials: Credentials,
    tokens: Tokens,
}

impl Client {
    /// Returns a client of the account that the credentials are for, which lives at this site.
    pub(super) fn new(
        http: Arc<Http>,
        clock: Clock,
        endpoints: Endpoints,
        site: Site,
        credentials: Credentials,
    ) -> Self {
        Self { http, clock, endpoints, site, credentials, tokens: Tokens::default() }
    }

    /// Returns where the account lives.
    pub(super) fn site(&self) -> &Site {
        &self.site
    }

    /// Returns the current time.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Returns the credentials of the account.
    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Returns whether a service's endpoint is overridden, so that its host does not depend on the region.
    pub(super) fn is_overridden(&self, service: &str) -> bool {
        self.endpoints.get(ID, service).is_some()
    }

    /// Returns the override of a service's endpoint, or the endpoint at this host.
    ///
    /// # Errors
    /// Where the host is not a host name.
    pub(super) fn endpoint(&self, service: &str, host: &str) -> Result<Endpoint, Error> {
        overridden(&self.endpoints, service, || Ok(host.to_owned()))
    }

    /// Returns the endpoint of a service in a region.
    ///
    /// # Errors
    /// Where the region is not part of a host name, or the host is not known.
    pub(super) fn regional(&self, service: &str, region: &str) -> Result<Endpoint, Error> {
        overridden(&self.endpoints, service, || self.site.host(service, region))
    }

    /// Returns the IAM that knows the account. `region` is the one that the user named, if any.
    ///
    /// # Errors
    /// Where the region is not part of a host name, or the host is not known.
    pub(super) fn iam(&self, region: Option<&str>) -> Result<Endpoint, Error> {
        overridden(&self.endpoints, "iam", || self.site.iam_host(region))
    }

    /// Reads, and repeats a read that failed for the moment.
    ///
    /// # Errors
    /// Where the cloud refused, or no whole reply came.
    pub(super) async fn get(&self, read: &Read<'_>) -> Result<Reply, Error> {
        let call = AccountCall { client: self, read };
        let result = self.caller().call(&call).await;
        match result {
            // A token ends after a day, or when the user's rights change.
            Err(error) if error.kind == Kind::Credentials && self.tokens.forget(read.token_scope).await => {
                tracing::info!("{ID}: the token was refused; fetching another");
                self.caller().call(&call).await
            }
            other => other,
        }
    }

    /// Makes one attempt, which must be answered within `timeout` of being sent. For what is optional.
    ///
    /// # Errors
    /// Where the cloud refused, or no whole reply came in time.
    pub(super) async fn get_once(&self, read: &Read<'_>, timeout: Duration) -> Result<Reply, Error> {
        self.caller().call_once(&AccountCall { client: self, read }, timeout).await
    }

    fn caller(&self) -> Caller<'_> {
        Caller::new(&self.http, self.clock)
    }

    /// Returns the token for a read; `None` where requests are signed.
    async fn token(&self, read: &Read<'_>) -> Result<Option<SecretString>, Error> {
        match &self.credentials {
            Credentials::AccessKey(_) => Ok(None),
            Credentials::Token { token, .. } => Ok(Some(token.clone())),
            Credentials::Password(user) => {
                let token = self.tokens.get(self.caller(), read.iam, user, read.token_scope).await?;
                Ok(Some(token))
            }
        }
    }
}

/// Returns the override of a service's endpoint, or the endpoint at the host that `host` returns.
///
/// # Errors
/// Those of `host`, and where it is not a host name.
pub(super) fn overridden(
    endpoints: &Endpoints,
    service: &str,
    host: impl FnOnce() -> Result<String, Error>,
) -> Result<Endpoint, Error> {
    if let Some(endpoint) = endpoints.get(ID, service) {
        return Ok(endpoint.clone());
    }
    let host = host()?;
    Endpoint::of_host(&host).ok_or_else(|| Error::new(Kind::Region, format!("{host} is not a host name")))
}

/// A read with the account's key or token.
struct AccountCall<'a> {
    client: &'a Client,
    read: &'a Read<'a>,
}

#[async_trait]
impl Call for AccountCall<'_> {
    fn label(&self) -> String {
        format!("{ID} {}", self.read.operation)
    }

    async fn sign(&self, attempt: &Attempt) -> Result<Signed, Error> {
        let Self { client, read } = self;
        let keys = client.credentials.keys(&client.http).await?;
        let token = client.token(read).await?;
        let signed = match (&keys, &token) {
            (Some(keys), _) => {
                let Read { endpoint, path, query, token_scope, .. } = **read;
                sign::sign(&Unsigned { endpoint, path, query, token_scope, body: None, at: attempt.at }, keys)
            }
            (None, Some(token)) => with_token(read, token),
            (None, None) => return Err(Error::new(Kind::Internal, "no credentials for this request")),
        };
        let mut signed = signed.map_err(|_| errors::unusable(&client.credentials.origin()))?;
        signed.secrets.extend(client.credentials.secrets().into_iter().cloned());
        Ok(signed)
    }

    fn classify(&self, exchange: &Exchange<'_>) -> Option<Error> {
        let origin = self.client.credentials.origin();
        let access = Access { origin: &origin, permission: self.read.permission };
        (!exchange.reply.status.is_success()).then(|| errors::classify(exchange, access))
    }
}

fn with_token(read: &Read<'_>, token: &SecretString) -> Result<Signed, http::Error> {
    let sensitive = |token: &SecretString| {
        let mut value = HeaderValue::from_str(token.expose_secret())?;
        value.set_sensitive(true);
        Ok::<_, http::Error>(value)
    };
    let mut request = http::Request::builder()
        .method("GET")
        .uri(read.endpoint.at(read.path, &sign::canonical_query(read.query)))
        .header("x-auth-token", sensitive(token)?);
    if let Some(subject) = read.subject {
        request = request.header("x-subject-token", sensitive(subject)?);
    }
    Ok(Signed {
        request: request.body(String::new())?,
        signed_text: String::new(),
        signature: SecretString::default(),
        secrets: [token].into_iter().chain(read.subject).cloned().collect(),
    })
}

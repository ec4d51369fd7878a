//! One read of one of the vendor's APIs: authorize, send, tell success from refusal, try again.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::config::{Endpoint, Endpoints};
use crate::error::{Error, Kind};
use crate::net::{Http, Redactor, Reply};

use super::auth_scope::TokenScope;
use super::credentials::{Credentials, secrets_of};
use super::errors::{self, Refusal};
use super::sign::{self, Signed, Unsigned};
use super::tokens::Tokens;
use super::{ID, endpoints};

/// A read that is to be made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
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
    /// The token that is asked about, where one is.
    pub subject: Option<&'a SecretString>,
}

/// The vendor's APIs, asked as one account.
pub(super) struct Client {
    http: Arc<Http>,
    endpoints: Endpoints,
    credentials: Credentials,
    tokens: Tokens,
}

impl Client {
    pub(super) fn new(http: Arc<Http>, endpoints: Endpoints, credentials: Credentials) -> Self {
        Self { http, endpoints, credentials, tokens: Tokens::default() }
    }

    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The override, or the vendor's host.
    pub(super) fn endpoint(&self, service: &str, host: &str) -> Result<Endpoint, Error> {
        let overridden = self.endpoints.get(ID, service).cloned();
        overridden
            .or_else(|| Endpoint::of_host(host))
            .ok_or_else(|| Error::new(Kind::Region, format!("{host} is no host name")))
    }

    /// The IAM that knows the account of this region.
    pub(super) fn iam(&self, region: Option<&str>) -> Result<Endpoint, Error> {
        self.endpoint("iam", &endpoints::iam_host(region))
    }

    /// # Errors
    /// Where the cloud refused, or no whole reply came.
    pub(super) async fn get(&self, call: &Call<'_>) -> Result<Reply, Error> {
        let result = self.http.retrying(|| self.attempt(call, None)).await;
        match result {
            // A token ends when its day is over, or when the user's rights change: one more is asked for.
            Err(error) if error.kind == Kind::Credentials && self.tokens.forget(call.token_scope).await => {
                tracing::info!("{ID}: the token was refused; fetching another");
                self.http.retrying(|| self.attempt(call, None)).await
            }
            other => other,
        }
    }

    /// One try only, answered within so long once it is sent, for what can be done without.
    ///
    /// # Errors
    /// Where the cloud refused, or no whole reply came.
    pub(super) async fn get_once(&self, call: &Call<'_>, patience: Duration) -> Result<Reply, Error> {
        self.attempt(call, Some(patience)).await
    }

    async fn attempt(&self, call: &Call<'_>, patience: Option<Duration>) -> Result<Reply, Error> {
        let keys = self.credentials.keys(&self.http).await?;
        let token = self.token(call).await?;
        let sent_at = Utc::now();
        let signed = match (&keys, &token) {
            (Some(keys), _) => {
                let unsigned = Unsigned {
                    endpoint: call.endpoint,
                    path: call.path,
                    query: call.query,
                    token_scope: call.token_scope,
                    at: sent_at,
                };
                sign::sign(&unsigned, keys).map_err(|_| self.unusable())?
            }
            (None, Some(token)) => with_token(call, token).map_err(|_| self.unusable())?,
            (None, None) => return Err(Error::new(Kind::Internal, "no credentials for this request")),
        };
        let label = format!("{ID} {}", call.operation);
        let reply = self.http.send_within(&label, signed.request, patience).await?;
        if reply.status.is_success() {
            return Ok(reply);
        }
        // A server may echo the signature as well.
        let secrets = self.credentials.secrets().into_iter().chain(&token);
        let secrets = secrets.chain(keys.iter().flat_map(secrets_of)).chain([&signed.signature]);
        let refusal = Refusal {
            reply: &reply,
            canonical_request: &signed.canonical_request,
            origin: &self.credentials.origin(),
            permission: call.permission,
            redactor: &Redactor::new(secrets),
        };
        Err(refusal.into_error())
    }

    /// The token for this call; `None` where requests are signed.
    async fn token(&self, call: &Call<'_>) -> Result<Option<SecretString>, Error> {
        match &self.credentials {
            Credentials::AccessKey(_) => Ok(None),
            Credentials::Token { token, .. } => Ok(Some(token.clone())),
            Credentials::Password(user) => {
                let token = self.tokens.get(&self.http, call.iam, user, call.token_scope).await?;
                Ok(Some(token))
            }
        }
    }

    fn unusable(&self) -> Error {
        errors::unusable(&self.credentials.origin())
    }
}

fn with_token(call: &Call<'_>, token: &SecretString) -> Result<Signed, http::Error> {
    let sensitive = |token: &SecretString| {
        let mut value = HeaderValue::from_str(token.expose_secret())?;
        value.set_sensitive(true);
        Ok::<_, http::Error>(value)
    };
    let mut request = http::Request::builder()
        .method("GET")
        .uri(call.endpoint.at(call.path, &sign::canonical_query(call.query)))
        .header("x-auth-token", sensitive(token)?);
    if let Some(subject) = call.subject {
        request = request.header("x-subject-token", sensitive(subject)?);
    }
    Ok(Signed {
        request: request.body(String::new())?,
        canonical_request: String::new(),
        signature: SecretString::default(),
    })
}

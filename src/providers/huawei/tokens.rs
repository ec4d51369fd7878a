//! Exchanges a user's password for tokens, one for each project, and keeps them for the run.
//!
//! A token is for one project, or for the account and its global services; none is for all projects.
//! Reference: <https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0001.html>

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tokio::sync::{Mutex, OnceCell};

use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::providers::call::{Attempt, Call, Caller, Exchange, Signed};
use crate::providers::error_table::Access;

use super::ID;
use super::auth_scope::TokenScope;
use super::credentials::User;
use super::errors;

/// The tokens that were issued, by project id; the account's own has none.
#[derive(Default)]
pub(super) struct Tokens {
    issued: Mutex<HashMap<String, Arc<OnceCell<SecretString>>>>,
}

impl Tokens {
    /// Returns the token for this scope, which is fetched at its first use: once, however many wait for it.
    ///
    /// # Errors
    /// Where the cloud refused, or no whole reply came.
    pub(super) async fn get(
        &self,
        caller: Caller<'_>,
        iam: &Endpoint,
        user: &User,
        scope: TokenScope<'_>,
    ) -> Result<SecretString, Error> {
        let cell = self.issued.lock().await.entry(key(scope)).or_default().clone();
        let request = TokenCall { iam, user, scope };
        let token = cell.get_or_try_init(|| fetch(caller, &request)).await?;
        Ok(token.clone())
    }

    /// Drops a token that was refused. Returns whether there was one.
    pub(super) async fn forget(&self, scope: TokenScope<'_>) -> bool {
        let dropped = self.issued.lock().await.remove(&key(scope));
        dropped.is_some_and(|cell| cell.initialized())
    }
}

fn key(scope: TokenScope<'_>) -> String {
    match scope {
        TokenScope::Domain | TokenScope::Account(_) => String::new(),
        TokenScope::Project(id) => id.to_owned(),
    }
}

/// A token requested with a user's password.
struct TokenCall<'a> {
    iam: &'a Endpoint,
    user: &'a User,
    scope: TokenScope<'a>,
}

#[async_trait]
impl Call for TokenCall<'_> {
    fn label(&self) -> String {
        format!("{ID} KeystoneCreateUserTokenByPassword")
    }

    async fn sign(&self, _: &Attempt) -> Result<Signed, Error> {
        let User { name, password, domain, origin } = self.user;
        let scope = match self.scope {
            TokenScope::Domain | TokenScope::Account(_) => json!({ "domain": { "name": domain } }),
            TokenScope::Project(id) => json!({ "project": { "id": id } }),
        };
        let secret = password.expose_secret();
        let body = json!({ "auth": {
            "identity": {
                "methods": ["password"],
                "password": { "user": { "name": name, "password": secret, "domain": { "name": domain } } },
            },
            "scope": scope,
        } });
        let request = http::Request::builder()
            .method("POST")
            .uri(self.iam.at("/v3/auth/tokens", "nocatalog=true"))
            .header("content-type", "application/json;charset=utf8")
            .body(body.to_string())
            .map_err(|_| errors::unusable(origin))?;
        let secrets = vec![password.clone()];
        Ok(Signed { request, signed_text: String::new(), signature: SecretString::default(), secrets })
    }

    fn classify(&self, exchange: &Exchange<'_>) -> Option<Error> {
        if exchange.reply.status.is_success() {
            return None;
        }
        let User { origin, .. } = self.user;
        let access = Access { origin: &format!("{origin} in the environment"), permission: None };
        Some(errors::classify(exchange, access).with_hint(format!(
            "correct {origin} and its password and domain; a user with login protection (MFA) needs an access key instead"
        )))
    }
}

async fn fetch(caller: Caller<'_>, call: &TokenCall<'_>) -> Result<SecretString, Error> {
    let reply = caller.call(call).await?;
    let token = reply.header("x-subject-token").map(|token| token.to_owned().into());
    token.ok_or_else(|| Error::new(Kind::Reply, "IAM accepted the password, but sent no token"))
}

//! Exchanges a user's password for tokens, one for each project, and keeps them for the run.
//!
//! A token reaches one project, or the account for its global services; the vendor has none for all.
//! Reference: <https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0001.html>

use std::collections::HashMap;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tokio::sync::{Mutex, OnceCell};

use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::net::{Http, Redactor};

use super::ID;
use super::auth_scope::TokenScope;
use super::credentials::User;
use super::errors::{self, Refusal};

/// The tokens that were issued, by project id; the account's own has none.
#[derive(Default)]
pub(super) struct Tokens {
    issued: Mutex<HashMap<String, Arc<OnceCell<SecretString>>>>,
}

impl Tokens {
    /// The token for this scope, fetched at its first use: once, however many wait for it.
    pub(super) async fn get(
        &self,
        http: &Http,
        iam: &Endpoint,
        user: &User,
        scope: TokenScope<'_>,
    ) -> Result<SecretString, Error> {
        let cell = self.issued.lock().await.entry(key(scope)).or_default().clone();
        let token = cell.get_or_try_init(|| http.retrying(|| fetch(http, iam, user, scope))).await?;
        Ok(token.clone())
    }

    /// Drops a token that was refused. False where there was none.
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

async fn fetch(http: &Http, iam: &Endpoint, user: &User, scope: TokenScope<'_>) -> Result<SecretString, Error> {
    let scope = match scope {
        TokenScope::Domain | TokenScope::Account(_) => json!({ "domain": { "name": user.domain } }),
        TokenScope::Project(id) => json!({ "project": { "id": id } }),
    };
    let password = user.password.expose_secret();
    let body = json!({ "auth": {
        "identity": {
            "methods": ["password"],
            "password": { "user": { "name": user.name, "password": password, "domain": { "name": user.domain } } },
        },
        "scope": scope,
    } });
    let request = http::Request::builder()
        .method("POST")
        .uri(iam.at("/v3/auth/tokens", "nocatalog=true"))
        .header("content-type", "application/json;charset=utf8")
        .body(body.to_string())
        .map_err(|_| errors::unusable(user.origin))?;
    let reply = http.send(&format!("{ID} KeystoneCreateUserTokenByPassword"), request).await?;
    if !reply.status.is_success() {
        let refusal = Refusal {
            reply: &reply,
            canonical_request: "",
            origin: &format!("{} in the environment", user.origin),
            permission: None,
            redactor: &Redactor::new([&user.password]),
        };
        return Err(refusal.into_error().with_hint(format!(
            "correct {} and its password and domain; a user with login protection (MFA) needs an access key instead",
            user.origin
        )));
    }
    let token = reply.header("x-subject-token").map(|token| token.to_owned().into());
    token.ok_or_else(|| Error::new(Kind::Reply, "IAM accepted the password, but sent no token"))
}

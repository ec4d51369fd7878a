//! An agency in another account, whose temporary keys are issued to an access key or a user of this one.
//!
//! Reference: <https://support.huaweicloud.com/intl/en-us/api-iam/iam_04_0101.html>

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::clock::Clock;
use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::net::Http;
use crate::providers::Context;
use crate::providers::call::{Attempt, Call, Caller, Exchange, Signed};
use crate::providers::credentials::signing_keys::{KeyIssuer, SigningKeys};
use crate::providers::credentials::source_error::of_source;
use crate::providers::credentials::temporary_keys::IssuedKeys;
use crate::providers::error_table::Access;

use super::ID;
use super::auth_scope::TokenScope;
use super::client::overridden;
use super::credentials::{Agency, AgencyDomain, Credentials};
use super::errors;
use super::sign::{self, Unsigned};
use super::site::Site;
use super::tokens::Tokens;

const PATH: &str = "/v3.0/OS-CREDENTIAL/securitytokens";

/// How long the keys last, in seconds. They are renewed.
const DURATION_SECONDS: u32 = 3600;

const PERMISSION: &str = "iam:agencies:assume";

/// Returns credentials of the agency, or the same ones where none is assumed.
///
/// # Errors
/// Where the IAM is not known, or a token is all there is: it is of one project, and issues no keys.
pub(super) fn assumed(
    cx: &Context,
    site: &Site,
    credentials: Credentials,
    agency: Option<Agency>,
) -> Result<Credentials, Error> {
    let Some(agency) = agency else { return Ok(credentials) };
    if let Credentials::Token { origin, .. } = credentials {
        let message = format!("the agency `{}` cannot be assumed with the token in {origin}", agency.name);
        return Err(Error::new(Kind::Config, message)
            .with_hint(format!("set an access key or a password in place of {origin}, or unset HW_ASSUME_ROLE_…")));
    }
    let iam = overridden(&cx.endpoints, "iam", || site.iam_host(None))?;
    let (AgencyDomain::Name(domain) | AgencyDomain::Id(domain)) = &agency.domain;
    let origin = format!("agency {} of {domain} assumed with {}", agency.name, credentials.origin());
    let issuer = AssumedAgency { agency, iam, with: credentials, tokens: Tokens::default(), clock: cx.clock };
    Ok(Credentials::AccessKey(SigningKeys::issued_by(issuer, origin, cx.clock)))
}

struct AssumedAgency {
    agency: Agency,
    iam: Endpoint,
    with: Credentials,
    tokens: Tokens,
    clock: Clock,
}

impl std::fmt::Debug for AssumedAgency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AssumedAgency").field("agency", &self.agency).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct AnswerWire {
    credential: CredentialWire,
}

#[derive(Deserialize)]
struct CredentialWire {
    access: Option<SecretString>,
    secret: Option<SecretString>,
    securitytoken: Option<SecretString>,
    expires_at: Option<String>,
}

#[async_trait]
impl KeyIssuer<Http> for AssumedAgency {
    async fn issue(&self, http: &Http, origin: &str, _: DateTime<Utc>) -> Result<IssuedKeys, Error> {
        let caller = Caller::new(http, self.clock);
        let keys = || async {
            let reply = caller.call(&AssumeCall { assumed: self, http, caller }).await?;
            let CredentialWire { access, secret, securitytoken, expires_at } = reply.json::<AnswerWire>()?.credential;
            IssuedKeys::parse(access, secret, securitytoken, expires_at.as_deref())
        };
        keys().await.map_err(|error| of_source(origin, error))
    }
}

/// The request for the keys of an agency (`CreateTemporaryAccessKeyByAgency`).
struct AssumeCall<'a> {
    assumed: &'a AssumedAgency,
    http: &'a Http,
    caller: Caller<'a>,
}

impl AssumeCall<'_> {
    fn body(&self) -> String {
        let Agency { name, domain } = &self.assumed.agency;
        let mut role = json!({ "agency_name": name, "duration_seconds": DURATION_SECONDS });
        match domain {
            AgencyDomain::Name(name) => role["domain_name"] = json!(name),
            AgencyDomain::Id(id) => role["domain_id"] = json!(id),
        }
        json!({ "auth": { "identity": { "methods": ["assume_role"], "assume_role": role } } }).to_string()
    }
}

#[async_trait]
impl Call for AssumeCall<'_> {
    fn label(&self) -> String {
        format!("{ID} CreateTemporaryAccessKeyByAgency")
    }

    async fn sign(&self, attempt: &Attempt) -> Result<Signed, Error> {
        let AssumedAgency { iam, with, tokens, .. } = self.assumed;
        let unusable = |_| errors::unusable(&with.origin());
        let body = self.body();
        if let Credentials::Password(user) = with {
            let token = tokens.get(self.caller, iam, user, TokenScope::Domain).await?;
            let request = http::Request::post(iam.at(PATH, ""))
                .header("content-type", "application/json;charset=utf8")
                .header("x-auth-token", token.expose_secret())
                .body(body)
                .map_err(unusable)?;
            let secrets = vec![token, user.password.clone()];
            return Ok(Signed { request, signed_text: String::new(), signature: SecretString::default(), secrets });
        }
        let keys = with.keys(self.http).await?;
        let keys = keys.ok_or_else(|| Error::new(Kind::Internal, "no credentials for this request"))?;
        let token_scope = TokenScope::Domain;
        let unsigned =
            Unsigned { endpoint: iam, path: PATH, query: &[], token_scope, body: Some(&body), at: attempt.at };
        sign::sign(&unsigned, &keys).map_err(unusable)
    }

    fn classify(&self, exchange: &Exchange<'_>) -> Option<Error> {
        if exchange.reply.status.is_success() {
            return None;
        }
        let access = Access { origin: &self.assumed.with.origin(), permission: Some(PERMISSION) };
        let error = errors::classify(exchange, access);
        Some(match error.kind {
            Kind::Denied | Kind::Request => Error { kind: Kind::Credentials, ..error }.with_hint(
                "look whether the agency trusts this account, and whether its user may assume agencies (Agent Operator)",
            ),
            _ => error,
        })
    }
}

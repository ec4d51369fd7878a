//! Security Token Service: the account of a key, and the temporary keys of roles.
//!
//! Reference: <https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-overview>

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::config::{AccessKey, Endpoint, path_hint, read_text};
use crate::error::{Error, Kind};
use crate::model::Identity;
use crate::net::Reply;
use crate::net::encode::query;
use crate::providers::call::{Attempt, Call, Exchange, Signed};
use crate::providers::credentials::temporary_keys::IssuedKeys;
use crate::providers::error_table::Access;
use crate::providers::record::{Field, Scalar};

use super::client::{Client, Operation};
use super::endpoints::STS_REGION;
use super::issued_keys::IssuedWire;
use super::sign::{Signature, timestamp};
use super::{ID as PROVIDER, errors};

pub(super) const ID: &str = "sts";
const VERSION: &str = "2015-04-01";

static GET_CALLER_IDENTITY: Operation = Operation { action: "GetCallerIdentity", version: VERSION, permission: None };
static ASSUME_ROLE: Operation =
    Operation { action: "AssumeRole", version: VERSION, permission: Some("sts:AssumeRole") };
const ASSUME_ROLE_WITH_OIDC: &str = "AssumeRoleWithOIDC";

fn endpoint(client: &Client, region: Option<&str>) -> Result<Endpoint, Error> {
    client.endpoint(ID, &client.sts.host(region)).map_err(|_| {
        Error::new(Kind::Config, "the region of STS is not the name of a region")
            .with_hint(format!("correct {STS_REGION}, or `sts_region` in the profile"))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IdentityWire {
    #[serde(default)]
    account_id: Field<Scalar>,
    #[serde(default)]
    arn: Field<String>,
}

/// Returns the account that the keys belong to; its name is the ARN of the user or role.
///
/// # Errors
/// Where the cloud refused, or no whole reply came.
pub(super) async fn caller_identity(client: &Client, keys: &AccessKey) -> Result<Identity, Error> {
    let endpoint = endpoint(client, None)?;
    identity(&client.call(keys, &GET_CALLER_IDENTITY, &endpoint, &[]).await?)
}

/// Returns the account that the keys belong to, where the cloud sends it within `timeout` of being asked.
///
/// # Errors
/// As [`caller_identity`].
pub(super) async fn caller_identity_within(
    client: &Client,
    keys: &AccessKey,
    timeout: Duration,
) -> Result<Identity, Error> {
    let endpoint = endpoint(client, None)?;
    identity(&client.call_within(keys, &GET_CALLER_IDENTITY, &endpoint, timeout).await?)
}

fn identity(reply: &Reply) -> Result<Identity, Error> {
    let IdentityWire { account_id, arn } = reply.json()?;
    match account_id.known().filter(|id| !id.0.is_empty()) {
        Some(id) => Ok(Identity { account_id: id.0, name: arn.known() }),
        None => Err(Error::new(Kind::Reply, "STS names no account for these keys")),
    }
}

/// A role, and how it is assumed.
#[derive(Debug, Clone)]
pub(super) struct Role {
    pub arn: String,
    pub session: String,
    pub external_id: Option<SecretString>,
    /// How long its keys shall last; the cloud's own choice is an hour.
    pub seconds: Option<u32>,
    /// A further limit on what may be done with its keys.
    pub policy: Option<String>,
    pub region: Option<String>,
}

/// A role that is assumed with an identity provider's token.
#[derive(Debug, Clone)]
pub(super) struct OidcRole {
    pub role: Role,
    pub provider: String,
    pub token_file: PathBuf,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssumedWire {
    credentials: IssuedWire,
}

impl Role {
    /// Returns a role that is assumed under the name `session`, and otherwise as the cloud chooses.
    pub(super) fn new(arn: &str, session: &str) -> Self {
        Self {
            arn: arn.to_owned(),
            session: session.to_owned(),
            external_id: None,
            seconds: None,
            policy: None,
            region: None,
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        let mut params = vec![("RoleArn", self.arn.clone()), ("RoleSessionName", self.session.clone())];
        params.extend(self.seconds.map(|seconds| ("DurationSeconds", seconds.to_string())));
        params.extend(self.policy.clone().map(|policy| ("Policy", policy)));
        params.extend(self.external_id.as_ref().map(|id| ("ExternalId", id.expose_secret().to_owned())));
        params
    }
}

/// Returns a refusal as one of the role, which is what STS mostly refuses; its codes do not say so in the words of
/// other products.
fn refused_role(error: Error) -> Error {
    let message = format!("STS refuses it: {}", error.message);
    if error.kind == Kind::Request {
        let error = Error { kind: Kind::Credentials, message, ..error };
        return error.with_hint("look at the role's ARN, and at the trust policy that says who may assume it");
    }
    Error { message, ..error }
}

/// Returns the temporary keys of a role, which are requested with other keys.
///
/// # Errors
/// Where the cloud refused, or no whole reply came.
pub(super) async fn assume_role(client: &Client, keys: &AccessKey, role: &Role) -> Result<IssuedKeys, Error> {
    let endpoint = endpoint(client, role.region.as_deref())?;
    let params = role.params();
    let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // In RPC style whatever the account signs with: an external id then stands in the body, not the address.
    let client = Client { signature: Signature::Rpc, ..client.clone() };
    let secret = role.external_id.as_ref();
    let reply = client.call_with_secret(keys, &ASSUME_ROLE, &endpoint, &params, secret).await;
    reply.map_err(refused_role)?.json::<AssumedWire>()?.credentials.issued()
}

/// Returns the temporary keys of a role, which are requested with the token of an identity provider: nothing is signed.
///
/// Reference: <https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerolewithoidc>
///
/// # Errors
/// Where the token's file cannot be read, the cloud refused, or no whole reply came.
pub(super) async fn assume_role_with_oidc(client: &Client, oidc: &OidcRole, origin: &str) -> Result<IssuedKeys, Error> {
    let endpoint = endpoint(client, oidc.role.region.as_deref())?;
    let call = OidcCall { oidc, endpoint, token: oidc.token()?, origin };
    let reply = client.caller().call(&call).await.map_err(refused_role)?;
    reply.json::<AssumedWire>()?.credentials.issued()
}

impl OidcRole {
    /// Reads the token, each time anew, since its file is renewed. Editors and tools end a file with a line end, which is
    /// not part of the token.
    fn token(&self) -> Result<SecretString, Error> {
        let file = self.token_file.display();
        let text: SecretString = read_text(&self.token_file)
            .and_then(|text| text.ok_or_else(|| "there is no such file".to_owned()))
            .map_err(|why| {
                let hint = path_hint("the path of the token's file", &self.token_file.to_string_lossy());
                Error::new(Kind::Config, format!("{file}: {why}")).with_hint(hint)
            })?
            .into();
        match text.expose_secret().trim_start_matches('\u{feff}').trim() {
            "" => Err(Error::new(Kind::Config, "the file of the token is empty")),
            token => Ok(token.to_owned().into()),
        }
    }
}

/// A role assumed with a token.
struct OidcCall<'a> {
    oidc: &'a OidcRole,
    endpoint: Endpoint,
    token: SecretString,
    origin: &'a str,
}

#[async_trait]
impl Call for OidcCall<'_> {
    fn label(&self) -> String {
        format!("{PROVIDER} {ASSUME_ROLE_WITH_OIDC}")
    }

    async fn sign(&self, attempt: &Attempt) -> Result<Signed, Error> {
        let timestamp = timestamp(attempt.at);
        let common = [
            ("Action", ASSUME_ROLE_WITH_OIDC),
            ("Format", "JSON"),
            ("Timestamp", timestamp.as_str()),
            ("Version", VERSION),
        ];
        let role = self.oidc.role.params();
        let role = role.iter().map(|(name, value)| (*name, value.as_str()));
        let token = [("OIDCProviderArn", self.oidc.provider.as_str()), ("OIDCToken", self.token.expose_secret())];
        let request = http::Request::post(self.endpoint.at("/", &query(common)))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(query(role.chain(token)))
            .map_err(|_| Error::new(Kind::Internal, "the request to STS is malformed"))?;
        let secrets = [&self.token].into_iter().chain(&self.oidc.role.external_id).cloned().collect();
        Ok(Signed { request, signed_text: String::new(), signature: SecretString::default(), secrets })
    }

    fn classify(&self, exchange: &Exchange<'_>) -> Option<Error> {
        let access = Access { origin: self.origin, permission: None };
        (!exchange.reply.status.is_success()).then(|| errors::classify(exchange, access))
    }
}

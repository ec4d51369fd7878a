//! Security Token Service: who a key belongs to, and the temporary keys of roles.
//!
//! Reference: <https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-overview>

use std::path::PathBuf;

use chrono::Utc;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::config::{AccessKey, Endpoint, Env, read_text};
use crate::error::{Error, Kind};
use crate::model::Identity;
use crate::net::Redactor;
use crate::net::encode::query;
use crate::providers::credentials::temporary_keys::IssuedKeys;

use super::client::{Client, Operation};
use super::errors::Refusal;
use super::issued_keys::IssuedWire;
use super::session::AliyunSession;
use super::sign::{Signature, timestamp};

pub(super) const ID: &str = "sts";
const VERSION: &str = "2015-04-01";

/// The region whose own STS is asked.
pub(super) const REGION: &str = "ALIBABA_CLOUD_STS_REGION";
/// Whether that region is asked inside its network.
pub(super) const VPC: &str = "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED";

static GET_CALLER_IDENTITY: Operation = Operation { action: "GetCallerIdentity", version: VERSION, permission: None };
static ASSUME_ROLE: Operation =
    Operation { action: "AssumeRole", version: VERSION, permission: Some("sts:AssumeRole") };
const ASSUME_ROLE_WITH_OIDC: &str = "AssumeRoleWithOIDC";

/// Which of the service's hosts is asked.
#[derive(Debug, Clone, Default)]
pub(super) struct StsEndpoint {
    region: Option<String>,
    vpc: bool,
}

impl StsEndpoint {
    pub(super) fn of(env: &Env) -> Self {
        Self {
            region: env.get(REGION).map(str::to_owned),
            vpc: env.get(VPC).is_some_and(|value| value.eq_ignore_ascii_case("true")),
        }
    }

    fn host(&self, region: Option<&str>) -> String {
        match (region.or(self.region.as_deref()), self.vpc) {
            (Some(region), true) => format!("sts-vpc.{region}.aliyuncs.com"),
            (Some(region), false) => format!("sts.{region}.aliyuncs.com"),
            (None, _) => "sts.aliyuncs.com".to_owned(),
        }
    }
}

fn endpoint(client: &Client, region: Option<&str>) -> Result<Endpoint, Error> {
    client.endpoint(ID, &client.sts.host(region)).map_err(|_| {
        Error::new(Kind::Config, "the region of STS is no region's name")
            .with_hint(format!("correct {REGION}, or `sts_region` in the profile"))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IdentityWire {
    account_id: String,
    arn: Option<String>,
}

/// The account that the keys belong to; its name is the ARN of the user or role.
pub(super) async fn caller_identity(session: &AliyunSession) -> Result<Identity, Error> {
    let endpoint = endpoint(session.client(), None)?;
    let reply = session.call(&GET_CALLER_IDENTITY, &endpoint, &[]).await?;
    let wire: IdentityWire = reply.json()?;
    Ok(Identity { account_id: wire.account_id, name: wire.arn })
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

    /// What STS refuses is mostly the role itself, which its codes do not say in the words of other products.
    fn refused(&self, error: Error) -> Error {
        let message = format!("STS refuses it: {}", Redactor::new(&self.external_id).scrub(&error.message));
        if error.kind == Kind::Request {
            let error = Error { kind: Kind::Credentials, message, ..error };
            return error.with_hint("look at the role's ARN, and at the trust policy that says who may assume it");
        }
        Error { message, ..error }
    }
}

/// The temporary keys of a role, asked for with other keys.
pub(super) async fn assume_role(client: &Client, keys: &AccessKey, role: &Role) -> Result<IssuedKeys, Error> {
    let endpoint = endpoint(client, role.region.as_deref())?;
    let params = role.params();
    let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // In RPC style whatever the account signs with: an external id then stands in the body, not the address.
    let client = Client { signature: Signature::Rpc, ..client.clone() };
    let reply = client.call(keys, &ASSUME_ROLE, &endpoint, &params).await.map_err(|error| role.refused(error))?;
    reply.json::<AssumedWire>()?.credentials.issued()
}

/// The temporary keys of a role, asked for with the token of an identity provider: nothing is signed.
///
/// Reference: <https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerolewithoidc>
pub(super) async fn assume_role_with_oidc(client: &Client, oidc: &OidcRole, origin: &str) -> Result<IssuedKeys, Error> {
    let role = &oidc.role;
    let endpoint = endpoint(client, role.region.as_deref())?;
    // Read each time: whoever put the file there renews it.
    let token: SecretString = read_text(&oidc.token_file)
        .and_then(|text| text.ok_or_else(|| "there is no such file".to_owned()))
        .map_err(|why| Error::new(Kind::Config, format!("{}: {why}", oidc.token_file.display())))?
        .into();
    let mut params = role.params();
    params.push(("OIDCProviderArn", oidc.provider.clone()));
    params.push(("OIDCToken", token.expose_secret().to_owned()));
    let form: SecretString = query(params.iter().map(|(name, value)| (*name, value.as_str()))).into();
    let ask = || async {
        let sent_at = Utc::now();
        let common = [
            ("Action", ASSUME_ROLE_WITH_OIDC),
            ("Format", "JSON"),
            ("Timestamp", &timestamp(sent_at)),
            ("Version", VERSION),
        ];
        let request = http::Request::post(endpoint.at("/", &query(common)))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.expose_secret().to_owned())
            .map_err(|_| Error::new(Kind::Internal, "the request to STS is malformed"))?;
        let reply = client.http.send(&format!("{} {ASSUME_ROLE_WITH_OIDC}", super::ID), request).await?;
        if reply.status.is_success() {
            return Ok(reply);
        }
        let refusal = Refusal {
            reply: &reply,
            sent_at,
            string_to_sign: "",
            origin,
            permission: None,
            redactor: &Redactor::new([&token]),
        };
        Err(refusal.into_error())
    };
    let reply = client.http.retrying(ask).await.map_err(|error| role.refused(error))?;
    reply.json::<AssumedWire>()?.credentials.issued()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_follows_the_region_and_the_network() {
        let site = |region: Option<&str>, vpc| StsEndpoint { region: region.map(str::to_owned), vpc };
        assert_eq!(site(None, false).host(None), "sts.aliyuncs.com");
        assert_eq!(site(None, true).host(None), "sts.aliyuncs.com");
        assert_eq!(site(Some("cn-beijing"), false).host(None), "sts.cn-beijing.aliyuncs.com");
        assert_eq!(site(Some("cn-beijing"), true).host(Some("cn-hangzhou")), "sts-vpc.cn-hangzhou.aliyuncs.com");
    }
}

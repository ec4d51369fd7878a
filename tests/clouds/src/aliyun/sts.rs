//! The simulated Alibaba Cloud's STS 2015-04-01: the caller's identity, and temporary keys for roles.

use super::Cloud;
use super::response::Responder;
use super::world::{Account, Role};
use crate::server::Reply;
use crate::wire;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Mutex;

/// The authenticated sender of a request.
#[derive(Clone, Debug)]
pub(crate) struct Principal {
    pub key_id: String,
    pub uid: String,
    pub denied: Vec<String>,
    /// The role of the keys, and the name of the session.
    pub session: Option<(Role, String)>,
}

/// A key id with its secret; temporary keys have a token and an expiry.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    pub secret: String,
    pub token: Option<String>,
    pub expires: Option<DateTime<Utc>>,
    pub principal: Principal,
}

impl Keys {
    pub(crate) fn of(account: &Account) -> Self {
        let principal = Principal {
            key_id: account.key_id.clone(),
            uid: account.uid.clone(),
            denied: account.denied.clone(),
            session: None,
        };
        Self { secret: account.secret.clone(), token: account.token.clone(), expires: None, principal }
    }

    /// Returns the four fields in which STS and the metadata service return keys.
    pub(crate) fn body(&self) -> Value {
        json!({
            "AccessKeyId": self.principal.key_id,
            "AccessKeySecret": self.secret,
            "SecurityToken": self.token,
            "Expiration": self.expires.map(seconds),
        })
    }
}

pub(crate) fn seconds(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The temporary keys of a running cloud.
#[derive(Debug, Default)]
pub(crate) struct Issued(Mutex<HashMap<String, Keys>>);

impl Issued {
    pub(crate) fn find(&self, key_id: &str) -> Option<Keys> {
        self.0.lock().expect("the keys").get(key_id).cloned()
    }

    pub(crate) fn issue(&self, role: &Role, session: &str, requested: Duration, now: DateTime<Utc>) -> Keys {
        let serial = wire::serial();
        let lifetime = if role.lifetime.is_zero() { requested } else { role.lifetime };
        let principal = Principal {
            key_id: format!("STS.TESTkey{serial:08}"),
            uid: role.uid().to_owned(),
            denied: role.denied.clone(),
            session: Some((role.clone(), session.to_owned())),
        };
        let keys = Keys {
            secret: format!("TESTissuedsecret{serial:08}"),
            // Real ones have characters that must be escaped, and are about this long.
            token: Some(format!("CAIS+TEST/issued={serial:08}{}", "TESTTOKEN+/".repeat(60))),
            // The expiry is written in whole seconds.
            expires: DateTime::from_timestamp((now + lifetime).timestamp(), 0),
            principal,
        };
        self.0.lock().expect("the keys").insert(keys.principal.key_id.clone(), keys.clone());
        keys
    }
}

pub(crate) fn act(cloud: &Cloud, principal: &Principal, params: &[(String, String)], responder: &Responder) -> Reply {
    match responder.action {
        "GetCallerIdentity" => responder.success(identity(principal)),
        "AssumeRole" => assume_role(cloud, principal, params, responder),
        _ => responder.no_such_action(),
    }
}

/// Returns the identity of a caller. The key of an account belongs to a RAM user, whose id is not the account's.
fn identity(principal: &Principal) -> Value {
    let uid = &principal.uid;
    match &principal.session {
        None => json!({
            "IdentityType": "RAMUser",
            "AccountId": uid,
            "UserId": "200000000000000000",
            "PrincipalId": "200000000000000000",
            "Arn": format!("acs:ram::{uid}:user/certls"),
        }),
        Some((role, session)) => json!({
            "IdentityType": "AssumedRoleUser",
            "AccountId": uid,
            "RoleId": ROLE_ID,
            "PrincipalId": format!("{ROLE_ID}:{session}"),
            "Arn": format!("acs:ram::{uid}:assumed-role/{}/{session}", role.name()),
        }),
    }
}

const ROLE_ID: &str = "300000000000000000";

fn assume_role(cloud: &Cloud, principal: &Principal, params: &[(String, String)], responder: &Responder) -> Reply {
    let request = match RoleRequest::read(cloud, params, responder) {
        Ok(request) => request,
        Err(refusal) => return refusal,
    };
    let may = |role: &Role| {
        let own_role = principal.session.as_ref().map(|(role, _)| &role.arn);
        let trusted = role.may_assume.iter().any(|name| *name == principal.key_id || Some(name) == own_role);
        let external_id = wire::find(params, "ExternalId").filter(|id| !id.is_empty());
        trusted && (role.external_id.is_none() || role.external_id.as_deref() == external_id)
    };
    match request.role {
        None => no_such_role(responder),
        Some(role) if may(role) => responder.success(request.keys(cloud, role)),
        Some(_) => responder.denied(&principal.uid),
    }
}

/// Handles `AssumeRoleWithOIDC`, which is not signed: the identity provider's token authenticates it.
pub(crate) fn assume_role_with_oidc(cloud: &Cloud, params: &[(String, String)], responder: &Responder) -> Reply {
    for needed in ["OIDCProviderArn", "OIDCToken"] {
        if wire::find(params, needed).is_none_or(str::is_empty) {
            return responder.missing(needed);
        }
    }
    let request = match RoleRequest::read(cloud, params, responder) {
        Ok(request) => request,
        Err(refusal) => return refusal,
    };
    if !knows_oidc_token(cloud, params) {
        let message = "The Jwt content is invalid that cannot be recognized.";
        return responder.error(401, "AuthenticationFail.OIDCToken.Invalid", message);
    }
    let Some(role) = request.role else {
        return no_such_role(responder);
    };
    let mut body = request.keys(cloud, role);
    body["OIDCTokenInfo"] = json!({"Subject": "test", "Issuer": "https://issuer.example.com", "ClientIds": "certls", "VerificationInfo": "Success"});
    responder.success(body)
}

pub(crate) fn knows_oidc_token(cloud: &Cloud, params: &[(String, String)]) -> bool {
    let token = wire::find(params, "OIDCToken").unwrap_or_default();
    cloud.world.oidc_tokens.iter().any(|known| known == token)
}

fn no_such_role(responder: &Responder) -> Reply {
    responder.error(404, "EntityNotExist.Role", "The specified Role not exists.")
}

/// The parameters of both calls for a role.
struct RoleRequest<'a> {
    role: Option<&'a Role>,
    session: &'a str,
    lifetime: Duration,
}

impl<'a> RoleRequest<'a> {
    fn read(cloud: &'a Cloud, params: &'a [(String, String)], responder: &Responder) -> Result<Self, Reply> {
        let needed = |name: &str| match wire::find(params, name) {
            Some(value) if !value.is_empty() => Ok(value),
            _ => Err(responder.missing(name)),
        };
        let wrong = |name: &str| {
            let message = format!("The parameter {name} is wrongly formed.");
            responder.error(400, &format!("InvalidParameter.{name}"), &message)
        };
        let (arn, session) = (needed("RoleArn")?, needed("RoleSessionName")?);
        if !arn.starts_with("acs:ram::") || !arn.contains(":role/") {
            return Err(wrong("RoleArn"));
        }
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".@-_".contains(&byte);
        if !(2..=64).contains(&session.len()) || !session.bytes().all(fits) {
            return Err(wrong("RoleSessionName"));
        }
        let lifetime = match wire::find(params, "DurationSeconds").map(str::parse::<i64>) {
            None => Duration::hours(1),
            Some(Ok(seconds)) if (900..=43_200).contains(&seconds) => Duration::seconds(seconds),
            Some(_) => {
                let message = "The Min/Max value of DurationSeconds is 15min/1hr.";
                return Err(responder.error(400, "InvalidParameter.DurationSeconds", message));
            }
        };
        Ok(Self { role: cloud.world.roles.iter().find(|role| role.arn == arn), session, lifetime })
    }

    fn keys(&self, cloud: &Cloud, role: &Role) -> Value {
        let keys = cloud.issued.issue(role, self.session, self.lifetime, cloud.now());
        json!({
            "AssumedRoleUser": {
                "Arn": format!("{}/{}", role.arn, self.session),
                "AssumedRoleId": format!("{ROLE_ID}:{}", self.session),
            },
            "Credentials": keys.body(),
        })
    }
}

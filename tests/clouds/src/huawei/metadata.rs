//! The simulated Huawei Cloud's metadata service, which issues temporary keys, and STS v5, which identifies callers.

use super::elb::refuse;
use super::iam::micros;
use super::{Caller, State};
use crate::fault::{self, Effect};
use crate::server::{Reply, Request};
use crate::wire;
use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Mutex;

/// A secret key with its token and its expiry.
#[derive(Clone, Debug)]
pub(crate) struct Temporary {
    pub sk: String,
    pub token: String,
    pub expires: DateTime<Utc>,
    /// The index of its account.
    pub account: usize,
}

/// The keys and tokens that the metadata service issued.
#[derive(Debug, Default)]
pub(crate) struct Issued {
    tokens: Mutex<HashMap<String, DateTime<Utc>>>,
    keys: Mutex<HashMap<String, Temporary>>,
}

impl Issued {
    pub(crate) fn find(&self, ak: &str) -> Option<Temporary> {
        self.keys.lock().expect("the keys").get(ak).cloned()
    }
}

/// Handles `PUT /meta-data/latest/api/token`.
pub(crate) fn token(state: &State, request: &Request) -> Reply {
    let seconds = request.header("x-metadata-token-ttl-seconds").and_then(|text| text.parse::<i64>().ok());
    let Some(seconds) = seconds.filter(|seconds| (1..=21_600).contains(seconds)) else {
        return plain(400, "Bad Request");
    };
    let token = format!("TESTMETADATATOKEN{:08}==", wire::serial());
    let end = state.now() + Duration::seconds(seconds);
    state.temporary.tokens.lock().expect("the tokens").insert(token.clone(), end);
    plain(200, &token)
}

/// Handles `GET /openstack/latest/securitykey`.
pub(crate) fn security_key(state: &State, request: &Request) -> Reply {
    let now = state.now();
    let authorized = match request.header("x-metadata-token") {
        Some(token) => state.temporary.tokens.lock().expect("the tokens").get(token).is_some_and(|end| now < *end),
        None => state.world.metadata_v1,
    };
    if !authorized {
        return plain(401, "Unauthorized");
    }
    let (Some(agency), Some(account)) = (&state.world.agency, state.agency_account) else {
        return plain(401, "Please configure Cloud Service Agency first");
    };
    let serial = wire::serial();
    let lifetime = if agency.lifetime.is_zero() { Duration::hours(24) } else { agency.lifetime };
    let ak = format!("HSTATEST{serial:012}");
    let keys = Temporary {
        sk: format!("TESTissuedsecretkey{serial:08}"),
        token: format!("gQpjbi1ub3J0aC00TEST{serial:08}{}", "TESTTOKEN+/".repeat(60)),
        expires: now + lifetime,
        account,
    };
    let body = json!({"credential": {
        "access": ak,
        "secret": keys.sk,
        "securitytoken": keys.token,
        "expires_at": micros(keys.expires),
    }});
    state.temporary.keys.lock().expect("the keys").insert(ak, keys);
    Reply::json(200, &body)
}

/// Handles `GET /v5/caller-identity`.
pub(crate) fn caller_identity(state: &State, caller: &Caller) -> Reply {
    let domain = &state.account(caller).domain_id;
    let agency = state.world.agency.as_ref().filter(|_| state.agency_account == Some(caller.account));
    let (urn, id) = match agency {
        Some(agency) => {
            let name = &agency.name;
            (format!("sts::{domain}:assumed-agency:{name}/i-test"), "08a8b4c3d2e1f00100000000000000aa:i-test")
        }
        None => (format!("iam::{domain}:user:certls"), "7116d09f88fa41908676fdd4b039e95b"),
    };
    Reply::json(200, &json!({"account_id": domain, "principal_urn": urn, "principal_id": id}))
}

/// Returns the reply for a fault. The metadata service has no error format of its own.
pub(crate) fn faulty_reply(
    what: Effect,
    action: &str,
    request: &Request,
    normal_reply: impl FnOnce() -> Reply,
) -> Reply {
    match what {
        what if action.starts_with("ecs:") => fault::plain_reply(what, request, normal_reply),
        Effect::MissingList => Reply::json(200, &json!({})),
        Effect::ServerError => refuse(500, "STS5.1001", "Internal Server Error."),
        Effect::Denied => denied(),
        Effect::EchoRequest(status) => refuse(status, "STS5.1001", &fault::echo(request)),
        what => fault::common_reply(what, normal_reply),
    }
}

/// Returns IAM v5's permission error. The real call cannot be denied.
pub(crate) fn denied() -> Reply {
    refuse(403, "PAP5.0011", "You are not authorized to perform this action.")
}

fn plain(status: u16, text: &str) -> Reply {
    Reply::new(status, "text/plain", text)
}

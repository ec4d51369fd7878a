//! Where a machine of Huawei Cloud finds keys without having any, and who a key belongs to: the metadata service
//! and STS v5.

use super::fault::{self, What};
use super::huawei::{Caller, State};
use super::huawei_elb::refuse;
use super::huawei_iam::micros;
use super::server::{Reply, Request};
use super::wire;
use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Mutex;

/// Keys that end.
#[derive(Clone, Debug)]
pub(crate) struct Temporary {
    pub sk: String,
    pub token: String,
    pub expires: DateTime<Utc>,
    /// Where the account that they work as stands in the world's list.
    pub account: usize,
}

/// What the metadata service gave out.
#[derive(Debug, Default)]
pub(crate) struct Given {
    tokens: Mutex<HashMap<String, DateTime<Utc>>>,
    keys: Mutex<HashMap<String, Temporary>>,
}

impl Given {
    pub(crate) fn find(&self, ak: &str) -> Option<Temporary> {
        self.keys.lock().expect("the keys").get(ak).cloned()
    }
}

/// `PUT /meta-data/latest/api/token`.
pub(crate) fn token(state: &State, request: &Request) -> Reply {
    let seconds = request.header("x-metadata-token-ttl-seconds").and_then(|text| text.parse::<i64>().ok());
    let Some(seconds) = seconds.filter(|seconds| (1..=21_600).contains(seconds)) else {
        return plain(400, "Bad Request");
    };
    let token = format!("TESTMETADATATOKEN{:08}==", wire::serial());
    let end = state.now() + Duration::seconds(seconds);
    state.given.tokens.lock().expect("the tokens").insert(token.clone(), end);
    plain(200, &token)
}

/// `GET /openstack/latest/securitykey`.
pub(crate) fn security_key(state: &State, request: &Request) -> Reply {
    let now = state.now();
    let let_in = match request.header("x-metadata-token") {
        Some(token) => state.given.tokens.lock().expect("the tokens").get(token).is_some_and(|end| now < *end),
        None => state.world.metadata_v1,
    };
    if !let_in {
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
    state.given.keys.lock().expect("the keys").insert(ak, keys);
    Reply::json(200, &body)
}

/// `GET /v5/caller-identity`.
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

/// STS's words for the faults; the metadata service has none.
pub(crate) fn spoil(what: What, action: &str, request: &Request, truth: impl FnOnce() -> Reply) -> Reply {
    match what {
        what if action.starts_with("ecs:") => fault::plain(what, request, truth),
        What::MissingList => Reply::json(200, &json!({})),
        What::ServerError => refuse(500, "STS5.1001", "Internal Server Error."),
        What::Denied => denied(),
        What::EchoRequest(status) => refuse(status, "STS5.1001", &fault::echo(request)),
        what => fault::general(what, truth),
    }
}

/// The real call cannot be denied; these are IAM v5's words for the others.
pub(crate) fn denied() -> Reply {
    refuse(403, "PAP5.0011", "You are not authorized to perform this action.")
}

fn plain(status: u16, text: &str) -> Reply {
    Reply::new(status, "text/plain", text)
}

//! The simulated Huawei Cloud's STS v5: temporary keys of an agency in another account.

use super::elb::refuse;
use super::iam::{self, micros};
use super::metadata::{self, Temporary};
use super::parameters::{self, Query};
use super::{Account, Caller, Scope, State, World};
use crate::server::{Reply, Request};
use crate::wire;
use chrono::Duration;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Mutex;

/// The keys that STS issued, and the agencies that they act as.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    keys: Mutex<HashMap<String, Session>>,
    /// The indices of the accounts that represent the agencies of the world, in their order.
    accounts: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Session {
    keys: Temporary,
    urn: String,
    id: String,
}

impl Sessions {
    /// Adds an account without a key to the world for each agency that can be assumed.
    pub(crate) fn new(world: &mut World) -> Self {
        let mut accounts = Vec::new();
        for agency in world.agencies.clone() {
            let owner = world.accounts.iter().find(|account| account.domain_id == agency.domain_id);
            let member = world.organization.iter().flat_map(|one| &one.members).find(|one| one.id == agency.domain_id);
            let name = owner.map(|owner| &owner.domain_name).or(member.map(|member| &member.name));
            let domain_name = name.cloned().unwrap_or_default();
            let (domain_id, denied) = (agency.domain_id, agency.denied);
            accounts.push(world.accounts.len());
            world.accounts.push(Account { domain_id, domain_name, denied, ..Account::default() });
        }
        Self { keys: Mutex::default(), accounts }
    }

    pub(crate) fn find(&self, ak: &str) -> Option<Temporary> {
        self.session(ak).map(|session| session.keys)
    }

    fn session(&self, ak: &str) -> Option<Session> {
        self.keys.lock().expect("the keys").get(ak).cloned()
    }
}

/// Handles `POST /v5/agencies/assume`.
pub(crate) fn assume(state: &State, caller: &Caller, request: &Request) -> Result<Value, Reply> {
    if matches!(caller.scope, Some(Scope::Project(_))) {
        return Err(denied());
    }
    Query::of(request, &[], bad_parameter)?;
    let known = [
        "agency_urn",
        "agency_session_name",
        "duration_seconds",
        "external_id",
        "policy",
        "policy_ids",
        "source_identity",
        "tags",
        "serial_number",
        "token_code",
    ];
    let body = parameters::body(request, &known, bad_parameter)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).ok_or_else(|| bad_parameter(name));
    let session_name = text("agency_session_name")?;
    let sound = |c: char| c.is_ascii_alphanumeric() || "_-.@=,+".contains(c);
    if !(2..=128).contains(&session_name.len()) || !session_name.chars().all(sound) {
        return Err(bad_parameter("agency_session_name"));
    }
    // A session that assumes another agency gets an hour at most.
    let is_session = state.sessions.find(&caller.ak).is_some() || state.temporary.find(&caller.ak).is_some();
    let longest = if is_session { 3600 } else { 43_200 };
    let seconds = match body.get("duration_seconds") {
        None => 3600,
        Some(value) => value
            .as_i64()
            .filter(|seconds| (900..=longest).contains(seconds))
            .ok_or_else(|| bad_parameter("duration_seconds"))?,
    };
    let urn = text("agency_urn")?;
    let (domain, name) = parts(urn).ok_or_else(|| bad_parameter("agency_urn"))?;
    // An agency that does not exist is refused like one that trusts somebody else.
    let account = agency_account(state, domain, name).ok_or_else(denied)?;
    let keys = issue(state, account, seconds);
    let session = Session {
        urn: format!("sts::{domain}:assumed-agency:{name}/{session_name}"),
        id: format!("{}:{session_name}", crate::records::id_of(urn)),
        keys: keys.1,
    };
    let reply = json!({
        "assumed_agency": {"urn": session.urn, "id": session.id},
        "credentials": {
            "access_key_id": keys.0,
            "secret_access_key": session.keys.sk,
            "security_token": session.keys.token,
            "expiration": micros(session.keys.expires),
        },
    });
    state.sessions.keys.lock().expect("the keys").insert(keys.0, session);
    Ok(reply)
}

/// Handles `POST /v3.0/OS-CREDENTIAL/securitytokens` with an agency: temporary keys of IAM.
pub(crate) fn agency_keys(state: &State, caller: &Caller, request: &Request) -> Reply {
    if matches!(caller.scope, Some(Scope::Project(_))) {
        return iam::denied();
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let identity = &body["auth"]["identity"];
    let role = &identity["assume_role"];
    let (Some(name), true) = (role["agency_name"].as_str(), identity["methods"] == json!(["assume_role"])) else {
        return iam::error(400, "Request body is invalid.");
    };
    let seconds = role["duration_seconds"].as_i64().unwrap_or(900);
    if !(900..=86_400).contains(&seconds) {
        return iam::error(400, "Request parameter 'duration_seconds' is invalid.");
    }
    let named = role["domain_name"].as_str();
    let by_name = |account: &&Account| named.is_some_and(|named| account.domain_name == named);
    let found = state.world.accounts.iter().find(by_name).map(|account| account.domain_id.as_str());
    let Some(domain) = role["domain_id"].as_str().or(found) else {
        return iam::error(404, "Could not find domain.");
    };
    let Some(account) = agency_account(state, domain, name) else {
        return iam::denied();
    };
    let (ak, keys) = issue(state, account, seconds);
    let reply = json!({"credential": {
        "access": ak,
        "secret": keys.sk,
        "securitytoken": keys.token,
        "expires_at": micros(keys.expires),
    }});
    let urn = format!("sts::{domain}:assumed-agency:{name}/{}", caller.ak);
    let session = Session { id: crate::records::id_of(&urn), urn, keys };
    state.sessions.keys.lock().expect("the keys").insert(ak, session);
    Reply::json(201, &reply)
}

/// Returns the index of the account that represents an agency.
fn agency_account(state: &State, domain: &str, name: &str) -> Option<usize> {
    let mut agencies = state.world.agencies.iter().zip(&state.sessions.accounts);
    agencies.find(|(agency, _)| agency.domain_id == domain && agency.name == name).map(|(_, account)| *account)
}

/// Returns a new access key of this account that lasts so long.
fn issue(state: &State, account: usize, seconds: i64) -> (String, Temporary) {
    let serial = wire::serial();
    let keys = Temporary {
        sk: format!("TESTassumedsecretkey{serial:020}"),
        token: format!("hQpjbi1ub3J0aC00TEST{serial:08}{}", "TESTTOKEN+/".repeat(60)),
        expires: state.now() + Duration::seconds(seconds),
        account,
    };
    (format!("HSTATEST{serial:012}"), keys)
}

/// Handles `GET /v5/caller-identity`.
pub(crate) fn caller_identity(state: &State, caller: &Caller) -> Reply {
    match state.sessions.session(&caller.ak) {
        Some(session) => {
            let domain = &state.account(caller).domain_id;
            Reply::json(200, &json!({"account_id": domain, "principal_urn": session.urn, "principal_id": session.id}))
        }
        None => metadata::caller_identity(state, caller),
    }
}

/// Returns the account of the agency that a request wants to assume; empty where it names none.
pub(crate) fn wanted_account(request: &Request) -> String {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let urn = body["agency_urn"].as_str().unwrap_or_default();
    parts(urn).map(|(domain, _)| domain.to_owned()).unwrap_or_default()
}

/// Returns the account and the name in `iam::<domain id>:agency:<name>`.
fn parts(urn: &str) -> Option<(&str, &str)> {
    let (domain, name) = urn.strip_prefix("iam::")?.split_once(":agency:")?;
    (!domain.is_empty() && !name.is_empty()).then_some((domain, name))
}

/// Returns the refusal of a parameter. The real code is not known.
fn bad_parameter(name: &str) -> Reply {
    refuse(400, "STS5.1002", &format!("Invalid parameter: {name}."))
}

/// Returns the permission error of the newer IAM.
pub(crate) fn denied() -> Reply {
    refuse(403, "PAP5.0011", "You are not authorized to perform this action.")
}

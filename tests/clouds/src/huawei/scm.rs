//! The simulated Huawei Cloud's SCM, the certificate store without regions.

use super::auth;
use super::elb::refuse;
use super::{Caller, Scope, State};
use crate::fault::{self, Effect};
use crate::server::{Reply, Request};
use crate::wire::{self, Plus};
use chrono::{DateTime, Duration, FixedOffset, NaiveDateTime, Utc};
use serde_json::{Value, json};

/// Handles `GET /v3/scm/certificates`: at most the first 150, and by default without the expired.
pub(crate) fn list(state: &State, caller: &Caller, request: &Request) -> Reply {
    if let Some(refusal) = outsider(state, caller, request) {
        return refusal;
    }
    let query = wire::pairs(&request.query, Plus::Plus);
    let number = |name: &str, default: i64| match wire::find(&query, name) {
        None => Some(default),
        Some(text) => text.parse::<i64>().ok(),
    };
    let limit = number("limit", 10).filter(|limit| [10, 20, 50].contains(limit));
    let offset = number("offset", 0).filter(|offset| (0..=100).contains(offset));
    let since = number("expired_days_since", 0).filter(|days| (0..=1095).contains(days));
    let (Some(limit), Some(offset), Some(since)) = (limit, offset, since) else {
        return refuse(400, "SCM.0005", "Incorrect request parameter.");
    };
    let status = wire::find(&query, "status").filter(|status| *status != "ALL");
    let oldest = state.now() - Duration::days(since);
    let domain = &state.account(caller).domain_id;
    let apart = state.world.scm_stores.iter().filter(|store| store.domain_id == *domain);
    let rows: Vec<&Value> = state
        .world
        .scm
        .iter()
        .chain(apart.flat_map(|store| &store.certificates))
        .filter(|record| end_of(record).is_none_or(|end| end > oldest))
        .filter(|record| status.is_none_or(|status| record["status"] == status))
        .collect();
    let first = usize::try_from(offset).unwrap_or_default();
    let page: Vec<&Value> = rows.iter().skip(first).take(usize::try_from(limit).unwrap_or_default()).copied().collect();
    Reply::json(200, &json!({"certificates": page, "total_count": rows.len()}))
}

/// Returns the expiry, Beijing time without a time zone; `None` for an order that is not issued yet.
fn end_of(record: &Value) -> Option<DateTime<Utc>> {
    let time = NaiveDateTime::parse_from_str(record["expire_time"].as_str()?, "%Y-%m-%d %H:%M:%S%.f").ok()?;
    let beijing = FixedOffset::east_opt(8 * 3600)?;
    time.and_local_timezone(beijing).single().map(|time| time.to_utc())
}

/// Returns the refusal of an authenticated caller. The real messages of the first two are not known.
fn outsider(state: &State, caller: &Caller, request: &Request) -> Option<Reply> {
    let domain = &state.account(caller).domain_id;
    let named = request.header("x-domain-id");
    let signed = auth::read(request).is_ok_and(|claim| claim.signs("x-domain-id"));
    match (&caller.scope, named) {
        (None, None) => return Some(refuse(401, "APIGW.0301", &format!("{UNKNOWN}: x-domain-id is missing"))),
        (None, Some(_)) if !signed => {
            return Some(refuse(401, "APIGW.0301", &format!("{UNKNOWN}: x-domain-id is not signed")));
        }
        (Some(Scope::Project(_)), _) => return Some(no_privilege()),
        (_, Some(named)) if named != domain => return Some(no_privilege()),
        _ => {}
    }
    let site = match request.host.split('.').collect::<Vec<_>>().as_slice() {
        ["scm", region, "myhuaweicloud", ..] if *region == "cn-north-4" => "china",
        ["scm", _, "myhuaweicloud", ..] => "international",
        _ => return None,
    };
    let own = state.world.site.as_str();
    (!own.is_empty() && own != site).then(|| {
        let message = "Access denied. The customer does not belong to the website you are now at.";
        refuse(403, "CBC.0150", message)
    })
}

const UNKNOWN: &str = "Incorrect IAM authentication information";

fn no_privilege() -> Reply {
    refuse(403, "SCM.0003", "Tenant has no privilege.")
}

/// Returns SCM's reply for a fault.
pub(crate) fn faulty_reply(what: Effect, request: &Request, normal_reply: impl FnOnce() -> Reply) -> Reply {
    match what {
        Effect::MissingList => Reply::json(200, &json!({"total_count": 0})),
        // The real service reports mistakes of the client like this, in Chinese.
        Effect::ServerError => refuse(500, "SCM.0016", "订单异常"),
        Effect::Denied => denied(),
        Effect::EchoRequest(status) => refuse(status, "SCM.0005", &fault::echo(request)),
        what => fault::common_reply(what, normal_reply),
    }
}

/// Returns the permission error. The real message is not known; other services have this form.
pub(crate) fn denied() -> Reply {
    refuse(403, "SCM.0003", "Policy doesn't allow scm:cert:list to be performed.")
}

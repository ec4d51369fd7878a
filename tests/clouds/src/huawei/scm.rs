//! The simulated Huawei Cloud's SCM, the certificate store without regions: its list.

use super::elb::refuse;
use super::enterprise::{self, Absent};
use super::parameters::{self, Query};
use super::{Caller, State, scope};
use crate::fault::{self, Effect};
use crate::server::{Reply, Request};
use chrono::{DateTime, Duration, FixedOffset, NaiveDateTime, Utc};
use serde_json::{Value, json};

const PARAMETERS: &[&str] = &[
    "limit",
    "offset",
    "sort_key",
    "sort_dir",
    "status",
    "content",
    "deploy_support",
    "owned_by_self",
    "expired_days_since",
    "enterprise_project_id",
];

const STATUSES: &[&str] = &[
    "ALL",
    "PAID",
    "ISSUED",
    "CHECKING",
    "CANCELCHECKING",
    "UNPASSED",
    "EXPIRED",
    "REVOKING",
    "REVOKED",
    "UPLOAD",
    "CHECKING_ORG",
    "ISSUING",
    "SUPPLEMENTCHECKING",
];

const TIME: &str = "%Y-%m-%d %H:%M:%S%.f";

/// Handles `GET /v3/scm/certificates`: at most the first 150, by default without the expired and the shared.
pub(crate) fn list(state: &State, caller: &Caller, request: &Request) -> Reply {
    page(state, caller, request).map_or_else(|refusal| refusal, |body| Reply::json(200, &body))
}

fn page(state: &State, caller: &Caller, request: &Request) -> Result<Value, Reply> {
    admit(state, caller, request)?;
    let query = Query::of(request, PARAMETERS, bad_parameter)?;
    let limit = query.number("limit", 10..=50, 10)?;
    if ![10, 20, 50].contains(&limit) {
        return Err(bad_parameter("limit"));
    }
    let offset = query.number("offset", 0..=100, 0)?;
    let since = query.number("expired_days_since", 0..=1095, 0)?;
    let status = query.word("status", STATUSES)?.filter(|status| *status != "ALL");
    let sort_key = query.word("sort_key", &["certExpiredTime", "certStatus", "certUpdateTime"])?;
    let ascending = query.word("sort_dir", &["ASC", "DESC"])? == Some("ASC");
    let deployable = query.flag("deploy_support")?.unwrap_or_default();
    let owned = query.flag("owned_by_self")?.unwrap_or(true);
    let content = query.text("content").unwrap_or_default();
    let account = state.account(caller);
    let reach = enterprise::reach(account, query.text("enterprise_project_id"), "all", Absent::All)
        .map_err(|why| refused(why, "scm:cert:list"))?;
    let oldest = state.now() - Duration::days(i64::try_from(since).unwrap_or_default());
    let contains = |record: &Value, key: &str| record[key].as_str().is_some_and(|text| text.contains(content));
    let mut rows: Vec<&Value> = certificates(state, &account.domain_id)
        .filter(|record| !owned || is_owned(record, &account.domain_id))
        .filter(|record| reach.covers(record["enterprise_project_id"].as_str()))
        .filter(|record| end_of(record).is_none_or(|end| end > oldest))
        .filter(|record| status.is_none_or(|status| record["status"] == status))
        .filter(|record| !deployable || record["deploy_support"] == true)
        .filter(|record| content.is_empty() || contains(record, "name") || contains(record, "domain"))
        .collect();
    if sort_key == Some("certExpiredTime") {
        // What has no end yet comes last in the ascending order.
        rows.sort_by_key(|record| std::cmp::Reverse(end_of(record).unwrap_or(DateTime::<Utc>::MAX_UTC)));
    }
    if ascending {
        rows.reverse();
    }
    let page = parameters::page(&rows, offset, limit).iter();
    let page: Vec<Value> = page.map(|record| described(state, record, &account.domain_id)).collect();
    Ok(json!({"certificates": page, "total_count": rows.len()}))
}

/// Refuses a caller whose scope or site is wrong.
pub(crate) fn admit(state: &State, caller: &Caller, request: &Request) -> Result<(), Reply> {
    scope::account(state, caller, request, no_privilege)?;
    scope::site(state, request)
}

/// Returns the certificates in an account, its own and those that others share with it.
pub(crate) fn certificates<'a>(state: &'a State, domain_id: &'a str) -> impl Iterator<Item = &'a Value> {
    let apart = state.world.scm_stores.iter().filter(move |store| store.domain_id == domain_id);
    state.world.scm.iter().chain(apart.flat_map(|store| &store.certificates))
}

/// Tells whether a certificate is the account's own; one that names no owner is.
pub(crate) fn is_owned(record: &Value, domain_id: &str) -> bool {
    record["domain_id"].as_str().is_none_or(|owner| owner == domain_id)
}

/// Returns the row of a certificate in the list.
fn described(state: &State, record: &Value, domain_id: &str) -> Value {
    let mut row = record.clone();
    if row.is_object() && row["domain_id"].is_null() {
        row["domain_id"] = json!(domain_id);
    }
    if let (Some(end), Some(_)) = (end_of(record), state.world.scm_zone) {
        row["expire_time"] = json!(zoneless(state, end));
    }
    row
}

/// Formats a time as SCM does, without its time zone, which is Beijing's unless the world has another.
pub(crate) fn zoneless(state: &State, time: DateTime<Utc>) -> String {
    let zone = state.world.scm_zone.or(FixedOffset::east_opt(8 * 3600)).expect("an offset");
    time.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S.0").to_string()
}

/// Returns the expiry, which a record has as Beijing time without a time zone; `None` for an order that is not issued
/// yet.
pub(crate) fn end_of(record: &Value) -> Option<DateTime<Utc>> {
    let time = NaiveDateTime::parse_from_str(record["expire_time"].as_str()?, TIME).ok()?;
    let beijing = FixedOffset::east_opt(8 * 3600)?;
    time.and_local_timezone(beijing).single().map(|time| time.to_utc())
}

pub(crate) fn bad_parameter(_name: &str) -> Reply {
    refuse(400, "SCM.0005", "Incorrect request parameter.")
}

/// Returns the refusal of an enterprise project.
pub(crate) fn refused(why: enterprise::Refused, permission: &str) -> Reply {
    match why {
        enterprise::Refused::Malformed => bad_parameter("enterprise_project_id"),
        enterprise::Refused::Denied => denied(permission),
    }
}

fn no_privilege() -> Reply {
    refuse(403, "SCM.0003", "Tenant has no privilege.")
}

/// Returns SCM's reply for a fault of its list.
pub(crate) fn faulty_reply(what: Effect, request: &Request, normal_reply: impl FnOnce() -> Reply) -> Reply {
    match what {
        Effect::MissingList => Reply::json(200, &json!({"total_count": 0})),
        // The real service reports mistakes of the client like this, in Chinese.
        Effect::ServerError => refuse(500, "SCM.0016", "订单异常"),
        Effect::Denied => denied("scm:cert:list"),
        Effect::EchoRequest(status) => refuse(status, "SCM.0005", &fault::echo(request)),
        what => fault::common_reply(what, normal_reply),
    }
}

/// Returns the permission error. The real message is not known; other services have this form.
pub(crate) fn denied(permission: &str) -> Reply {
    refuse(403, "SCM.0003", &format!("Policy doesn't allow {permission} to be performed."))
}

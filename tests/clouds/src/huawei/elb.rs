//! The simulated Huawei Cloud's ELB: certificates and listeners, in pages.

use super::enterprise::{self, Absent, Refused};
use super::{Caller, State};
use crate::fault::{self, Effect};
use crate::server::{Reply, Request};
use crate::wire::{self, Plus};
use serde_json::{Value, json};

fn certificates<'a>(state: &'a State, project: &str) -> &'a [Value] {
    state.world.projects.iter().find(|known| known.id == project).map_or(&[], |project| project.certificates.as_slice())
}

/// Returns the records of one of a project's lists.
fn rows<'a>(state: &'a State, list: &str, project: &str) -> Vec<&'a Value> {
    match list {
        "listeners" => state.world.listeners.iter().filter(|listener| listener["project_id"] == project).collect(),
        _ => certificates(state, project).iter().collect(),
    }
}

/// Handles `GET /v3/{project_id}/elb/certificates`, and the same of `listeners`: one page. A marker has an effect only
/// together with a limit, and only a full page has a next marker.
pub(crate) fn list(state: &State, list: &str, project: &str, caller: &Caller, request: &Request) -> Reply {
    let query = wire::pairs(&request.query, Plus::Plus);
    let wanted = wire::find(&query, "enterprise_project_id");
    if wanted.is_some() && !state.world.cloud.is_empty() {
        // Partners' clouds have no enterprise projects.
        return refuse(400, "ELB.8902", "Unrecognized attribute(s) 'enterprise_project_id'");
    }
    let reach = enterprise::reach(state.account(caller), wanted, "all_granted_eps", Absent::WholeAccount);
    let reach = match reach {
        Ok(reach) => reach,
        Err(Refused::Malformed) => return refuse(400, "ELB.8902", "Invalid input for enterprise_project_id."),
        Err(Refused::Denied) => return denied(if list == "listeners" { "elb:listeners" } else { "elb:list" }),
    };
    let limit = match wire::find(&query, "limit").map(str::parse::<usize>) {
        None => None,
        Some(Ok(limit)) if limit <= 2000 => Some(limit),
        Some(_) => return refuse(400, "ELB.8902", "Invalid input for limit."),
    };
    let mut rows = rows(state, list, project);
    rows.retain(|row| reach.covers(row["enterprise_project_id"].as_str()) && fits(row, &query));
    let rows = rows.as_slice();
    let start = match (limit, wire::find(&query, "marker")) {
        (Some(_), Some(marker)) => match (0..rows.len()).find(|index| marker_of(rows, *index) == marker) {
            Some(index) => index + 1,
            None => return refuse(400, "ELB.8902", &format!("Invalid input for marker: {marker}.")),
        },
        _ => 0,
    };
    let cap = if state.world.page_cap == 0 { 2000 } else { state.world.page_cap };
    // A limit of 0 is not documented; here it is the same as no limit.
    let size = limit.filter(|limit| *limit > 0).unwrap_or(2000).min(cap);
    let end = rows.len().min(start + size);
    let mut page_info = json!({"current_count": end - start});
    if end > start {
        page_info["previous_marker"] = json!(marker_of(rows, start));
    }
    if end - start == size {
        page_info["next_marker"] = json!(marker_of(rows, end - 1));
    }
    good(json!({list: &rows[start..end], "page_info": page_info}))
}

/// Tells whether a row fits the query's filters by the certificate of SCM, which can be repeated.
fn fits(row: &Value, query: &[(String, String)]) -> bool {
    ["scm_certificate_id", "source"].iter().all(|name| {
        let mut wanted = query.iter().filter(|(key, _)| key == name).peekable();
        wanted.peek().is_none() || wanted.any(|(_, value)| row[*name] == value.as_str())
    })
}

/// Returns the first page whatever the marker, with the same marker again.
fn repeat_marker(state: &State, list: &str, project: &str, request: &Request) -> Reply {
    let query = wire::pairs(&request.query, Plus::Plus);
    let limit = wire::find(&query, "limit").and_then(|limit| limit.parse().ok()).unwrap_or(2000);
    let rows = rows(state, list, project);
    let page = &rows[..rows.len().min(limit)];
    let marker = if page.is_empty() { String::new() } else { marker_of(page, page.len() - 1) };
    good(json!({list: page, "page_info": {"current_count": page.len(), "next_marker": marker}}))
}

/// Handles `GET /v3/{project_id}/elb/certificates/{certificate_id}`.
pub(crate) fn show(state: &State, project: &str, id: &str) -> Reply {
    match certificates(state, project).iter().find(|certificate| certificate["id"] == id) {
        Some(certificate) => good(json!({"certificate": certificate})),
        None => refuse(404, "ELB.8904", &format!("certificate {id} could not be found.")),
    }
}

/// Returns ELB's reply for a fault.
pub(crate) fn faulty_reply(
    what: Effect,
    action: &str,
    state: &State,
    project: Option<&str>,
    request: &Request,
    normal_reply: impl FnOnce() -> Reply,
) -> Reply {
    match (what, project) {
        (Effect::MissingList, _) => good(json!({"page_info": {"current_count": 0}})),
        (Effect::ServerError, _) => refuse(500, "ELB.8906", "Internal Server Error."),
        (Effect::Denied, _) => denied(action),
        (Effect::EchoRequest(status), _) => refuse(status, "ELB.9899", &fault::echo(request)),
        (Effect::RepeatMarker, Some(project)) => {
            let list = if action == "elb:listeners" { "listeners" } else { "certificates" };
            repeat_marker(state, list, project, request)
        }
        (what, _) => fault::common_reply(what, normal_reply),
    }
}

/// Returns a row's id, or its number where it has no id.
fn marker_of(rows: &[&Value], index: usize) -> String {
    rows[index]["id"].as_str().map_or_else(|| format!("{index:032x}"), str::to_owned)
}

pub(crate) fn good(mut body: Value) -> Reply {
    body["request_id"] = json!(request_id());
    Reply::json(200, &body)
}

pub(crate) fn refuse(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!({"error_code": code, "error_msg": message, "request_id": request_id()}))
}

pub(crate) fn denied(action: &str) -> Reply {
    let operation = match action.trim_start_matches("elb:") {
        "listeners" => "listeners:list".to_owned(),
        operation => format!("certificates:{operation}"),
    };
    refuse(403, "ELB.9802", &format!("Policy doesn't allow elb:{operation} to be performed."))
}

fn request_id() -> String {
    format!("00000000-0000-4000-8000-{:012x}", wire::serial())
}

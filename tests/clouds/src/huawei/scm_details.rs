//! The simulated Huawei Cloud's SCM beyond its list: one certificate, its tags, the list by tag and the export.

use super::elb::refuse;
use super::enterprise::{self, Absent};
use super::parameters::{self, Query};
use super::scm::{self, bad_parameter, end_of, zoneless};
use super::{Caller, State};
use crate::certs::Certificate;
use crate::records::{PLANTED_KEY, changed};
use crate::server::{Reply, Request};
use serde_json::{Value, json};

/// The name of a person in the answer that describes one certificate. It must never be printed.
pub const PLANTED_PERSON: &str = "PLANTED-PERSON";
/// The challenge of a validation in the answer that describes one certificate. It must never be printed.
pub const PLANTED_CHALLENGE: &str = "PLANTED-VALIDATION-RECORD";

/// The issued certificate of a record of SCM, which only the answer for that one certificate describes.
#[derive(Clone, Debug)]
pub struct ScmDetail {
    /// The id of the record.
    pub id: String,
    pub certificate: Certificate,
}

impl ScmDetail {
    /// Describes the certificate of the record with this id.
    pub fn new(id: &str, certificate: &Certificate) -> Self {
        Self { id: id.to_owned(), certificate: certificate.clone() }
    }
}

/// A tag of a certificate of SCM.
#[derive(Clone, Debug, Default)]
pub struct ScmTag {
    pub certificate_id: String,
    pub key: String,
    pub value: String,
}

impl ScmTag {
    /// Creates a tag of the certificate with this id.
    pub fn new(certificate_id: &str, key: &str, value: &str) -> Self {
        Self { certificate_id: certificate_id.into(), key: key.into(), value: value.into() }
    }
}

/// The form of the rows of the list by tag. The vendor's documents have both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TagRows {
    /// One object a certificate.
    #[default]
    Objects,
    /// Four objects a certificate with one key each, and the details in an array.
    OneKeyObjects,
}

/// Handles `GET /v3/scm/certificates/{certificate_id}`.
pub(crate) fn show(state: &State, caller: &Caller, request: &Request, id: &str) -> Result<Value, Reply> {
    let record = one(state, caller, request, id, "scm:cert:get")?;
    let domain_id = &state.account(caller).domain_id;
    let detail = detail_of(state, id);
    let time = |time| json!(zoneless(state, time));
    let empty = json!({"expire_time": null, "deploy_support": null, "description": null, "domain_id": null});
    let known = json!({
        "order_id": "CS20052117270N7V9",
        "push_support": if record["deploy_support"] == true { "ON" } else { "OFF" },
        "validation_method": "DNS",
        "authentification": [{
            "domain": record["domain"],
            "record_name": PLANTED_CHALLENGE,
            "record_type": "TXT",
            "record_value": PLANTED_CHALLENGE,
        }],
        "application_info": {
            "name": PLANTED_PERSON,
            "phone": PLANTED_PERSON,
            "email": format!("{PLANTED_PERSON}@example.com"),
        },
        "shared": !scm::is_owned(record, domain_id),
        "enterprise_project_id": record["enterprise_project_id"].as_str().unwrap_or(enterprise::DEFAULT),
    });
    let mut body = changed(changed(record.clone(), &empty), &known);
    for name in ["revoke_reason", "multi_domain_type", "issue_time", "not_before", "not_after", "fingerprint"] {
        body[name] = Value::Null;
    }
    if let Some(detail) = detail {
        body["issue_time"] = time(detail.certificate.not_before);
        body["not_before"] = time(detail.certificate.not_before);
        body["not_after"] = time(detail.certificate.not_after);
        body["fingerprint"] = json!(detail.certificate.sha1_hex);
    }
    Ok(body)
}

/// Handles `POST /v3/scm/certificates/{certificate_id}/export`, whose answer contains the private key.
pub(crate) fn export(state: &State, caller: &Caller, request: &Request, id: &str) -> Result<Value, Reply> {
    one(state, caller, request, id, "scm:cert:export")?;
    let pem = detail_of(state, id).map_or("", |detail| detail.certificate.pem.as_str());
    Ok(json!({"certificate": pem, "certificate_chain": "", "entire_certificate": pem, "private_key": PLANTED_KEY}))
}

/// Handles `GET /v3/scm/{certificate_id}/tags`.
pub(crate) fn tags(state: &State, caller: &Caller, request: &Request, id: &str) -> Result<Value, Reply> {
    one(state, caller, request, id, "scm:cert:listTagsByCertificate")?;
    Ok(json!({"tags": tags_of(state, id)}))
}

/// Handles `POST /v3/scm/resource_instances/action`: the account's own certificates, past any number, and their tags.
pub(crate) fn by_tag(state: &State, caller: &Caller, request: &Request) -> Result<Value, Reply> {
    scm::admit(state, caller, request)?;
    Query::of(request, &[], bad_parameter)?;
    let body = parameters::body(request, &["action", "limit", "offset", "tags"], bad_parameter)?;
    let number = |name: &str, default: u64| match body.get(name) {
        None => Ok(default),
        Some(value) => value.as_u64().ok_or_else(|| bad_parameter(name)),
    };
    let (limit, offset) = (number("limit", 10)?, number("offset", 0)?);
    if ![10, 20, 50].contains(&limit) {
        return Err(bad_parameter("limit"));
    }
    let wanted = wanted_tags(body.get("tags"))?;
    let account = state.account(caller);
    let reach = enterprise::reach(account, None, "all", Absent::All)
        .map_err(|why| scm::refused(why, "scm:cert:listCertificatesByTag"))?;
    let rows: Vec<&Value> = scm::certificates(state, &account.domain_id)
        .filter(|record| scm::is_owned(record, &account.domain_id))
        .filter(|record| reach.covers(record["enterprise_project_id"].as_str()))
        .filter(|record| has_tags(state, record["id"].as_str().unwrap_or_default(), &wanted))
        .collect();
    // Documented to be 100 at most, however many there are.
    let total = rows.len().min(100);
    match body.get("action").and_then(Value::as_str) {
        Some("count") => Ok(json!({"total_count": total})),
        Some("filter") => {
            let (offset, limit) = (usize::try_from(offset), usize::try_from(limit));
            let page = parameters::page(&rows, offset.unwrap_or(usize::MAX), limit.unwrap_or_default());
            let resources: Vec<Value> = page.iter().flat_map(|record| instance(state, record)).collect();
            Ok(json!({"resources": resources, "total_count": total}))
        }
        _ => Err(bad_parameter("action")),
    }
}

/// Returns the record of a certificate in reach.
fn one<'a>(
    state: &'a State,
    caller: &Caller,
    request: &Request,
    id: &str,
    permission: &str,
) -> Result<&'a Value, Reply> {
    scm::admit(state, caller, request)?;
    Query::of(request, &[], bad_parameter)?;
    let account = state.account(caller);
    let record = find(state, &account.domain_id, id)?;
    if enterprise::everything(account).covers(record["enterprise_project_id"].as_str()) {
        Ok(record)
    } else {
        Err(scm::denied(permission))
    }
}

/// Returns the record of a certificate in the account.
pub(crate) fn find<'a>(state: &'a State, domain_id: &str, id: &str) -> Result<&'a Value, Reply> {
    let stores = state.world.scm_stores.iter().filter(|store| store.domain_id == domain_id);
    let mut all = state.world.scm.iter().chain(stores.flat_map(|store| &store.certificates));
    all.find(|record| record["id"] == id).ok_or_else(|| refuse(400, "SCM.0008", "Invalid certificate ID."))
}

fn detail_of<'a>(state: &'a State, id: &str) -> Option<&'a ScmDetail> {
    state.world.scm_details.iter().find(|detail| detail.id == id)
}

fn tags_of(state: &State, id: &str) -> Vec<Value> {
    let tags = state.world.scm_tags.iter().filter(|tag| tag.certificate_id == id);
    tags.map(|tag| json!({"key": tag.key, "value": tag.value})).collect()
}

/// Reads `[{"key": …, "values": […]}]`.
fn wanted_tags(tags: Option<&Value>) -> Result<Vec<(String, Vec<String>)>, Reply> {
    let none = json!([]);
    let tags = tags.unwrap_or(&none).as_array().ok_or_else(|| bad_parameter("tags"))?;
    let wanted = tags.iter().map(|tag| {
        let values = tag["values"].as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        Some((tag["key"].as_str()?.to_owned(), values))
    });
    wanted.collect::<Option<_>>().ok_or_else(|| bad_parameter("tags"))
}

/// Tells whether a certificate has every one of these tags; no values stand for any.
fn has_tags(state: &State, id: &str, wanted: &[(String, Vec<String>)]) -> bool {
    wanted.iter().all(|(key, values)| {
        let mut tags = state.world.scm_tags.iter().filter(|tag| tag.certificate_id == id && tag.key == *key);
        tags.any(|tag| values.is_empty() || values.contains(&tag.value))
    })
}

/// Returns the objects of a certificate in the list by tag. Times are milliseconds since 1970.
fn instance(state: &State, record: &Value) -> Vec<Value> {
    let id = record["id"].as_str().unwrap_or_default();
    let issued = detail_of(state, id).map(|detail| detail.certificate.not_before.timestamp_millis());
    let detail = json!({
        "cert_id": id,
        "cert_name": record["name"],
        "domain": record["domain"],
        "sans": record["sans"],
        "signature_algorithm": record["signature_algorithm"],
        "cert_type": record["type"],
        "cert_brand": record["brand"],
        "expired_time": end_of(record).map(|end| end.timestamp_millis()),
        "cert_issued_time": issued,
        "cert_created_time": null,
        "order_status": record["status"],
        "domain_type": record["domain_type"],
        "domain_num": record["domain_count"],
        "wildcard_number": record["wildcard_count"],
        "cert_des": record["description"],
        "enterprise_project_id": record["enterprise_project_id"].as_str().unwrap_or(enterprise::DEFAULT),
        "renewal_cert_id": record["renewal_cert_id"],
        "origin_cert_id": record["origin_cert_id"],
        "auto_renew_status": 0,
        "auto_deploy_support": false,
        "push_support": record["deploy_support"],
        "multi_domain_type": null,
        "partner_order_id": null,
        "purchase_period": 1,
        "fail_reason": null,
        "remain_cert_number": 0,
        "resource_id": null,
        "unsubscribe_support": false,
    });
    let (tags, name) = (tags_of(state, id), &record["name"]);
    match state.world.scm_tag_rows {
        TagRows::Objects => {
            vec![json!({"resource_id": id, "resource_name": name, "resource_detail": detail, "tags": tags})]
        }
        TagRows::OneKeyObjects => vec![
            json!({"resource_id": id}),
            json!({"resource_detail": [detail]}),
            json!({"tags": tags}),
            json!({"resource_name": name}),
        ],
    }
}

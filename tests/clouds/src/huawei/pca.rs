//! The simulated Huawei Cloud's private CA: authorities and the certificates that they issued.

use super::elb::refuse;
use super::enterprise;
use super::parameters::{self, Query};
use super::{Caller, State, scope};
use crate::certs::Certificate;
use crate::records::{PLANTED_KEY, changed};
use crate::server::{Reply, Request};
use serde_json::{Value, json};

/// A certificate of the private CA, or an authority.
#[derive(Clone, Debug)]
pub struct PrivateCertificate {
    /// The domain id of its account; empty for all accounts.
    pub account: String,
    /// Its row in the list. Times are milliseconds since 1970.
    pub row: Value,
    pub certificate: Certificate,
}

impl PrivateCertificate {
    /// Creates a certificate that an authority issued, with its key in the private CA.
    pub fn new(id: &str, ca_id: &str, certificate: &Certificate) -> Self {
        let own = json!({
            "certificate_id": id,
            "status": "ISSUED",
            "issuer_id": ca_id,
            "issuer_name": "Example Issuing CA",
            "enc_cert_info": {"enc_serial_number": null},
        });
        Self::with(certificate, &own)
    }

    /// Creates an active root authority.
    pub fn root(id: &str, certificate: &Certificate) -> Self {
        Self::authority(id, "ROOT", certificate)
    }

    /// Creates an active subordinate authority.
    pub fn subordinate(id: &str, ca_id: &str, certificate: &Certificate) -> Self {
        let own = json!({"issuer_id": ca_id, "issuer_name": "Example Root CA", "path_length": 0});
        Self::authority(id, "SUBORDINATE", certificate).changed(&own)
    }

    /// Changes fields of its row; a field that is `null` there is removed.
    #[must_use]
    pub fn changed(mut self, changes: &Value) -> Self {
        self.row = changed(self.row, changes);
        self
    }

    fn authority(id: &str, kind: &str, certificate: &Certificate) -> Self {
        let crl = ["crl_name", "obs_bucket_name", "valid_days", "crl_dis_point"];
        let mut own = json!({
            "ca_id": id,
            "type": kind,
            "status": "ACTIVED",
            "path_length": 7,
            "charging_mode": 0,
            "crl_configuration": {"enabled": false},
        });
        for name in crl {
            own["crl_configuration"][name] = Value::Null;
        }
        let mut made = Self::with(certificate, &own);
        (made.row["issuer_id"], made.row["issuer_name"]) = (Value::Null, Value::Null);
        made
    }

    fn with(certificate: &Certificate, own: &Value) -> Self {
        let start = certificate.not_before.timestamp_millis();
        let common = json!({
            "key_algorithm": "EC256",
            "signature_algorithm": "SHA256",
            "freeze_flag": 0,
            "gen_mode": "GENERATE",
            // Decimal digits: the time of issue and a random number.
            "serial_number": format!("{}{:010}", certificate.not_before.format("%Y%m%d%H%M%S"), 1_266_081_861),
            "create_time": start,
            "not_before": start,
            "not_after": certificate.not_after.timestamp_millis(),
            "distinguished_name": {
                "country": "CN",
                "state": "Sichuan",
                "locality": "Chengdu",
                "organization": "Example Org",
                "organizational_unit": "IT",
                "common_name": certificate.cn,
            },
            "enterprise_project_id": enterprise::DEFAULT,
        });
        let mut row = changed(common, own);
        row["delete_time"] = Value::Null;
        Self { account: String::new(), row, certificate: certificate.clone() }
    }
}

/// Handles `GET /v1/private-certificates`.
pub(crate) fn certificates(state: &State, caller: &Caller, request: &Request) -> Result<Value, Reply> {
    admit(state, caller, request)?;
    let known = ["limit", "offset", "name", "status", "sort_key", "sort_dir"];
    let query = Query::of(request, &known, bad_parameter)?;
    query.word("status", &["ISSUED", "REVOKED", "EXPIRED"])?;
    list(state, caller, &state.world.private_certificates, &query, "certificates")
}

/// Handles `GET /v1/private-certificate-authorities`.
pub(crate) fn authorities(state: &State, caller: &Caller, request: &Request) -> Result<Value, Reply> {
    admit(state, caller, request)?;
    let known = ["limit", "offset", "name", "status", "type", "sort_key", "sort_dir"];
    let query = Query::of(request, &known, bad_parameter)?;
    query.word("status", &["PENDING", "ACTIVED", "DISABLED", "DELETED", "EXPIRED"])?;
    query.word("type", &["ROOT", "SUBORDINATE"])?;
    list(state, caller, &state.world.private_authorities, &query, "certificate_authorities")
}

/// Handles `POST /v1/private-certificate-authorities/{ca_id}/export`: the public certificate of an authority.
pub(crate) fn export_authority(state: &State, caller: &Caller, request: &Request, id: &str) -> Result<Value, Reply> {
    admit(state, caller, request)?;
    Query::of(request, &[], bad_parameter)?;
    let mut visible = visible(state, caller, &state.world.private_authorities);
    match visible.find(|one| one.row["ca_id"] == id) {
        Some(one) if one.row["status"] == "ACTIVED" || one.row["status"] == "EXPIRED" => Ok(json!({
            "certificate": one.certificate.pem.replace('\n', "\r\n"),
            "certificate_chain": null,
        })),
        Some(_) => Err(bad_parameter("status")),
        None => Err(not_found(id)),
    }
}

/// Handles `POST /v1/private-certificates/{certificate_id}/export`, whose answer contains the private key.
pub(crate) fn export(state: &State, caller: &Caller, request: &Request, id: &str) -> Result<Value, Reply> {
    admit(state, caller, request)?;
    Query::of(request, &[], bad_parameter)?;
    parameters::body(request, &["type", "is_sm_standard", "password"], bad_parameter)?;
    let mut visible = visible(state, caller, &state.world.private_certificates);
    let one = visible.find(|one| one.row["certificate_id"] == id).ok_or_else(|| not_found(id))?;
    let pem = one.certificate.pem.replace('\n', "\r\n");
    Ok(json!({"certificate": pem, "certificate_chain": null, "private_key": PLANTED_KEY}))
}

fn admit(state: &State, caller: &Caller, request: &Request) -> Result<(), Reply> {
    scope::account(state, caller, request, || denied("pca"))?;
    scope::site(state, request)
}

fn visible<'a>(
    state: &'a State,
    caller: &Caller,
    rows: &'a [PrivateCertificate],
) -> impl Iterator<Item = &'a PrivateCertificate> {
    let account = &state.world.accounts[caller.account];
    let reach = enterprise::everything(account);
    rows.iter()
        .filter(|one| scope::owns(&one.account, &account.domain_id))
        .filter(move |one| reach.covers(one.row["enterprise_project_id"].as_str()))
}

fn list(
    state: &State,
    caller: &Caller,
    rows: &[PrivateCertificate],
    query: &Query,
    list: &str,
) -> Result<Value, Reply> {
    let limit = query.number("limit", 0..=1000, 10)?;
    let offset = query.number("offset", 0..=usize::MAX, 0)?;
    let key = query.word("sort_key", &["create_time", "common_name", "issuer_name", "not_after"])?;
    let descending = query.word("sort_dir", &["ASC", "DESC"])? != Some("ASC");
    let mut rows: Vec<&Value> = visible(state, caller, rows)
        .map(|one| &one.row)
        .filter(|row| {
            ["status", "type"].iter().all(|column| query.text(column).is_none_or(|wanted| row[*column] == wanted))
        })
        .filter(|row| {
            let name = row["distinguished_name"]["common_name"].as_str().unwrap_or_default();
            query.text("name").is_none_or(|wanted| name.contains(wanted))
        })
        .collect();
    let text = |row: &Value, key: &str| {
        let value = if key == "common_name" { &row["distinguished_name"][key] } else { &row[key] };
        (value.as_i64(), value.as_str().map(str::to_owned))
    };
    if let Some(key) = key {
        rows.sort_by_key(|row| text(row, key));
        if descending {
            rows.reverse();
        }
    }
    Ok(json!({"total": rows.len(), list: parameters::page(&rows, offset, limit)}))
}

fn bad_parameter(name: &str) -> Reply {
    refuse(400, "PCA.10010001", &format!("Invalid parameter: {name}."))
}

fn not_found(id: &str) -> Reply {
    refuse(404, "PCA.10010002", &format!("{id} does not exist."))
}

/// Returns the permission error. The real codes are not known; they have this form.
pub(crate) fn denied(permission: &str) -> Reply {
    refuse(403, "PCA.10010003", &format!("Policy doesn't allow {permission} to be performed."))
}

//! The simulated Huawei Cloud's CDN: domains, and the certificates that they present.

use super::elb::refuse;
use super::enterprise::{self, Absent, Reach, Refused};
use super::parameters::Query;
use super::{Caller, State, scope};
use crate::certs::Certificate;
use crate::records::{PLANTED_KEY, changed, id_of};
use crate::server::{Reply, Request};
use crate::wire::{self, Plus};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// The key that signs URLs in a domain's special configuration. It must never be printed.
pub const PLANTED_AUTH_KEY: &str = "PLANTED-URL-SIGNING-KEY";

/// A domain of CDN.
#[derive(Clone, Debug, Default)]
pub struct CdnDomain {
    /// The domain id of its account; empty for all accounts.
    pub account: String,
    pub id: String,
    pub name: String,
    pub enterprise_project_id: String,
    /// None for a domain without HTTPS, two for one with an RSA or ECC and an SM2 certificate.
    pub certificates: Vec<CdnCertificate>,
    /// The issuers of clients' certificates that the domain accepts.
    pub client_ca_pem: Option<String>,
    pub tags: Vec<(String, String)>,
    /// Changes to its row in the list of certificates, as [`changed`] makes them.
    pub changes: Value,
}

/// A certificate that a domain of CDN presents.
#[derive(Clone, Debug, Default)]
pub struct CdnCertificate {
    pub name: String,
    /// 0 for one that was uploaded, 1 for one of CDN, 2 for one of SCM.
    pub source: u8,
    /// The id in SCM.
    pub scm_id: Option<String>,
    pub pem: String,
    /// The half that encrypts, of an SM2 pair.
    pub enc_pem: Option<String>,
    pub not_after: DateTime<Utc>,
}

impl CdnDomain {
    /// Creates a domain without HTTPS in the default enterprise project of all accounts.
    pub fn new(name: &str) -> Self {
        let default = enterprise::DEFAULT.to_owned();
        Self { id: id_of(name), name: name.into(), enterprise_project_id: default, ..Self::default() }
    }

    /// Adds a certificate that was uploaded to CDN itself.
    #[must_use]
    pub fn serving(self, name: &str, certificate: &Certificate) -> Self {
        self.with(CdnCertificate {
            name: name.into(),
            pem: certificate.pem.clone(),
            not_after: certificate.not_after,
            ..CdnCertificate::default()
        })
    }

    /// Adds a certificate of SCM.
    #[must_use]
    pub fn serving_scm(self, scm_id: &str, name: &str, certificate: &Certificate) -> Self {
        self.with(CdnCertificate {
            name: name.into(),
            source: 2,
            scm_id: Some(scm_id.into()),
            pem: certificate.pem.clone(),
            not_after: certificate.not_after,
            ..CdnCertificate::default()
        })
    }

    /// Adds a certificate.
    #[must_use]
    pub fn with(mut self, certificate: CdnCertificate) -> Self {
        self.certificates.push(certificate);
        self
    }

    /// Moves the domain to an account and an enterprise project.
    #[must_use]
    pub fn owned_by(mut self, account: &str, enterprise_project_id: &str) -> Self {
        (self.account, self.enterprise_project_id) = (account.into(), enterprise_project_id.into());
        self
    }

    /// Returns its row in the list of certificates, which has the one certificate, but none of two.
    fn row(&self) -> Value {
        let single = self.certificates.first().filter(|_| self.certificates.len() == 1);
        let row = json!({
            "domain_id": self.id,
            "domain_name": self.name,
            "cert_name": single.map(|one| &one.name),
            "certificate": single.map(|one| &one.pem),
            "private_key": PLANTED_KEY,
            "certificate_type": single.map_or(0, |one| one.source),
            "expiration_time": single.map(|one| one.not_after.timestamp_millis()),
            "https_status": 1,
            "force_redirect_https": 0,
            "force_redirect_config": {"switch": 0, "redirect_type": null},
            "http2": 1,
        });
        changed(row, &self.changes)
    }

    fn described(&self, with_tags: bool) -> Value {
        let tags: Vec<Value> = self.tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
        json!({
            "id": self.id,
            "domain_name": self.name,
            "business_type": "web",
            "domain_status": "online",
            "cname": format!("{}.c.cdnhwc1.example", self.name),
            "https_status": u8::from(!self.certificates.is_empty()),
            "create_time": 1_736_496_000_000_i64,
            "modify_time": 1_736_496_060_000_i64,
            "disabled": 0,
            "locked": 0,
            "service_area": "outside_mainland_china",
            "enterprise_project_id": self.enterprise_project_id,
            "tags": if with_tags && !tags.is_empty() { json!(tags) } else { Value::Null },
        })
    }

    fn config(&self, with_auth_key: bool) -> Value {
        let single = self.certificates.first().filter(|_| self.certificates.len() == 1);
        let kind = |one: &CdnCertificate| if one.enc_pem.is_some() { "server_sm" } else { "server" };
        let of_several = |one: &CdnCertificate| {
            json!({
                "certificate_source": one.source,
                "scm_certificate_id": one.scm_id,
                "certificate_type": kind(one),
                "certificate_name": one.name,
                "certificate_value": one.pem,
                "enc_certificate_value": one.enc_pem,
                "expire_time": one.not_after.timestamp_millis(),
            })
        };
        let several: &[CdnCertificate] = if single.is_some() { &[] } else { &self.certificates };
        let mut config = json!({
            "business_type": "web",
            "https": {
                "https_status": if self.certificates.is_empty() { "off" } else { "on" },
                "certificate_type": single.map(kind),
                "certificate_source": single.map(|one| one.source),
                "scm_certificate_id": single.map(|one| &one.scm_id),
                "certificate_name": single.map(|one| &one.name),
                "certificate_value": single.map(|one| &one.pem),
                "enc_certificate_value": single.map(|one| &one.enc_pem),
                "certificates": several.iter().map(of_several).collect::<Vec<_>>(),
                "expire_time": single.map(|one| one.not_after.timestamp_millis()),
                "http2_status": "on",
                "tls_version": "TLSv1.2,TLSv1.3",
                "ocsp_stapling_status": "off",
            },
            "sni": {"status": "off", "server_name": null},
            "client_cert": {
                "status": if self.client_ca_pem.is_some() { "on" } else { "off" },
                "trusted_cert": self.client_ca_pem,
                "hosts": null,
            },
        });
        if with_auth_key {
            config["url_auth"] = json!({"status": "on", "primary_key": PLANTED_AUTH_KEY});
        }
        json!({"configs": config})
    }
}

/// Handles `GET /v1.0/cdn/domains/https-certificate-info`: a row for each domain with HTTPS.
pub(crate) fn certificates(state: &State, caller: &Caller, request: &Request) -> Result<Value, Reply> {
    scope::account(state, caller, request, no_privilege)?;
    let known = ["page_size", "page_number", "domain_name", "user_domain_id", "enterprise_project_id"];
    let query = Query::of(request, &known, bad_parameter)?;
    let reach = reach(state, caller, &query)?;
    let own = &state.account(caller).domain_id;
    if query.text("user_domain_id").is_some_and(|id| id != own) {
        return Err(no_privilege());
    }
    let rows: Vec<Value> = domains(state, caller, &reach)
        .filter(|domain| !domain.certificates.is_empty())
        .filter(|domain| query.text("domain_name").is_none_or(|name| domain.name == name))
        .map(CdnDomain::row)
        .collect();
    page(&query, rows, "https")
}

/// Handles `GET /v1.0/cdn/domains`.
pub(crate) fn list(state: &State, caller: &Caller, request: &Request) -> Result<Value, Reply> {
    scope::account(state, caller, request, no_privilege)?;
    let known = [
        "page_size",
        "page_number",
        "domain_name",
        "exact_match",
        "domain_status",
        "service_area",
        "business_type",
        "show_tags",
        "enterprise_project_id",
    ];
    let query = Query::of(request, &known, bad_parameter)?;
    let reach = reach(state, caller, &query)?;
    let (with_tags, exact) = (query.flag("show_tags")?, query.flag("exact_match")?.unwrap_or_default());
    let fits = |wanted: &str, name: &str| if exact { name == wanted } else { name.contains(wanted) };
    let rows: Vec<Value> = domains(state, caller, &reach)
        .filter(|domain| query.text("domain_name").is_none_or(|wanted| fits(wanted, &domain.name)))
        .map(|domain| domain.described(with_tags == Some(true)))
        .filter(|row| {
            let columns = ["domain_status", "service_area", "business_type"];
            columns.iter().all(|column| query.text(column).is_none_or(|wanted| row[*column] == wanted))
        })
        .collect();
    page(&query, rows, "domains")
}

/// Handles `GET /v1.1/cdn/configuration/domains/{domain_name}/configs`.
pub(crate) fn config(state: &State, caller: &Caller, request: &Request, name: &str) -> Result<Value, Reply> {
    scope::account(state, caller, request, no_privilege)?;
    let query = Query::of(request, &["enterprise_project_id", "show_special_configs"], bad_parameter)?;
    let with_auth_key = query.word("show_special_configs", &["auth_key"])?.is_some();
    let reach = reach(state, caller, &query)?;
    let name = wire::decode(name, Plus::Plus);
    match domains(state, caller, &reach).find(|domain| domain.name == name) {
        Some(domain) => Ok(domain.config(with_auth_key)),
        None => Err(refuse(404, "CDN.0171", "The domain name does not exist.")),
    }
}

fn domains<'a>(state: &'a State, caller: &Caller, reach: &'a Reach) -> impl Iterator<Item = &'a CdnDomain> {
    let account = &state.world.accounts[caller.account];
    let own = state.world.cdn.iter().filter(|domain| scope::owns(&domain.account, &account.domain_id));
    own.filter(|domain| reach.covers(Some(&domain.enterprise_project_id)))
}

/// Returns one page. Past the end the list is `null`.
fn page(query: &Query, rows: Vec<Value>, list: &str) -> Result<Value, Reply> {
    let size = query.number("page_size", 1..=10_000, 30)?;
    let number = query.number("page_number", 1..=65_535, 1)?;
    let total = rows.len();
    let page: Vec<Value> = rows.into_iter().skip((number - 1) * size).take(size).collect();
    Ok(json!({"total": total, list: if page.is_empty() && total > 0 { Value::Null } else { json!(page) }}))
}

/// Returns the reach of a call. A user with rights in enterprise projects only has to name them.
fn reach<'a>(state: &'a State, caller: &Caller, query: &'a Query) -> Result<Reach<'a>, Reply> {
    let wanted = query.text("enterprise_project_id").map(|wanted| if wanted == "ALL" { "all" } else { wanted });
    enterprise::reach(state.account(caller), wanted, "all", Absent::WholeAccount).map_err(|why| match why {
        Refused::Malformed => bad_parameter("enterprise_project_id"),
        // The text is documented, code and status are not.
        Refused::Denied => refuse(403, "CDN.9999", "Fine-grained Authentication Failed"),
    })
}

/// Returns the refusal of a parameter. The real code is not known.
fn bad_parameter(name: &str) -> Reply {
    refuse(400, "CDN.0001", &format!("Invalid parameter: {name}."))
}

fn no_privilege() -> Reply {
    refuse(403, "CDN.0002", "The token has no privilege in this account.")
}

/// Returns the permission error. The real one is not known.
pub(crate) fn denied(permission: &str) -> Reply {
    refuse(403, "CDN.0002", &format!("Policy doesn't allow {permission} to be performed."))
}

//! The simulated Huawei Cloud's WAF: the certificates and the protected hosts of each project.

use super::elb::refuse;
use super::enterprise::{self, Absent, Reach, Refused};
use super::parameters::{self, Query};
use super::{Caller, State, scope};
use crate::certs::Certificate;
use crate::records::{PLANTED_KEY, changed, id_of};
use crate::server::{Reply, Request};
use chrono::Duration;
use serde_json::{Value, json};

/// The WAF of a project. A project without one has not subscribed to it.
#[derive(Clone, Debug, Default)]
pub struct Waf {
    pub project_id: String,
    pub certificates: Vec<WafCertificate>,
    pub form: WafForm,
    /// Whether `host=true` lists the certificates in use only, and everything else the others. The documents disagree:
    /// without this, both list all, and rows have hosts and ends with `host=true` only.
    pub host_selects: bool,
}

/// The form of the rows of the list of certificates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WafForm {
    #[default]
    Current,
    /// With the certificate and its private key, as in older regions.
    WithKeys,
    /// Without an end and hosts, as in the dedicated WAF of a partner's cloud.
    Bare,
    /// With `expireTime`, as in the cloud WAF of a partner's cloud.
    Camel,
}

/// A certificate of WAF.
#[derive(Clone, Debug)]
pub struct WafCertificate {
    /// 32 hexadecimal digits.
    pub id: String,
    pub name: String,
    pub certificate: Certificate,
    /// The names of the hosts that use it.
    pub hosts: Vec<String>,
    /// The id of the certificate of SCM that it is a copy of; empty for one that was uploaded.
    pub scm_id: String,
    pub enterprise_project_id: String,
    /// Changes to its row in the list, as [`changed`] makes them.
    pub changes: Value,
}

impl Waf {
    /// Creates the WAF of a project, without certificates.
    pub fn new(project_id: &str) -> Self {
        Self { project_id: project_id.into(), ..Self::default() }
    }

    /// Adds a certificate.
    #[must_use]
    pub fn with(mut self, certificate: WafCertificate) -> Self {
        self.certificates.push(certificate);
        self
    }
}

impl WafCertificate {
    /// Creates an uploaded certificate without hosts in the default enterprise project.
    pub fn new(id: &str, name: &str, certificate: &Certificate) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            certificate: certificate.clone(),
            hosts: Vec::new(),
            scm_id: String::new(),
            enterprise_project_id: enterprise::DEFAULT.into(),
            changes: Value::Null,
        }
    }

    /// Adds a host that uses the certificate.
    #[must_use]
    pub fn bound_to(mut self, host: &str) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// Makes it a copy of a certificate of SCM.
    #[must_use]
    pub fn from_scm(mut self, scm_id: &str) -> Self {
        self.scm_id = scm_id.into();
        self
    }

    /// Moves it to an enterprise project.
    #[must_use]
    pub fn in_enterprise_project(mut self, id: &str) -> Self {
        self.enterprise_project_id = id.into();
        self
    }

    /// 0 for a valid certificate, 1 for an expired one, 2 for one that expires within a month.
    fn expiry_status(&self, state: &State) -> u8 {
        let left = self.certificate.not_after - state.now();
        if left <= Duration::zero() { 1 } else { u8::from(left <= Duration::days(30)) * 2 }
    }

    fn row(&self, state: &State, form: WafForm, with_hosts: bool) -> Value {
        let end = self.certificate.not_after.timestamp_millis();
        let uploaded = (self.certificate.not_before + Duration::days(1)).timestamp_millis();
        let mut row = json!({"id": self.id, "name": self.name, "timestamp": uploaded});
        match form {
            WafForm::Bare => {
                row["certificateid"] = json!(format!("{},", self.id));
                row["certificatename"] = json!(format!("{},", self.name));
            }
            WafForm::Camel => row["expireTime"] = json!(end),
            WafForm::Current | WafForm::WithKeys if with_hosts => {
                row["expire_time"] = json!(end);
                row["exp_status"] = json!(self.expiry_status(state));
                row["bind_host"] = self.bound();
            }
            WafForm::Current | WafForm::WithKeys => {}
        }
        if form == WafForm::WithKeys {
            row["content"] = json!(self.certificate.pem);
            row["key"] = json!(PLANTED_KEY);
        }
        changed(row, &self.changes)
    }

    fn bound(&self) -> Value {
        let host = |name: &String| json!({"id": id_of(name), "hostname": name, "waf_type": "cloud", "mode": null});
        self.hosts.iter().map(host).collect()
    }
}

/// Handles `GET /v1/{project_id}/waf/certificate`.
pub(crate) fn list(state: &State, caller: &Caller, request: &Request, project: &str) -> Result<Value, Reply> {
    let known = ["page", "pagesize", "name", "host", "exp_status", "query_scm", "enterprise_project_id"];
    let (waf, query) = subscribed(state, caller, request, project, &known)?;
    let reach = reach(state, caller, &query)?;
    let with_hosts = query.flag("host")?.unwrap_or_default();
    let expiry_status = query.word("exp_status", &["0", "1", "2"])?;
    let with_scm = query.flag("query_scm")?.unwrap_or(true);
    let rows: Vec<Value> = waf
        .certificates
        .iter()
        .filter(|one| reach.covers(Some(&one.enterprise_project_id)))
        .filter(|one| !waf.host_selects || with_hosts != one.hosts.is_empty())
        .filter(|one| with_scm || one.scm_id.is_empty())
        .filter(|one| query.text("name").is_none_or(|name| one.name.contains(name)))
        .filter(|one| expiry_status.is_none_or(|status| status == one.expiry_status(state).to_string()))
        .map(|one| one.row(state, waf.form, with_hosts || waf.host_selects))
        .collect();
    let size = query.number("pagesize", 1..=100, 10).map_err(|_| bad_page())?;
    let page = page(&query, &rows, size)?;
    Ok(json!({"total": rows.len(), "items": page}))
}

/// Handles `GET /v1/{project_id}/waf/certificate/{certificate_id}`, whose answer contains the private key.
pub(crate) fn show(state: &State, caller: &Caller, request: &Request, project: &str, id: &str) -> Result<Value, Reply> {
    let (waf, query) = subscribed(state, caller, request, project, &["enterprise_project_id"])?;
    let reach = reach(state, caller, &query)?;
    let mut visible = waf.certificates.iter().filter(|one| reach.covers(Some(&one.enterprise_project_id)));
    match visible.find(|one| one.id == id) {
        Some(one) => Ok(one.row(state, WafForm::WithKeys, true)),
        None => Err(refuse(400, "WAF.00014001", "resource.not.found")),
    }
}

/// Handles `GET /v1/{project_id}/composite-waf/host`: the hosts, which do not name their certificates.
pub(crate) fn hosts(state: &State, caller: &Caller, request: &Request, project: &str) -> Result<Value, Reply> {
    let known = ["page", "pagesize", "hostname", "is_https", "waf_type", "enterprise_project_id"];
    let (waf, query) = subscribed(state, caller, request, project, &known)?;
    let reach = reach(state, caller, &query)?;
    let cloud = query.word("waf_type", &["cloud", "premium"])? != Some("premium");
    // Every host here has a certificate, and so HTTPS.
    let https = query.flag("is_https")?.unwrap_or(true);
    let rows: Vec<Value> = waf
        .certificates
        .iter()
        .filter(|one| cloud && https && reach.covers(Some(&one.enterprise_project_id)))
        .flat_map(|one| one.hosts.iter().map(move |host| (host, &one.enterprise_project_id)))
        .filter(|(host, _)| query.text("hostname").is_none_or(|wanted| host.contains(wanted)))
        .map(|(host, enterprise_project_id)| {
            json!({
                "id": id_of(host),
                "hostid": id_of(host),
                "hostname": host,
                "waf_type": "cloud",
                "server": [{"front_protocol": "HTTPS", "back_protocol": "HTTP", "address": "192.0.2.10", "port": 80}],
                "enterprise_project_id": enterprise_project_id,
                "protect_status": 1,
                "access_status": 1,
            })
        })
        .collect();
    let page = if query.text("pagesize") == Some("-1") {
        rows.clone()
    } else {
        let size = query.number("pagesize", 1..=100, 10).map_err(|_| bad_page())?;
        page(&query, &rows, size)?.to_vec()
    };
    Ok(json!({"total": rows.len(), "cloud_total": rows.len(), "premium_total": 0, "items": page}))
}

/// Returns the WAF of a project, and the query of a call with these parameters.
fn subscribed<'a>(
    state: &'a State,
    caller: &Caller,
    request: &Request,
    project: &str,
    known: &[&str],
) -> Result<(&'a Waf, Query), Reply> {
    scope::project(caller, request)?;
    let waf = state.world.waf.iter().find(|waf| waf.project_id == project);
    let waf = waf.ok_or_else(|| refuse(400, "WAF.00012005", "not.subscribe"))?;
    Ok((waf, Query::of(request, known, bad_parameter)?))
}

fn page<'a>(query: &Query, rows: &'a [Value], size: usize) -> Result<&'a [Value], Reply> {
    let number = query.number("page", 1..=usize::MAX, 1).map_err(|_| bad_page())?;
    Ok(parameters::page(rows, (number - 1).saturating_mul(size), size))
}

fn reach<'a>(state: &'a State, caller: &Caller, query: &'a Query) -> Result<Reach<'a>, Reply> {
    let wanted = query.text("enterprise_project_id");
    enterprise::reach(state.account(caller), wanted, "all_granted_eps", Absent::Default).map_err(|why| match why {
        Refused::Malformed => bad_parameter("enterprise_project_id"),
        Refused::Denied => denied(),
    })
}

fn bad_page() -> Reply {
    refuse(400, "WAF.00011011", "invalid.page")
}

/// Returns the refusal of a parameter. The real code is not known.
fn bad_parameter(name: &str) -> Reply {
    refuse(400, "WAF.00011001", &format!("bad.request: {name}"))
}

/// Returns the refusal of a project that is not the caller's.
pub(crate) fn foreign_project() -> Reply {
    refuse(400, "WAF.00012002", "project id mismatch")
}

/// Returns the permission error, whose status is 400.
pub(crate) fn denied() -> Reply {
    refuse(400, "WAF.00012003", "permission.denied")
}

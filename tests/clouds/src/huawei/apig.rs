//! The simulated Huawei Cloud's API Gateway: its instances, their certificates and the domains that use them.

use super::elb::refuse;
use super::enterprise;
use super::parameters::{self, Query};
use super::{Caller, State, scope};
use crate::certs::Certificate;
use crate::records::{changed, id_of};
use crate::server::{Reply, Request};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// A gateway, which is an instance of API Gateway.
#[derive(Clone, Debug, Default)]
pub struct Gateway {
    /// 32 hexadecimal digits.
    pub id: String,
    pub name: String,
    pub project_id: String,
    pub enterprise_project_id: String,
    pub certificates: Vec<GatewayCertificate>,
}

/// A certificate of a gateway.
#[derive(Clone, Debug)]
pub struct GatewayCertificate {
    /// 32 hexadecimal digits.
    pub id: String,
    pub name: String,
    pub certificate: Certificate,
    /// Whether every gateway of the project lists it.
    pub is_global: bool,
    /// The domains of this gateway that use it.
    pub domains: Vec<String>,
    /// Changes to its row in the list, as [`changed`] makes them.
    pub changes: Value,
}

impl Gateway {
    /// Creates a gateway without certificates, whose id follows from its name.
    pub fn new(project_id: &str, name: &str) -> Self {
        Self {
            id: id_of(name),
            name: name.into(),
            project_id: project_id.into(),
            enterprise_project_id: enterprise::DEFAULT.into(),
            certificates: Vec::new(),
        }
    }

    /// Adds a certificate.
    #[must_use]
    pub fn with(mut self, certificate: GatewayCertificate) -> Self {
        self.certificates.push(certificate);
        self
    }

    fn described(&self) -> Value {
        json!({
            "id": self.id,
            "project_id": self.project_id,
            "instance_name": self.name,
            "status": "Running",
            "instance_status": 6,
            "type": "apig",
            "spec": "PROFESSIONAL",
            "create_time": 1_738_368_000_000_i64,
            "enterprise_project_id": self.enterprise_project_id,
            "eip_address": "192.0.2.20",
            "charging_mode": 0,
            "cbc_metadata": "",
            "loadbalancer_provider": "elb",
            "cbc_operation_locks": [],
        })
    }

    fn bound_domain(&self, one: &GatewayCertificate, domain: &str) -> Value {
        json!({
            "url_domain": domain,
            "id": id_of(domain),
            "status": 3,
            "min_ssl_version": "TLSv1.2",
            "is_http_redirect_to_https": false,
            "verified_client_certificate_enabled": false,
            "ingress_http_port": -1,
            "ingress_https_port": -1,
            "ssl_id": one.id,
            "ssl_name": one.name,
            "api_group_id": id_of(&format!("{} group", self.id)),
            "api_group_name": "group_demo",
            "instance_id": self.id,
        })
    }

    /// Returns the gateway's one group of APIs.
    fn group(&self) -> Value {
        let domain = |one: &GatewayCertificate, name: &String| {
            json!({
                "id": id_of(name),
                "domain": name,
                "cname_status": 1,
                "ssl_id": one.id,
                "ssl_name": one.name,
                "min_ssl_version": "TLSv1.2",
                "verified_client_certificate_enabled": false,
                "ssl_infos": [{"ssl_id": one.id, "ssl_name": one.name, "algorithm_type": "ECC"}],
            })
        };
        let domains: Vec<Value> =
            self.certificates.iter().flat_map(|one| one.domains.iter().map(move |name| domain(one, name))).collect();
        let id = id_of(&format!("{} group", self.id));
        json!({
            "id": id,
            "name": "group_demo",
            "status": 1,
            "sl_domain": format!("{id}.apic.cn-north-4.huaweicloudapis.com"),
            "url_domains": domains,
        })
    }
}

impl GatewayCertificate {
    /// Creates a certificate of one gateway, which no domain uses.
    pub fn new(id: &str, name: &str, certificate: &Certificate) -> Self {
        let (id, name, certificate) = (id.into(), name.into(), certificate.clone());
        Self { id, name, certificate, is_global: false, domains: Vec::new(), changes: Value::Null }
    }

    /// Adds a domain that uses the certificate.
    #[must_use]
    pub fn bound_to(mut self, domain: &str) -> Self {
        self.domains.push(domain.into());
        self
    }

    /// Makes it a certificate of every gateway in the project.
    #[must_use]
    pub fn global(mut self) -> Self {
        self.is_global = true;
        self
    }

    fn row(&self, gateway: &Gateway) -> Value {
        let row = json!({
            "id": self.id,
            "name": self.name,
            "type": if self.is_global { "global" } else { "instance" },
            "instance_id": if self.is_global { "common" } else { gateway.id.as_str() },
            "project_id": gateway.project_id,
            "common_name": self.certificate.cn,
            "san": self.certificate.sans,
            "not_after": iso(self.certificate.not_after),
            "signature_algorithm": "SHA256withECDSA",
            "create_time": iso(self.certificate.not_before),
            "update_time": iso(self.certificate.not_before),
            "is_has_trusted_root_ca": false,
            "algorithm_type": "ECC",
        });
        changed(row, &self.changes)
    }
}

fn iso(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Handles `GET /v2/{project_id}/apigw/instances`. A caller without the permission gets an empty list.
pub(crate) fn instances(state: &State, caller: &Caller, request: &Request, project: &str) -> Result<Value, Reply> {
    scope::project(caller, request)?;
    let known = ["limit", "offset", "instance_id", "instance_name", "status"];
    let query = Query::of(request, &known, bad_parameter)?;
    query.word("status", &["Running"])?;
    let rows: Vec<Value> = gateways(state, caller, project)
        .filter(|gateway| query.text("instance_id").is_none_or(|id| gateway.id == id))
        .filter(|gateway| query.text("instance_name").is_none_or(|name| gateway.name.contains(name)))
        .map(Gateway::described)
        .collect();
    page(&query, &rows, "instances")
}

/// Returns the list of instances for a caller without the permission.
pub(crate) fn no_instances() -> Reply {
    Reply::json(200, &json!({"total": 0, "size": 0, "instances": []}))
}

/// Handles `GET /v2/{project_id}/apigw/certificates?instance_id=`.
pub(crate) fn certificates(state: &State, caller: &Caller, request: &Request, project: &str) -> Result<Value, Reply> {
    scope::project(caller, request)?;
    let known =
        ["instance_id", "limit", "offset", "name", "common_name", "signature_algorithm", "type", "algorithm_type"];
    let query = Query::of(request, &known, bad_parameter)?;
    let kind = query.word("type", &["instance", "global"])?;
    query.word("algorithm_type", &["RSA", "ECC", "SM2"])?;
    let id = query.text("instance_id").filter(|id| !id.is_empty()).ok_or_else(|| bad_parameter("instance_id"))?;
    let gateway = find_gateway(state, caller, project, id)?;
    let of_others = gateways(state, caller, project).filter(|other| other.id != gateway.id);
    let global = of_others.flat_map(|other| other.certificates.iter().filter(|one| one.is_global));
    let rows: Vec<Value> = gateway
        .certificates
        .iter()
        .chain(global)
        .map(|one| one.row(gateway))
        .filter(|row| kind.is_none_or(|kind| row["type"] == kind))
        .filter(|row| {
            let columns = ["name", "common_name", "signature_algorithm", "algorithm_type"];
            columns.iter().all(|column| query.text(column).is_none_or(|wanted| row[*column] == wanted))
        })
        .collect();
    page(&query, &rows, "certs")
}

/// Handles `GET /v2/{project_id}/apigw/certificates/{certificate_id}`.
pub(crate) fn show(state: &State, caller: &Caller, request: &Request, project: &str, id: &str) -> Result<Value, Reply> {
    scope::project(caller, request)?;
    Query::of(request, &[], bad_parameter)?;
    let (gateway, one) = find_certificate(state, caller, project, id)?;
    let more = json!({
        "not_before": iso(one.certificate.not_before),
        "serial_number": one.certificate.sha1_hex[..32].to_uppercase(),
        "issuer": [one.certificate.cn],
        "organization": [],
        "version": 3,
    });
    Ok(changed(one.row(gateway), &more))
}

/// Handles `GET /v2/{project_id}/apigw/certificates/{certificate_id}/attached-domains`.
pub(crate) fn attached_domains(
    state: &State,
    caller: &Caller,
    request: &Request,
    project: &str,
    id: &str,
) -> Result<Value, Reply> {
    scope::project(caller, request)?;
    let query = Query::of(request, &["limit", "offset", "url_domain"], bad_parameter)?;
    let (gateway, one) = find_certificate(state, caller, project, id)?;
    let domains = one.domains.iter().filter(|domain| query.text("url_domain").is_none_or(|wanted| *domain == wanted));
    let rows: Vec<Value> = domains.map(|domain| gateway.bound_domain(one, domain)).collect();
    page(&query, &rows, "bound_domains")
}

/// Handles `GET /v2/{project_id}/apigw/instances/{instance_id}/api-groups`.
pub(crate) fn groups(
    state: &State,
    caller: &Caller,
    request: &Request,
    project: &str,
    gateway: &str,
) -> Result<Value, Reply> {
    scope::project(caller, request)?;
    let query = Query::of(request, &["limit", "offset", "id", "name"], bad_parameter)?;
    let gateway = find_gateway(state, caller, project, gateway)?;
    page(&query, &[gateway.group()], "groups")
}

fn gateways<'a>(state: &'a State, caller: &Caller, project: &str) -> impl Iterator<Item = &'a Gateway> {
    let reach = enterprise::everything(&state.world.accounts[caller.account]);
    let of_project = state.world.apig.iter().filter(move |gateway| gateway.project_id == project);
    of_project.filter(move |gateway| reach.covers(Some(&gateway.enterprise_project_id)))
}

fn find_gateway<'a>(state: &'a State, caller: &Caller, project: &str, id: &str) -> Result<&'a Gateway, Reply> {
    let found = gateways(state, caller, project).find(|gateway| gateway.id == id);
    found.ok_or_else(|| refuse(404, "APIG.3030", &format!("The instance does not exist;id:{id}")))
}

fn find_certificate<'a>(
    state: &'a State,
    caller: &Caller,
    project: &str,
    id: &str,
) -> Result<(&'a Gateway, &'a GatewayCertificate), Reply> {
    gateways(state, caller, project)
        .find_map(|gateway| Some((gateway, gateway.certificates.iter().find(|one| one.id == id)?)))
        .ok_or_else(|| refuse(404, "APIG.3069", &format!("The SSL certificate does not exist;id:{id}")))
}

/// Returns one page. A limit that is not positive is 20, and one above 500 is 500.
fn page(query: &Query, rows: &[Value], list: &str) -> Result<Value, Reply> {
    let limit = match query.text("limit").map(str::parse::<i64>) {
        None => 20,
        Some(Ok(limit)) if limit <= 0 => 20,
        Some(Ok(limit)) => usize::try_from(limit).unwrap_or(500).min(500),
        Some(Err(_)) => return Err(bad_parameter("limit")),
    };
    let offset = query.number("offset", 0..=usize::MAX, 0)?;
    let page = parameters::page(rows, offset, limit);
    Ok(json!({"total": rows.len(), "size": page.len(), list: page}))
}

fn bad_parameter(name: &str) -> Reply {
    let hint = "Please refer to the support documentation";
    refuse(400, "APIG.2012", &format!("Invalid parameter value,parameterName:{name}. {hint}"))
}

/// Returns the permission error.
pub(crate) fn denied() -> Reply {
    refuse(403, "APIG.1005", "No permissions to request this method")
}

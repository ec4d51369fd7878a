//! The simulated Huawei Cloud's SCM: the resources on which certificates are deployed.

use super::elb::refuse;
use super::enterprise;
use super::parameters::{self, Query};
use super::scm::{self, bad_parameter};
use super::scm_details::find;
use super::{Caller, State};
use crate::server::{Reply, Request};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The resources that SCM lists of one certificate in one region; it counts all of them.
const LISTED: usize = 100;

/// A certificate of SCM on a resource of another product.
#[derive(Clone, Debug, Default)]
pub struct Deployment {
    /// The id of the certificate in SCM.
    pub certificate_id: String,
    /// `ELB`, `WAF` or `CDN`.
    pub service: String,
    /// `global` for CDN.
    pub region: String,
    /// The id of the certificate in ELB or WAF, or that of the domain in CDN.
    pub resource_id: String,
    pub resource_name: String,
}

impl Deployment {
    /// Creates a deployment on a certificate of ELB in a region.
    pub fn elb(certificate_id: &str, region: &str, elb_certificate_id: &str, name: &str) -> Self {
        Self::new(certificate_id, "ELB", region, elb_certificate_id, name)
    }

    /// Creates a deployment on a certificate of WAF in a region.
    pub fn waf(certificate_id: &str, region: &str, waf_certificate_id: &str, name: &str) -> Self {
        Self::new(certificate_id, "WAF", region, waf_certificate_id, name)
    }

    /// Creates a deployment on a domain of CDN.
    pub fn cdn(certificate_id: &str, domain_id: &str, domain_name: &str) -> Self {
        Self::new(certificate_id, "CDN", "global", domain_id, domain_name)
    }

    fn new(certificate_id: &str, service: &str, region: &str, resource_id: &str, resource_name: &str) -> Self {
        Self {
            certificate_id: certificate_id.into(),
            service: service.into(),
            region: region.into(),
            resource_id: resource_id.into(),
            resource_name: resource_name.into(),
        }
    }
}

/// A region of a service that SCM cannot read, so that its answers say `is_error` there.
#[derive(Clone, Debug, Default)]
pub struct UnreadRegion {
    /// `ELB`, `WAF` or `CDN`.
    pub service: String,
    pub region: String,
}

/// Handles `POST /v3/scm/deployed-resources`, for 1 to 50 certificates of the account itself.
pub(crate) fn list(state: &State, caller: &Caller, request: &Request) -> Result<Value, Reply> {
    scm::admit(state, caller, request)?;
    Query::of(request, &[], bad_parameter)?;
    let body = parameters::body(request, &["certificate_ids", "service_names"], bad_parameter)?;
    let texts = |name: &str| -> Result<Vec<String>, Reply> {
        let values = body.get(name).and_then(Value::as_array).ok_or_else(|| bad_parameter(name))?;
        let texts: Option<Vec<String>> = values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
        texts.ok_or_else(|| bad_parameter(name))
    };
    let (ids, names) = (texts("certificate_ids")?, texts("service_names")?);
    if !(1..=50).contains(&ids.len()) {
        return Err(bad_parameter("certificate_ids"));
    }
    let known = ["ALL", "ELB", "WAF", "CDN"];
    if names.is_empty() || names.iter().any(|name| !known.contains(&name.as_str())) {
        return Err(bad_parameter("service_names"));
    }
    let services: Vec<&str> =
        known[1..].iter().copied().filter(|known| names.iter().any(|name| name == "ALL" || name == known)).collect();
    let results: Result<Vec<Value>, Reply> =
        ids.iter().map(|id| deployable(state, caller, id).map(|()| resources(state, id, &services))).collect();
    Ok(json!({"results": results?}))
}

/// Refuses what cannot be deployed: only issued and uploaded certificates of the account itself can, and no SM2 ones.
/// The real service's answer for others is not documented.
fn deployable(state: &State, caller: &Caller, id: &str) -> Result<(), Reply> {
    let account = state.account(caller);
    let record = find(state, &account.domain_id, id)?;
    if !scm::is_owned(record, &account.domain_id) {
        return Err(refuse(400, "SCM.0003", "You are not the owner of the certificate."));
    }
    if !enterprise::everything(account).covers(record["enterprise_project_id"].as_str()) {
        return Err(scm::denied("scm:cert:listDeployedResources"));
    }
    let is_sm = record["signature_algorithm"].as_str().is_some_and(|name| name.to_uppercase().contains("SM"));
    match record["status"].as_str() {
        Some("ISSUED" | "UPLOAD") if !is_sm => Ok(()),
        _ => Err(bad_parameter("certificate_ids")),
    }
}

/// Returns the result for one certificate. A region that cannot be read is not counted.
fn resources(state: &State, id: &str, services: &[&str]) -> Value {
    let mut total = 0;
    let mut deployed = Vec::new();
    for service in services {
        let of_service: Vec<&Deployment> = state
            .world
            .deployments
            .iter()
            .filter(|deployment| deployment.certificate_id == id && deployment.service == *service)
            .collect();
        let unread: Vec<&str> = state
            .world
            .unread_regions
            .iter()
            .filter(|unread| unread.service == *service)
            .map(|unread| unread.region.as_str())
            .collect();
        let regions: BTreeSet<&str> =
            of_service.iter().map(|deployment| deployment.region.as_str()).chain(unread.iter().copied()).collect();
        if regions.is_empty() {
            continue;
        }
        let count = of_service.iter().filter(|deployment| !unread.contains(&deployment.region.as_str())).count();
        total += count;
        let of_region = |region: &&str| {
            let is_error = unread.contains(region);
            let listed = of_service.iter().filter(|deployment| !is_error && deployment.region == *region).take(LISTED);
            let resources: Vec<Value> =
                listed.map(|one| json!({"resource_id": one.resource_id, "resource_name": one.resource_name})).collect();
            json!({"region_id": region, "is_error": is_error, "resources": resources})
        };
        deployed.push(json!({
            "service": service,
            "resource_num": count,
            "resource_location": if *service == "CDN" { "global" } else { "region" },
            "region_resources": regions.iter().map(of_region).collect::<Vec<_>>(),
        }));
    }
    json!({"certificate_id": id, "total_num": total.min(1000), "deployed_resources": deployed})
}

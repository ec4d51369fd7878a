//! The simulated Alibaba Cloud's API gateways, APIG 2024-03-27: domains, in replies whose `code` is `Ok`.

use super::call::{Answer, Call, Operation, Via};
use crate::wire;
use serde_json::{Value, json};

/// A domain of the gateways in one region.
#[derive(Clone, Debug, Default)]
pub struct ApigDomain {
    pub region: String,
    pub name: String,
    /// `<CAS id>-<CAS center>`; empty without HTTPS.
    pub certificate: String,
    /// The account's id; empty for all accounts.
    pub uid: String,
}

impl ApigDomain {
    /// Creates a domain with this certificate.
    pub fn https(region: &str, name: &str, certificate: &str) -> Self {
        Self { region: region.into(), name: name.into(), certificate: certificate.into(), uid: String::new() }
    }

    fn record(&self) -> Value {
        let mut record = json!({
            "domainId": format!("d-{}", &wire::sha256_hex(self.name.as_bytes())[..12]),
            "name": self.name,
            "protocol": if self.certificate.is_empty() { "HTTP" } else { "HTTPS" },
            "mTLSEnabled": false,
            "status": "Published",
        });
        if !self.certificate.is_empty() {
            record["certIdentifier"] = json!(self.certificate);
            record["tlsMin"] = json!("TLS 1.2");
            record["tlsMax"] = json!("TLS 1.3");
        }
        record
    }
}

pub(crate) const OPERATIONS: &[Operation] = &[Operation {
    name: "ListDomains",
    via: Via::Path("/v1/domains"),
    needed: &[],
    optional: &["pageNumber", "pageSize"],
    run: list,
}];

fn list(call: &Call) -> Answer {
    let domains = call.cloud.world.apig.iter().filter(|domain| domain.region == call.region && call.owns(&domain.uid));
    // The documents name no maximum.
    let page = call.page(("pageNumber", "pageSize"), domains.map(ApigDomain::record).collect(), 10, 100)?;
    Ok(json!({
        "requestId": format!("00000000-0000-4000-8000-{:012X}", wire::serial()),
        "code": "Ok",
        "message": "success",
        "data": {
            "pageNumber": page.number,
            "pageSize": page.size,
            "totalSize": page.total,
            "items": page.rows,
        },
    }))
}

//! The simulated Alibaba Cloud's Function Compute 2023-03-30: custom domains, whose list has private keys.

use super::call::{Answer, Call, Operation, Via};
use crate::certs::Certificate;
use crate::records::PLANTED_KEY;
use serde_json::{Value, json};

/// A custom domain with its own copy of a certificate.
#[derive(Clone, Debug, Default)]
pub struct FcDomain {
    pub region: String,
    pub name: String,
    /// `HTTP`, `HTTPS` or `HTTP,HTTPS`.
    pub protocol: String,
    pub certificate_name: String,
    /// The chain; empty without HTTPS.
    pub pem: String,
    /// The account's id; empty for all accounts.
    pub uid: String,
}

impl FcDomain {
    /// Creates a domain with a copy of this certificate.
    pub fn https(region: &str, name: &str, certificate: &Certificate) -> Self {
        Self {
            protocol: "HTTP,HTTPS".into(),
            certificate_name: name.replace('.', "-"),
            pem: certificate.pem.clone(),
            ..Self::plain(region, name)
        }
    }

    /// Creates a domain without HTTPS.
    pub fn plain(region: &str, name: &str) -> Self {
        Self { region: region.into(), name: name.into(), protocol: "HTTP".into(), ..Self::default() }
    }

    fn record(&self) -> Value {
        let key = if self.pem.is_empty() { "" } else { PLANTED_KEY };
        json!({
            "accountId": "1000000000000001",
            "apiVersion": "2023-03-30",
            "authConfig": {"authInfo": "{}", "authType": "anonymous"},
            "certConfig": {"certName": self.certificate_name, "certificate": self.pem, "privateKey": key},
            "createdTime": "2023-03-30T08:02:19Z",
            "domainName": self.name,
            "lastModifiedTime": "2025-05-05T01:30:00Z",
            "protocol": self.protocol,
            "routeConfig": {"routes": [{"functionName": "front", "path": "/*", "qualifier": "LATEST"}]},
            "subdomainCount": "1",
            "tlsConfig": {"cipherSuites": [], "maxVersion": "TLSv1.3", "minVersion": "TLSv1.2"},
            "wafConfig": {"enableWAF": false},
        })
    }
}

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "ListCustomDomains",
        via: Via::Path("/2023-03-30/custom-domains"),
        needed: &[],
        optional: &["limit", "nextToken", "prefix"],
        run: list,
    },
    Operation {
        name: "GetCustomDomain",
        via: Via::Path("/2023-03-30/custom-domains/*"),
        needed: &[],
        optional: &[],
        run: get,
    },
];

fn domains<'a>(call: &'a Call) -> impl Iterator<Item = &'a FcDomain> {
    call.cloud.world.fc.iter().filter(|domain| domain.region == call.region && call.owns(&domain.uid))
}

/// Lists the domains by name. A token is the name of the first domain of the next page.
fn list(call: &Call) -> Answer {
    let (size, token, prefix) = (call.number("limit", 20, 100)?, call.param("nextToken"), call.param("prefix"));
    let mut found: Vec<&FcDomain> =
        domains(call).filter(|domain| domain.name.starts_with(prefix) && domain.name.as_str() >= token).collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let rows: Vec<Value> = found.iter().take(size).map(|domain| domain.record()).collect();
    let mut body = json!({"customDomains": rows});
    if let Some(next) = found.get(size) {
        body["nextToken"] = json!(next.name);
    }
    Ok(body)
}

fn get(call: &Call) -> Answer {
    let name = call.path.rsplit('/').next().unwrap_or_default();
    match domains(call).find(|domain| domain.name == name) {
        Some(domain) => Ok(domain.record()),
        None => Err(call.error(404, "DomainNameNotFound", &format!("domain name '{name}' does not exist"))),
    }
}

//! The simulated Alibaba Cloud's listeners: `DescribeLoadBalancerListeners` in pages, and
//! `DescribeDomainExtensions` for one listener.

use super::Cloud;
use super::response::Responder;
use crate::server::Reply;
use crate::wire;
use serde_json::{Value, json};

/// A listener of a load balancer.
#[derive(Clone, Debug, Default)]
pub struct Listener {
    pub region: String,
    pub load_balancer_id: String,
    pub port: u16,
    /// `tcp`, `udp`, `http` or `https`; only the last has certificates.
    pub protocol: String,
    /// The id of the default certificate.
    pub certificate: String,
    /// The id of the CA certificate for the verification of clients; empty for none.
    pub ca_certificate: String,
    /// A domain, and the id of its certificate.
    pub extensions: Vec<(String, String)>,
}

impl Listener {
    /// Creates a listener for HTTPS with this default certificate.
    pub fn https(region: &str, load_balancer_id: &str, port: u16, certificate: &str) -> Self {
        Self {
            region: region.into(),
            load_balancer_id: load_balancer_id.into(),
            port,
            protocol: "https".into(),
            certificate: certificate.into(),
            ..Self::default()
        }
    }

    fn is_https(&self) -> bool {
        self.protocol == "https"
    }

    fn record(&self) -> Value {
        let mut record = json!({
            "LoadBalancerId": self.load_balancer_id,
            "ListenerPort": self.port,
            "ListenerProtocol": self.protocol,
            "Status": "running",
            "BackendServerPort": 8080,
            "Bandwidth": -1,
            "Scheduler": "wrr",
            "AclStatus": "off",
            "Description": format!("{}_{}", self.protocol, self.port),
            "Tags": [],
        });
        if self.is_https() {
            record["HTTPSListenerConfig"] = json!({
                "ServerCertificateId": self.certificate,
                "EnableHttp2": "on",
                "TLSCipherPolicy": "tls_cipher_policy_1_0",
                "StickySession": "off",
            });
            if !self.ca_certificate.is_empty() {
                record["HTTPSListenerConfig"]["CACertificateId"] = json!(self.ca_certificate);
            }
        }
        record
    }
}

const TOKEN: &str = "FFmyTO70tTpLG6I3FmYAXGKPd";

pub(crate) fn list(cloud: &Cloud, params: &[(String, String)], responder: &Responder) -> Reply {
    let param = |name| wire::find(params, name).unwrap_or_default();
    let size = match param("MaxResults") {
        "" => 20,
        text => match text.parse() {
            Ok(size) if (1..=100).contains(&size) => size,
            _ => return invalid(responder, "MaxResults"),
        },
    };
    let start: usize = match param("NextToken") {
        "" => 0,
        token => match token.strip_prefix(TOKEN).and_then(|start| start.parse().ok()) {
            Some(start) => start,
            None => return invalid(responder, "NextToken"),
        },
    };
    let protocol = param("ListenerProtocol");
    let wanted = |listener: &&Listener| {
        listener.region == param("RegionId") && (protocol.is_empty() || listener.protocol == protocol)
    };
    let rows: Vec<Value> = cloud.world.listeners.iter().filter(wanted).map(Listener::record).collect();
    let end = rows.len().min(start + size);
    let mut body = json!({
        "Listeners": rows.get(start..end).unwrap_or_default(),
        "MaxResults": size,
        "TotalCount": rows.len(),
    });
    if end < rows.len() {
        body["NextToken"] = json!(format!("{TOKEN}{end}"));
    }
    responder.success(body)
}

/// Returns an empty page whose next page is itself.
pub(crate) fn repeat(responder: &Responder) -> Reply {
    responder.success(json!({"Listeners": [], "MaxResults": 100, "TotalCount": 1000, "NextToken": TOKEN}))
}

pub(crate) fn domain_extensions(cloud: &Cloud, params: &[(String, String)], responder: &Responder) -> Reply {
    for name in ["RegionId", "LoadBalancerId", "ListenerPort"] {
        if wire::find(params, name).is_none_or(str::is_empty) {
            return responder.missing(name);
        }
    }
    let param = |name| wire::find(params, name).unwrap_or_default();
    let found = cloud.world.listeners.iter().find(|listener| {
        listener.region == param("RegionId")
            && listener.load_balancer_id == param("LoadBalancerId")
            && listener.port.to_string() == param("ListenerPort")
    });
    match found {
        None => responder.error(404, "InvalidLoadBalancerId.NotFound", "The specified LoadBalancerId does not exist."),
        // The real text is not known.
        Some(listener) if !listener.is_https() => invalid(responder, "ListenerPort"),
        Some(listener) => {
            let record = |(domain, certificate): &(String, String)| {
                json!({
                    "DomainExtensionId": format!("de-{}", &wire::sha256_hex(domain.as_bytes())[..13]),
                    "Domain": domain,
                    "ServerCertificateId": certificate,
                })
            };
            let rows: Vec<Value> = listener.extensions.iter().map(record).collect();
            responder.success(json!({"DomainExtensions": {"DomainExtension": rows}}))
        }
    }
}

fn invalid(responder: &Responder, param: &str) -> Reply {
    responder.error(400, "InvalidParameter", &format!("The specified parameter {param} is not valid."))
}

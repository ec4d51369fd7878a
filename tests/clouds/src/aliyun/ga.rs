//! The simulated Alibaba Cloud's global accelerators, GA 2019-11-20, which are all at the host of `cn-hangzhou`.

use super::call::{Answer, Call, Operation, Via};
use crate::server::Reply;
use serde_json::{Value, json};

/// An accelerator with its listeners.
#[derive(Clone, Debug, Default)]
pub struct Accelerator {
    pub id: String,
    pub listeners: Vec<GaListener>,
    /// The account's id; empty for all accounts.
    pub uid: String,
}

impl Accelerator {
    /// Creates an accelerator of all accounts.
    pub fn new(id: &str, listeners: Vec<GaListener>) -> Self {
        Self { id: id.into(), listeners, uid: String::new() }
    }
}

/// A listener of an accelerator.
#[derive(Clone, Debug, Default)]
pub struct GaListener {
    pub id: String,
    /// `tcp`, `udp`, `http` or `https`; only the last has certificates.
    pub protocol: String,
    /// The first and the last port.
    pub ports: (u16, u16),
    /// The default certificate: `<CAS id>-<CAS center>`.
    pub certificate: String,
    /// A domain, and its certificate.
    pub additional: Vec<(String, String)>,
}

impl GaListener {
    /// Creates a listener for HTTPS at port 443 with this default certificate.
    pub fn https(id: &str, certificate: &str) -> Self {
        Self {
            id: id.into(),
            protocol: "https".into(),
            ports: (443, 443),
            certificate: certificate.into(),
            additional: Vec::new(),
        }
    }

    /// Adds a certificate for a domain.
    #[must_use]
    pub fn sni(mut self, domain: &str, certificate: &str) -> Self {
        self.additional.push((domain.into(), certificate.into()));
        self
    }

    fn default_certificate(&self) -> Option<&String> {
        Some(&self.certificate).filter(|id| !id.is_empty())
    }

    fn record(&self, accelerator: &str) -> Value {
        json!({
            "AcceleratorId": accelerator,
            "Certificates": self.default_certificate().map(|id| json!({"Id": id, "Type": "Server"})).into_iter().collect::<Vec<_>>(),
            "ClientAffinity": "NONE",
            "CreateTime": 1_577_786_252_000_i64,
            "Description": "",
            "HttpVersion": "http2",
            "IdleTimeout": 15,
            "ListenerId": self.id,
            "Name": self.protocol,
            "PortRanges": [{"FromPort": self.ports.0, "ToPort": self.ports.1}],
            "Protocol": self.protocol,
            "ProxyProtocol": false,
            "RequestTimeout": 60,
            "SecurityPolicyId": "tls_cipher_policy_1_2",
            "State": "active",
            "Type": "Standard",
        })
    }
}

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "ListAccelerators",
        via: Via::Query,
        needed: &["RegionId"],
        optional: &["AcceleratorId", "PageNumber", "PageSize"],
        run: list_accelerators,
    },
    Operation {
        name: "ListListeners",
        via: Via::Query,
        needed: &["RegionId"],
        optional: &["AcceleratorId", "PageNumber", "PageSize"],
        run: list_listeners,
    },
    Operation {
        name: "ListListenerCertificates",
        via: Via::Query,
        needed: &["RegionId", "AcceleratorId", "ListenerId"],
        optional: &["Role", "MaxResults", "NextToken"],
        run: list_certificates,
    },
];

const PAGE: (&str, &str) = ("PageNumber", "PageSize");

fn accelerators<'a>(call: &'a Call) -> impl Iterator<Item = &'a Accelerator> {
    let id = call.param("AcceleratorId");
    let all = call.cloud.world.ga.iter().filter(|accelerator| call.owns(&accelerator.uid));
    all.filter(move |accelerator| id.is_empty() || accelerator.id == id)
}

fn list_accelerators(call: &Call) -> Answer {
    let record = |accelerator: &Accelerator| {
        json!({
            "AcceleratorId": accelerator.id,
            "Bandwidth": 10,
            "CreateTime": 1_577_786_252_000_i64,
            "DnsName": format!("{}.aliyunga0017.com", accelerator.id),
            "ExpiredTime": 1_893_456_000_000_i64,
            "InstanceChargeType": "PREPAY",
            "Name": accelerator.id,
            "RegionId": "cn-hangzhou",
            "ResourceGroupId": "rg-acfmx1a2b3c4d5e",
            "Spec": "1",
            "State": "active",
            "Type": "Standard",
        })
    };
    let page = call.page(PAGE, accelerators(call).map(record).collect(), 10, 50)?;
    Ok(json!({
        "Accelerators": page.rows,
        "PageNumber": page.number,
        "PageSize": page.size,
        "TotalCount": page.total,
    }))
}

fn list_listeners(call: &Call) -> Answer {
    let rows = accelerators(call)
        .flat_map(|accelerator| accelerator.listeners.iter().map(|listener| listener.record(&accelerator.id)))
        .collect();
    let page = call.page(PAGE, rows, 10, 50)?;
    Ok(json!({
        "Listeners": page.rows,
        "PageNumber": page.number,
        "PageSize": page.size,
        "TotalCount": page.total,
    }))
}

fn list_certificates(call: &Call) -> Answer {
    let role = call.one_of("Role", &["default", "additional"])?;
    let listener = find(call)?;
    let rows: Vec<Value> =
        (listener.default_certificate().into_iter())
            .map(|id| json!({"CertificateId": id, "IsDefault": true, "State": "active"}))
            .chain(listener.additional.iter().map(
                |(domain, id)| json!({"CertificateId": id, "Domain": domain, "IsDefault": false, "State": "active"}),
            ))
            .filter(|row| role.is_empty() || row["IsDefault"] == (role == "default"))
            .collect();
    call.token_page("Certificates", &rows, 50)
}

/// Returns the named listener. The codes of the refusals are not known.
fn find<'a>(call: &'a Call) -> Result<&'a GaListener, Reply> {
    let Some(accelerator) = accelerators(call).next() else {
        return Err(call.error(400, "NotExist.Accelerator", "The specified accelerator does not exist."));
    };
    let id = call.param("ListenerId");
    let found = accelerator.listeners.iter().find(|listener| listener.id == id);
    found.ok_or_else(|| call.error(400, "NotExist.Listener", "The specified listener does not exist."))
}

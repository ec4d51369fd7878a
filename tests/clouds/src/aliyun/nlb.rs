//! The simulated Alibaba Cloud's network load balancers, NLB 2022-04-30. A listener's list has its default
//! certificates; the additional ones come from a call whose parameters are in a form.

use super::Cloud;
use super::call::{Answer, Call, Operation, Via};
use super::products::no_such_region;
use super::world::ServiceRegion;
use crate::server::Reply;
use serde_json::{Value, json};

/// A listener of a network load balancer.
#[derive(Clone, Debug, Default)]
pub struct NlbListener {
    pub region: String,
    pub load_balancer_id: String,
    /// `lsn-…@<port>`.
    pub id: String,
    /// 0 for a range.
    pub port: u16,
    /// The first and the last port of a range.
    pub range: Option<(u16, u16)>,
    /// `TCPSSL`, `TCP` or `UDP`; only the first has certificates.
    pub protocol: String,
    pub status: String,
    /// The default certificate: `<CAS id>-<CAS center>`.
    pub certificate: String,
    /// The additional certificates, which are chosen by SNI.
    pub additional: Vec<String>,
    /// The CA certificates for the verification of clients.
    pub ca_certificates: Vec<String>,
    /// The account's id; empty for all accounts.
    pub uid: String,
}

impl NlbListener {
    /// Creates a listener for TLS at port 443 of the load balancer `nlb-<id>`, with this default certificate. Its id
    /// is `<id>@443`.
    pub fn tls(region: &str, id: &str, certificate: &str) -> Self {
        Self {
            region: region.into(),
            load_balancer_id: format!("nlb-{id}"),
            id: format!("{id}@443"),
            port: 443,
            protocol: "TCPSSL".into(),
            status: "Running".into(),
            certificate: certificate.into(),
            ..Self::default()
        }
    }

    /// Adds a certificate that is chosen by SNI.
    #[must_use]
    pub fn sni(mut self, certificate: &str) -> Self {
        self.additional.push(certificate.into());
        self
    }

    /// Adds a CA certificate for the verification of clients.
    #[must_use]
    pub fn client_ca(mut self, certificate: &str) -> Self {
        self.ca_certificates.push(certificate.into());
        self
    }

    fn default_certificate(&self) -> Option<&String> {
        Some(&self.certificate).filter(|id| !id.is_empty())
    }

    fn record(&self) -> Value {
        let port = |port: Option<u16>| port.map_or_else(String::new, |port| port.to_string());
        json!({
            "AlpnEnabled": false,
            "CaCertificateIds": self.ca_certificates,
            "CaEnabled": !self.ca_certificates.is_empty(),
            "CertificateIds": self.default_certificate().into_iter().collect::<Vec<_>>(),
            "Cps": 0,
            "EndPort": port(self.range.map(|range| range.1)),
            "IdleTimeout": 900,
            "ListenerDescription": "",
            "ListenerId": self.id,
            "ListenerPort": self.port,
            "ListenerProtocol": self.protocol,
            "ListenerStatus": self.status,
            "LoadBalancerId": self.load_balancer_id,
            "ProxyProtocolEnabled": false,
            "RegionId": self.region,
            "SecSensorEnabled": false,
            "SecurityPolicyId": "tls_cipher_policy_1_2",
            "ServerGroupId": "sgp-test",
            "StartPort": port(self.range.map(|range| range.0)),
        })
    }
}

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "DescribeRegions",
        via: Via::Query,
        needed: &[],
        optional: &["AcceptLanguage"],
        run: |call| Ok(describe_regions(call)),
    },
    Operation {
        name: "ListListeners",
        via: Via::Query,
        needed: &[],
        optional: &["ListenerProtocol", "LoadBalancerIds.N", "ListenerIds.N", "MaxResults", "NextToken"],
        run: list_listeners,
    },
    Operation {
        name: "ListListenerCertificates",
        via: Via::Form,
        needed: &["ListenerId"],
        optional: &["CertType", "CertificateIds.N", "MaxResults", "NextToken"],
        run: list_certificates,
    },
];

/// Returns the regions of NLB: the ones of its listeners, then the others in the world.
pub(crate) fn regions(cloud: &Cloud) -> Vec<ServiceRegion> {
    ServiceRegion::all("nlb", &cloud.world.nlb_regions, cloud.world.nlb.iter().map(|listener| &listener.region))
}

fn describe_regions(call: &Call) -> Value {
    let regions: Vec<Value> = regions(call.cloud).iter().map(ServiceRegion::record).collect();
    json!({"Regions": regions})
}

fn listeners<'a>(call: &'a Call) -> Result<impl Iterator<Item = &'a NlbListener>, Reply> {
    if !regions(call.cloud).iter().any(|region| region.id == call.region) {
        return Err(no_such_region(call.responder));
    }
    Ok(call.cloud.world.nlb.iter().filter(|listener| listener.region == call.region && call.owns(&listener.uid)))
}

fn list_listeners(call: &Call) -> Answer {
    let protocol = call.one_of("ListenerProtocol", &["TCP", "UDP", "TCPSSL"])?;
    let (balancers, ids) = (call.list("LoadBalancerIds")?, call.list("ListenerIds")?);
    let rows: Vec<Value> = listeners(call)?
        .filter(|listener| protocol.is_empty() || listener.protocol == protocol)
        .filter(|listener| balancers.is_empty() || balancers.contains(&listener.load_balancer_id.as_str()))
        .filter(|listener| ids.is_empty() || ids.contains(&listener.id.as_str()))
        .map(NlbListener::record)
        .collect();
    call.token_page("Listeners", &rows, 100)
}

fn list_certificates(call: &Call) -> Answer {
    let kind = call.one_of("CertType", &["Server", "Ca"])?;
    let wanted = call.list("CertificateIds")?;
    let id = call.param("ListenerId");
    let Some(listener) = listeners(call)?.find(|listener| listener.id == id) else {
        let message = format!("The specified resource of listener {id} is not found.");
        return Err(call.error(404, "ResourceNotFound.listener", &message));
    };
    if listener.protocol != "TCPSSL" {
        return Err(call.error(400, "OperationDenied.Protocol", "The operation is not allowed because of Protocol."));
    }
    let row = |id: &String, kind: &str, is_default: bool| json!({"CertificateId": id, "CertificateType": kind, "IsDefault": is_default, "Status": "Associated"});
    let rows: Vec<Value> = (listener.default_certificate().into_iter().map(|id| row(id, "Server", true)))
        .chain(listener.additional.iter().map(|id| row(id, "Server", false)))
        .chain(listener.ca_certificates.iter().map(|id| row(id, "Ca", true)))
        .filter(|row| kind.is_empty() || row["CertificateType"] == kind)
        .filter(|row| wanted.is_empty() || wanted.iter().any(|id| row["CertificateId"] == *id))
        .collect();
    let mut body = call.token_page("Certificates", &rows, 50)?;
    let shown = body["Certificates"].as_array().map_or(&[][..], Vec::as_slice);
    body["CertificateIds"] = shown.iter().map(|row| row["CertificateId"].clone()).collect();
    Ok(body)
}

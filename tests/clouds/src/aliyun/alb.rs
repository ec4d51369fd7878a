//! The simulated Alibaba Cloud's application load balancers, ALB 2020-06-16. The host of a call decides its region.

use super::Cloud;
use super::call::{Answer, Call, Operation, Via};
use super::products::no_such_region;
use super::world::ServiceRegion;
use crate::server::Reply;
use serde_json::{Value, json};

/// A listener of an application load balancer.
#[derive(Clone, Debug, Default)]
pub struct AlbListener {
    pub region: String,
    pub load_balancer_id: String,
    pub id: String,
    pub port: u16,
    /// `HTTPS`, `QUIC` or `HTTP`; the last has no certificates.
    pub protocol: String,
    /// `Running`, `Stopped`, `Provisioning` or `Configuring`.
    pub status: String,
    /// The default certificate: `<CAS id>-<CAS center>`.
    pub certificate: String,
    /// The additional certificates, which are chosen by SNI.
    pub additional: Vec<String>,
    /// The additional certificates that are still being attached.
    pub associating: Vec<String>,
    /// The CA certificates for the verification of clients.
    pub ca_certificates: Vec<String>,
    /// The account's id; empty for all accounts.
    pub uid: String,
}

impl AlbListener {
    /// Creates a listener for HTTPS at port 443 of the load balancer `alb-<id>`, with this default certificate.
    pub fn https(region: &str, id: &str, certificate: &str) -> Self {
        Self {
            region: region.into(),
            load_balancer_id: format!("alb-{id}"),
            id: id.into(),
            port: 443,
            protocol: "HTTPS".into(),
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

    fn record(&self) -> Value {
        json!({
            "DefaultActions": [{
                "ForwardGroupConfig": {"ServerGroupTuples": [{"ServerGroupId": "sgp-test"}]},
                "Type": "ForwardGroup",
            }],
            "GzipEnabled": true,
            "Http2Enabled": true,
            "IdleTimeout": 15,
            "RequestTimeout": 60,
            "ListenerDescription": "",
            "ListenerId": self.id,
            "ListenerPort": self.port,
            "ListenerProtocol": self.protocol,
            "ListenerStatus": self.status,
            "LoadBalancerId": self.load_balancer_id,
            "SecurityPolicyId": "tls_cipher_policy_1_2",
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
        via: Via::Query,
        needed: &["ListenerId"],
        optional: &["CertificateType", "CertificateIds.N", "MaxResults", "NextToken"],
        run: list_certificates,
    },
    Operation {
        name: "GetListenerAttribute",
        via: Via::Query,
        needed: &["ListenerId"],
        optional: &[],
        run: get_listener,
    },
];

/// Returns the regions of ALB: the ones of its listeners, then the others in the world.
pub(crate) fn regions(cloud: &Cloud) -> Vec<ServiceRegion> {
    ServiceRegion::all("alb", &cloud.world.alb_regions, cloud.world.alb.iter().map(|listener| &listener.region))
}

fn describe_regions(call: &Call) -> Value {
    let regions: Vec<Value> = regions(call.cloud).iter().map(ServiceRegion::record).collect();
    json!({"Regions": regions})
}

fn listeners<'a>(call: &'a Call) -> Result<impl Iterator<Item = &'a AlbListener>, Reply> {
    if !regions(call.cloud).iter().any(|region| region.id == call.region) {
        return Err(no_such_region(call.responder));
    }
    Ok(call.cloud.world.alb.iter().filter(|listener| listener.region == call.region && call.owns(&listener.uid)))
}

fn list_listeners(call: &Call) -> Answer {
    let protocol = call.one_of("ListenerProtocol", &["HTTP", "HTTPS", "QUIC"])?;
    let (balancers, ids) = (call.list("LoadBalancerIds")?, call.list("ListenerIds")?);
    let rows: Vec<Value> = listeners(call)?
        .filter(|listener| protocol.is_empty() || listener.protocol == protocol)
        .filter(|listener| balancers.is_empty() || balancers.contains(&listener.load_balancer_id.as_str()))
        .filter(|listener| ids.is_empty() || ids.contains(&listener.id.as_str()))
        .map(AlbListener::record)
        .collect();
    call.token_page("Listeners", &rows, 100)
}

fn find<'a>(call: &'a Call) -> Result<&'a AlbListener, Reply> {
    let id = call.param("ListenerId");
    let message = format!("The specified resource {id} is not found.");
    let found = listeners(call)?.find(|listener| listener.id == id);
    found.ok_or_else(|| call.error(404, "ResourceNotFound.Listener", &message))
}

/// Lists servers' certificates and CA certificates. The documents do not say which of them come without a
/// `CertificateType`; here both do.
fn list_certificates(call: &Call) -> Answer {
    let kind = call.one_of("CertificateType", &["Server", "Ca"])?;
    let wanted = call.list("CertificateIds")?;
    let listener = find(call)?;
    if listener.protocol == "HTTP" {
        let message = "The operation is not allowed because of HttpListenerNotSupport.";
        return Err(call.error(400, "OperationDenied.HttpListenerNotSupport", message));
    }
    let row = |id: &String, kind: &str, is_default: bool, status: &str| json!({"CertificateId": id, "CertificateType": kind, "IsDefault": is_default, "Status": status});
    let default = Some(&listener.certificate).filter(|id| !id.is_empty());
    let rows: Vec<Value> = (default.into_iter().map(|id| row(id, "Server", true, "Associated")))
        .chain(listener.additional.iter().map(|id| row(id, "Server", false, "Associated")))
        .chain(listener.associating.iter().map(|id| row(id, "Server", false, "Associating")))
        .chain(listener.ca_certificates.iter().map(|id| row(id, "Ca", true, "Associated")))
        .filter(|row| kind.is_empty() || row["CertificateType"] == kind)
        .filter(|row| wanted.is_empty() || wanted.iter().any(|id| row["CertificateId"] == *id))
        .collect();
    call.token_page("Certificates", &rows, 100)
}

fn get_listener(call: &Call) -> Answer {
    let listener = find(call)?;
    let mut body = listener.record();
    if !listener.certificate.is_empty() {
        body["Certificates"] = json!([{"CertificateId": listener.certificate}]);
    }
    let ca = |id: &String| json!({"CertificateId": id, "IsDefault": true, "Status": "Associated"});
    body["CaCertificates"] = listener.ca_certificates.iter().map(ca).collect();
    body["CaEnabled"] = json!(!listener.ca_certificates.is_empty());
    Ok(body)
}

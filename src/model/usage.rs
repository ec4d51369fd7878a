//! Who uses a certificate: a listener of a load balancer, or another resource of a cloud.

use std::fmt;

use serde::{Serialize, Serializer};

/// A certificate as the resources that use it name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CertificateRef {
    /// The service that keeps it.
    pub service: &'static str,
    /// The region that it is kept in; `None` where the resource does not tell.
    pub region: Option<String>,
    pub key: CertificateKey,
}

/// What a resource knows of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CertificateKey {
    /// The id in the service that keeps it.
    Id(String),
    /// SHA-1 or SHA-256, in lower-case hex without colons.
    Fingerprint(String),
}

impl CertificateRef {
    /// Returns a reference by id.
    pub fn by_id(service: &'static str, region: Option<&str>, id: impl Into<String>) -> Self {
        Self { service, region: region.map(str::to_owned), key: CertificateKey::Id(id.into()) }
    }

    /// Returns a reference by fingerprint.
    pub fn by_fingerprint(service: &'static str, fingerprint: impl Into<String>) -> Self {
        Self { service, region: None, key: CertificateKey::Fingerprint(fingerprint.into()) }
    }
}

/// A use of a certificate. What does not apply, or is unknown, is `None`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Use {
    /// The usage source that named it.
    pub service: &'static str,
    pub region: String,
    /// The vendor's word for the kind of resource, such as `listener`.
    pub resource_type: &'static str,
    pub resource_id: Option<String>,
    pub resource_name: Option<String>,
    /// The host name that the certificate is served for.
    pub domain: Option<String>,
    pub load_balancer_id: Option<String>,
    pub listener_id: Option<String>,
    pub protocol: Option<String>,
    pub port: Option<u16>,
    pub role: Option<Role>,
}

/// What a certificate is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Presented to clients that send no known server name.
    Default,
    /// Presented to clients that send one of its server names (SNI).
    Sni,
    /// Client certificates are verified against it.
    ClientCa,
}

impl Use {
    /// Returns a use by a resource of which nothing more is known.
    pub fn of_resource(service: &'static str, region: &str, resource_type: &'static str) -> Self {
        Self {
            service,
            region: region.to_owned(),
            resource_type,
            resource_id: None,
            resource_name: None,
            domain: None,
            load_balancer_id: None,
            listener_id: None,
            protocol: None,
            port: None,
            role: None,
        }
    }
}

/// `lb-1:443 default` for a listener, `cdn www.example.com` for another resource.
impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.load_balancer_id, self.port) {
            (None, None) => {
                let resource = self.domain.as_ref().or(self.resource_name.as_ref()).or(self.resource_id.as_ref());
                write!(f, "{} {}", self.service, resource.map_or(self.resource_type, String::as_str))?;
            }
            (balancer, port) => {
                f.write_str(balancer.as_deref().unwrap_or_default())?;
                port.map_or(Ok(()), |port| write!(f, ":{port}"))?;
            }
        }
        self.role.map_or(Ok(()), |role| write!(f, " {}", role.name()))
    }
}

impl Role {
    /// Returns the word that JSON carries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Sni => "sni",
            Self::ClientCa => "client_ca",
        }
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

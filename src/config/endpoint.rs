//! Where requests go: an origin, and the overrides of it.

use std::collections::BTreeMap;
use std::fmt;

use url::{Host, Url};

/// The origin of an API: scheme, host and port. `http` only to this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Where the clouds' machines ask who they are, without TLS. Elsewhere nothing answers at these addresses.
pub(crate) const ALIYUN_METADATA: &str = "http://100.100.100.200";
pub(crate) const HUAWEI_METADATA: &str = "http://169.254.169.254";

impl Endpoint {
    /// One of the two metadata services; `None` for every other address.
    pub(crate) fn metadata(address: &str) -> Option<Self> {
        let known = [ALIYUN_METADATA, HUAWEI_METADATA].contains(&address);
        known.then(|| Url::parse(address).ok().map(Self)).flatten()
    }

    /// # Errors
    /// Where `text` is not `https://HOST[:PORT]`, or `http://` to another machine.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|_| "it must look like https://HOST[:PORT]".to_owned())?;
        let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !url.has_host() || !plain || !url.username().is_empty() || url.password().is_some() {
            return Err("it must look like https://HOST[:PORT]: no path, no query, no user".to_owned());
        }
        let endpoint = Self(url);
        match endpoint.0.scheme() {
            "https" => Ok(endpoint),
            "http" if endpoint.is_loopback() => Ok(endpoint),
            "http" => Err("http: is accepted only to this machine (127.0.0.1, [::1], localhost)".to_owned()),
            other => Err(format!("{other}: is not a scheme that certls speaks; use https:")),
        }
    }

    /// The `https` origin of a host name, or `None` where it is none.
    pub fn of_host(host: &str) -> Option<Self> {
        Self::parse(&format!("https://{host}")).ok()
    }

    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// The `Host` header: the port is part of it unless it is the scheme's own.
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        match self.0.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// The address of a path that is already percent-encoded, with its query likewise.
    pub fn at(&self, path: &str, query: &str) -> String {
        let question = if query.is_empty() { "" } else { "?" };
        format!("{}://{}{path}{question}{query}", self.0.scheme(), self.host())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.host())
    }
}

/// The overrides of `--endpoint` and `CERTLS_ENDPOINT_…`, by `provider.service`.
#[derive(Debug, Clone, Default)]
pub struct Endpoints(BTreeMap<String, Endpoint>);

impl Endpoints {
    pub fn get(&self, provider: &str, service: &str) -> Option<&Endpoint> {
        self.0.get(&format!("{provider}.{service}"))
    }

    pub fn insert(&mut self, target: &str, endpoint: Endpoint) {
        self.0.insert(target.to_ascii_lowercase(), endpoint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_to_this_machine_only() {
        for good in ["http://127.0.0.1:8080", "http://[::1]:1", "http://localhost", "https://slb.aliyuncs.com"] {
            assert!(Endpoint::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://slb.aliyuncs.com",
            "http://localhost.evil.example",
            "http://10.0.0.1",
            "https://user:word@host",
            "https://host/path",
            "https://host?q",
            "ftp://127.0.0.1",
            "slb.aliyuncs.com",
            "https://",
            "",
        ] {
            assert!(Endpoint::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_two_metadata_services_are_no_endpoints_for_anything_else() {
        for address in [ALIYUN_METADATA, HUAWEI_METADATA] {
            assert_eq!(Endpoint::metadata(address).expect(address).to_string(), address);
            assert!(Endpoint::parse(address).is_err(), "{address}");
        }
        for other in ["http://169.254.169.253", "http://10.0.0.1", "http://100.100.100.200/x", ""] {
            assert!(Endpoint::metadata(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_host_name_cannot_smuggle_another_host() {
        for bad in ["slb.x/.aliyuncs.com", "user@host", "host?x", "host#x"] {
            assert!(Endpoint::of_host(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_host_header_keeps_a_port_that_is_not_the_schemes_own() {
        let host = |text: &str| Endpoint::parse(text).expect(text).host();
        assert_eq!(host("https://a.example:443"), "a.example");
        assert_eq!(host("http://127.0.0.1:8080"), "127.0.0.1:8080");
        assert_eq!(host("http://[::1]:8080"), "[::1]:8080");
    }
}

//! Where requests go: an origin, and the overrides of it.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;

use url::{Host, Url};

/// The origin of an API: scheme, host and port. `http` only to this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

impl Endpoint {
    /// Returns the plain-HTTP origin of a metadata service, which answers only inside of the network of its machine:
    /// link-local addresses (RFC 3927) and the shared address space (RFC 6598). `None` for every other address.
    pub fn of_metadata(address: Ipv4Addr) -> Option<Self> {
        let [first, second, ..] = address.octets();
        let is_shared = first == 100 && second & 0xc0 == 64;
        let is_local = address.is_link_local() || is_shared;
        is_local.then(|| Url::parse(&format!("http://{address}")).ok().map(Self)).flatten()
    }

    /// Parses an origin.
    ///
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

    /// Returns the `https` origin of a host name; `None` for other text.
    pub fn of_host(host: &str) -> Option<Self> {
        Self::parse(&format!("https://{host}")).ok()
    }

    /// Returns whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Returns the `Host` header: the port is part of it unless it is the scheme's own.
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        match self.0.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Returns the host and the port to connect to, an IPv6 address without its brackets.
    pub fn host_and_port(&self) -> (&str, u16) {
        let host = self.0.host_str().unwrap_or_default().trim_matches(['[', ']']);
        (host, self.0.port_or_known_default().unwrap_or_default())
    }

    /// Returns the address of a path that is already percent-encoded, with its query likewise.
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
    /// Returns the override of a service's endpoint.
    pub fn get(&self, provider: &str, service: &str) -> Option<&Endpoint> {
        self.0.get(&format!("{provider}.{service}"))
    }

    /// Sets the override of `provider.service`.
    pub fn insert(&mut self, target: &str, endpoint: Endpoint) {
        self.0.insert(target.to_ascii_lowercase(), endpoint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_to_this_machine_only() {
        for good in ["http://127.0.0.1:8080", "http://[::1]:1", "http://localhost", "https://api.example"] {
            assert!(Endpoint::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.example",
            "http://localhost.evil.example",
            "http://10.0.0.1",
            "https://user:word@host",
            "https://host/path",
            "https://host?q",
            "ftp://127.0.0.1",
            "api.example",
            "https://",
            "",
        ] {
            assert!(Endpoint::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn plain_http_to_a_metadata_service_stays_in_the_machines_own_network() {
        for address in [Ipv4Addr::new(169, 254, 169, 254), Ipv4Addr::new(100, 100, 100, 200)] {
            let endpoint = Endpoint::of_metadata(address).expect("a metadata service");
            assert_eq!(endpoint.to_string(), format!("http://{address}"));
            assert_eq!(endpoint.host_and_port(), (address.to_string().as_str(), 80));
            assert!(Endpoint::parse(&endpoint.to_string()).is_err(), "{address}");
        }
        for [a, b] in [[10, 0], [169, 253], [100, 63], [100, 128], [192, 168], [8, 8]] {
            assert!(Endpoint::of_metadata(Ipv4Addr::new(a, b, 0, 1)).is_none(), "{a}.{b}");
        }
    }

    #[test]
    fn a_host_name_cannot_smuggle_another_host() {
        for bad in ["api.x/.example", "user@host", "host?x", "host#x"] {
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

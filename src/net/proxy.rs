//! The proxy of a host, for messages: a connection that fails may be the proxy's fault.

use std::fmt;
use std::sync::OnceLock;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

/// The proxies that the environment names, read at the first use.
#[derive(Default)]
pub(super) struct Proxies(OnceLock<Matcher>);

impl Proxies {
    /// Returns the proxy's host with its port; `None` where requests to this address go without one.
    pub(super) fn of(&self, address: &Uri) -> Option<String> {
        let matcher = self.0.get_or_init(Matcher::from_system);
        let proxy = matcher.intercept(address)?;
        let host = proxy.uri().host()?;
        Some(match proxy.uri().port_u16() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        })
    }
}

/// Without the addresses, which may hold passwords.
impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proxies")
    }
}

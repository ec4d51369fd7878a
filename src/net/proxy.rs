//! The proxy of a host: how requests go through it, and its name for messages, since it may be why a connection fails.

use std::fmt;
use std::sync::OnceLock;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use crate::config::Proxy;

/// The proxies that the environment names.
pub(super) struct Proxies {
    proxy: Proxy,
    /// What tells which address goes through which proxy, made at the first use.
    matcher: OnceLock<Matcher>,
}

impl Proxies {
    pub(super) fn new(proxy: Proxy) -> Self {
        Self { proxy, matcher: OnceLock::new() }
    }

    /// Returns the builder of a client whose requests go through the proxies.
    ///
    /// # Errors
    /// Where the address of the proxy cannot be used.
    pub(super) fn builder(&self) -> Result<reqwest::ClientBuilder, reqwest::Error> {
        let builder = reqwest::ClientBuilder::new();
        Ok(match &self.proxy {
            Proxy::System => builder,
            Proxy::Never => builder.no_proxy(),
            Proxy::Through { url, exceptions } => {
                let proxy = reqwest::Proxy::all(url)?.no_proxy(reqwest::NoProxy::from_string(exceptions));
                builder.no_proxy().proxy(proxy)
            }
        })
    }

    /// Returns the proxy's host with its port; `None` where requests to this address go without one.
    pub(super) fn of(&self, address: &Uri) -> Option<String> {
        let matcher = self.matcher.get_or_init(|| match &self.proxy {
            Proxy::System => Matcher::from_system(),
            Proxy::Never => Matcher::builder().build(),
            Proxy::Through { url, exceptions } => Matcher::builder().all(url.as_str()).no(exceptions.as_str()).build(),
        });
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

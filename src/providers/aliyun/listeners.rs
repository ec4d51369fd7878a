//! Which HTTPS listeners of a region use which certificates: the listeners name the default one and
//! the client CA, their domain extensions the ones chosen by SNI.
//!
//! Reference: <https://www.alibabacloud.com/help/en/slb/classic-load-balancer/developer-reference/api-slb-2014-05-15-describeloadbalancerlisteners>,
//! <https://www.alibabacloud.com/help/en/slb/classic-load-balancer/developer-reference/api-slb-2014-05-15-describedomainextensions>

use std::collections::HashSet;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::Deserialize;

use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::model::Use;

use super::api::{Api, Operation};
use super::slb::VERSION;

static DESCRIBE_LOAD_BALANCER_LISTENERS: Operation = Operation {
    action: "DescribeLoadBalancerListeners",
    version: VERSION,
    permission: Some("slb:DescribeLoadBalancerListeners"),
};

static DESCRIBE_DOMAIN_EXTENSIONS: Operation = Operation {
    action: "DescribeDomainExtensions",
    version: VERSION,
    permission: Some("slb:DescribeDomainExtensions"),
};

/// The only listeners of this service that hold certificates.
const HTTPS: &str = "https";

/// The most that a page may hold.
const PAGE: &str = "100";

/// How many listeners of a region wait for their domain extensions at once: what is in flight is
/// bounded for the whole run, and no region is to fill that queue alone.
const AT_ONCE: usize = 8;

/// What is asked of one region.
#[derive(Debug, Clone, Copy)]
pub(super) struct Region<'a> {
    pub api: &'a Api,
    pub endpoint: &'a Endpoint,
    pub id: &'a str,
}

/// A field that is missing or of another type fails the whole: a listener that cannot be read may use
/// any certificate.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListWire {
    listeners: Vec<ListenerWire>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListenerWire {
    load_balancer_id: String,
    listener_port: u16,
    listener_protocol: Option<String>,
    #[serde(rename = "HTTPSListenerConfig")]
    https: Option<HttpsWire>,
}

#[derive(Deserialize)]
struct HttpsWire {
    #[serde(rename = "ServerCertificateId")]
    server_certificate: Option<String>,
    #[serde(rename = "CACertificateId")]
    ca_certificate: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ExtensionsWire {
    #[serde(deserialize_with = "crate::providers::wire::object")]
    domain_extensions: ExtensionListWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ExtensionListWire {
    domain_extension: Vec<ExtensionWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ExtensionWire {
    server_certificate_id: Option<String>,
}

impl Region<'_> {
    /// Every use of a certificate, with the certificate's id.
    ///
    /// # Errors
    /// Where one of the calls failed: what the others told is not the whole.
    pub(super) async fn usage(self) -> Result<Vec<(String, Use)>, Error> {
        let listeners = self.listeners().await?;
        let uses = |listener| async move { self.uses_of(&listener).await };
        stream::iter(listeners).map(uses).buffered(AT_ONCE).try_concat().await
    }

    async fn listeners(self) -> Result<Vec<ListenerWire>, Error> {
        let mut listeners = Vec::new();
        let mut seen = HashSet::new();
        let mut token = None;
        loop {
            let mut params = vec![("RegionId", self.id), ("ListenerProtocol", HTTPS), ("MaxResults", PAGE)];
            params.extend(token.as_deref().map(|token| ("NextToken", token)));
            let reply = self.api.call(&DESCRIBE_LOAD_BALANCER_LISTENERS, self.endpoint, &params).await?;
            let list: ListWire = reply.json()?;
            listeners.extend(list.listeners.into_iter().filter(ListenerWire::is_https));
            let Some(next) = list.next_token.filter(|token| !token.is_empty()) else { return Ok(listeners) };
            if !seen.insert(next.clone()) {
                let told = "the cloud sends the same page of listeners again and again (its token repeats)";
                return Err(Error::new(Kind::Reply, told));
            }
            token = Some(next);
        }
    }

    async fn uses_of(self, listener: &ListenerWire) -> Result<Vec<(String, Use)>, Error> {
        let port = listener.listener_port.to_string();
        let params =
            [("RegionId", self.id), ("LoadBalancerId", &listener.load_balancer_id), ("ListenerPort", port.as_str())];
        let reply = self.api.call(&DESCRIBE_DOMAIN_EXTENSIONS, self.endpoint, &params).await?;
        let extensions = reply.json::<ExtensionsWire>()?.domain_extensions.domain_extension;
        let own = listener.https.iter();
        let own = own.flat_map(|https| [("default", &https.server_certificate), ("client_ca", &https.ca_certificate)]);
        let sni = extensions.iter().map(|extension| ("sni", &extension.server_certificate_id));
        let used = own.chain(sni).filter_map(|(role, id)| Some((role, id.clone().filter(|id| !id.is_empty())?)));
        Ok(used.map(|(role, id)| (id, listener.as_use(role))).collect())
    }
}

impl ListenerWire {
    /// A gateway that does not know the filter sends the others as well.
    fn is_https(&self) -> bool {
        self.listener_protocol.as_deref().is_none_or(|protocol| protocol.eq_ignore_ascii_case(HTTPS))
    }

    /// A listener has no id of its own here: it is known by its load balancer and port.
    fn as_use(&self, role: &'static str) -> Use {
        Use {
            load_balancer_id: self.load_balancer_id.clone(),
            listener_id: None,
            protocol: self.listener_protocol.clone().unwrap_or_else(|| HTTPS.to_owned()),
            port: self.listener_port,
            role,
        }
    }
}

//! Which HTTPS listeners of a region use which certificates: the listeners name the default one and
//! the client CA, their domain extensions the ones chosen by SNI.
//!
//! Reference: <https://www.alibabacloud.com/help/en/slb/classic-load-balancer/developer-reference/api-slb-2014-05-15-describeloadbalancerlisteners>,
//! <https://www.alibabacloud.com/help/en/slb/classic-load-balancer/developer-reference/api-slb-2014-05-15-describedomainextensions>

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::Deserialize;

use crate::config::Endpoint;
use crate::error::Error;
use crate::model::{CertificateRef, Role, Scope, Use};
use crate::providers::aliyun::client::Operation;
use crate::providers::aliyun::session::AliyunSession;
use crate::providers::paging::{Cursor, List, Page, Position, pages};
use crate::providers::provider::UsageSource;
use crate::providers::record::{self, Field};
use crate::providers::{ScopedUsage, UsageReader, UsageSourceInfo, UsedService};

use super::slb::{self, SlbRegion, VERSION, open_regions};

static INFO: UsageSourceInfo =
    UsageSourceInfo { id: slb::ID, uses: &[UsedService { id: slb::ID, in_own_region: true }] };

/// The listeners in the table of usage sources.
pub(super) struct Listeners;

#[async_trait]
impl UsageSource<AliyunSession> for Listeners {
    fn info(&self) -> &'static UsageSourceInfo {
        &INFO
    }

    async fn open(&self, session: &AliyunSession, regions: Option<&[String]>) -> Vec<ScopedUsage> {
        let open = |SlbRegion { scope, endpoint }: SlbRegion| ScopedUsage {
            reader: endpoint.map(|endpoint| {
                let (session, scope) = (session.clone(), scope.clone());
                Arc::new(RegionListeners { session, endpoint, scope }) as Arc<dyn UsageReader>
            }),
            scope,
        };
        open_regions(session, regions).await.into_iter().map(open).collect()
    }
}

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

/// The most rows that a page may hold.
const PAGE_SIZE: &str = "100";

/// How many listeners of a region wait for their domain extensions at the same time: requests in flight are limited
/// for the whole run, and one region must not fill that queue alone.
const MAX_PENDING: usize = 8;

/// The listeners of one region.
struct RegionListeners {
    session: AliyunSession,
    endpoint: Endpoint,
    scope: Scope,
}

#[async_trait]
impl UsageReader for RegionListeners {
    async fn uses(&self) -> Result<Vec<(CertificateRef, Use)>, Error> {
        let list = List { what: "listeners", id: |listener: &ListenerWire| Some(listener.id()), may_skip: true };
        let pages = pages(list, |position| self.listeners(position));
        let listeners: Vec<ListenerWire> = pages.try_concat().await?;
        // A gateway that does not know the filter sends the others as well.
        let listeners = listeners.into_iter().filter(ListenerWire::is_https);
        let uses = |listener| async move { self.uses_of(&listener).await };
        stream::iter(listeners).map(uses).buffered(MAX_PENDING).try_concat().await
    }
}

/// A field that is missing or of another type fails the whole: a listener that cannot be read may use
/// any certificate.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListWire {
    listeners: Vec<ListenerWire>,
    next_token: Option<String>,
    #[serde(default)]
    total_count: Field<usize>,
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
    #[serde(deserialize_with = "record::object")]
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
    domain: Option<String>,
    server_certificate_id: Option<String>,
}

impl RegionListeners {
    async fn listeners(&self, position: Position) -> Result<Page<ListenerWire>, Error> {
        let mut params =
            vec![("RegionId", self.scope.region.as_str()), ("ListenerProtocol", HTTPS), ("MaxResults", PAGE_SIZE)];
        if let Cursor::Token(token) = &position.cursor {
            params.push(("NextToken", token));
        }
        let reply = self.session.call(&DESCRIBE_LOAD_BALANCER_LISTENERS, &self.endpoint, &params).await?;
        let list: ListWire = reply.json()?;
        let next = list.next_token.filter(|token| !token.is_empty()).map_or(Cursor::End, Cursor::Token);
        Ok(Page { rows: list.listeners, count: None, total: list.total_count.known(), next: Ok(next) })
    }

    async fn uses_of(&self, listener: &ListenerWire) -> Result<Vec<(CertificateRef, Use)>, Error> {
        let port = listener.listener_port.to_string();
        let params = [
            ("RegionId", self.scope.region.as_str()),
            ("LoadBalancerId", &listener.load_balancer_id),
            ("ListenerPort", port.as_str()),
        ];
        let reply = self.session.call(&DESCRIBE_DOMAIN_EXTENSIONS, &self.endpoint, &params).await?;
        let extensions = reply.json::<ExtensionsWire>()?.domain_extensions.domain_extension;
        let own = listener.https.iter().flat_map(|https| {
            [(Role::Default, &https.server_certificate, None), (Role::ClientCa, &https.ca_certificate, None)]
        });
        // A second domain of the same certificate is no second use; then no single domain is named.
        let mut domains: BTreeMap<&Option<String>, Vec<&Option<String>>> = BTreeMap::new();
        for extension in &extensions {
            domains.entry(&extension.server_certificate_id).or_default().push(&extension.domain);
        }
        let sni = domains.into_iter().map(|(id, domains)| match domains.as_slice() {
            [domain] => (Role::Sni, id, (*domain).clone()),
            _ => (Role::Sni, id, None),
        });
        let used = own.chain(sni).filter_map(|(role, id, domain)| {
            let id = id.clone().filter(|id| !id.is_empty())?;
            let certificate = CertificateRef::by_id(slb::ID, Some(&self.scope.region), id);
            Some((certificate, self.listener_use(listener, role, domain)))
        });
        Ok(used.collect())
    }

    /// A listener has no id of its own here: it is known by its load balancer and port.
    fn listener_use(&self, listener: &ListenerWire, role: Role, domain: Option<String>) -> Use {
        Use {
            domain,
            load_balancer_id: Some(listener.load_balancer_id.clone()),
            protocol: Some(listener.listener_protocol.clone().unwrap_or_else(|| HTTPS.to_owned())),
            port: Some(listener.listener_port),
            role: Some(role),
            ..Use::of_resource(slb::ID, &self.scope.region, "listener")
        }
    }
}

impl ListenerWire {
    /// Returns what tells it from other listeners: it has no id.
    fn id(&self) -> String {
        format!("{} {:?} {}", self.load_balancer_id, self.listener_protocol, self.listener_port)
    }

    fn is_https(&self) -> bool {
        self.listener_protocol.as_deref().is_none_or(|protocol| protocol.eq_ignore_ascii_case(HTTPS))
    }
}

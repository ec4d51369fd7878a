//! Which HTTPS listeners of a region use which certificates: the listeners name the default one and
//! the client CA, their domain extensions the ones chosen by SNI.
//!
//! Reference: <https://www.alibabacloud.com/help/en/slb/classic-load-balancer/developer-reference/api-slb-2014-05-15-describeloadbalancerlisteners>,
//! <https://www.alibabacloud.com/help/en/slb/classic-load-balancer/developer-reference/api-slb-2014-05-15-describedomainextensions>

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::{self, StreamExt};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::model::{CertificateRef, Role, Scope, Use};
use crate::providers::aliyun::client::Operation;
use crate::providers::aliyun::session::AliyunSession;
use crate::providers::object;
use crate::providers::paging::{Cursor, List, Page, Position, pages};
use crate::providers::provider::UsageSource;
use crate::providers::record::{self, Field, Scalar, count};
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
        match self.known_uses().await {
            (uses, None) => Ok(uses),
            (_, Some(error)) => Err(error),
        }
    }

    async fn known_uses(&self) -> (Vec<(CertificateRef, Use)>, Option<Error>) {
        let list = List { what: "listeners", id: Listener::id, may_skip: true };
        let mut pages = pages(list, |position| self.listeners(position));
        let (mut listeners, mut uses, mut error) = (Vec::new(), Vec::new(), None::<Error>);
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => listeners.extend(page),
                Err(failed) => return (Vec::new(), Some(failed)),
            }
        }
        // A gateway that does not know the filter sends the others as well.
        let listeners = listeners.into_iter().filter(Listener::is_https);
        let of_listener = |listener| async move { self.uses_of(&listener).await };
        let mut answers = stream::iter(listeners).map(of_listener).buffered(MAX_PENDING);
        while let Some(answer) = answers.next().await {
            match answer {
                Ok((of_listener, are_all)) => {
                    uses.extend(of_listener);
                    error = error.or((!are_all).then(unreadable));
                }
                Err(failed) => return (Vec::new(), Some(failed)),
            }
        }
        (uses, error)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListWire<'a> {
    #[serde(borrow)]
    listeners: Vec<&'a RawValue>,
    #[serde(default)]
    next_token: Field<Scalar>,
    #[serde(default)]
    total_count: Field<Scalar>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct ListenerWire {
    load_balancer_id: Field<Scalar>,
    listener_port: Field<Scalar>,
    listener_protocol: Field<Scalar>,
    #[serde(rename = "HTTPSListenerConfig")]
    https: Field<Box<RawValue>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct HttpsWire {
    #[serde(rename = "ServerCertificateId")]
    server_certificate: Field<Scalar>,
    #[serde(rename = "CACertificateId")]
    ca_certificate: Field<Scalar>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ExtensionsWire<'a> {
    #[serde(borrow, deserialize_with = "record::object")]
    domain_extensions: ExtensionListWire<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ExtensionListWire<'a> {
    #[serde(borrow)]
    domain_extension: Vec<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct ExtensionWire {
    domain: Field<Scalar>,
    server_certificate_id: Field<Scalar>,
}

/// A listener, as far as it could be read.
struct Listener {
    load_balancer: Option<String>,
    port: Option<u16>,
    protocol: Option<String>,
    /// Its own certificates.
    certificates: Vec<(Role, String)>,
    /// Whether it may use further certificates.
    is_unreadable: bool,
}

impl Listener {
    fn read(record: &RawValue) -> Self {
        let wire = object::read::<ListenerWire>(record);
        let mut is_unreadable =
            wire.is_none() || wire.as_ref().is_some_and(|wire| matches!(wire.https, Field::Invalid));
        let wire = wire.unwrap_or_default();
        let mut certificates = Vec::new();
        if let Some(https) = wire.https.known() {
            let own = object::read::<HttpsWire>(&https);
            is_unreadable |= own.is_none();
            let own = own.unwrap_or_default();
            for (role, field) in [(Role::Default, own.server_certificate), (Role::ClientCa, own.ca_certificate)] {
                is_unreadable |= matches!(field, Field::Invalid);
                certificates.extend(text(field).map(|id| (role, id)));
            }
        }
        Self {
            load_balancer: text(wire.load_balancer_id),
            port: text(wire.listener_port).and_then(|port| port.parse().ok()),
            protocol: text(wire.listener_protocol),
            certificates,
            is_unreadable,
        }
    }

    /// Returns what tells it from other listeners: it has no id.
    fn id(&self) -> Option<String> {
        Some(format!("{} {:?} {}", self.load_balancer.as_ref()?, self.protocol, self.port?))
    }

    fn is_https(&self) -> bool {
        self.protocol.as_deref().is_none_or(|protocol| protocol.eq_ignore_ascii_case(HTTPS))
    }
}

/// Returns a text that is not empty.
fn text(field: Field<Scalar>) -> Option<String> {
    field.known().map(|text| text.0).filter(|text| !text.is_empty())
}

/// Returns the error for a listener whose certificates could not be read: it may use any.
fn unreadable() -> Error {
    Error::new(Kind::Reply, "the cloud sent a listener whose certificates could not be read")
}

impl RegionListeners {
    async fn listeners(&self, position: Position) -> Result<Page<Listener>, Error> {
        let mut params =
            vec![("RegionId", self.scope.region.as_str()), ("ListenerProtocol", HTTPS), ("MaxResults", PAGE_SIZE)];
        if let Cursor::Token(token) = &position.cursor {
            params.push(("NextToken", token));
        }
        let reply = self.session.call(&DESCRIBE_LOAD_BALANCER_LISTENERS, &self.endpoint, &params).await?;
        let list: ListWire<'_> = reply.json()?;
        let next = match list.next_token {
            Field::Present(token) if !token.0.is_empty() => Ok(Cursor::Token(token.0)),
            Field::Invalid => Err(Error::new(Kind::Reply, "the token of the next page of listeners could not be read")),
            Field::Present(_) | Field::Absent => Ok(Cursor::End),
        };
        let rows = list.listeners.into_iter().map(Listener::read).collect();
        Ok(Page { rows, count: None, total: count(list.total_count), next })
    }

    /// Returns the uses of a listener that could be read, and whether these are all.
    async fn uses_of(&self, listener: &Listener) -> Result<(Vec<(CertificateRef, Use)>, bool), Error> {
        let (extensions, are_all) = self.extensions(listener).await?;
        // A second domain of the same certificate is no second use; then no single domain is named.
        let mut domains: BTreeMap<&str, Vec<&Option<String>>> = BTreeMap::new();
        for (id, domain) in &extensions {
            domains.entry(id).or_default().push(domain);
        }
        let sni = domains.into_iter().map(|(id, domains)| match domains.as_slice() {
            [domain] => (Role::Sni, id, (*domain).clone()),
            _ => (Role::Sni, id, None),
        });
        let own = listener.certificates.iter().map(|(role, id)| (*role, id.as_str(), None));
        let used = own.chain(sni).map(|(role, id, domain)| {
            let certificate = CertificateRef::by_id(slb::ID, Some(&self.scope.region), id);
            (certificate, self.listener_use(listener, role, domain))
        });
        Ok((used.collect(), are_all && !listener.is_unreadable))
    }

    /// Returns the certificates that a listener chooses by SNI, each with its domain, and whether these are all.
    async fn extensions(&self, listener: &Listener) -> Result<(Vec<(String, Option<String>)>, bool), Error> {
        let (Some(load_balancer), Some(port)) = (&listener.load_balancer, listener.port) else {
            return Ok((Vec::new(), false));
        };
        let port = port.to_string();
        let params = [
            ("RegionId", self.scope.region.as_str()),
            ("LoadBalancerId", load_balancer.as_str()),
            ("ListenerPort", port.as_str()),
        ];
        let reply = self.session.call(&DESCRIBE_DOMAIN_EXTENSIONS, &self.endpoint, &params).await?;
        let mut are_all = true;
        let mut extensions = Vec::new();
        for extension in reply.json::<ExtensionsWire<'_>>()?.domain_extensions.domain_extension {
            let wire: Option<ExtensionWire> = object::read(extension);
            are_all &= wire.as_ref().is_some_and(|wire| !matches!(wire.server_certificate_id, Field::Invalid));
            let wire = wire.unwrap_or_default();
            extensions.extend(text(wire.server_certificate_id).map(|id| (id, text(wire.domain))));
        }
        Ok((extensions, are_all))
    }

    /// A listener has no id of its own here: it is known by its load balancer and port.
    fn listener_use(&self, listener: &Listener, role: Role, domain: Option<String>) -> Use {
        Use {
            domain,
            load_balancer_id: listener.load_balancer.clone(),
            protocol: Some(listener.protocol.clone().unwrap_or_else(|| HTTPS.to_owned())),
            port: listener.port,
            role: Some(role),
            ..Use::of_resource(slb::ID, &self.scope.region, "listener")
        }
    }
}

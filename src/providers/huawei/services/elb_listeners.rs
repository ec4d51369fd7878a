//! The listeners of a project, and the certificates that each uses. All of them are listed and searched here, since the
//! API cannot search for certificates that are chosen by SNI.
//!
//! Reference: <https://support.huaweicloud.com/intl/en-us/api-elb/ListListeners.html>

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::TryStreamExt;
use serde::Deserialize;

use crate::error::Error;
use crate::model::{CertificateRef, Role, Use};
use crate::providers::huawei::session::HuaweiSession;
use crate::providers::paging::{List, Page, Position, pages};
use crate::providers::provider::UsageSource;
use crate::providers::{ScopedUsage, UsageReader, UsageSourceInfo, UsedService};

use super::elb_client::{ElbClient, ElbProject, ID, Operation, PageInfoWire, open_projects, page};

static LIST_LISTENERS: Operation = Operation { name: "ListListeners", permission: "elb:listeners:list" };

static INFO: UsageSourceInfo = UsageSourceInfo { id: ID, uses: &[UsedService { id: ID, in_own_region: true }] };

/// The listeners in the table of usage sources.
pub(super) struct Listeners;

#[async_trait]
impl UsageSource<HuaweiSession> for Listeners {
    fn info(&self) -> &'static UsageSourceInfo {
        &INFO
    }

    async fn open(&self, session: &HuaweiSession, regions: Option<&[String]>) -> Vec<ScopedUsage> {
        let open = |ElbProject { scope, client }: ElbProject| ScopedUsage {
            reader: client.map(|client| Arc::new(ProjectListeners { client }) as Arc<dyn UsageReader>),
            scope,
        };
        open_projects(session, regions).await.into_iter().map(open).collect()
    }
}

/// The listeners of one project.
struct ProjectListeners {
    client: ElbClient,
}

#[async_trait]
impl UsageReader for ProjectListeners {
    async fn uses(&self) -> Result<Vec<(CertificateRef, Use)>, Error> {
        let id = |listener: &ListenerWire| Some(listener.id.clone());
        let pages = pages(List { what: "listeners", id, may_skip: false }, |position| self.page(position));
        let listeners: Vec<ListenerWire> = pages.try_concat().await?;
        Ok(listeners.iter().flat_map(|listener| self.uses_of(listener)).collect())
    }
}

/// A field that is missing or of another type fails the whole: a listener that cannot be read may use
/// any certificate.
#[derive(Deserialize)]
struct ListWire {
    listeners: Vec<ListenerWire>,
    page_info: Option<PageInfoWire>,
}

#[derive(Deserialize)]
struct ListenerWire {
    id: String,
    name: Option<String>,
    protocol: String,
    protocol_port: u16,
    /// In practice exactly one.
    loadbalancers: Vec<LoadBalancerWire>,
    default_tls_container_ref: Option<String>,
    sni_container_refs: Option<Vec<String>>,
    client_ca_tls_container_ref: Option<String>,
}

#[derive(Deserialize)]
struct LoadBalancerWire {
    id: String,
}

impl ProjectListeners {
    async fn page(&self, position: Position) -> Result<Page<ListenerWire>, Error> {
        let reply = self.client.read_page(&LIST_LISTENERS, "listeners", &position).await?;
        let list: ListWire = reply.json()?;
        let end = list.listeners.last().map(|listener| listener.id.clone());
        Ok(page(list.listeners, list.page_info, end))
    }

    fn uses_of(&self, listener: &ListenerWire) -> Vec<(CertificateRef, Use)> {
        let own = [
            (Role::Default, &listener.default_tls_container_ref),
            (Role::ClientCa, &listener.client_ca_tls_container_ref),
        ];
        let own = own.into_iter().filter_map(|(role, id)| Some((role, id.as_ref()?)));
        let sni = listener.sni_container_refs.iter().flatten().map(|id| (Role::Sni, id));
        // A listener without its load balancer uses its certificates all the same.
        let unknown = listener.loadbalancers.is_empty().then_some(None);
        let balancers =
            || listener.loadbalancers.iter().map(|balancer| Some(balancer.id.clone())).chain(unknown.clone());
        let uses = |(role, id): (Role, &String)| {
            let certificate = CertificateRef::by_id(ID, Some(&self.client.scope.region), id);
            balancers().map(move |balancer| (certificate.clone(), self.listener_use(listener, balancer, role)))
        };
        own.chain(sni).filter(|(_, id)| !id.is_empty()).flat_map(uses).collect()
    }

    fn listener_use(&self, listener: &ListenerWire, load_balancer_id: Option<String>, role: Role) -> Use {
        Use {
            resource_id: Some(listener.id.clone()),
            resource_name: listener.name.clone().filter(|name| !name.is_empty()),
            load_balancer_id,
            listener_id: Some(listener.id.clone()),
            protocol: Some(listener.protocol.clone()),
            port: Some(listener.protocol_port),
            role: Some(role),
            ..Use::of_resource(ID, &self.client.scope.region, "listener")
        }
    }
}

//! The listeners of a project, and the certificates that each uses. All of them are listed and searched here, since the
//! API cannot search for certificates that are chosen by SNI.
//!
//! Reference: <https://support.huaweicloud.com/intl/en-us/api-elb/ListListeners.html>

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::StreamExt;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::{Error, Kind};
use crate::model::{CertificateRef, Role, Use};
use crate::providers::huawei::session::HuaweiSession;
use crate::providers::object::{self, Object};
use crate::providers::paging::{List, Page, Position, pages};
use crate::providers::provider::UsageSource;
use crate::providers::record::{Field, Scalar};
use crate::providers::{ScopedUsage, UsageReader, UsageSourceInfo, UsedService};

use super::elb_client::{ElbClient, ElbProject, ID, Operation, PageInfoWire, no_page, open_projects, page};

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
        match self.known_uses().await {
            (uses, None) => Ok(uses),
            (_, Some(error)) => Err(error),
        }
    }

    async fn known_uses(&self) -> (Vec<(CertificateRef, Use)>, Option<Error>) {
        let list = List { what: "listeners", id: |listener: &Listener| listener.id.clone(), may_skip: false };
        let mut pages = pages(list, |position| self.page(position));
        let (mut uses, mut error) = (Vec::new(), None);
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => {
                    error = error.or(page.iter().any(|listener| listener.is_unreadable).then(unreadable));
                    uses.extend(page.iter().flat_map(|listener| self.uses_of(listener)));
                }
                Err(failed) => return (Vec::new(), Some(failed)),
            }
        }
        (uses, error.or(self.client.partial()))
    }
}

/// Returns the error for a listener whose certificates could not be read: it may use any.
fn unreadable() -> Error {
    Error::new(Kind::Reply, "the cloud sent a listener whose certificates could not be read")
}

#[derive(Deserialize)]
struct ListWire<'a> {
    #[serde(borrow)]
    listeners: Vec<&'a RawValue>,
    #[serde(default)]
    page_info: Field<Object<PageInfoWire>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ListenerWire {
    id: Field<Scalar>,
    name: Field<Scalar>,
    protocol: Field<Scalar>,
    protocol_port: Field<Scalar>,
    /// In practice exactly one.
    loadbalancers: Field<Value>,
    default_tls_container_ref: Field<Scalar>,
    sni_container_refs: Field<Value>,
    client_ca_tls_container_ref: Field<Scalar>,
}

/// A listener, as far as it could be read.
struct Listener {
    id: Option<String>,
    name: Option<String>,
    protocol: Option<String>,
    port: Option<u16>,
    load_balancers: Vec<String>,
    certificates: Vec<(Role, String)>,
    /// Whether it may use further certificates.
    is_unreadable: bool,
}

impl Listener {
    fn read(record: &RawValue) -> Self {
        let Some(wire) = object::read::<ListenerWire>(record) else {
            return Self { is_unreadable: true, ..Self::from(ListenerWire::default()) };
        };
        Self::from(wire)
    }
}

impl From<ListenerWire> for Listener {
    fn from(wire: ListenerWire) -> Self {
        let text = |field: Field<Scalar>| field.known().map(|text| text.0).filter(|text| !text.is_empty());
        let mut is_unreadable = false;
        let mut certificates = Vec::new();
        for (role, field) in
            [(Role::Default, wire.default_tls_container_ref), (Role::ClientCa, wire.client_ca_tls_container_ref)]
        {
            is_unreadable |= matches!(field, Field::Invalid);
            certificates.extend(text(field).map(|id| (role, id)));
        }
        match wire.sni_container_refs {
            Field::Present(Value::Array(ids)) => {
                for id in ids {
                    match id.as_str() {
                        Some(id) => certificates.push((Role::Sni, id.to_owned())),
                        None => is_unreadable = true,
                    }
                }
            }
            Field::Present(Value::String(id)) => certificates.push((Role::Sni, id)),
            Field::Absent => {}
            Field::Present(_) | Field::Invalid => is_unreadable = true,
        }
        certificates.retain(|(_, id)| !id.is_empty());
        let balancer = |balancer: &Value| Some(balancer.get("id")?.as_str()?.to_owned());
        let load_balancers = wire.loadbalancers.known();
        Self {
            id: text(wire.id),
            name: text(wire.name),
            protocol: text(wire.protocol),
            port: text(wire.protocol_port).and_then(|port| port.parse().ok()),
            load_balancers: load_balancers
                .as_ref()
                .and_then(Value::as_array)
                .map(|all| all.iter().filter_map(balancer).collect())
                .unwrap_or_default(),
            certificates,
            is_unreadable,
        }
    }
}

impl ProjectListeners {
    async fn page(&self, position: Position) -> Result<Page<Listener>, Error> {
        let Some(reply) = self.client.read_page(&LIST_LISTENERS, "listeners", &position).await? else {
            return Ok(no_page());
        };
        let list: ListWire<'_> = reply.json()?;
        let listeners: Vec<Listener> = list.listeners.into_iter().map(Listener::read).collect();
        let end = listeners.last().and_then(|listener| listener.id.clone());
        Ok(page(listeners, list.page_info, end))
    }

    fn uses_of(&self, listener: &Listener) -> Vec<(CertificateRef, Use)> {
        // A listener without its load balancer uses its certificates all the same.
        let unknown = listener.load_balancers.is_empty().then_some(None);
        let balancers = || listener.load_balancers.iter().map(|id| Some(id.clone())).chain(unknown.clone());
        let uses = |(role, id): &(Role, String)| {
            let (role, certificate) = (*role, CertificateRef::by_id(ID, Some(&self.client.scope.region), id));
            balancers().map(move |balancer| (certificate.clone(), self.listener_use(listener, balancer, role)))
        };
        listener.certificates.iter().flat_map(uses).collect()
    }

    fn listener_use(&self, listener: &Listener, load_balancer_id: Option<String>, role: Role) -> Use {
        Use {
            resource_id: listener.id.clone(),
            resource_name: listener.name.clone(),
            load_balancer_id,
            listener_id: listener.id.clone(),
            protocol: listener.protocol.clone(),
            port: listener.port,
            role: Some(role),
            ..Use::of_resource(ID, &self.client.scope.region, "listener")
        }
    }
}

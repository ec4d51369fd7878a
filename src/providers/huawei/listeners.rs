//! Which listeners of a project use which certificates. All of them are listed and looked through
//! here, since the API can be asked for no certificate that is chosen by SNI.
//!
//! Reference: <https://support.huaweicloud.com/intl/en-us/api-elb/ListListeners.html>

use std::sync::Arc;

use futures_util::stream::TryStreamExt;
use serde::Deserialize;

use crate::error::Error;
use crate::model::Use;

use super::elb::{Elb, Operation};
use super::pages::{self, Next, PageWire};

static LIST_LISTENERS: Operation = Operation { name: "ListListeners", permission: "elb:listeners:list" };

/// A field that is missing or of another type fails the whole: a listener that cannot be read may use
/// any certificate.
#[derive(Deserialize)]
struct ListWire {
    listeners: Vec<ListenerWire>,
    page_info: Option<PageWire>,
}

#[derive(Deserialize)]
struct ListenerWire {
    id: String,
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

/// Every use of a certificate, with the certificate's id.
///
/// # Errors
/// Where a page failed: what the others told is not the whole.
pub(super) async fn usage(elb: Arc<Elb>) -> Result<Vec<(String, Use)>, Error> {
    let pages = pages::all(elb, |elb, marker| async move { page(&elb, marker.as_deref()).await });
    let listeners: Vec<ListenerWire> = pages.try_concat().await?;
    Ok(listeners.iter().flat_map(uses_of).collect())
}

async fn page(elb: &Elb, marker: Option<&str>) -> Result<(Vec<ListenerWire>, Next), Error> {
    let query = pages::query(marker);
    let reply = elb.read(&LIST_LISTENERS, "listeners", &query).await?;
    let list: ListWire = reply.json()?;
    let next = Next::behind(list.page_info, list.listeners.len(), list.listeners.last().map(|last| last.id.clone()));
    Ok((list.listeners, next))
}

fn uses_of(listener: &ListenerWire) -> Vec<(String, Use)> {
    let own = [("default", &listener.default_tls_container_ref), ("client_ca", &listener.client_ca_tls_container_ref)];
    let own = own.into_iter().filter_map(|(role, id)| Some((role, id.as_ref()?)));
    let sni = listener.sni_container_refs.iter().flatten().map(|id| ("sni", id));
    // A listener that is told without its load balancer uses its certificates all the same.
    let unknown = if listener.loadbalancers.is_empty() { Some(String::new()) } else { None };
    let balancers = || listener.loadbalancers.iter().map(|balancer| balancer.id.clone()).chain(unknown.clone());
    let uses = |(role, id): (&'static str, &String)| {
        let id = id.clone();
        balancers().map(move |load_balancer_id| (id.clone(), listener.as_use(load_balancer_id, role)))
    };
    own.chain(sni).filter(|(_, id)| !id.is_empty()).flat_map(uses).collect()
}

impl ListenerWire {
    fn as_use(&self, load_balancer_id: String, role: &'static str) -> Use {
        Use {
            load_balancer_id,
            listener_id: Some(self.id.clone()),
            protocol: self.protocol.clone(),
            port: self.protocol_port,
            role,
        }
    }
}

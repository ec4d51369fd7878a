//! Huawei Cloud.
//!
//! Owns what is particular to this vendor: its credentials, signature, endpoints, projects, error
//! codes and services. A service is one file with a [`Store`](super::Store), and one entry in [`SERVICES`].

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::OnceCell;

use crate::config::{self, EnvVar};
use crate::context::Context;
use crate::error::Error;
use crate::model::{Identity, Scope};

use super::{Place, Service, ServiceInfo, Session};
use api::Api;

mod api;
mod credentials;
mod elb;
mod endpoints;
mod errors;
mod iam;
mod listeners;
mod pages;
mod scm;
mod sign;
mod tokens;

const ID: &str = "huawei";

static SERVICES: &[&dyn Service<Account>] = &[&elb::Service, &scm::Service];

pub(super) struct Provider;

impl super::Provider for Provider {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        "Huawei Cloud ELB"
    }

    fn looked_at(&self) -> Vec<&'static str> {
        credentials::looked_at()
    }

    fn credentials(&self) -> &'static [EnvVar] {
        credentials::VARIABLES
    }

    fn options(&self) -> &'static [EnvVar] {
        credentials::OPTIONS
    }

    fn first_steps(&self) -> [&'static str; 2] {
        ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"]
    }

    fn services(&self) -> Vec<ServiceInfo> {
        SERVICES.iter().map(|service| service.info()).collect()
    }

    fn endpoints(&self) -> &'static [&'static str] {
        &[elb::ID, "iam", scm::ID, "metadata"]
    }

    fn regions(&self) -> &'static [&'static str] {
        endpoints::REGIONS
    }

    fn connect<'a>(
        &'a self,
        cx: &'a Context,
        account: &'a config::Account,
    ) -> BoxFuture<'a, Result<Option<Arc<dyn Session>>, Error>> {
        async move {
            let Some(found) = credentials::find(cx, account).await? else {
                return Ok(None);
            };
            let session = Account {
                name: account.name.clone(),
                project_id: found.project_id,
                api: Arc::new(Api::new(cx.http.clone(), cx.endpoints.clone(), found.credentials)),
                identity: OnceCell::new(),
            };
            Ok(Some(Arc::new(session) as Arc<dyn Session>))
        }
        .boxed()
    }
}

/// A Huawei Cloud account whose certificates are asked for.
struct Account {
    name: String,
    /// Set by the user to spare the look-up; belongs to one region.
    project_id: Option<String>,
    api: Arc<Api>,
    identity: OnceCell<Identity>,
}

impl Session for Account {
    fn origin(&self) -> String {
        self.api.credentials().origin()
    }

    fn identity(&self) -> BoxFuture<'_, Result<Identity, Error>> {
        async move {
            let iam = self.api.iam(None)?;
            self.identity.get_or_try_init(|| iam::domain(&self.api, &iam)).await.cloned()
        }
        .boxed()
    }

    fn stores<'a>(&'a self, service: &'a str, regions: Option<&'a [String]>) -> BoxFuture<'a, Vec<Place>> {
        match SERVICES.iter().find(|known| known.info().id == service) {
            Some(service) => service.stores(self, regions),
            None => async { Vec::new() }.boxed(),
        }
    }
}

impl Account {
    fn scope(&self, region: &str, project: Option<&str>, service: &'static str) -> Scope {
        Scope {
            provider: ID,
            account: self.name.clone(),
            region: region.to_owned(),
            service,
            project: project.map(str::to_owned),
        }
    }
}

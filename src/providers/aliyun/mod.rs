//! Alibaba Cloud.
//!
//! Owns what is particular to this vendor: its credentials, signatures, endpoints, error codes and
//! services. A service is one file with a [`Store`](super::Store), and one entry in [`SERVICES`].

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};

use crate::config::{self, EnvVar};
use crate::context::Context;
use crate::error::Error;
use crate::model::{Identity, Scope};

use super::{Place, Service, ServiceInfo, Session};
use api::{Api, Client};
use sign::Signature;

mod api;
mod cas;
mod credentials;
mod endpoints;
mod errors;
mod listeners;
mod sign;
mod slb;
mod sts;

const ID: &str = "aliyun";

static SERVICES: &[&dyn Service<Account>] = &[&slb::Service, &cas::Service];

pub(super) struct Provider;

impl super::Provider for Provider {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        "Alibaba Cloud SLB"
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
        ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
    }

    fn services(&self) -> Vec<ServiceInfo> {
        SERVICES.iter().map(|service| service.info()).collect()
    }

    fn endpoints(&self) -> &'static [&'static str] {
        &[slb::ID, cas::ID, "sts", "metadata"]
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
            let client = Client {
                http: cx.http.clone(),
                endpoints: cx.endpoints.clone(),
                signature: Signature::Rpc,
                sts: sts::Site::of(&cx.env),
            };
            let Some(credentials) = credentials::find(cx, account, &client).await? else {
                return Ok(None);
            };
            let client = Client { signature: Signature::chosen(&cx.env, account)?, ..client };
            let session = Account { name: account.name.clone(), api: Arc::new(Api::new(client, credentials)) };
            Ok(Some(Arc::new(session) as Arc<dyn Session>))
        }
        .boxed()
    }
}

/// An Alibaba Cloud account whose certificates are asked for.
struct Account {
    name: String,
    api: Arc<Api>,
}

impl Session for Account {
    fn origin(&self) -> String {
        self.api.credentials.origin().to_owned()
    }

    fn identity(&self) -> BoxFuture<'_, Result<Identity, Error>> {
        self.api.identity().boxed()
    }

    fn stores<'a>(&'a self, service: &'a str, regions: Option<&'a [String]>) -> BoxFuture<'a, Vec<Place>> {
        match SERVICES.iter().find(|known| known.info().id == service) {
            Some(service) => service.stores(self, regions),
            None => async { Vec::new() }.boxed(),
        }
    }
}

impl Account {
    fn scope(&self, region: &str, service: &'static str) -> Scope {
        Scope { provider: ID, account: self.name.clone(), region: region.to_owned(), service, project: None }
    }
}

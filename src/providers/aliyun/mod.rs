//! Alibaba Cloud.
//!
//! Owns what is particular to this vendor: its credentials, signatures, endpoints, error codes and
//! services. A service is one file with a [`Store`](super::Store), and one entry in [`SERVICES`].

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};

use crate::config::{EnvVar, Endpoints};
use crate::context::Context;
use crate::error::Error;
use crate::model::Scope;

use super::{Place, Session};
use api::Api;

mod api;
mod credentials;
mod endpoints;
mod errors;
mod sign;
mod slb;

const ID: &str = "aliyun";

static SERVICES: &[&str] = &[slb::ID];

pub(super) struct Provider;

impl super::Provider for Provider {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        "Alibaba Cloud SLB"
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

    fn endpoints(&self) -> &'static [&'static str] {
        SERVICES
    }

    fn regions(&self) -> &'static [&'static str] {
        endpoints::REGIONS
    }

    fn connect(&self, cx: &Context, account: &str) -> Result<Option<Arc<dyn Session>>, Error> {
        let signature = sign::Signature::chosen(&cx.env)?;
        let Some(keys) = credentials::find(&cx.env)? else {
            return Ok(None);
        };
        tracing::info!(account, "{ID}: signing with {}", keys.origin);
        Ok(Some(Arc::new(Account {
            name: account.to_owned(),
            endpoints: cx.settings.net.endpoints.clone(),
            api: Arc::new(Api::new(cx.http.clone(), keys, signature)),
        })))
    }
}

/// An Alibaba Cloud account whose certificates are asked for.
struct Account {
    name: String,
    endpoints: Endpoints,
    api: Arc<Api>,
}

impl Session for Account {
    fn services(&self) -> &'static [&'static str] {
        SERVICES
    }

    fn stores<'a>(&'a self, regions: Option<&'a [String]>) -> BoxFuture<'a, Vec<Place>> {
        slb::stores(self, regions).boxed()
    }
}

impl Account {
    fn scope(&self, region: &str, service: &'static str) -> Scope {
        Scope {
            provider: ID,
            account: self.name.clone(),
            region: region.to_owned(),
            service,
            project: None,
        }
    }
}

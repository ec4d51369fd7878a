//! Huawei Cloud.
//!
//! Owns what is particular to this vendor: its credentials, signature, endpoints, projects, error
//! codes and services. A service is one file with a [`Store`](super::Store), and one entry in [`SERVICES`].

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};

use crate::config::EnvVar;
use crate::context::Context;
use crate::error::Error;
use crate::model::Scope;

use super::{Place, Session};
use api::Api;

mod api;
mod credentials;
mod elb;
mod endpoints;
mod errors;
mod iam;
mod sign;
mod tokens;

const ID: &str = "huawei";

static SERVICES: &[&str] = &[elb::ID];

pub(super) struct Provider;

impl super::Provider for Provider {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        "Huawei Cloud ELB"
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

    fn endpoints(&self) -> &'static [&'static str] {
        &["elb", "iam"]
    }

    fn regions(&self) -> &'static [&'static str] {
        endpoints::REGIONS
    }

    fn connect(&self, cx: &Context, account: &str) -> Result<Option<Arc<dyn Session>>, Error> {
        let Some(credentials) = credentials::find(&cx.env)? else {
            return Ok(None);
        };
        tracing::info!(account, "{ID}: signing with {}", credentials.origin());
        Ok(Some(Arc::new(Account {
            name: account.to_owned(),
            project_id: credentials::project_id(&cx.env),
            api: Arc::new(Api::new(cx.http.clone(), cx.settings.net.endpoints.clone(), credentials)),
        })))
    }
}

/// A Huawei Cloud account whose certificates are asked for.
struct Account {
    name: String,
    /// Set by the user to spare the look-up; belongs to one region.
    project_id: Option<String>,
    api: Arc<Api>,
}

impl Session for Account {
    fn services(&self) -> &'static [&'static str] {
        SERVICES
    }

    fn stores<'a>(&'a self, regions: Option<&'a [String]>) -> BoxFuture<'a, Vec<Place>> {
        elb::stores(self, regions).boxed()
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

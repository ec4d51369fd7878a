//! One account of Huawei Cloud: its client, its projects, and what is requested once and used by many.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{Mutex, OnceCell};

use crate::config::Account;
use crate::error::{Error, Kind};
use crate::model::{Identity, Project, Scope};
use crate::providers::Context;

use super::client::Client;
use super::{ID, credentials, endpoints, iam};

/// An account of Huawei Cloud. Cloning it is cheap: all clones share what they have requested.
#[derive(Clone)]
pub(super) struct HuaweiSession(Arc<Inner>);

struct Inner {
    name: String,
    /// Set by the user to spare the look-up; belongs to one region.
    project_id: Option<String>,
    client: Client,
    identity: OnceCell<Identity>,
    /// The projects that each IAM host lists.
    projects: Mutex<HashMap<String, Arc<OnceCell<ProjectList>>>>,
}

type ProjectList = Result<Arc<iam::Projects>, Error>;

impl HuaweiSession {
    /// Finds the account's credentials; `None` where nothing is set up.
    ///
    /// # Errors
    /// Where something is set up but broken.
    pub(super) async fn connect(cx: &Context, account: &Account) -> Result<Option<Self>, Error> {
        let Some(loaded) = credentials::find(cx, account).await? else {
            return Ok(None);
        };
        Ok(Some(Self(Arc::new(Inner {
            name: account.name.clone(),
            project_id: loaded.project_id,
            client: Client::new(cx.http.clone(), cx.clock, cx.endpoints.clone(), loaded.credentials),
            identity: OnceCell::new(),
            projects: Mutex::default(),
        }))))
    }

    /// Returns the client of the account.
    pub(super) fn client(&self) -> &Client {
        &self.0.client
    }

    /// Returns the project that the user set to spare the look-up.
    pub(super) fn project_id(&self) -> Option<&str> {
        self.0.project_id.as_deref()
    }

    /// Returns the scope of a service in a region, or in a project of it.
    pub(super) fn scope(&self, region: &str, project: Option<Project>, service: &'static str) -> Scope {
        Scope { provider: ID, account: self.0.name.clone(), region: region.to_owned(), service, project }
    }

    /// Returns the projects of the account, from the IAM that knows the account of this region. One request to each
    /// IAM; a failure is remembered.
    ///
    /// # Errors
    /// Where the cloud refused, or no whole reply came.
    pub(super) async fn projects(&self, region: Option<&str>) -> ProjectList {
        let host = endpoints::iam_host(region);
        let cell = self.0.projects.lock().await.entry(host).or_default().clone();
        let request = async || {
            let iam = self.client().iam(region)?;
            iam::projects(self.client(), &iam).await.map(Arc::new)
        };
        cell.get_or_init(request).await.clone()
    }

    /// Returns the account that the credentials belong to. One request, however often it is called.
    ///
    /// # Errors
    /// Where the cloud refused, or no whole reply came.
    pub(super) async fn identity(&self) -> Result<Identity, Error> {
        self.0.identity.get_or_try_init(|| self.identity_at(None)).await.cloned()
    }

    /// Returns the account that the credentials belong to, from the IAM that knows the account of this region. Its projects
    /// tell it as well, where the user may not list it.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub(super) async fn identity_at(&self, region: Option<&str>) -> Result<Identity, Error> {
        let iam = self.client().iam(region)?;
        let error = match iam::domain(self.client(), &iam).await {
            Err(error) if error.kind == Kind::Denied => error,
            result => return result,
        };
        let projects = self.projects(region).await.ok();
        let owner = projects.and_then(|projects| projects.all.iter().find_map(|project| project.domain_id.clone()));
        owner.map(|account_id| Identity { account_id, name: None }).ok_or(error)
    }
}

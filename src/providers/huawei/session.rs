//! One account of Huawei Cloud: its client, its projects, and what is requested once and used by many.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{Mutex, OnceCell};

use crate::config::Account;
use crate::error::{Error, Kind};
use crate::model::{Identity, Project, Scope};
use crate::providers::Context;
use crate::providers::cloud::LoggedIn;

use super::client::Client;
use super::{ID, agency, credentials, iam};

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
        let iam = self.client().iam(region)?;
        let cell = self.0.projects.lock().await.entry(iam.host()).or_default().clone();
        let request = async || iam::projects(self.client(), &iam).await.map(Arc::new);
        cell.get_or_init(request).await.clone()
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

#[async_trait]
impl LoggedIn for HuaweiSession {
    async fn connect(cx: &Context, account: &Account) -> Result<Option<Self>, Error> {
        let Some(found) = credentials::find(cx, account).await? else {
            return Ok(None);
        };
        let credentials = agency::assumed(cx, &found.site, found.credentials, found.agency)?;
        // Keys that must be issued are requested at once, so that a refusal is one error of the account.
        credentials.keys(&cx.http).await?;
        Ok(Some(Self(Arc::new(Inner {
            name: account.name.clone(),
            project_id: found.project_id,
            client: Client::new(cx.http.clone(), cx.clock, cx.endpoints.clone(), found.site, credentials),
            identity: OnceCell::new(),
            projects: Mutex::default(),
        }))))
    }

    fn origin(&self) -> String {
        self.client().credentials().origin()
    }

    async fn identity(&self) -> Result<Identity, Error> {
        self.0.identity.get_or_try_init(|| self.identity_at(None)).await.cloned()
    }
}

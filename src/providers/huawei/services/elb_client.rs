//! Elastic Load Balance: the projects of an account, and reads of what one of them holds.

use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::model::{self, Scope};
use crate::net::Reply;
use crate::providers::huawei::auth_scope::TokenScope;
use crate::providers::huawei::client::Call;
use crate::providers::huawei::endpoints;
use crate::providers::huawei::iam::Project;
use crate::providers::huawei::session::HuaweiSession;
use crate::providers::unknown_region;

pub(super) const ID: &str = "elb";

/// The load balancers' API of one project.
#[derive(Clone)]
pub(super) struct ElbClient {
    pub session: HuaweiSession,
    pub project: Project,
    pub scope: Scope,
    endpoint: Endpoint,
    iam: Endpoint,
}

/// A project's scope, and the way to read it.
pub(super) struct ElbProject {
    pub scope: Scope,
    pub client: Result<ElbClient, Error>,
}

/// An operation, by the name on the vendor's pages, and the IAM action that allows it.
pub(super) struct Operation {
    pub name: &'static str,
    pub permission: &'static str,
}

/// Opens every project that is in a region, of the named regions or of all.
pub(super) async fn open_projects(session: &HuaweiSession, wanted: Option<&[String]>) -> Vec<ElbProject> {
    if let (Some(id), Some([region])) = (session.project_id(), wanted) {
        let project = Project { id: id.to_owned(), name: region.clone(), domain_id: None };
        return vec![open(session, region, &project)];
    }
    let Some(wanted) = wanted else {
        return match session.projects(None).await {
            Ok(projects) => {
                projects.iter().filter_map(|project| Some(open(session, project.region()?, project))).collect()
            }
            Err(error) => vec![failed(session, Scope::ALL_REGIONS, error)],
        };
    };
    let mut opened = Vec::new();
    for region in wanted {
        match session.projects(Some(region)).await {
            Ok(projects) => opened.extend(open_region(session, region, &projects)),
            Err(error) => opened.push(failed(session, region, error)),
        }
    }
    opened
}

/// Opens the projects of one region; a region without one is an error that names the likely ones.
fn open_region(session: &HuaweiSession, region: &str, projects: &[Project]) -> Vec<ElbProject> {
    let own: Vec<ElbProject> = projects
        .iter()
        .filter(|project| project.region() == Some(region))
        .map(|project| open(session, region, project))
        .collect();
    if !own.is_empty() {
        return own;
    }
    let error = if let [only] = projects {
        let message = format!("these credentials reach only the project {}, not the region `{region}`", only.name);
        Error::new(Kind::Region, message).with_hint("leave out `--region`, or use credentials of that region")
    } else {
        let message = format!("this account has no project in a region `{region}`");
        unknown_region(region, message, projects.iter().filter_map(Project::region))
    };
    vec![failed(session, region, error)]
}

fn open(session: &HuaweiSession, region: &str, project: &Project) -> ElbProject {
    let scope_project = model::Project { id: project.id.clone(), name: project.name.clone() };
    let scope = session.scope(region, Some(scope_project), ID);
    let client = || {
        Ok(ElbClient {
            session: session.clone(),
            project: project.clone(),
            scope: scope.clone(),
            endpoint: session.client().endpoint(ID, &endpoints::host(ID, region))?,
            iam: session.client().iam(Some(region))?,
        })
    };
    ElbProject { client: client(), scope }
}

fn failed(session: &HuaweiSession, region: &str, error: Error) -> ElbProject {
    ElbProject { scope: session.scope(region, None, ID), client: Err(error) }
}

impl ElbClient {
    /// Returns the path of a resource below the project's load balancers.
    pub(super) fn path(&self, resource: &str) -> String {
        format!("/v3/{}/elb/{resource}", self.project.id)
    }

    pub(super) fn call<'a>(
        &'a self,
        operation: &Operation,
        path: &'a str,
        query: &'a [(&'a str, &'a str)],
    ) -> Call<'a> {
        Call {
            operation: operation.name,
            permission: Some(operation.permission),
            endpoint: &self.endpoint,
            iam: &self.iam,
            path,
            query,
            token_scope: TokenScope::Project(&self.project.id),
            subject: None,
        }
    }

    /// Reads a resource below the project's load balancers.
    ///
    /// # Errors
    /// Where the cloud refused, or no whole reply came.
    pub(super) async fn read(
        &self,
        operation: &Operation,
        resource: &str,
        query: &[(&str, String)],
    ) -> Result<Reply, Error> {
        let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.session.client().get(&self.call(operation, &self.path(resource), &query)).await
    }
}

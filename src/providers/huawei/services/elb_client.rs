//! Elastic Load Balance: the projects of an account, and reads of what one of them holds.

use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::model::{self, Scope};
use crate::net::Reply;
use crate::providers::huawei::auth_scope::TokenScope;
use crate::providers::huawei::client::Read;
use crate::providers::huawei::iam::{Project, Projects};
use crate::providers::huawei::session::HuaweiSession;
use crate::providers::object::Object;
use crate::providers::paging::{Cursor, Page, Position};
use crate::providers::record::{Field, Scalar, count};
use crate::providers::unknown_region;

pub(super) const ID: &str = "elb";

/// The load balancers' API of one project.
#[derive(Clone)]
pub(super) struct ElbClient {
    pub session: HuaweiSession,
    pub project: Project,
    pub scope: Scope,
    /// Why the account may have projects beside those that are read.
    limitation: Option<Error>,
    /// Why only a part of the project is read, where that turned out.
    partial: Arc<OnceLock<Error>>,
    /// Whether the user set the project's id.
    is_given: bool,
    endpoint: Endpoint,
    iam: Endpoint,
}

/// What stands for the region of a project whose name could not be read.
const UNKNOWN_REGION: &str = "unknown";

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

/// The most rows that a page may hold; the marker is heeded only beside a limit.
///
/// Reference: <https://support.huaweicloud.com/intl/en-us/api-elb/elb_qs_0014.html>
const PAGE_SIZE: usize = 2000;

/// Asks for what a user may list by enterprise projects, whose permissions are apart from those on the project.
///
/// Reference: <https://support.huaweicloud.com/intl/en-us/api-elb/ListCertificates.html>
const GRANTED: (&str, &str) = ("enterprise_project_id", "all_granted_eps");

/// The description of a page. Some regions leave it out.
#[derive(Deserialize)]
pub(super) struct PageInfoWire {
    #[serde(default)]
    next_marker: Field<Scalar>,
    #[serde(default)]
    current_count: Field<Scalar>,
}

/// Opens the projects of the named regions, or all projects of the account. One whose region is not known is a failed
/// scope of its own.
pub(super) async fn open_projects(session: &HuaweiSession, wanted: Option<&[String]>) -> Vec<ElbProject> {
    if let (Some(id), Some([region])) = (session.project_id(), wanted) {
        let project = Project { id: id.to_owned(), name: region.clone(), ..Project::default() };
        let opened = open(session, region, &project, Some(region), None);
        let client = opened.client.map(|client| ElbClient { is_given: true, ..client });
        return vec![ElbProject { client, ..opened }];
    }
    let Some(wanted) = wanted else {
        return match session.projects(None).await {
            Ok(projects) => open_all(session, &projects),
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

/// Opens all projects but the object storage's. An account with nothing else is an error that names its projects.
fn open_all(session: &HuaweiSession, projects: &Projects) -> Vec<ElbProject> {
    let (storage, projects_in_regions): (Vec<&Project>, Vec<&Project>) =
        projects.all.iter().partition(|project| project.is_object_storage());
    for project in storage {
        tracing::info!("the project {} is in no region, and is not read", project.name);
    }
    if projects_in_regions.is_empty() {
        const NAMED: usize = 10;
        let mut names: Vec<&str> = projects.all.iter().map(|project| project.name.as_str()).take(NAMED).collect();
        names.extend((projects.all.len() > NAMED).then_some("…"));
        let message = format!("this account has no project in a region; it has only {}", names.join(", "));
        let error = Error::new(Kind::Reply, message)
            .with_hint("look whether the key belongs to the account that you mean, and which projects it may list");
        return vec![failed(session, Scope::ALL_REGIONS, error)];
    }
    let open = |project: &&Project| open_anywhere(session, project, projects.limitation.as_ref());
    let rest = projects.incomplete.iter().map(|error| failed(session, Scope::ALL_REGIONS, error.clone()));
    projects_in_regions.iter().map(open).chain(rest).collect()
}

/// Opens a project in the region that its name tells of. Where the endpoint is overridden, the host does not depend on
/// the region, so any name will do.
fn open_anywhere(session: &HuaweiSession, project: &Project, limitation: Option<&Error>) -> ElbProject {
    if let Some(error) = project.unread_error() {
        let region = project.region().unwrap_or_else(|| UNKNOWN_REGION.to_owned());
        return ElbProject { scope: scope(session, &region, project), client: Err(error) };
    }
    if let Some(region) = project.region() {
        return open(session, &region, project, None, limitation);
    }
    let region = project.first_part();
    if session.client().is_overridden(ID) {
        return open(session, region, project, None, limitation);
    }
    let message =
        format!("the region of the project `{}` is not known, so its certificates are not read", project.name);
    let error = Error::new(Kind::Region, message).with_hint(format!(
        "name the host of its load balancers with `--endpoint huawei.{ID}=https://…`, or the regions to read with `--region`"
    ));
    ElbProject { scope: scope(session, region, project), client: Err(error) }
}

/// Opens the projects of one region; a region without one is an error that names the likely ones.
fn open_region(session: &HuaweiSession, region: &str, projects: &Projects) -> Vec<ElbProject> {
    let is_own = |project: &&Project| project.first_part().eq_ignore_ascii_case(region);
    let own = projects.all.iter().filter(is_own);
    let limitation = projects.limitation.as_ref();
    let mut own: Vec<_> = own
        .map(|project| match project.unread_error() {
            Some(error) => ElbProject { scope: scope(session, region, project), client: Err(error) },
            None => open(session, region, project, Some(region), limitation),
        })
        .collect();
    // Any of these may be in this region.
    let nameless = projects.all.iter().filter(|project| project.name.is_empty());
    own.extend(nameless.map(|project| open_anywhere(session, project, limitation)));
    own.extend(projects.incomplete.iter().map(|error| failed(session, region, error.clone())));
    if !own.is_empty() {
        return own;
    }
    let mut error = if let [only] = projects.all.as_slice() {
        let message = format!("these credentials reach only the project {}, not the region `{region}`", only.name);
        Error::new(Kind::Region, message).with_hint("leave out `--region`, or use credentials of that region")
    } else {
        let known: Vec<String> = projects.all.iter().filter_map(Project::region).collect();
        let message = format!("this account has no project in a region `{region}`");
        unknown_region(region, message, known.iter().map(String::as_str))
    };
    if let Some(limitation) = &projects.limitation {
        error.message = format!("{}; {}", error.message, limitation.message);
        error.hint = error.hint.or_else(|| limitation.hint.clone());
    }
    vec![failed(session, region, error)]
}

fn scope(session: &HuaweiSession, region: &str, project: &Project) -> Scope {
    let project = model::Project { id: project.id.clone(), name: project.name.clone() };
    session.scope(region, Some(project), ID)
}

/// Opens a project. `wanted` is the region that the user named, which may choose the IAM; a project's name never does: it
/// comes from a reply, and a password goes to the IAM.
fn open(
    session: &HuaweiSession,
    region: &str,
    project: &Project,
    wanted: Option<&str>,
    limitation: Option<&Error>,
) -> ElbProject {
    let scope = scope(session, region, project);
    let client = || {
        Ok(ElbClient {
            session: session.clone(),
            project: project.clone(),
            scope: scope.clone(),
            limitation: limitation.cloned(),
            partial: Arc::default(),
            is_given: false,
            endpoint: session.client().regional(ID, region)?,
            iam: session.client().iam(wanted)?,
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

    /// Returns the read of a path of the project.
    pub(super) fn read_of<'a>(
        &'a self,
        operation: &Operation,
        path: &'a str,
        query: &'a [(&'a str, &'a str)],
    ) -> Read<'a> {
        Read {
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
    pub(super) async fn read(&self, operation: &Operation, resource: &str) -> Result<Reply, Error> {
        self.session.client().get(&self.read_of(operation, &self.path(resource), &[])).await
    }

    /// Returns why the account may keep more than is read.
    pub(super) fn limitation(&self) -> Option<Error> {
        self.partial.get().or(self.limitation.as_ref()).cloned()
    }

    /// Returns why only a part of the project was read.
    pub(super) fn partial(&self) -> Option<Error> {
        self.partial.get().cloned()
    }

    /// Reads the page of a list at a position; `None` where the project is disabled. A user that may not list what the
    /// whole project holds may still list that of some enterprise projects.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(super) async fn read_page(
        &self,
        operation: &Operation,
        list: &str,
        position: &Position,
    ) -> Result<Option<Reply>, Error> {
        let is_partial = self.partial.get().is_some();
        let error = match self.read_part(operation, list, position, is_partial).await {
            Err(error) if position.cursor == Cursor::Start => error,
            result => return result.map(Some),
        };
        if error.kind == Kind::Denied
            && let Ok(reply) = self.read_part(operation, list, position, true).await
        {
            let message = format!(
                "only what belongs to the enterprise projects granted to this user is listed: {}",
                error.message
            );
            let _ = self.partial.set(Error { message, ..error });
            return Ok(Some(reply));
        }
        if self.project.is_disabled && !error.kind.is_retryable() {
            let message = format!("the project {} is disabled, and what it holds is not read", self.project.name);
            let error = Error::new(Kind::Denied, message).with_hint("enable it in the IAM console to read it");
            let _ = self.partial.set(error);
            return Ok(None);
        }
        Err(self.explain(error).await)
    }

    async fn read_part(
        &self,
        operation: &Operation,
        list: &str,
        position: &Position,
        is_partial: bool,
    ) -> Result<Reply, Error> {
        let size = PAGE_SIZE.to_string();
        let mut query = vec![("limit", size.as_str())];
        if let Cursor::Token(marker) = &position.cursor {
            query.push(("marker", marker));
        }
        query.extend(is_partial.then_some(GRANTED));
        self.session.client().get(&self.read_of(operation, &self.path(list), &query)).await
    }

    /// Says so where the refusal is for an id that the user set, and that no project of the account has.
    async fn explain(&self, error: Error) -> Error {
        if !self.is_given || !matches!(error.kind, Kind::Denied | Kind::Request) {
            return error;
        }
        match self.session.projects(Some(&self.scope.region)).await {
            Ok(projects) if projects.all.iter().all(|project| project.id != self.project.id) => {
                let message = format!("the account has no project with the id {}, which is set", self.project.id);
                Error { kind: Kind::Config, message, ..error }.with_hint(
                    "unset HW_PROJECT_ID (HUAWEICLOUD_SDK_PROJECT_ID, OS_PROJECT_ID), or set the id of this account's project",
                )
            }
            _ => error,
        }
    }
}

/// Returns a page of a disabled project, which is not read.
pub(super) fn no_page<T>() -> Page<T> {
    Page { rows: Vec::new(), count: None, total: None, next: Ok(Cursor::End) }
}

/// Returns a page of a list. `last` is the id of its last row, behind which the next page begins where the cloud does
/// not describe the page, or in an unknown way.
pub(super) fn page<T>(rows: Vec<T>, info: Field<Object<PageInfoWire>>, last: Option<String>) -> Page<T> {
    let behind = |last: Option<String>| last.map(Cursor::Token).ok_or_else(lost);
    let (sent, next) = match info {
        Field::Present(Object(info)) => {
            let next = match info.next_marker {
                Field::Present(marker) if !marker.0.is_empty() => Ok(Cursor::Token(marker.0)),
                Field::Invalid if !rows.is_empty() => behind(last),
                _ => Ok(Cursor::End),
            };
            (count(info.current_count), next)
        }
        Field::Invalid if !rows.is_empty() => (None, behind(last)),
        Field::Invalid => (None, Ok(Cursor::End)),
        // A page that is not full is the last.
        Field::Absent if rows.len() < PAGE_SIZE => (None, Ok(Cursor::End)),
        Field::Absent => (None, behind(last)),
    };
    Page { rows, count: sent, total: None, next }
}

fn lost() -> Error {
    Error::new(Kind::Reply, "the last row of a page has no id, so the next page cannot be requested")
}

//! The account of the credentials, and its projects: each region has one of the same name, and may have others below it.

use std::borrow::Cow;
use std::collections::HashSet;

use futures_util::TryStreamExt;
use secrecy::SecretString;
use serde::Deserialize;
use url::form_urlencoded;

use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::model::Identity;
use crate::providers::paging::{Cursor, List, Page, Position, pages};

use super::auth_scope::TokenScope;
use super::client::{Client, Read};
use super::credentials::Credentials;
use super::endpoints::REGIONS;

/// A project.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Project {
    pub id: String,
    pub name: String,
    /// The account it belongs to.
    pub domain_id: Option<String>,
}

/// The projects of an account.
#[derive(Debug)]
pub(super) struct Projects {
    pub all: Vec<Project>,
    /// Why the account may have others: only those of the user could be listed.
    pub limitation: Option<Error>,
}

/// The project of the object storage, which is in no region and holds nothing else.
const OBJECT_STORAGE: &str = "MOS";

impl Project {
    /// Returns the region of the project, by its name: a region's own project has the region's name, one below it is
    /// named `<region>_<name>`. `None` where that is not like the name of a region.
    pub(super) fn region(&self) -> Option<String> {
        let region = self.first_part().to_ascii_lowercase();
        let is_known = REGIONS.contains(&region.as_str());
        (is_known || looks_like_a_region(self.first_part())).then_some(region)
    }

    /// Returns the part of the name that is the region's, whether or not it is like the name of one.
    pub(super) fn first_part(&self) -> &str {
        self.name.split('_').next().unwrap_or_default()
    }

    /// Returns whether the project is in no region by design.
    pub(super) fn is_object_storage(&self) -> bool {
        self.name == OBJECT_STORAGE
    }
}

/// Returns whether a name is formed like a region's: `cn-north-4`, or `eu-de` and `eu-ch2` of clouds with the same API.
fn looks_like_a_region(name: &str) -> bool {
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match name.split('-').collect::<Vec<_>>().as_slice() {
        [continent, side, number] => {
            continent.len() == 2 && is_word(continent) && is_word(side) && !number.is_empty() && is_number(number)
        }
        [continent, country] => {
            let (country, number) = country.split_at_checked(2).unwrap_or_default();
            continent.len() == 2 && is_word(continent) && is_word(country) && is_number(number)
        }
        _ => false,
    }
}

/// Returns the projects that the credentials reach.
///
/// # Errors
/// Where no list of projects could be read, or the account has none.
pub(super) async fn projects(client: &Client, iam: &Endpoint) -> Result<Projects, Error> {
    if let Credentials::Token { token, .. } = client.credentials() {
        return Ok(Projects { all: vec![project_of(token, client, iam).await?], limitation: None });
    }
    let read = Read {
        operation: "KeystoneListProjects",
        permission: Some("iam:projects:listProjects"),
        endpoint: iam,
        iam,
        path: "/v3/projects",
        query: &[],
        token_scope: TokenScope::Domain,
        subject: None,
    };
    let (all, limitation) = match list(client, read).await {
        // A user without the right to list the account's projects may still list its own.
        Err(error) if error.kind == Kind::Denied => {
            let own = Read { operation: "KeystoneListAuthProjects", path: "/v3/auth/projects", ..read };
            let message = format!(
                "only the user's own projects are read, since those of the account cannot be listed: {}",
                error.message
            );
            (list(client, own).await?, Some(Error { message, ..error }))
        }
        all => (all?, None),
    };
    if all.is_empty() {
        return Err(Error::new(Kind::Reply, "this account has no project: no region was ever opened in it")
            .with_hint("look whether the key belongs to the account that you mean"));
    }
    Ok(Projects { all, limitation })
}

#[derive(Deserialize)]
struct ProjectsWire {
    projects: Vec<Project>,
    links: Option<LinksWire>,
}

#[derive(Deserialize)]
struct LinksWire {
    next: Option<String>,
}

/// Reads a list of projects, each project once.
async fn list(client: &Client, read: Read<'_>) -> Result<Vec<Project>, Error> {
    let list = List { what: "projects", id: |project: &Project| Some(project.id.clone()), may_skip: false };
    let fetch = |position: Position| async move {
        let query = match &position.cursor {
            Cursor::Token(query) => form_urlencoded::parse(query.as_bytes()).collect(),
            _ => Vec::<(Cow<'_, str>, Cow<'_, str>)>::new(),
        };
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (&**name, &**value)).collect();
        let reply = client.get(&Read { query: &query, ..read }).await?;
        let wire: ProjectsWire = reply.json()?;
        Ok(Page { rows: wire.projects, count: None, total: None, next: next_page(wire.links) })
    };
    let mut projects: Vec<Project> = pages(list, fetch).try_concat().await?;
    let mut ids = HashSet::new();
    projects.retain(|project| ids.insert(project.id.clone()));
    Ok(projects)
}

/// Returns where the next page begins. Only the query of the link is used: keys are sent nowhere that a reply names.
fn next_page(links: Option<LinksWire>) -> Result<Cursor, Error> {
    match links.and_then(|links| links.next).filter(|link| !link.is_empty()) {
        None => Ok(Cursor::End),
        Some(link) => match link.split_once('?') {
            Some((_, query)) => Ok(Cursor::Token(query.to_owned())),
            None => {
                Err(Error::new(Kind::Reply, "the list of projects goes on, but its link to the next page has no query"))
            }
        },
    }
}

#[derive(Deserialize)]
struct DomainsWire {
    domains: Vec<Domain>,
}

#[derive(Deserialize)]
struct Domain {
    id: String,
    name: Option<String>,
}

/// Returns the account that the credentials belong to, which the vendor calls domain.
///
/// # Errors
/// Where the cloud refused, or no whole reply came.
pub(super) async fn domain(client: &Client, iam: &Endpoint) -> Result<Identity, Error> {
    let read = Read {
        operation: "KeystoneListAuthDomains",
        permission: None,
        endpoint: iam,
        iam,
        path: "/v3/auth/domains",
        query: &[],
        token_scope: TokenScope::Domain,
        subject: None,
    };
    let reply = client.get(&read).await?;
    let domain = reply.json::<DomainsWire>()?.domains.into_iter().next();
    let domain = domain.ok_or_else(|| Error::new(Kind::Reply, "IAM names no account for these credentials"))?;
    Ok(Identity { account_id: domain.id, name: domain.name })
}

#[derive(Deserialize)]
struct TokenWire {
    token: TokenBody,
}

#[derive(Deserialize)]
struct TokenBody {
    project: Option<TokensProject>,
}

#[derive(Deserialize)]
struct TokensProject {
    id: String,
    name: String,
    domain: Option<DomainWire>,
}

#[derive(Deserialize)]
struct DomainWire {
    id: Option<String>,
}

/// Returns the one project that a token is for (`KeystoneValidateToken`).
async fn project_of(token: &SecretString, client: &Client, iam: &Endpoint) -> Result<Project, Error> {
    let read = Read {
        operation: "KeystoneValidateToken",
        permission: None,
        endpoint: iam,
        iam,
        path: "/v3/auth/tokens",
        query: &[("nocatalog", "true")],
        token_scope: TokenScope::Domain,
        subject: Some(token),
    };
    let reply = client.get(&read).await?;
    let project = reply.json::<TokenWire>()?.token.project.ok_or_else(|| {
        Error::new(Kind::Config, "the token is for the whole account; load balancers need one for a project")
            .with_hint("fetch a token with a project as its scope, such as {\"project\": {\"name\": \"cn-north-4\"}}")
    })?;
    Ok(Project { id: project.id, name: project.name, domain_id: project.domain.and_then(|domain| domain.id) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_of_a_project_is_in_its_name() {
        let region = |name: &str| Project { id: String::new(), name: name.to_owned(), domain_id: None }.region();
        for (name, own) in [
            ("cn-north-4", "cn-north-4"),
            ("cn-north-4_dev", "cn-north-4"),
            ("CN-NORTH-4", "cn-north-4"),
            ("xx-new-77", "xx-new-77"),
            ("cn-north-99999", "cn-north-99999"),
            ("eu-de", "eu-de"),
            ("eu-ch2_dev", "eu-ch2"),
        ] {
            assert_eq!(region(name).as_deref(), Some(own), "{name}");
        }
        for name in ["MOS", "", "hk", "cn-north", "cn-north-4-5", "my-project", "EU-DE", "eu-", "eu-d", "cn--4", "a_b"]
        {
            assert_eq!(region(name), None, "{name}");
        }
    }

    #[test]
    fn only_the_query_of_a_link_is_used() {
        let next = |link: &str| next_page(Some(LinksWire { next: Some(link.to_owned()) }));
        let query = Cursor::Token("page=2&per_page=9".to_owned());
        assert_eq!(next("https://evil.example/v3/projects?page=2&per_page=9").expect("a page"), query);
        assert_eq!(next("").expect("the end"), Cursor::End);
        assert_eq!(next_page(None).expect("the end"), Cursor::End);
        assert!(next("https://iam.myhuaweicloud.com/v3/projects").is_err());
    }
}

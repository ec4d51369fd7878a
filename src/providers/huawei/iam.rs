//! The account of the credentials, and its projects: each region has one of the same name, and may have others below it.

use std::borrow::Cow;
use std::collections::HashSet;

use futures_util::TryStreamExt;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::form_urlencoded;

use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::model::Identity;
use crate::providers::object::{self, Object};
use crate::providers::paging::{Cursor, List, Page, Position, pages};
use crate::providers::record::{Field, Scalar};

use super::auth_scope::TokenScope;
use super::client::{Client, Read};
use super::credentials::Credentials;
use super::endpoints::REGIONS;

/// A project.
#[derive(Debug, Clone, Default)]
pub(super) struct Project {
    /// Empty where it could not be read.
    pub id: String,
    /// Empty where it could not be read.
    pub name: String,
    /// The account it belongs to.
    pub domain_id: Option<String>,
    /// The account has closed it.
    pub is_disabled: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ProjectWire {
    id: Field<Scalar>,
    name: Field<Scalar>,
    domain_id: Field<Scalar>,
    enabled: Field<Scalar>,
}

/// The projects of an account.
#[derive(Debug)]
pub(super) struct Projects {
    pub all: Vec<Project>,
    /// Why the list could not be read to its end.
    pub incomplete: Option<Error>,
    /// Why the account may have others: only those of the user could be listed.
    pub limitation: Option<Error>,
}

/// The project of the object storage, which is in no region and holds nothing else.
const OBJECT_STORAGE: &str = "MOS";

impl Project {
    /// Reads a project of a list. One that cannot be read keeps its place.
    fn read(value: &RawValue) -> Self {
        let wire: ProjectWire = object::read(value).unwrap_or_default();
        Self {
            id: text(wire.id).unwrap_or_default(),
            name: text(wire.name).unwrap_or_default(),
            domain_id: text(wire.domain_id),
            is_disabled: text(wire.enabled).is_some_and(|enabled| enabled.eq_ignore_ascii_case("false")),
        }
    }

    /// Returns the error of a project that the list does not identify.
    pub(super) fn unread_error(&self) -> Option<Error> {
        let message = match (self.id.is_empty(), self.name.is_empty()) {
            (true, true) => "the list of projects holds one that could not be read".to_owned(),
            (true, false) => format!("the project `{}` has no id that could be read", self.name),
            (false, true) => format!("the project {} has no name that could be read, which tells its region", self.id),
            (false, false) => return None,
        };
        Some(Error::new(Kind::Reply, message))
    }

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
        return Ok(Projects { all: vec![project_of(token, client, iam).await?], incomplete: None, limitation: None });
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
    let ((all, incomplete), limitation) = match list(client, read).await {
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
    Ok(Projects { all, incomplete, limitation })
}

#[derive(Deserialize)]
struct ProjectsWire<'a> {
    #[serde(borrow)]
    projects: Vec<&'a RawValue>,
    #[serde(default)]
    links: Field<Object<LinksWire>>,
}

#[derive(Deserialize)]
struct LinksWire {
    #[serde(default)]
    next: Field<String>,
}

/// Reads a list of projects, each project once; with the error that ended it after some were read.
async fn list(client: &Client, read: Read<'_>) -> Result<(Vec<Project>, Option<Error>), Error> {
    let id = |project: &Project| Some(project.id.clone()).filter(|id| !id.is_empty());
    let list = List { what: "projects", id, may_skip: false };
    let fetch = |position: Position| async move {
        let query = match &position.cursor {
            Cursor::Token(query) => form_urlencoded::parse(query.as_bytes()).collect(),
            _ => Vec::<(Cow<'_, str>, Cow<'_, str>)>::new(),
        };
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (&**name, &**value)).collect();
        let reply = client.get(&Read { query: &query, ..read }).await?;
        let wire: ProjectsWire<'_> = reply.json()?;
        let rows = wire.projects.into_iter().map(Project::read).collect();
        Ok(Page { rows, count: None, total: None, next: next_page(wire.links) })
    };
    let mut projects: Vec<Project> = Vec::new();
    let mut pages = pages(list, fetch);
    let incomplete = loop {
        match pages.try_next().await {
            Ok(Some(page)) => projects.extend(page),
            Ok(None) => break None,
            Err(error) if projects.is_empty() => return Err(error),
            Err(error) => break Some(error),
        }
    };
    let mut ids = HashSet::new();
    projects.retain(|project| project.id.is_empty() || ids.insert(project.id.clone()));
    Ok((projects, incomplete))
}

/// Returns where the next page begins. Only the query of the link is used: keys are sent nowhere that a reply names.
fn next_page(links: Field<Object<LinksWire>>) -> Result<Cursor, Error> {
    let next = match links {
        Field::Absent => Field::Absent,
        Field::Present(links) => links.0.next,
        Field::Invalid => Field::Invalid,
    };
    if let Field::Invalid = next {
        return Err(Error::new(Kind::Reply, "the link to the next page of the list of projects could not be read"));
    }
    match next.known().filter(|link| !link.is_empty()) {
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
struct DomainsWire<'a> {
    #[serde(borrow)]
    domains: Vec<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DomainWire {
    id: Field<Scalar>,
    name: Field<Scalar>,
}

/// Returns a text that is not empty.
fn text(field: Field<Scalar>) -> Option<String> {
    field.known().map(|text| text.0).filter(|text| !text.is_empty())
}

/// Returns the account that the credentials belong to, which the vendor calls domain.
///
/// # Errors
/// Where the cloud refused, names none ([`Kind::Denied`] as well), or no whole reply came.
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
    let domains = reply.json::<DomainsWire<'_>>()?.domains.into_iter();
    let mut domains = domains.filter_map(|domain| {
        let domain: DomainWire = object::read(domain)?;
        Some(Identity { account_id: text(domain.id)?, name: text(domain.name) })
    });
    domains.next().ok_or_else(|| {
        Error::new(Kind::Denied, "IAM names no account for these credentials").with_hint(
            "allow the IAM action `iam:projects:listProjects` to this user or agency: its projects tell the account",
        )
    })
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
    #[serde(default)]
    id: Field<Scalar>,
    #[serde(default)]
    name: Field<Scalar>,
    #[serde(default)]
    domain: Field<Object<DomainWire>>,
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
    Ok(Project {
        id: text(project.id).unwrap_or_default(),
        name: text(project.name).unwrap_or_default(),
        domain_id: project.domain.known().and_then(|domain| text(domain.0.id)),
        is_disabled: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_of_a_project_is_in_its_name() {
        let region = |name: &str| Project { name: name.to_owned(), ..Project::default() }.region();
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
        let next = |link: &str| next_page(Field::Present(Object(LinksWire { next: Field::Present(link.to_owned()) })));
        let query = Cursor::Token("page=2&per_page=9".to_owned());
        assert_eq!(next("https://evil.example/v3/projects?page=2&per_page=9").expect("a page"), query);
        assert_eq!(next("").expect("the end"), Cursor::End);
        assert_eq!(next_page(Field::Absent).expect("the end"), Cursor::End);
        assert!(next("https://iam.myhuaweicloud.com/v3/projects").is_err());
        assert!(next_page(Field::Invalid).is_err());
    }
}

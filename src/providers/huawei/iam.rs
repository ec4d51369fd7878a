//! Whose the credentials are, and the projects of the account: each region has one of the same name,
//! and may have others below it.

use secrecy::SecretString;
use serde::Deserialize;

use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::model::Identity;
use crate::net::Reply;

use super::auth_scope::TokenScope;
use super::client::{Call, Client};
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

impl Project {
    /// The region that the project is in: a region's own has its name, one below it `<region>_<name>`.
    /// `None` where it is in no region, as the object storage's `MOS`.
    pub(super) fn region(&self) -> Option<&str> {
        let region = self.name.split('_').next()?;
        (REGIONS.contains(&region) || looks_like_a_region(region)).then_some(region)
    }
}

/// `cn-north-4`: a country or continent, a side of it, a number.
fn looks_like_a_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let [country, side, number] = parts.as_slice() else { return false };
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase());
    country.len() == 2 && letters(country) && !side.is_empty() && letters(side) && number.parse::<u16>().is_ok()
}

#[derive(Deserialize)]
struct ProjectsWire {
    projects: Vec<Project>,
}

/// The projects that the credentials scope.
pub(super) async fn projects(client: &Client, iam: &Endpoint) -> Result<Vec<Project>, Error> {
    if let Credentials::Token { token, .. } = client.credentials() {
        return Ok(vec![project_of(token, client, iam).await?]);
    }
    let all = Call {
        operation: "KeystoneListProjects",
        permission: Some("iam:projects:listProjects"),
        endpoint: iam,
        iam,
        path: "/v3/projects",
        query: &[],
        token_scope: TokenScope::Domain,
        subject: None,
    };
    let reply = match client.get(&all).await {
        // A user who may not see the account's projects may still see the own ones.
        Err(error) if error.kind == Kind::Denied => {
            let own = Call { operation: "KeystoneListAuthProjects", path: "/v3/auth/projects", ..all };
            client.get(&own).await?
        }
        other => other?,
    };
    listed(&reply)
}

fn listed(reply: &Reply) -> Result<Vec<Project>, Error> {
    let projects = reply.json::<ProjectsWire>()?.projects;
    if projects.is_empty() {
        return Err(Error::new(Kind::Reply, "this account has no project: no region was ever opened in it")
            .with_hint("look whether the key belongs to the account that you mean"));
    }
    Ok(projects)
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

/// The account that the credentials belong to, which the vendor calls domain.
pub(super) async fn domain(client: &Client, iam: &Endpoint) -> Result<Identity, Error> {
    let call = Call {
        operation: "KeystoneListAuthDomains",
        permission: None,
        endpoint: iam,
        iam,
        path: "/v3/auth/domains",
        query: &[],
        token_scope: TokenScope::Domain,
        subject: None,
    };
    let reply = client.get(&call).await?;
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

/// The one project that a token reaches, as IAM tells it (`KeystoneValidateToken`).
async fn project_of(token: &SecretString, client: &Client, iam: &Endpoint) -> Result<Project, Error> {
    let call = Call {
        operation: "KeystoneValidateToken",
        permission: None,
        endpoint: iam,
        iam,
        path: "/v3/auth/tokens",
        query: &[("nocatalog", "true")],
        token_scope: TokenScope::Domain,
        subject: Some(token),
    };
    let reply = client.get(&call).await?;
    let project = reply.json::<TokenWire>()?.token.project.ok_or_else(|| {
        Error::new(Kind::Config, "the token is for the whole account; load balancers want one for a project")
            .with_hint("fetch a token with a project as its scope, such as {\"project\": {\"name\": \"cn-north-4\"}}")
    })?;
    Ok(Project { id: project.id, name: project.name, domain_id: project.domain.and_then(|domain| domain.id) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_projects_region_is_in_its_name() {
        let region = |name: &str| {
            let project = Project { id: String::new(), name: name.to_owned(), domain_id: None };
            project.region().map(str::to_owned)
        };
        assert_eq!(region("cn-north-4").as_deref(), Some("cn-north-4"));
        assert_eq!(region("cn-north-4_dev").as_deref(), Some("cn-north-4"));
        assert_eq!(region("xx-new-77").as_deref(), Some("xx-new-77"));
        for none in ["MOS", "", "cn-north", "cn-north-4-5", "my-project"] {
            assert_eq!(region(none), None, "{none}");
        }
    }
}

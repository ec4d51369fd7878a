//! The simulated Huawei Cloud's IAM: projects, domains and tokens.

use super::{Account, Caller, Project, Scope, State};
use crate::fault::{self, Effect};
use crate::server::{Reply, Request};
use crate::wire::{self, Plus};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Handles `GET /v3/projects[?name=]` and `GET /v3/auth/projects`.
pub(crate) fn projects(state: &State, request: &Request, caller: &Caller) -> Reply {
    let query = wire::pairs(&request.query, Plus::Space);
    let name = wire::find(&query, "name");
    let account = state.account(caller);
    let projects: Vec<Value> = state
        .projects_of(account)
        .filter(|project| name.is_none_or(|name| project.name == name))
        .map(|project| describe(project, account))
        .collect();
    Reply::json(200, &json!({"links": links(&request.path), "projects": projects}))
}

fn describe(project: &Project, account: &Account) -> Value {
    json!({
        "id": project.id,
        "name": project.name,
        "domain_id": account.domain_id,
        "parent_id": account.domain_id,
        "description": "",
        "enabled": true,
        "is_domain": false,
        "links": links(&format!("/v3/projects/{}", project.id)),
    })
}

/// Handles `GET /v3/auth/domains`.
pub(crate) fn domains(state: &State, caller: &Caller) -> Reply {
    let account = state.account(caller);
    let domain = json!({
        "id": account.domain_id,
        "name": account.domain_name,
        "description": "",
        "enabled": true,
        "links": links(&format!("/v3/domains/{}", account.domain_id)),
    });
    Reply::json(200, &json!({"domains": [domain], "links": links("/v3/auth/domains")}))
}

/// Handles `GET /v3/auth/tokens`, which describes the token in `X-Subject-Token`.
pub(crate) fn check_token(state: &State, request: &Request) -> Reply {
    let value = request.header("x-subject-token").unwrap_or_default();
    let Some((account, scope)) = state.token(value) else {
        return error(404, &format!("Could not find token: {value}."));
    };
    let body = token_body(state, account, &scope, account.users.first().map_or("", |user| user.name.as_str()), true);
    Reply::json(200, &body).header("X-Subject-Token", value)
}

/// Handles `POST /v3/auth/tokens` with a password.
pub(crate) fn issue_token(state: &State, request: &Request) -> Reply {
    let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
        return error(400, "The request body is invalid");
    };
    let identity = &body["auth"]["identity"];
    let user = &identity["password"]["user"];
    let by_password = identity["methods"].as_array().is_some_and(|methods| methods.contains(&json!("password")));
    let (Some(name), Some(password), true) = (user["name"].as_str(), user["password"].as_str(), by_password) else {
        return error(400, "The request body is invalid");
    };
    let domain = &user["domain"];
    let found = state.world.accounts.iter().enumerate().find(|(_, account)| {
        let domain_fits = domain["name"] == account.domain_name.as_str() || domain["id"] == account.domain_id.as_str();
        domain_fits && account.users.iter().any(|user| user.name == name && user.password == password)
    });
    let Some((index, account)) = found else {
        return error(401, "The username or password is wrong.");
    };
    let wanted = &body["auth"]["scope"]["project"];
    let scope = if wanted.is_null() {
        Scope::Domain
    } else {
        let project = state
            .projects_of(account)
            .find(|project| wanted["id"] == project.id.as_str() || wanted["name"] == project.name.as_str());
        match project {
            Some(project) => Scope::Project(project.id.clone()),
            // The real message for an unknown project is not known; this is Keystone's.
            None => return error(404, "Could not find project."),
        }
    };
    let no_catalog =
        wire::pairs(&request.query, Plus::Space).iter().any(|(key, value)| key == "nocatalog" && !value.is_empty());
    let token = state.issue(index, scope.clone());
    Reply::json(201, &token_body(state, account, &scope, name, no_catalog)).header("X-Subject-Token", &token)
}

fn token_body(state: &State, account: &Account, scope: &Scope, user: &str, no_catalog: bool) -> Value {
    let domain = json!({"id": account.domain_id, "name": account.domain_name});
    let endpoint = json!({
        "id": "33e1cbdd86d34e89a63cf8ad16a5f49f",
        "interface": "public",
        "region": "*",
        "region_id": "*",
        "url": "https://iam.myhuaweicloud.com/v3.0",
    });
    let catalog = if no_catalog {
        json!([])
    } else {
        json!([{"id": "100a6a3477f1495286579b819d399e36", "name": "iam", "type": "iam", "endpoints": [endpoint]}])
    };
    let issued = state.now();
    let mut token = json!({
        "catalog": catalog,
        "issued_at": micros(issued),
        "expires_at": micros(issued + chrono::Duration::hours(24)),
        "methods": ["password"],
        "roles": [{"id": "0", "name": "te_admin"}],
        "user": {"domain": domain, "id": "7116d09f88fa41908676fdd4b039e95b", "name": user, "password_expires_at": ""},
    });
    match scope {
        Scope::Domain => token["domain"] = domain,
        Scope::Project(id) => {
            let name = state
                .world
                .projects
                .iter()
                .find(|project| project.id == *id)
                .map_or("", |project| project.name.as_str());
            token["project"] = json!({"domain": domain, "id": id, "name": name});
        }
    }
    json!({"token": token})
}

/// Returns IAM's reply for a fault.
pub(crate) fn faulty_reply(what: Effect, request: &Request, normal_reply: impl FnOnce() -> Reply) -> Reply {
    match what {
        Effect::MissingList => Reply::json(200, &json!({"links": links(&request.path)})),
        Effect::ServerError => error(500, "An unexpected error prevented the server from fulfilling your request."),
        Effect::Denied => denied(),
        Effect::EchoRequest(status) => error(status, &fault::echo(request)),
        what => fault::common_reply(what, normal_reply),
    }
}

pub(crate) fn denied() -> Reply {
    error(403, "You have no right to do this action")
}

pub(crate) fn error(status: u16, message: &str) -> Reply {
    let title = match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        _ => "Internal Server Error",
    };
    Reply::json(status, &json!({"error": {"code": status, "message": message, "title": title}}))
}

fn links(path: &str) -> Value {
    json!({"next": null, "previous": null, "self": format!("https://iam.myhuaweicloud.com{path}")})
}

pub(crate) fn micros(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

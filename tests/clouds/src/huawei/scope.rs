//! The scope of a call: account-level products take the account's id in a header, or a token of the whole account.

use super::auth;
use super::elb::refuse;
use super::{Caller, Scope, State};
use crate::server::{Reply, Request};

const UNKNOWN: &str = "Incorrect IAM authentication information";

/// Refuses an authenticated caller of an account-level call whose header `X-Domain-Id` or whose token is of another
/// scope. The real messages of the first two are not known.
pub(crate) fn account(state: &State, caller: &Caller, request: &Request, foreign: fn() -> Reply) -> Result<(), Reply> {
    let domain = &state.account(caller).domain_id;
    let named = request.header("x-domain-id");
    match (&caller.scope, named) {
        (None, None) => Err(refuse(401, "APIGW.0301", &format!("{UNKNOWN}: x-domain-id is missing"))),
        (None, Some(_)) if !signs(request, "x-domain-id") => {
            Err(refuse(401, "APIGW.0301", &format!("{UNKNOWN}: x-domain-id is not signed")))
        }
        (Some(Scope::Project(_)), _) => Err(foreign()),
        (_, Some(named)) if named != domain => Err(foreign()),
        _ => Ok(()),
    }
}

/// Refuses a caller of a project-level call whose header `X-Project-Id` is not signed. That it names the project of
/// the path has been checked before.
pub(crate) fn project(caller: &Caller, request: &Request) -> Result<(), Reply> {
    let named = request.header("x-project-id").is_some();
    if caller.scope.is_none() && named && !signs(request, "x-project-id") {
        return Err(refuse(401, "APIGW.0301", &format!("{UNKNOWN}: x-project-id is not signed")));
    }
    Ok(())
}

/// Refuses a caller from the other site, China or international, of a product with one host for each.
pub(crate) fn site(state: &State, request: &Request) -> Result<(), Reply> {
    let site = match request.host.split('.').collect::<Vec<_>>().as_slice() {
        ["scm" | "ccm", region, "myhuaweicloud", ..] if *region == "cn-north-4" => "china",
        ["scm" | "ccm", _, "myhuaweicloud", ..] => "international",
        _ => return Ok(()),
    };
    let own = state.world.site.as_str();
    if own.is_empty() || own == site {
        return Ok(());
    }
    Err(refuse(403, "CBC.0150", "Access denied. The customer does not belong to the website you are now at."))
}

fn signs(request: &Request, header: &str) -> bool {
    auth::read(request).is_ok_and(|claim| claim.signs(header))
}

/// Tells whether a thing is visible in an account; one without an owner is in all.
pub(crate) fn owns(owner: &str, domain_id: &str) -> bool {
    owner.is_empty() || owner == domain_id
}

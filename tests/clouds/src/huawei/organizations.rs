//! The simulated Huawei Cloud's Organizations: an organisation, its management account and its members.

use super::elb::refuse;
use super::parameters::Query;
use super::{Caller, State, scope};
use crate::server::{Reply, Request};
use serde_json::{Value, json};

/// The contact data of a member, which are in the answer only on request. They must never be printed.
pub const PLANTED_CONTACT: &str = "PLANTED-CONTACT";

/// An organisation.
#[derive(Clone, Debug, Default)]
pub struct Organization {
    /// The domain id of the management account.
    pub management: String,
    /// The domain ids of the delegated administrators.
    pub delegated: Vec<String>,
    /// The members in the order of the list, the management account among them.
    pub members: Vec<Member>,
}

/// An account of an organisation.
#[derive(Clone, Debug, Default)]
pub struct Member {
    /// The domain id.
    pub id: String,
    pub name: String,
    /// `active`, `suspended` or `pending_closure`.
    pub status: String,
    /// `created` or `invited`.
    pub join_method: String,
}

impl Member {
    /// Creates an active account that the organisation created.
    pub fn new(id: &str, name: &str) -> Self {
        Self { id: id.into(), name: name.into(), status: "active".into(), join_method: "created".into() }
    }

    /// Changes its status.
    #[must_use]
    pub fn with_status(mut self, status: &str) -> Self {
        self.status = status.into();
        self
    }
}

const ID: &str = "o-fhkmi6mek7wlqdp6nideqhb47qwtjdsv";
const JOINED: &str = "2025-08-24T06:41:15Z";

/// Handles `GET /v1/organizations`, which every member may call.
pub(crate) fn show(state: &State, caller: &Caller, request: &Request) -> Result<Value, Reply> {
    admit(state, caller, request)?;
    Query::of(request, &[], bad_parameter)?;
    let own = &state.account(caller).domain_id;
    let organization = state.world.organization.as_ref();
    let Some(organization) = organization.filter(|one| one.members.iter().any(|member| member.id == *own)) else {
        return Err(refuse(404, "Organizations.1007", "The account is not a member of an organization."));
    };
    let management = &organization.management;
    let name = organization.members.iter().find(|member| member.id == *management).map(|member| &member.name);
    Ok(json!({"organization": {
        "id": ID,
        "urn": format!("organizations::{management}:organization:{ID}"),
        "management_account_id": management,
        "management_account_name": name,
        "created_at": "2025-08-24T06:31:46Z",
    }}))
}

/// Handles `GET /v1/organizations/accounts`, for the management account and delegated administrators.
pub(crate) fn accounts(state: &State, caller: &Caller, request: &Request) -> Result<Value, Reply> {
    admit(state, caller, request)?;
    let query = Query::of(request, &["limit", "marker", "parent_id", "with_register_contact_info"], bad_parameter)?;
    let contact = query.flag("with_register_contact_info")?.unwrap_or_default();
    let limit = query.number("limit", 1..=if contact { 200 } else { 2000 }, 200)?;
    let own = &state.account(caller).domain_id;
    let organization = state.world.organization.as_ref();
    let may = |one: &&Organization| one.management == *own || one.delegated.contains(own);
    let Some(organization) = organization.filter(may) else {
        // The key is good, and the status is 401 all the same.
        return Err(refuse(401, "Organizations.1002", ONLY_MANAGEMENT));
    };
    let members = &organization.members;
    let start = match query.text("marker") {
        None => 0,
        Some(marker) => {
            1 + members.iter().position(|member| member.id == marker).ok_or_else(|| bad_parameter("marker"))?
        }
    };
    let cap = if state.world.page_cap == 0 { 2000 } else { state.world.page_cap };
    let end = members.len().min(start + limit.min(cap));
    let rows: Vec<Value> =
        members[start..end].iter().map(|member| described(member, &organization.management, contact)).collect();
    let next = (end < members.len()).then(|| &members[end - 1].id);
    Ok(json!({"accounts": rows, "page_info": {"next_marker": next, "current_count": rows.len()}}))
}

fn described(member: &Member, management: &str, contact: bool) -> Value {
    let contact = contact.then_some(PLANTED_CONTACT);
    json!({
        "id": member.id,
        "urn": format!("organizations::{management}:account:{ID}/{}", member.id),
        "join_method": member.join_method,
        "status": member.status,
        "joined_at": JOINED,
        "name": member.name,
        "email": contact,
        "mobile_phone": contact,
        "intl_number_prefix": contact,
        "description": null,
    })
}

/// Refuses a token, which the API does not list among its headers, and another account's id.
fn admit(state: &State, caller: &Caller, request: &Request) -> Result<(), Reply> {
    if caller.scope.is_some() {
        return Err(refuse(401, "APIGW.0301", "Incorrect IAM authentication information: decrypt token fail"));
    }
    scope::account(state, caller, request, denied)
}

const ONLY_MANAGEMENT: &str = "This operation can be called only from the management account of an organization or by a member account that is a delegated administrator for a service.";

/// Returns the refusal of a parameter. The real code is not known.
fn bad_parameter(name: &str) -> Reply {
    refuse(400, "Organizations.1005", &format!("Invalid parameter: {name}."))
}

/// Returns the permission error of the newer IAM.
pub(crate) fn denied() -> Reply {
    refuse(403, "PAP5.0011", "You are not authorized to perform this action.")
}

//! The simulated Alibaba Cloud's resource directory, `ResourceDirectoryMaster` 2022-04-19: an organisation's accounts.

use super::Cloud;
use super::call::{Answer, Call, Operation, Via};
use super::world::Role;
use crate::server::Reply;
use serde_json::{Value, json};

/// An organisation.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// The id of the management account.
    pub master: String,
    /// The accounts that may list the members beside the management account.
    pub delegated: Vec<String>,
    pub members: Vec<Member>,
}

/// A member account of an organisation.
#[derive(Clone, Debug, Default)]
pub struct Member {
    pub uid: String,
    pub name: String,
    /// Whether the account existed before it joined. Such a member may lack the directory's role.
    pub is_invited: bool,
    /// `Checking`, `Deleting`, …; empty for an account that stays.
    pub deletion: String,
}

impl Member {
    /// Creates a member whose account was made in the directory.
    pub fn new(uid: &str, name: &str) -> Self {
        Self { uid: uid.into(), name: name.into(), ..Self::default() }
    }

    fn record(&self) -> Value {
        let (status, joined, kind) = if self.is_invited {
            ("InviteSuccess", "invited", "CloudAccount")
        } else {
            ("CreateSuccess", "created", "ResourceAccount")
        };
        let mut record = json!({
            "AccountId": self.uid,
            "DisplayName": self.name,
            "FolderId": "fd-QRzuim1a2b",
            "JoinMethod": joined,
            "JoinTime": "2023-01-18T08:01:50.522Z",
            "ModifyTime": "2023-01-18T08:04:37.668Z",
            "ResourceDirectoryId": DIRECTORY,
            "ResourceDirectoryPath": format!("{DIRECTORY}/{ROOT}/fd-QRzuim1a2b/{}", self.uid),
            "Status": status,
            "Type": kind,
        });
        if !self.deletion.is_empty() {
            record["DeletionStatus"] = json!(self.deletion);
        }
        record
    }
}

impl Directory {
    /// Creates an organisation of a management account and members.
    pub fn new(master: &str, members: Vec<Member>) -> Self {
        Self { master: master.into(), delegated: Vec::new(), members }
    }

    /// Returns a role of this name in each member, which the access key `key_id` may assume.
    pub fn roles(&self, name: &str, key_id: &str) -> Vec<Role> {
        let role = |member: &Member| Role::new(&format!("acs:ram::{}:role/{name}", member.uid), &[key_id]);
        self.members.iter().map(role).collect()
    }

    fn has(&self, uid: &str) -> bool {
        self.master == uid || self.members.iter().any(|member| member.uid == uid)
    }
}

const DIRECTORY: &str = "rd-3G1a2B";
const ROOT: &str = "r-Wm1a2b";

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation { name: "GetResourceDirectory", via: Via::Query, needed: &[], optional: &[], run: get_directory },
    Operation {
        name: "ListAccounts",
        via: Via::Query,
        needed: &[],
        optional: &["IncludeTags", "MaxResults", "NextToken", "PageNumber", "PageSize", "QueryKeyword"],
        run: list_accounts,
    },
];

impl Cloud {
    /// Refuses a call at the host of the other site. An endpoint outside the vendor's domain is that of either.
    pub(crate) fn check_site(&self, call: &Call) -> Result<(), Reply> {
        let is_abroad = match call.region {
            "" => return Ok(()),
            region => region == "ap-southeast-1",
        };
        if is_abroad == self.world.is_international {
            return Ok(());
        }
        Err(call.error(400, "NotSupport.Account.Site", "The account site is not supported."))
    }
}

fn get_directory(call: &Call) -> Answer {
    call.cloud.check_site(call)?;
    match &call.cloud.world.directory {
        Some(directory) if directory.has(call.uid) => Ok(json!({"ResourceDirectory": {
            "ControlPolicyStatus": "Enabled",
            "CreateTime": "2022-02-18T15:32:10.473Z",
            "MasterAccountId": directory.master,
            "MasterAccountName": "example",
            "MemberDeletionStatus": "Enabled",
            "ResourceDirectoryId": DIRECTORY,
            "RootFolderId": ROOT,
        }})),
        _ => {
            let message =
                "The specified account is not an Alibaba Cloud account or a member account of the resource directory.";
            Err(call.error(404, "ResourceDirectoryNotInUse", message))
        }
    }
}

/// Lists the members, without the management account, in pages by number or by token.
fn list_accounts(call: &Call) -> Answer {
    call.cloud.check_site(call)?;
    let Some(directory) = call.cloud.world.directory.as_ref().filter(|directory| directory.has(call.uid)) else {
        let message = "The resource directory does not exist.";
        return Err(call.error(404, "EntityNotExists.ResourceDirectory", message));
    };
    if directory.master != call.uid && !directory.delegated.iter().any(|uid| uid == call.uid) {
        return Err(call.responder.denied(call.uid));
    }
    let keyword = call.param("QueryKeyword");
    let members = directory.members.iter().filter(|member| member.name.contains(keyword));
    let rows: Vec<Value> = members.map(Member::record).collect();
    if !call.param("MaxResults").is_empty() || !call.param("NextToken").is_empty() {
        let mut body = call.token_page("Accounts", &rows, 100)?;
        body["Accounts"] = json!({"Account": body["Accounts"]});
        return Ok(body);
    }
    let page = call.page(("PageNumber", "PageSize"), rows, 10, 100)?;
    Ok(json!({
        "Accounts": {"Account": page.rows},
        "PageNumber": page.number,
        "PageSize": page.size,
        "TotalCount": page.total,
    }))
}

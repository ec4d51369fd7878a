//! What a simulated Huawei Cloud holds.

use super::fault::Fault;
use serde_json::Value;
use std::time::Duration;

#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub ak: String,
    pub sk: String,
    /// Temporary keys come with a token that every request must carry and sign.
    pub security_token: Option<String>,
    pub domain_id: String,
    pub domain_name: String,
    pub users: Vec<User>,
    /// Tokens given out beforehand; they last for ever.
    pub tokens: Vec<Token>,
    /// The actions this account may not do: `elb:list`, `iam:projects`, …
    pub denied: Vec<String>,
}

impl Account {
    pub(crate) fn new(ak: &str, sk: &str) -> Self {
        Self {
            ak: ak.into(),
            sk: sk.into(),
            domain_id: "d78cbac186b744899480f25bd022f468".into(),
            domain_name: "IAMDomain".into(),
            ..Self::default()
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct User {
    pub name: String,
    pub password: String,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Token {
    pub value: String,
    /// The name of a project; empty is a token for the whole domain.
    pub project: String,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Project {
    /// 32 hex digits.
    pub id: String,
    /// The region, or `<region>_<name>` for a project below it.
    pub name: String,
    pub certificates: Vec<Value>,
    /// Whose project it is; empty is everybody's.
    pub domain_id: String,
}

/// One account's own certificates in SCM.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScmStore {
    pub domain_id: String,
    pub certificates: Vec<Value>,
}

/// What a machine may act as, without having keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Agency {
    pub name: String,
    /// The account it belongs to.
    pub domain_id: String,
    /// How long the keys work that the metadata service gives out; zero is a day.
    pub lifetime: chrono::Duration,
    /// The actions that may not be done with them.
    pub denied: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub accounts: Vec<Account>,
    pub projects: Vec<Project>,
    /// The listeners of all projects, each with its own `project_id`.
    pub listeners: Vec<Value>,
    /// Whether the projects say that they hand out private keys, as real ones do unless told otherwise. The
    /// planted ones come along in any case.
    pub private_key_echo: bool,
    /// SCM's certificates that are everybody's.
    pub scm: Vec<Value>,
    /// SCM's certificates of one account each.
    pub scm_stores: Vec<ScmStore>,
    /// The site the accounts belong to, `china` or `international`; empty is both. SCM's real host names belong to
    /// one of them, a loopback address to both.
    pub site: String,
    /// The agency of the machine that asks the metadata service; without one there are no keys.
    pub agency: Option<Agency>,
    /// Whether the metadata service also answers without a token, as its first version does.
    pub metadata_v1: bool,
    /// The longest page, whatever `limit` asks for; 0 is the documented 2000.
    pub page_cap: usize,
    /// A token got by password is refused after so many uses.
    pub token_uses: Option<u32>,
    pub faults: Vec<Fault>,
    /// How far the cloud's clock is ahead of this machine's.
    pub clock: chrono::Duration,
    /// How long every reply takes.
    pub delay: Duration,
}

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

#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub accounts: Vec<Account>,
    pub projects: Vec<Project>,
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

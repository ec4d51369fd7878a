//! What a simulated Alibaba Cloud holds.

use super::aliyun_listeners::Listener;
use super::fault::Fault;
use serde_json::Value;
use std::time::Duration;

#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub key_id: String,
    pub secret: String,
    /// Temporary keys come with a token that every request must carry.
    pub token: Option<String>,
    pub uid: String,
    /// The actions this account may not do.
    pub denied: Vec<String>,
}

impl Account {
    pub(crate) fn new(key_id: &str, secret: &str) -> Self {
        Self { key_id: key_id.into(), secret: secret.into(), uid: "1000000000000001".into(), ..Self::default() }
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Region {
    pub id: String,
    /// The host that `DescribeRegions` names.
    pub endpoint: String,
    pub certificates: Vec<Value>,
    /// The certificates of authorities that clients are checked against.
    pub ca_certificates: Vec<Value>,
    /// Whose certificates these are; empty is everybody's. One region may stand here once for each account.
    pub uid: String,
}

impl Region {
    pub(crate) fn new(id: &str, certificates: Vec<Value>) -> Self {
        Self { id: id.into(), endpoint: format!("slb.{id}.aliyuncs.com"), certificates, ..Self::default() }
    }

    pub(crate) fn is_of(&self, uid: &str) -> bool {
        is_of(&self.uid, uid)
    }
}

/// One of the data centres of the certificate service. The real ones are `cn-hangzhou` and `ap-southeast-1`.
#[derive(Clone, Debug, Default)]
pub(crate) struct CasCentre {
    pub region: String,
    pub certificates: Vec<Value>,
    /// Whose certificates these are; empty is everybody's. One centre may stand here once for each account.
    pub uid: String,
}

impl CasCentre {
    pub(crate) fn new(region: &str, certificates: Vec<Value>) -> Self {
        Self { region: region.into(), certificates, uid: String::new() }
    }

    pub(crate) fn is_of(&self, uid: &str) -> bool {
        is_of(&self.uid, uid)
    }
}

fn is_of(owner: &str, uid: &str) -> bool {
    owner.is_empty() || uid.is_empty() || owner == uid
}

/// A RAM role: who acts as it acts in the account that its name says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Role {
    /// `acs:ram::<uid>:role/<name>`.
    pub arn: String,
    /// The key ids, and the ARNs of other roles, that may call `AssumeRole` for it.
    pub may_assume: Vec<String>,
    pub external_id: Option<String>,
    /// How long its keys work, whatever `DurationSeconds` asks for; zero is what was asked for, or an hour.
    pub lifetime: chrono::Duration,
    /// The actions that may not be done as this role.
    pub denied: Vec<String>,
}

impl Role {
    pub(crate) fn new(arn: &str, may_assume: &[&str]) -> Self {
        let may_assume = may_assume.iter().map(|who| (*who).to_owned()).collect();
        Self { arn: arn.into(), may_assume, ..Self::default() }
    }

    /// The account it belongs to.
    pub(crate) fn uid(&self) -> &str {
        self.arn.split(':').nth(3).unwrap_or_default()
    }

    pub(crate) fn name(&self) -> &str {
        self.arn.rsplit_once('/').map_or("", |(_, name)| name)
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub accounts: Vec<Account>,
    pub regions: Vec<Region>,
    /// In the order in which they are listed.
    pub listeners: Vec<Listener>,
    pub cas: Vec<CasCentre>,
    /// What `AssumeRole` and `AssumeRoleWithOIDC` can lead to.
    pub roles: Vec<Role>,
    /// The identity provider's tokens that `AssumeRoleWithOIDC` takes.
    pub oidc_tokens: Vec<String>,
    /// The role of the machine that asks the metadata service; without one there are no keys.
    pub instance_role: Option<Role>,
    /// Whether the metadata service also answers without a token, as its first version does.
    pub imds_v1: bool,
    /// The role whose keys `/credentials-uri` gives out; without one it is not there.
    pub uri_role: Option<Role>,
    pub faults: Vec<Fault>,
    /// How far the cloud's clock is ahead of this machine's.
    pub clock: chrono::Duration,
    /// How long every reply takes.
    pub delay: Duration,
}

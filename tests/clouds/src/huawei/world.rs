//! The contents of a simulated Huawei Cloud.

use super::{
    CdnDomain, Deployment, Gateway, Organization, PrivateCertificate, ScmDetail, ScmTag, TagRows, UnreadRegion, Waf,
};
use crate::fault::Fault;
use chrono::FixedOffset;
use serde_json::Value;
use std::time::Duration;

/// An account with one access key, and its users.
#[derive(Clone, Debug, Default)]
pub struct Account {
    pub ak: String,
    pub sk: String,
    /// The token of a temporary key, which every request must carry and sign.
    pub security_token: Option<String>,
    pub domain_id: String,
    pub domain_name: String,
    pub users: Vec<User>,
    /// Tokens that were issued beforehand; they never expire.
    pub tokens: Vec<Token>,
    /// The actions that are denied to this account: `elb:list`, `iam:projects`, …
    pub denied: Vec<String>,
    /// The enterprise projects in which the key's user has rights; empty for rights in the whole account. Several
    /// accounts with one domain id are users of one account.
    pub enterprise_projects: Vec<String>,
}

impl Account {
    /// Creates an account with the domain `IAMDomain` that may do everything.
    pub fn new(ak: &str, sk: &str) -> Self {
        Self {
            ak: ak.into(),
            sk: sk.into(),
            domain_id: "d78cbac186b744899480f25bd022f468".into(),
            domain_name: "IAMDomain".into(),
            ..Self::default()
        }
    }
}

/// An IAM user with a password.
#[derive(Clone, Debug, Default)]
pub struct User {
    pub name: String,
    pub password: String,
}

/// A token of an account.
#[derive(Clone, Debug, Default)]
pub struct Token {
    pub value: String,
    /// The name of its project; empty for the whole domain.
    pub project: String,
}

/// A project with its certificates of ELB.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// 32 hexadecimal digits.
    pub id: String,
    /// The region, or `<region>_<name>` for a project below it.
    pub name: String,
    pub certificates: Vec<Value>,
    /// The account's domain id; empty for all accounts.
    pub domain_id: String,
}

/// The certificates of SCM in one account.
#[derive(Clone, Debug, Default)]
pub struct ScmStore {
    pub domain_id: String,
    pub certificates: Vec<Value>,
}

/// An agency, as which a machine acts without keys of its own.
#[derive(Clone, Debug, Default)]
pub struct Agency {
    pub name: String,
    /// The domain id of its account.
    pub domain_id: String,
    /// The lifetime of the keys from the metadata service; zero is a day.
    pub lifetime: chrono::Duration,
    /// The actions that are denied to those keys.
    pub denied: Vec<String>,
}

/// A simulated cloud before it is started.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub accounts: Vec<Account>,
    pub projects: Vec<Project>,
    /// The listeners of all projects, each with its own `project_id`.
    pub listeners: Vec<Value>,
    /// The setting `private_key_echo` of every project, which is on by default in the real service. The records
    /// contain the planted keys in any case.
    pub private_key_echo: bool,
    /// The certificates of SCM in all accounts.
    pub scm: Vec<Value>,
    /// The certificates of SCM in single accounts.
    pub scm_stores: Vec<ScmStore>,
    /// What the answers for single certificates of SCM say of the issued certificates.
    pub scm_details: Vec<ScmDetail>,
    pub scm_tags: Vec<ScmTag>,
    /// The form of the rows of SCM's list by tag.
    pub scm_tag_rows: TagRows,
    /// The time zone of SCM's times without one; `None` is Beijing's. Records have Beijing's in any case.
    pub scm_zone: Option<FixedOffset>,
    /// The resources on which certificates of SCM are deployed, as SCM tells.
    pub deployments: Vec<Deployment>,
    /// The regions whose deployments SCM cannot tell.
    pub unread_regions: Vec<UnreadRegion>,
    /// The domains of CDN in all accounts.
    pub cdn: Vec<CdnDomain>,
    /// The projects that subscribe to WAF.
    pub waf: Vec<Waf>,
    /// The gateways of all projects.
    pub apig: Vec<Gateway>,
    pub private_certificates: Vec<PrivateCertificate>,
    pub private_authorities: Vec<PrivateCertificate>,
    pub organization: Option<Organization>,
    /// The agencies that other accounts can assume through STS. That of the machine is `agency`.
    pub agencies: Vec<Agency>,
    /// The domain of a partner's cloud with the same API, such as `otc.t-systems.com`: its hosts are
    /// `SERVICE.REGION.DOMAIN`. Empty for Huawei Cloud itself.
    pub cloud: String,
    /// The site of the accounts, `china` or `international`; empty for both. SCM's real host names belong to one of
    /// them, a loopback address to both.
    pub site: String,
    /// The agency of the machine in the metadata service; without one the service has no keys.
    pub agency: Option<Agency>,
    /// Whether the metadata service also replies without a token, as its first version does.
    pub metadata_v1: bool,
    /// The largest page, whatever `limit` says; 0 is the documented 2000.
    pub page_cap: usize,
    /// The number of uses after which a token obtained by password is refused.
    pub token_uses: Option<u32>,
    pub faults: Vec<Fault>,
    /// The cloud's time less this machine's time.
    pub clock: chrono::Duration,
    /// The time before every reply.
    pub delay: Duration,
}

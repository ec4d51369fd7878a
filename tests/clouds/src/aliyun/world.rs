//! The contents of a simulated Alibaba Cloud.

use super::alb::AlbListener;
use super::apig::ApigDomain;
use super::cas_resources::CloudResource;
use super::cdn::CdnDomain;
use super::directory::Directory;
use super::esa::EsaSite;
use super::fc::FcDomain;
use super::ga::Accelerator;
use super::listeners::Listener;
use super::mse::MseGateway;
use super::nlb::NlbListener;
use super::waf::WafInstance;
use crate::fault::Fault;
use serde_json::{Value, json};
use std::time::Duration;

/// An account with one access key.
#[derive(Clone, Debug, Default)]
pub struct Account {
    pub key_id: String,
    pub secret: String,
    /// The token of a temporary key, which every request must carry.
    pub token: Option<String>,
    pub uid: String,
    /// The actions that are denied to this account.
    pub denied: Vec<String>,
}

impl Account {
    /// Creates an account with the id `1000000000000001` that may do everything.
    pub fn new(key_id: &str, secret: &str) -> Self {
        Self { key_id: key_id.into(), secret: secret.into(), uid: "1000000000000001".into(), ..Self::default() }
    }
}

/// The certificates of SLB in one region.
#[derive(Clone, Debug, Default)]
pub struct Region {
    pub id: String,
    /// The host in `DescribeRegions`.
    pub endpoint: String,
    pub certificates: Vec<Value>,
    /// The CA certificates for the verification of clients.
    pub ca_certificates: Vec<Value>,
    /// The account's id; empty for all accounts. A region can be listed once for each account.
    pub uid: String,
}

impl Region {
    /// Creates a region of all accounts.
    pub fn new(id: &str, certificates: Vec<Value>) -> Self {
        Self { id: id.into(), endpoint: format!("slb.{id}.aliyuncs.com"), certificates, ..Self::default() }
    }

    pub(crate) fn is_of(&self, uid: &str) -> bool {
        is_of(&self.uid, uid)
    }
}

/// The certificates of CAS in one data centre. The real ones are `cn-hangzhou` and `ap-southeast-1`.
#[derive(Clone, Debug, Default)]
pub struct CasCentre {
    pub region: String,
    pub certificates: Vec<Value>,
    /// The account's id; empty for all accounts. A data centre can be listed once for each account.
    pub uid: String,
}

impl CasCentre {
    /// Creates a data centre of all accounts.
    pub fn new(region: &str, certificates: Vec<Value>) -> Self {
        Self { region: region.into(), certificates, uid: String::new() }
    }

    pub(crate) fn is_of(&self, uid: &str) -> bool {
        is_of(&self.uid, uid)
    }
}

/// Tells whether a thing of `owner` is in account `uid`. An empty owner is every account.
pub(crate) fn is_of(owner: &str, uid: &str) -> bool {
    owner.is_empty() || uid.is_empty() || owner == uid
}

/// A region in `DescribeRegions` of ALB or NLB.
#[derive(Clone, Debug, Default)]
pub struct ServiceRegion {
    pub id: String,
    /// The host; empty for the one of the vendor's rule.
    pub endpoint: String,
}

impl ServiceRegion {
    /// Creates a region at the host of the vendor's rule.
    pub fn new(id: &str) -> Self {
        Self { id: id.into(), endpoint: String::new() }
    }

    /// Returns the regions that are `used` and then the others of `known`, with the hosts of `product`.
    pub(crate) fn all<'a>(product: &str, known: &'a [Self], used: impl Iterator<Item = &'a String>) -> Vec<Self> {
        let mut regions: Vec<Self> = Vec::new();
        for id in used.chain(known.iter().map(|region| &region.id)) {
            if !regions.iter().any(|region| region.id == *id) {
                let named = known.iter().find(|region| region.id == *id);
                regions.push(named.cloned().unwrap_or_else(|| Self::new(id)));
            }
        }
        for region in regions.iter_mut().filter(|region| region.endpoint.is_empty()) {
            region.endpoint = format!("{product}.{}.aliyuncs.com", region.id);
        }
        regions
    }

    pub(crate) fn record(&self) -> Value {
        json!({"RegionId": self.id, "RegionEndpoint": self.endpoint, "LocalName": self.id})
    }
}

/// A RAM role, in the account that its ARN contains.
#[derive(Clone, Debug, Default)]
pub struct Role {
    /// `acs:ram::<uid>:role/<name>`.
    pub arn: String,
    /// The key ids and the ARNs of other roles that may call `AssumeRole` for it.
    pub may_assume: Vec<String>,
    pub external_id: Option<String>,
    /// The lifetime of its keys, whatever `DurationSeconds` says; zero is `DurationSeconds`, or an hour.
    pub lifetime: chrono::Duration,
    /// The actions that are denied to this role.
    pub denied: Vec<String>,
}

impl Role {
    /// Creates a role that may do everything.
    pub fn new(arn: &str, may_assume: &[&str]) -> Self {
        let may_assume = may_assume.iter().map(|name| (*name).to_owned()).collect();
        Self { arn: arn.into(), may_assume, ..Self::default() }
    }

    /// Returns the id of its account.
    pub(crate) fn uid(&self) -> &str {
        self.arn.split(':').nth(3).unwrap_or_default()
    }

    pub(crate) fn name(&self) -> &str {
        self.arn.rsplit_once('/').map_or("", |(_, name)| name)
    }
}

/// A simulated cloud before it is started.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub accounts: Vec<Account>,
    pub regions: Vec<Region>,
    /// In the order in which they are listed.
    pub listeners: Vec<Listener>,
    pub cas: Vec<CasCentre>,
    /// What `ListCloudResources` of CAS returns.
    pub cloud_resources: Vec<CloudResource>,
    /// Further regions of ALB beside the ones of its listeners, or their hosts.
    pub alb_regions: Vec<ServiceRegion>,
    pub alb: Vec<AlbListener>,
    /// Further regions of NLB beside the ones of its listeners, or their hosts.
    pub nlb_regions: Vec<ServiceRegion>,
    pub nlb: Vec<NlbListener>,
    /// The accelerators of GA.
    pub ga: Vec<Accelerator>,
    pub waf: Vec<WafInstance>,
    pub cdn: Vec<CdnDomain>,
    pub dcdn: Vec<CdnDomain>,
    pub esa: Vec<EsaSite>,
    /// The custom domains of Function Compute.
    pub fc: Vec<FcDomain>,
    pub apig: Vec<ApigDomain>,
    pub mse: Vec<MseGateway>,
    /// The organisation, if there is one.
    pub directory: Option<Directory>,
    /// Whether the accounts are of the International site, whose ESA and resource directory have hosts of their own.
    pub is_international: bool,
    /// The ids of the accounts whose calls are all throttled, `AssumeRole` for them excepted.
    pub throttled: Vec<String>,
    /// The roles for `AssumeRole` and `AssumeRoleWithOIDC`.
    pub roles: Vec<Role>,
    /// The identity provider's tokens that `AssumeRoleWithOIDC` accepts.
    pub oidc_tokens: Vec<String>,
    /// The role of the machine in the metadata service; without one the service has no keys.
    pub instance_role: Option<Role>,
    /// Whether the metadata service also replies without a token, as its first version does.
    pub imds_v1: bool,
    /// The role whose keys `/credentials-uri` returns; without one it is not found.
    pub uri_role: Option<Role>,
    pub faults: Vec<Fault>,
    /// The cloud's time less this machine's time.
    pub clock: chrono::Duration,
    /// The time before every reply.
    pub delay: Duration,
}

//! The cloud of a case. It has an account for each source of keys, so that its log tells which source was used.

use chrono::Duration;
use clouds::fault::{Effect, Fault};
use clouds::request_log::Log;
use clouds::{aliyun, huawei, records};
use serde::Deserialize;

/// The calls that read certificates.
pub(crate) const LISTS: [&str; 2] = ["DescribeServerCertificates", "elb:list"];

/// `cloud.json`: the differences from the usual cloud.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Cloud {
    /// Whether the metadata service is reachable.
    metadata: bool,
    /// Whether the machine has a role or an agency.
    instance_role: bool,
    /// Whether the metadata service replies without a token.
    v1: bool,
    /// Calls that always fail, with this status.
    refused: Vec<(String, u16)>,
    /// Calls that fail once, with this status.
    refused_once: Vec<(String, u16)>,
    /// Calls whose replies always break off.
    cut_off: Vec<String>,
    /// Calls that are never answered.
    silent: Vec<String>,
    /// The lifetime of the keys of roles and agencies, in seconds.
    lifetime: i64,
    /// The time before every reply, in milliseconds.
    delay: u64,
}

/// A running cloud, and whether its metadata service is reachable.
pub(crate) enum Running {
    Aliyun(aliyun::Aliyun, bool),
    Huawei(huawei::Huawei, bool),
}

impl Running {
    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Aliyun(cloud, _) => &cloud.url,
            Self::Huawei(cloud, _) => &cloud.url,
        }
    }

    pub(crate) fn log(&self) -> &Log {
        match self {
            Self::Aliyun(cloud, _) => &cloud.log,
            Self::Huawei(cloud, _) => &cloud.log,
        }
    }

    pub(crate) fn has_metadata_of(&self, provider: &str) -> bool {
        matches!((self, provider), (Self::Aliyun(_, true), "aliyun") | (Self::Huawei(_, true), "huawei"))
    }
}

/// Starts the cloud of a case.
pub(crate) fn start(provider: &str, cloud: &Cloud) -> Running {
    let status = |status: u16| Effect::Status(status, Vec::new(), "refused by the test".to_owned());
    let refused = cloud.refused.iter().map(|(action, code)| Fault::always(action, status(*code)));
    let refused_once = cloud.refused_once.iter().map(|(action, code)| Fault::once(action, status(*code)));
    let cut_off = cloud.cut_off.iter().map(|action| Fault::always(action, Effect::Cut));
    let silent = cloud.silent.iter().map(|action| Fault::always(action, Effect::Hang));
    let faults = refused.chain(refused_once).chain(cut_off).chain(silent).collect();
    match provider {
        "aliyun" => Running::Aliyun(aliyun::start(alibaba(cloud, faults)), cloud.metadata),
        _ => Running::Huawei(huawei::start(huawei_cloud(cloud, faults)), cloud.metadata),
    }
}

fn alibaba(cloud: &Cloud, faults: Vec<Fault>) -> aliyun::World {
    let account = |name: &str, uid: &str| aliyun::Account {
        uid: uid.to_owned(),
        ..aliyun::Account::new(&format!("TEST{name}key"), &format!("TEST{name}secret"))
    };
    let temporary =
        |name: &str, uid: &str| aliyun::Account { token: Some(format!("TEST{name}token")), ..account(name, uid) };
    let (reader, second) = ("acs:ram::2000:role/reader", "acs:ram::3000:role/second");
    let instance = "acs:ram::4000:role/web";
    let role = |arn: &str, who: &[&str]| aliyun::Role {
        lifetime: Duration::seconds(cloud.lifetime),
        ..aliyun::Role::new(arn, who)
    };
    let guarded = aliyun::Role {
        external_id: Some("TESTexternalid".to_owned()),
        ..role("acs:ram::6000:role/guarded", &["TESTfilekey"])
    };
    aliyun::World {
        accounts: vec![
            account("env", "1001"),
            account("file", "1002"),
            account("ini", "1003"),
            account("other", "1004"),
            temporary("temporary", "1005"),
        ],
        regions: vec![aliyun::Region::new("cn-hangzhou", Vec::new())],
        roles: vec![
            role(reader, &["TESTenvkey", "TESTfilekey", "TESTinikey", instance]),
            role(second, &[reader]),
            guarded,
        ],
        oidc_tokens: vec!["TESToidctoken".to_owned()],
        instance_role: cloud.instance_role.then(|| role(instance, &[])),
        imds_v1: cloud.v1,
        uri_role: Some(role("acs:ram::5000:role/uri", &[])),
        faults,
        delay: std::time::Duration::from_millis(cloud.delay),
        ..Default::default()
    }
}

fn huawei_cloud(cloud: &Cloud, faults: Vec<Fault>) -> huawei::World {
    let account = |name: &str, domain: &str| huawei::Account {
        domain_id: domain.to_owned(),
        domain_name: format!("{domain}-name"),
        ..huawei::Account::new(&format!("TEST{name:0>16}"), &format!("TEST{name:0>36}"))
    };
    let with_user = huawei::Account {
        users: vec![clouds::huawei::User { name: "reader".into(), password: "TESTpassword".into() }],
        tokens: vec![clouds::huawei::Token { value: "TESTtoken".into(), project: "cn-north-4".into() }],
        ..account("USER", "2001")
    };
    let temporary =
        huawei::Account { security_token: Some("TESTtemporarytoken".to_owned()), ..account("TEMPORARY", "2004") };
    let agency = clouds::huawei::Agency {
        name: "web".to_owned(),
        domain_id: "2005".to_owned(),
        lifetime: Duration::seconds(cloud.lifetime),
        denied: Vec::new(),
    };
    // An agency in another account, which any of these accounts may assume.
    let audit = clouds::huawei::Agency { name: "audit".to_owned(), domain_id: "2009".to_owned(), ..Default::default() };
    huawei::World {
        agencies: vec![audit],
        accounts: vec![
            account("ENV", "2002"),
            with_user,
            account("FILE", "2003"),
            temporary,
            account("AGENCY", "2005"),
            account("OWNER", "2009"),
        ],
        projects: vec![huawei::Project {
            id: records::id_of("cn-north-4"),
            name: "cn-north-4".to_owned(),
            certificates: Vec::new(),
            domain_id: String::new(),
        }],
        agency: cloud.instance_role.then_some(agency),
        metadata_v1: cloud.v1,
        faults,
        delay: std::time::Duration::from_millis(cloud.delay),
        ..Default::default()
    }
}

//! The clouds that most tests ask.

use chrono::{Duration, Utc};

use crate::certls::{ALI_KEY, ALI_SECRET, HW_KEY, HW_SECRET};
use clouds::certs::{Certificate, certificate};
use clouds::{aliyun, huawei, records};

/// The calls that list certificates, as the clouds' logs name them.
pub(crate) const SLB_LIST: &str = "DescribeServerCertificates";
pub(crate) const ELB_LIST: &str = "elb:list";
/// Whether private keys are handed out.
pub(crate) const ELB_ECHO: &str = "elb:getPrivateKeyEcho";

/// A certificate's name, and how many days it has left.
pub(crate) type Stored = (&'static str, i64);

/// So many days, and some hours to spare: a snapshot that says "in 9 days" stays true.
pub(crate) fn days(days: i64) -> Duration {
    Duration::days(days) + Duration::hours(7)
}

/// A certificate for `NAME.example.com`, thirty days old.
pub(crate) fn made(name: &str, left: i64) -> Certificate {
    let (now, host) = (Utc::now(), format!("{name}.example.com"));
    certificate(&host, &[&host], now - days(30), now + days(left))
}

pub(crate) fn slb_region(id: &str, stored: &[Stored]) -> aliyun::Region {
    let record = |(name, left): &Stored| records::aliyun_record(&slb_id(name), name, id, &made(name, *left));
    aliyun::Region::new(id, stored.iter().map(record).collect())
}

/// The id of the certificate of this name, made as Alibaba Cloud makes its own.
pub(crate) fn slb_id(name: &str) -> String {
    format!("1000000000000001_{}", &records::id_of(name)[..11])
}

pub(crate) fn aliyun_world(regions: &[(&str, &[Stored])]) -> aliyun::World {
    aliyun::World {
        accounts: vec![aliyun::Account::new(ALI_KEY, ALI_SECRET)],
        regions: regions.iter().map(|(id, stored)| slb_region(id, stored)).collect(),
        ..Default::default()
    }
}

/// One certificate in each of two regions.
pub(crate) fn two_regions() -> aliyun::World {
    aliyun_world(&[("cn-hangzhou", &[("shop", 9)]), ("cn-beijing", &[("blog", 40)])])
}

pub(crate) fn project_id(name: &str) -> String {
    records::id_of(&format!("project {name}"))
}

pub(crate) fn project(name: &str, stored: &[Stored]) -> huawei::Project {
    let id = project_id(name);
    let record = |(name, left): &Stored| records::huawei_record(&records::id_of(name), &id, name, &made(name, *left));
    huawei::Project {
        certificates: stored.iter().map(record).collect(),
        id: id.clone(),
        name: name.to_owned(),
        domain_id: String::new(),
    }
}

pub(crate) fn huawei_world(projects: &[(&str, &[Stored])]) -> huawei::World {
    huawei::World {
        accounts: vec![huawei::Account::new(HW_KEY, HW_SECRET)],
        projects: projects.iter().map(|(name, stored)| project(name, stored)).collect(),
        ..Default::default()
    }
}

/// One certificate in each of two regions.
pub(crate) fn two_projects() -> huawei::World {
    huawei_world(&[("cn-north-4", &[("pay", 20)]), ("ap-southeast-3", &[("cdn", 60)])])
}

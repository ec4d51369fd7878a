//! The simulated clouds and the records that most tests use.

use chrono::{Duration, Utc};
use serde_json::{Value, json};

use crate::support::runner::{ALIYUN_KEY, ALIYUN_SECRET, Certls, HUAWEI_KEY, HUAWEI_SECRET, Run};
use clouds::aliyun::{self, Aliyun};
use clouds::certs::{Certificate, certificate};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Huawei};
use clouds::records;

/// The calls that list certificates, as the clouds' logs name them.
pub(crate) const SLB_LIST: &str = "DescribeServerCertificates";
pub(crate) const ELB_LIST: &str = "elb:list";
/// The call for the setting that returns private keys.
pub(crate) const ELB_ECHO: &str = "elb:getPrivateKeyEcho";

/// A certificate's name and its days left.
pub(crate) type NameAndDays = (&'static str, i64);

/// Returns this many days and some hours, so that a snapshot with "in 9 days" stays valid.
pub(crate) fn days(days: i64) -> Duration {
    Duration::days(days) + Duration::hours(7)
}

/// Makes a certificate for `NAME.example.com` that is 30 days old.
pub(crate) fn certificate_for(name: &str, left: i64) -> Certificate {
    let (now, host) = (Utc::now(), format!("{name}.example.com"));
    certificate(&host, &[&host], now - days(30), now + days(left))
}

pub(crate) fn slb_region(id: &str, stored: &[NameAndDays]) -> aliyun::Region {
    let record =
        |(name, left): &NameAndDays| records::aliyun_record(&slb_id(name), name, id, &certificate_for(name, *left));
    aliyun::Region::new(id, stored.iter().map(record).collect())
}

/// Returns the id of the certificate of this name, in Alibaba Cloud's form.
pub(crate) fn slb_id(name: &str) -> String {
    format!("1000000000000001_{}", &records::id_of(name)[..11])
}

pub(crate) fn aliyun_world(regions: &[(&str, &[NameAndDays])]) -> aliyun::World {
    aliyun::World {
        accounts: vec![aliyun::Account::new(ALIYUN_KEY, ALIYUN_SECRET)],
        regions: regions.iter().map(|(id, stored)| slb_region(id, stored)).collect(),
        ..Default::default()
    }
}

/// Alibaba Cloud with a certificate in each of two regions.
pub(crate) fn two_regions() -> aliyun::World {
    aliyun_world(&[("cn-hangzhou", &[("shop", 9)]), ("cn-beijing", &[("blog", 40)])])
}

pub(crate) fn project_id(name: &str) -> String {
    records::id_of(&format!("project {name}"))
}

pub(crate) fn project(name: &str, stored: &[NameAndDays]) -> huawei::Project {
    let id = project_id(name);
    let record = |(name, left): &NameAndDays| {
        records::huawei_record(&records::id_of(name), &id, name, &certificate_for(name, *left))
    };
    huawei::Project {
        certificates: stored.iter().map(record).collect(),
        id: id.clone(),
        name: name.to_owned(),
        domain_id: String::new(),
    }
}

pub(crate) fn huawei_world(projects: &[(&str, &[NameAndDays])]) -> huawei::World {
    huawei::World {
        accounts: vec![huawei::Account::new(HUAWEI_KEY, HUAWEI_SECRET)],
        projects: projects.iter().map(|(name, stored)| project(name, stored)).collect(),
        ..Default::default()
    }
}

/// Huawei Cloud with a certificate in each of two regions.
pub(crate) fn two_projects() -> huawei::World {
    huawei_world(&[("cn-north-4", &[("pay", 20)]), ("ap-southeast-3", &[("cdn", 60)])])
}

/// Names that break every format that does not escape them.
pub(crate) const HOSTILE_NAMES: [&str; 14] = [
    "a|b",
    "two\nlines",
    "tab\there",
    "return\r\nline",
    "red\u{1b}[31mtext",
    "it's",
    "say \"hi\"",
    "back\\slash",
    "ends with \\",
    "=1+1",
    "商城证书",
    "turned\u{202e}round",
    "a,b;c",
    "{x=\"y\"} 1\n# TYPE z gauge",
];

/// Makes a record of Alibaba Cloud that expires in `left` days, without a start.
pub(crate) fn slb_record(name: &str, left: i64) -> Value {
    slb_record_of(name, &certificate_for("stored", left))
}

pub(crate) fn slb_record_of(name: &str, made: &Certificate) -> Value {
    records::aliyun_record(&slb_id(name), name, "cn-hangzhou", made)
}

/// Makes a record of Alibaba Cloud whose certificate covers these hosts.
pub(crate) fn slb_record_for_hosts(name: &str, hosts: &[&str]) -> Value {
    let now = Utc::now();
    slb_record_of(name, &certificate(hosts[0], hosts, now - days(30), now + days(50)))
}

/// Makes a record of Alibaba Cloud without an expiry.
pub(crate) fn slb_record_without_expiry(name: &str) -> Value {
    records::changed(slb_record(name, 50), &json!({"ExpireTime": null, "ExpireTimeStamp": null}))
}

pub(crate) fn with_tags(record: Value, tags: &[(&str, &str)]) -> Value {
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({"TagKey": key, "TagValue": value})).collect();
    records::changed(record, &json!({"Tags": {"Tag": tags}}))
}

/// Makes a record of Huawei Cloud, valid from `begun` days ago until `left` days from now.
pub(crate) fn elb_record(name: &str, begun: i64, left: i64) -> Value {
    let (now, host) = (Utc::now(), "stored.example.com");
    let made = certificate(host, &[host], now - days(begun), now + days(left));
    records::huawei_record(&records::id_of(name), &project_id("cn-north-4"), name, &made)
}

/// Starts Alibaba Cloud with these records in one region.
pub(crate) fn aliyun_with(certificates: Vec<Value>) -> Aliyun {
    let mut world = aliyun_world(&[("cn-hangzhou", &[])]);
    world.regions[0].certificates = certificates;
    aliyun::start(world)
}

/// Starts Huawei Cloud with these records in one region.
pub(crate) fn huawei_with(certificates: Vec<Value>) -> Huawei {
    let mut world = huawei_world(&[("cn-north-4", &[])]);
    world.projects[0].certificates = certificates;
    huawei::start(world)
}

/// Starts Alibaba Cloud with two regions: one with `shop`, nine days left, and one that denies its list.
pub(crate) fn one_region_denied() -> Aliyun {
    let faults = vec![Fault::always(SLB_LIST, Effect::Denied).in_region("cn-beijing")];
    aliyun::start(aliyun::World { faults, ..two_regions() })
}

/// Makes this many records of Alibaba Cloud, each with its own name.
pub(crate) fn many_slb_records(count: usize) -> Vec<Value> {
    let made = certificate_for("many", 5);
    (0..count).map(|number| slb_record_of(&format!("certificate-{number}"), &made)).collect()
}

/// Huawei Cloud with a record that contains this text.
pub(crate) fn huawei_storing(certificate: &Certificate, pem: &str) -> huawei::World {
    let mut world = huawei_world(&[("cn-north-4", &[])]);
    let mut record = records::huawei_record(&records::id_of("x"), &project_id("cn-north-4"), "x", certificate);
    record["certificate"] = pem.into();
    world.projects[0].certificates = vec![record];
    world
}

/// Returns the names as [`Run::names`] does.
///
/// [`Run::names`]: crate::support::runner::Run::names
pub(crate) fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Runs certls against this Alibaba Cloud.
pub(crate) fn run_aliyun(world: aliyun::World, args: &str) -> Run {
    Certls::new().aliyun(&aliyun::start(world)).run(args)
}

/// Runs certls against this Huawei Cloud.
pub(crate) fn run_huawei(world: huawei::World, args: &str) -> Run {
    Certls::new().huawei(&huawei::start(world)).run(args)
}

//! One region of a cloud, filled with whatever certificates a test wants.

use serde_json::{Value, json};

use crate::worlds::{SLB_LIST, aliyun_world, days, huawei_world, made, project_id, slb_id, two_regions};
use clouds::aliyun::{self, Aliyun};
use clouds::certs::{Certificate, certificate};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Huawei};
use clouds::records;

/// Names that break whatever does not escape them.
pub(crate) const NASTY: [&str; 14] = [
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

/// A certificate of Alibaba Cloud, with `left` days to live and no known beginning.
pub(crate) fn slb(name: &str, left: i64) -> Value {
    slb_of(name, &made("shelf", left))
}

pub(crate) fn slb_of(name: &str, made: &Certificate) -> Value {
    records::aliyun_record(&slb_id(name), name, "cn-hangzhou", made)
}

/// A certificate that covers these hosts.
pub(crate) fn slb_for(name: &str, hosts: &[&str]) -> Value {
    let now = chrono::Utc::now();
    slb_of(name, &certificate(hosts[0], hosts, now - days(30), now + days(50)))
}

/// A certificate that nobody knows the expiry of.
pub(crate) fn slb_unknown(name: &str) -> Value {
    records::changed(slb(name, 50), &json!({"ExpireTime": null, "ExpireTimeStamp": null}))
}

pub(crate) fn tagged(record: Value, tags: &[(&str, &str)]) -> Value {
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({"TagKey": key, "TagValue": value})).collect();
    records::changed(record, &json!({"Tags": {"Tag": tags}}))
}

/// A certificate of Huawei Cloud with a life from `begun` days ago to `left` days from now.
pub(crate) fn elb(name: &str, begun: i64, left: i64) -> Value {
    let (now, host) = (chrono::Utc::now(), "shelf.example.com");
    let made = certificate(host, &[host], now - days(begun), now + days(left));
    records::huawei_record(&records::id_of(name), &project_id("cn-north-4"), name, &made)
}

pub(crate) fn ali(certificates: Vec<Value>) -> Aliyun {
    let mut world = aliyun_world(&[("cn-hangzhou", &[])]);
    world.regions[0].certificates = certificates;
    aliyun::start(world)
}

pub(crate) fn hw(certificates: Vec<Value>) -> Huawei {
    let mut world = huawei_world(&[("cn-north-4", &[])]);
    world.projects[0].certificates = certificates;
    huawei::start(world)
}

/// Two regions: `shop` with nine days left in the one, and the other says no.
pub(crate) fn half_denied() -> Aliyun {
    let faults = vec![Fault::always(SLB_LIST, Effect::Denied).in_region("cn-beijing")];
    aliyun::start(aliyun::World { faults, ..two_regions() })
}

/// As many certificates as a large company has, each with a name of its own.
pub(crate) fn many(count: usize) -> Vec<Value> {
    let made = made("many", 5);
    (0..count).map(|number| slb_of(&format!("certificate-{number}"), &made)).collect()
}

//! The simulated clouds, left running so that whole programs can be timed against them.
//!
//! `cargo run --release --example serve -- WORLD` prints the variables to set, and serves until its
//! standard input ends. The worlds:
//!
//! - `one`: one region of Alibaba Cloud with 20 certificates, answered at once;
//! - `regions`: 28 regions of 20 certificates each, and 50 ms a round trip; beside it the same bytes
//!   without signatures at `PLAIN/0` to `PLAIN/27`, for `curl --parallel`;
//! - `scopes`: 200 regions of 100 certificates each;
//! - `pages=N`: one project of Huawei Cloud with N certificates, PEM included.
#![allow(clippy::print_stdout)]

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use clouds::certs::{Certificate, certificate, chain};
use clouds::{aliyun, huawei, records, server};
use serde_json::{Value, json};

const KEY: (&str, &str) = ("bench-key-id", "bench-key-secret");
const ROUND_TRIP: Duration = Duration::from_millis(50);

fn main() {
    let world = std::env::args().nth(1).unwrap_or_else(|| "one".to_owned());
    match world.as_str() {
        "one" => alibaba(1, 20, Duration::ZERO),
        "regions" => alibaba(28, 20, ROUND_TRIP),
        "scopes" => alibaba(200, 100, Duration::ZERO),
        pages => huawei_cloud(pages.strip_prefix("pages=").and_then(|count| count.parse().ok()).unwrap_or(10_000)),
    }
}

fn made() -> Certificate {
    let now = Utc::now();
    certificate(
        "shop.example.com",
        &["shop.example.com", "www.shop.example.com"],
        now,
        now + chrono::Duration::days(40),
    )
}

fn alibaba(regions: usize, certificates: usize, delay: Duration) {
    let made = made();
    let name = |number: usize| if regions == 1 { "cn-hangzhou".to_owned() } else { format!("xx-bench-{number}") };
    let list = |region: &str| -> Vec<Value> {
        (0..certificates)
            .map(|number| records::aliyun_record(&format!("1231579085529123_{region}_{number}"), "shop", region, &made))
            .collect()
    };
    let regions: Vec<_> = (0..regions).map(|number| aliyun::Region::new(&name(number), list(&name(number)))).collect();
    let bodies: Vec<Vec<u8>> = regions
        .iter()
        .map(|region| {
            json!({"ServerCertificates": {"ServerCertificate": region.certificates}}).to_string().into_bytes()
        })
        .collect();
    let plain = server::start(Arc::new(server::Gauge::default()), move |request| {
        let number: usize = request.path.trim_start_matches('/').parse().unwrap_or_default();
        let mut reply = server::Reply::new(200, "application/json", bodies[number % bodies.len()].clone());
        reply.delay = delay;
        reply
    });
    let cloud = aliyun::start(aliyun::World {
        accounts: vec![aliyun::Account::new(KEY.0, KEY.1)],
        regions,
        delay,
        ..Default::default()
    });
    println!("export ALIBABA_CLOUD_ACCESS_KEY_ID={} ALIBABA_CLOUD_ACCESS_KEY_SECRET={}", KEY.0, KEY.1);
    println!("export CERTLS_ENDPOINT_ALIYUN_SLB={0} CERTLS_ENDPOINT_ALIYUN_STS={0}", cloud.url);
    println!("export PLAIN={}", plain.url);
    until_the_end_of_input();
}

fn huawei_cloud(certificates: usize) {
    let now = Utc::now();
    let chain = chain("pay.example.com", &["pay.example.com"], now, now + chrono::Duration::days(40));
    let project = records::id_of("cn-north-4");
    let record = |number: usize| {
        let mut record = records::huawei_record(&records::id_of(&number.to_string()), &project, "pay", &chain.leaf);
        record["certificate"] = chain.pem.clone().into();
        record
    };
    let cloud = huawei::start(huawei::World {
        accounts: vec![huawei::Account::new(KEY.0, KEY.1)],
        projects: vec![huawei::Project {
            id: project.clone(),
            name: "cn-north-4".to_owned(),
            certificates: (0..certificates).map(record).collect(),
            domain_id: String::new(),
        }],
        ..Default::default()
    });
    println!("export HUAWEICLOUD_SDK_AK={} HUAWEICLOUD_SDK_SK={}", KEY.0, KEY.1);
    println!("export CERTLS_ENDPOINT_HUAWEI_ELB={0} CERTLS_ENDPOINT_HUAWEI_IAM={0}", cloud.url);
    until_the_end_of_input();
}

fn until_the_end_of_input() {
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

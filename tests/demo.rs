#![allow(clippy::print_stderr)]

//! Both simulated clouds on loopback, and certls run against them: `cargo run --release --example demo -- list`.
//!
//! What stands after `--` goes to certls; nothing stands for `list`. No account is needed, and
//! nothing leaves this machine.

use std::process::{Command, ExitCode, ExitStatus};

use chrono::{Duration, Utc};
use clouds::certs::{certificate, chain};
use clouds::{aliyun, huawei, records};

/// Set for the copy of this program that is certls.
const INNER: &str = "DEMO_IS_CERTLS";

fn main() -> ExitCode {
    if std::env::var_os(INNER).is_some() {
        certls::signals::install();
        return certls::run(std::env::args_os()).into();
    }
    match outer() {
        Ok(status) => ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)),
        Err(error) => {
            eprintln!("the demo cannot be run: {error}");
            ExitCode::FAILURE
        }
    }
}

fn outer() -> std::io::Result<ExitStatus> {
    let (aliyun, huawei) = (aliyun::start(alibaba()), huawei::start(huawei_cloud()));
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    if args.is_empty() {
        args.push("list".to_owned());
    }
    Command::new(std::env::current_exe()?)
        .args(args)
        .env(INNER, "1")
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "demo-key-id")
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "demo-key-secret")
        .env("HUAWEICLOUD_SDK_AK", "DEMOACCESSKEY0000000")
        .env("HUAWEICLOUD_SDK_SK", "demo-secret-key")
        .env("CERTLS_ENDPOINT_ALIYUN_SLB", &aliyun.url)
        .env("CERTLS_ENDPOINT_ALIYUN_CAS", &aliyun.url)
        .env("CERTLS_ENDPOINT_ALIYUN_STS", &aliyun.url)
        .env("CERTLS_ENDPOINT_HUAWEI_ELB", &huawei.url)
        .env("CERTLS_ENDPOINT_HUAWEI_SCM", &huawei.url)
        .env("CERTLS_ENDPOINT_HUAWEI_IAM", &huawei.url)
        .status()
}

fn days(days: i64) -> Duration {
    Duration::days(days) + Duration::hours(7)
}

fn alibaba() -> aliyun::World {
    let now = Utc::now();
    let made =
        |name: &str, names: &[&str], old: i64, left: i64| certificate(name, names, now - days(old), now + days(left));
    let shop = made("shop.example.com", &["shop.example.com", "www.shop.example.com"], 38, 9);
    let api = made("*.api.example.com", &["*.api.example.com"], 10, 37);
    let renewed = made("shop.example.com", &["www.shop.example.com", "shop.example.com"], 3, 44);
    let old = made("legacy.example.net", &["legacy.example.net"], 400, -3);
    let china = made("xn--fsqu00a.xn--0zwm56d", &["xn--fsqu00a.xn--0zwm56d"], 20, 70);
    let region = |id: &str, certificates| aliyun::Region::new(id, certificates);
    let record = |id: &str, name: &str, region: &str, made| records::aliyun_record(id, name, region, made);
    aliyun::World {
        accounts: vec![aliyun::Account::new("demo-key-id", "demo-key-secret")],
        regions: vec![
            region(
                "cn-hangzhou",
                vec![
                    record("1231579085529123_166f8204689_1714763408_709981430", "shop", "cn-hangzhou", &shop),
                    record("1231579085529123_16ab0c3e1f2_20244936_797495279", "商城证书", "cn-hangzhou", &china),
                ],
            ),
            region(
                "cn-beijing",
                vec![record("1231579085529123_158f79de306", "legacy (do not touch)", "cn-beijing", &old)],
            ),
            region(
                "ap-southeast-1",
                vec![
                    record("1231579085529123_18c1f0a2b3d_-98630011_-21105444", "api-wildcard", "ap-southeast-1", &api),
                    record(
                        "1231579085529123_19d2e1b3c4e_20988311_797495279",
                        "shop-renewed",
                        "ap-southeast-1",
                        &renewed,
                    ),
                ],
            ),
        ],
        listeners: vec![
            aliyun::Listener {
                extensions: vec![(
                    "xn--fsqu00a.xn--0zwm56d".to_owned(),
                    "1231579085529123_16ab0c3e1f2_20244936_797495279".to_owned(),
                )],
                ..aliyun::Listener::https(
                    "cn-hangzhou",
                    "lb-bp1b6c719dfa08exfuca5",
                    443,
                    "1231579085529123_166f8204689_1714763408_709981430",
                )
            },
            aliyun::Listener::https(
                "ap-southeast-1",
                "lb-t4nj5vuz8ish9emfk1f20",
                443,
                "1231579085529123_18c1f0a2b3d_-98630011_-21105444",
            ),
        ],
        ..Default::default()
    }
}

fn huawei_cloud() -> huawei::World {
    let now = Utc::now();
    let pay =
        chain("pay.example.com", &["pay.example.com", "pay.example.cn", "10.0.0.8"], now - days(60), now + days(29));
    let (north, south) = (records::id_of("cn-north-4"), records::id_of("ap-southeast-3"));
    let mut paid = records::huawei_record(&records::id_of("pay"), &north, "支付网关", &pay.leaf);
    paid["certificate"] = pay.pem.clone().into();
    let cdn = certificate("cdn.example.org", &["cdn.example.org", "*.cdn.example.org"], now - days(5), now + days(85));
    let mut listener = records::huawei_listener("listener-pay", &north, "098b2f68-af1c-41a9-8efd-69958722af62", 443);
    listener["default_tls_container_ref"] = records::id_of("pay").into();
    huawei::World {
        listeners: vec![listener],
        accounts: vec![huawei::Account::new("DEMOACCESSKEY0000000", "demo-secret-key")],
        projects: vec![
            huawei::Project {
                id: north.clone(),
                name: "cn-north-4".to_owned(),
                certificates: vec![paid, records::huawei_sm2_record(&north)],
                domain_id: String::new(),
            },
            huawei::Project {
                id: south.clone(),
                name: "ap-southeast-3".to_owned(),
                certificates: vec![records::huawei_record(&records::id_of("cdn"), &south, "cdn-origin", &cdn)],
                domain_id: String::new(),
            },
        ],
        ..Default::default()
    }
}

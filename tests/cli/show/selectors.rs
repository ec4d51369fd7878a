//! `certls show` by the beginning of an id and by fingerprint, and several certificates with one id.

use chrono::Utc;
use serde_json::json;

use super::{both_clouds, show};
use crate::support::fixtures::{
    aliyun_world, days, huawei_world, owned, project_id, run_aliyun, run_huawei, slb_id, two_projects, two_regions,
};
use crate::support::runner::{Certls, assert_run};
use clouds::aliyun;
use clouds::certs::certificate;
use clouds::huawei;
use clouds::records;

const CA_LIST: &str = "DescribeCACertificates";
const SERVER: &str = "1000000000000001_abc";
const CA: &str = "1000000000000001_ab";

#[test]
fn the_beginning_of_one_id_is_enough() {
    let clouds = both_clouds();
    let id = records::id_of("cdn");
    for text in [&id[..1], &id[..8], &id[..31], &id] {
        let run = show(&clouds, &["-o", "json", text]);
        assert_eq!((run.code, run.names(), run.messages()), (0, vec!["cdn".to_owned()], ""), "{text}: {}", run.text());
        assert_eq!(run.certificate("cdn")["used_by"], json!([]));
    }
}

#[test]
fn several_that_begin_alike_are_listed() {
    let clouds = both_clouds();
    assert_run!(show(&clouds, &["1000000000000001_"]), @"
    exit 0
    --- stdout
    ID                            NAME  EXPIRES     CLOUD   REGION       ACCOUNT
    1000000000000001_8d9001d32c6  shop  in 9 days   aliyun  cn-hangzhou  default
    1000000000000001_def53e95f1f  blog  in 40 days  aliyun  cn-beijing   default
    --- stderr
    2 certificates · 2 clouds, 2 accounts, 4 scopes: all read
    note: 2 ids begin with 1000000000000001_: write more of one to see all of it
    ");
    let run = show(&clouds, &["-o", "json", "1000000000000001_"]);
    assert_eq!((run.code, run.names()), (0, ["shop", "blog"].map(str::to_owned).to_vec()), "{}", run.text());
    // One that is meant alone is shown whole before them.
    let run = show(&clouds, &["1000000000000001_", &records::id_of("pay")]);
    let whole = run.stdout.find("enterprise_project_id").expect("a whole certificate");
    assert!(run.stdout.find("NAME ").is_some_and(|table| table > whole), "{}", run.text());
}

#[test]
fn a_fingerprint_is_as_good_as_an_id() {
    let (now, host) = (Utc::now(), "shop.example.com");
    let made = certificate(host, &[host], now - days(30), now + days(9));
    let mut alibaba = aliyun_world(&[("cn-hangzhou", &[]), ("cn-beijing", &[("blog", 40)])]);
    alibaba.regions[0].certificates = vec![records::aliyun_record(&slb_id("shop"), "shop", "cn-hangzhou", &made)];
    let mut huawei_cloud = huawei_world(&[("cn-north-4", &[])]);
    huawei_cloud.projects[0].certificates =
        vec![records::huawei_record(&records::id_of("copy"), &project_id("cn-north-4"), "copy", &made)];
    let clouds = (aliyun::start(alibaba), huawei::start(huawei_cloud));
    // SHA-256 is known only where the certificate itself is.
    for text in [made.sha256_hex.clone(), made.sha256_hex.to_uppercase()] {
        let run = show(&clouds, &["-o", "json", &text]);
        assert_eq!((run.code, run.names()), (0, vec!["copy".to_owned()]), "{}", run.text());
    }
    for text in [&made.sha1_hex, &made.sha1_hex_colons, &made.sha1_hex_colons.to_uppercase()] {
        let run = show(&clouds, &["-o", "json", text]);
        assert_eq!((run.code, run.names()), (0, ["shop", "copy"].map(str::to_owned).to_vec()), "{}", run.text());
    }
    assert_run!(show(&clouds, &[&made.sha1_hex]), @"
    exit 0
    --- stdout
    ID                                NAME  EXPIRES    CLOUD   REGION       ACCOUNT
    1000000000000001_8d9001d32c6      shop  in 9 days  aliyun  cn-hangzhou  default
    6f5a6034e770acbfb3f797e6a7eb7948  copy  in 9 days  huawei  cn-north-4   default
    --- stderr
    2 certificates · 2 clouds, 2 accounts, 3 scopes: all read
    note: 2 places hold this certificate: choose one by its id
    ");
    // No cloud is asked for a fingerprint as if it were an id.
    assert_eq!(clouds.1.log.count("elb:show"), 0);
    let run = show(&clouds, &[&"0".repeat(40)]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.text());
    assert_eq!(show(&clouds, &[""]).code, 2);
}

/// A CA certificate whose id is the beginning of a server certificate's.
fn alike() -> aliyun::World {
    let now = Utc::now();
    let made = |cn: &str| certificate(cn, &[], now - days(1), now + days(20));
    let mut world = two_regions();
    world.regions[0].certificates.push(records::aliyun_record(SERVER, "server", "cn-hangzhou", &made("server")));
    world.regions[1].ca_certificates = vec![records::aliyun_ca_record(CA, "authority", "cn-beijing", &made("ca"))];
    world
}

#[test]
fn a_whole_id_counts_before_the_beginning_of_another_kinds() {
    let run = run_aliyun(alike(), &format!("show -o json {CA}"));
    assert_eq!((run.code, run.names()), (0, owned(&["authority"])), "{}", run.text());
    let run = run_aliyun(alike(), &format!("show -o json {SERVER}"));
    assert_eq!((run.code, run.names()), (0, owned(&["server"])), "{}", run.text());
    let run = run_aliyun(alike(), "show -o json 1000000000000001_a");
    assert_eq!((run.code, run.names()), (0, owned(&["authority", "server"])), "{}", run.text());
    // Who may not list authorities still sees what begins so among the others, but not that nothing does.
    let mut world = alike();
    world.accounts[0].denied = vec![CA_LIST.to_owned()];
    let run = run_aliyun(world.clone(), "show -o json 1000000000000001_ab");
    assert_eq!((run.code, run.names()), (0, owned(&["server"])), "{}", run.text());
    assert!(run.stderr.contains("whether a CA certificate's id begins so as well is unknown"), "{}", run.text());
    assert_eq!(run_aliyun(world, "show -o json nobody").code, 3);
}

#[test]
fn one_that_is_named_twice_is_shown_once() {
    let id = records::id_of("cdn");
    for args in [format!("{id} {id}"), format!("{id},{id}"), format!("{id} {}", id.to_uppercase())] {
        let run = run_huawei(two_projects(), &format!("show -o json {args}"));
        assert_eq!((run.code, run.names()), (0, owned(&["cdn"])), "{args}: {}", run.text());
        assert_eq!(run.scope("ap-southeast-3")["certificates"], 1, "{args}");
    }
    // So many that they are looked for in the list alone.
    let many: Vec<String> = (0..40).map(|number| records::id_of(&number.to_string())).collect();
    let cloud = huawei::start(two_projects());
    let run = Certls::new().huawei(&cloud).run(&format!("show -o json {id} {}", many.join(" ")));
    assert_eq!((run.code, run.names(), cloud.log.count("elb:show")), (4, owned(&["cdn"]), 0));
}

#[test]
fn two_that_share_an_id_are_both_shown() {
    let mut world = two_projects();
    let mut second = world.projects[1].certificates[0].clone();
    second["name"] = json!("second");
    world.projects[1].certificates.push(second);
    let run = run_huawei(world, &format!("show -o json {}", records::id_of("cdn")));
    assert_eq!((run.code, run.names()), (0, owned(&["cdn", "second"])), "{}", run.text());
}

//! `certls show` by the beginning of an id and by fingerprint, its chain as PEM, and certificates of authorities.

use std::io::Write as _;
use std::process::{Command, Stdio};

use chrono::Utc;
use serde_json::{Value, json};

use crate::certls::{Certls, Run, assert_run};
use crate::worlds::{SLB_LIST, aliyun_world, days, huawei_world, project_id, slb_id, two_projects, two_regions};
use clouds::aliyun::{self, Aliyun, Listener};
use clouds::certs::{self, Chain, certificate};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Huawei};
use clouds::records;

const CA_LIST: &str = "DescribeCACertificates";

fn clouds() -> (Aliyun, Huawei) {
    (aliyun::start(two_regions()), huawei::start(two_projects()))
}

fn show(clouds: &(Aliyun, Huawei), args: &[&str]) -> Run {
    Certls::new().aliyun(&clouds.0).huawei(&clouds.1).run_args(&[&["show"], args].concat())
}

#[test]
fn the_beginning_of_one_id_is_enough() {
    let clouds = clouds();
    let id = records::id_of("cdn");
    for text in [&id[..1], &id[..8], &id[..31], &id] {
        let run = show(&clouds, &["-o", "json", text]);
        assert_eq!((run.code, run.names(), run.words()), (0, vec!["cdn".to_owned()], ""), "{text}: {}", run.text());
        assert_eq!(run.certificate("cdn")["used_by"], json!([]));
    }
}

#[test]
fn several_that_begin_alike_are_listed() {
    let clouds = clouds();
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

/// What `openssl` reads of a text: one line a certificate.
fn subjects_by_openssl(pem: &str) -> Option<Vec<String>> {
    let mut openssl = Command::new("openssl")
        .args(["storeutl", "-noout", "-text", "-certs", "/dev/stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    openssl.stdin.take()?.write_all(pem.as_bytes()).ok()?;
    let output = openssl.wait_with_output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let subjects = text.lines().filter_map(|line| line.trim().strip_prefix("Subject: "));
    Some(subjects.map(|subject| subject.replace(' ', "")).collect())
}

fn chain() -> Chain {
    let now = Utc::now();
    certs::chain("pay.example.com", &["pay.example.com"], now - days(30), now + days(50))
}

/// One certificate in Huawei Cloud, stored as this text.
fn stored_as(pem: &str) -> (Aliyun, Huawei) {
    let mut world = huawei_world(&[("cn-north-4", &[])]);
    let mut record = records::huawei_record(&records::id_of("pay"), &project_id("cn-north-4"), "pay", &chain().leaf);
    record["certificate"] = pem.into();
    world.projects[0].certificates = vec![record];
    (aliyun::start(two_regions()), huawei::start(world))
}

#[test]
fn the_chain_is_printed_as_pem_however_it_is_stored() {
    let chain = chain();
    let turned = format!("{}{}", chain.intermediate.pem, chain.leaf.pem);
    for stored in [chain.pem.clone(), chain.pem.replace('\n', ""), chain.pem.replace('\n', "\r\n"), turned] {
        let clouds = stored_as(&stored);
        let run = show(&clouds, &["--pem", &records::id_of("pay")]);
        assert_eq!((run.code, run.stdout.as_str(), run.words()), (0, chain.pem.as_str(), ""), "{}", run.text());
        if let Some(subjects) = subjects_by_openssl(&run.stdout) {
            assert_eq!(subjects, ["CN=pay.example.com", "CN=TestIntermediateCA"]);
        }
    }
}

#[test]
fn what_cannot_be_printed_as_pem_is_said() {
    let pem = chain().pem;
    let clouds = stored_as(&pem);
    let shop = slb_id("shop");
    assert_run!(show(&clouds, &["--pem", &shop]), @"
    exit 1
    --- stdout
    --- stderr
    1 certificate · 2 clouds, 2 accounts, 3 scopes: all read
    error: there is no chain of 1000000000000001_8d9001d32c6 to print
    hint: the API of aliyun slb returns no certificates, only what they are called and when they end
    ");
    let run = show(&clouds, &["--pem", &shop, &records::id_of("pay")]);
    assert_eq!((run.code, run.stdout), (3, pem));
    assert_run!(show(&clouds, &["--pem", "1000000000000001_"]), @"
    exit 2
    --- stdout
    --- stderr
    2 certificates · 2 clouds, 2 accounts, 3 scopes: all read
    error: 2 ids begin with 1000000000000001_
    hint: choose one: 1000000000000001_8d9001d32c6, 1000000000000001_def53e95f1f
    ");
    assert_eq!(show(&clouds, &["--pem", "nobody"]).code, 4);
    assert_eq!(show(&clouds, &["--pem", "-o", "json", &shop]).code, 2);
}

#[test]
fn what_may_not_be_listed_is_still_looked_up() {
    let mut world = two_projects();
    world.accounts[0].denied = vec!["elb:list".to_owned()];
    let clouds = (aliyun::start(two_regions()), huawei::start(world));
    let run = show(&clouds, &["-o", "json", "-p", "huawei", &records::id_of("cdn")]);
    // Whether it is superseded is known to nobody then.
    assert_eq!((run.code, run.names()), (3, vec!["cdn".to_owned()]), "{}", run.text());
    assert!(run.stderr.contains("elb:certificates:list"), "{}", run.stderr);
    let mut world = two_projects();
    world.accounts[0].denied = vec!["elb:show".to_owned()];
    let clouds = (aliyun::start(two_regions()), huawei::start(world));
    let run = show(&clouds, &["-o", "json", &records::id_of("cdn")]);
    assert_eq!((run.code, run.names(), run.words()), (0, vec!["cdn".to_owned()], ""), "{}", run.text());
}

#[test]
fn a_scope_that_fails_costs_no_other() {
    let mut world = two_regions();
    world.faults = vec![Fault::always(SLB_LIST, Effect::ServerError).in_region("cn-beijing")];
    let clouds = (aliyun::start(world), huawei::start(two_projects()));
    let run = show(&clouds, &["-o", "json", "--retry-count", "0", &slb_id("shop")]);
    assert_eq!((run.code, run.names()), (3, vec!["shop".to_owned()]), "{}", run.text());
    // Once by id, once for the list.
    assert_eq!(clouds.0.log.count_in(SLB_LIST, "cn-beijing"), 2);
}

/// A region with a CA certificate that a listener checks its clients against.
fn with_ca() -> aliyun::World {
    let mut world = two_regions();
    let now = Utc::now();
    let authority = certificate("Clients CA", &[], now - days(400), now + days(3000));
    let record = records::aliyun_ca_record("1000000000000001_ca", "clients", "cn-beijing", &authority);
    world.regions[1].ca_certificates = vec![record];
    let listener = Listener::https("cn-beijing", "lb-1", 443, &slb_id("blog"));
    world.listeners = vec![Listener { ca_certificate: "1000000000000001_ca".to_owned(), ..listener }];
    world
}

#[test]
fn a_ca_certificate_is_found_by_its_id_and_by_its_fingerprint() {
    let clouds = (aliyun::start(with_ca()), huawei::start(two_projects()));
    let run = show(&clouds, &["-o", "json", "1000000000000001_ca"]);
    let found = run.certificate("clients");
    assert_eq!((run.code, &found["kind"], run.words()), (0, &json!("ca"), ""), "{}", run.text());
    assert_eq!(found["used_by"][0]["role"], "client_ca", "{found}");
    assert_eq!(clouds.0.log.count(CA_LIST), 2);
    let sha1 = found["fingerprint_sha1"].as_str().expect("a fingerprint").to_owned();
    assert_eq!(show(&clouds, &["-o", "json", &sha1]).names(), ["clients"]);
}

#[test]
fn an_authority_of_huaweis_is_found_as_well() {
    let mut world = two_projects();
    for certificate in &mut world.projects[1].certificates {
        certificate["type"] = json!("client");
    }
    let clouds = (aliyun::start(two_regions()), huawei::start(world));
    let run = show(&clouds, &["-o", "json", &records::id_of("cdn"), &slb_id("shop")]);
    assert_eq!((run.code, run.names()), (0, ["shop", "cdn"].map(str::to_owned).to_vec()), "{}", run.text());
    assert_eq!((&run.certificate("cdn")["kind"], &run.certificate("cdn")["used_by"]), (&json!("ca"), &json!([])));
    // Its one list holds every kind, and is not read again for what is met by a beginning or by nothing.
    let run = show(&clouds, &["-o", "json", &records::id_of("cdn")[..9], "nobody"]);
    assert_eq!(
        (run.code, run.names(), &run.scope("ap-southeast-3")["certificates"]),
        (4, vec!["cdn".to_owned()], &json!(1))
    );
    assert_eq!(clouds.1.log.count("elb:list"), 4);
}

#[test]
fn ca_certificates_are_listed_where_they_are_asked_for() {
    let cloud = aliyun::start(with_ca());
    let list = |args: &str| Certls::new().aliyun(&cloud).run(&format!("list -o json {args}"));
    let calls = || (cloud.log.count(SLB_LIST), cloud.log.count(CA_LIST));
    assert_eq!((list("").names().len(), calls()), (2, (2, 0)));
    let run = list("--kind ca");
    assert_eq!((run.code, run.names(), calls()), (0, vec!["clients".to_owned()], (2, 2)), "{}", run.text());
    let record = run.certificate("clients");
    assert_eq!((&record["id"], &record["kind"]), (&json!("1000000000000001_ca"), &json!("ca")));
    assert_eq!((&record["common_name"], &record["days_left"]), (&json!("Clients CA"), &json!(3000)));
    assert_eq!((&record["source"], &record["notes"]), (&Value::Null, &json!([])));
    assert_eq!(run.scope("cn-beijing")["certificates"], 1);
    let run = list("--kind all --usage");
    assert_eq!((run.names(), calls()), (["shop", "blog", "clients"].map(str::to_owned).to_vec(), (4, 4)));
    assert_eq!(run.certificate("clients")["used_by"][0]["load_balancer_id"], "lb-1");
    let run = Certls::new().aliyun(&cloud).run("list --kind ca -o json --service all");
    assert_eq!((run.code, run.names().len()), (0, 1), "{}", run.text());
}

#[test]
fn a_denied_list_of_authorities_costs_no_server_certificate() {
    let mut world = with_ca();
    world.accounts[0].denied = vec![CA_LIST.to_owned()];
    let cloud = aliyun::start(world);
    let run = Certls::new().aliyun(&cloud).run("list -o json --kind all");
    assert_eq!((run.code, run.names().len()), (3, 2), "{}", run.text());
    assert_eq!(run.scope("cn-beijing")["certificates"], 1);
    assert!(run.stderr.contains("slb:DescribeCACertificates"), "{}", run.stderr);
    // Nobody needs that right for the certificates of servers.
    let run = Certls::new().aliyun(&cloud).run(&format!("show -o json {}", slb_id("shop")));
    assert_eq!((run.code, run.words()), (0, ""), "{}", run.text());
}

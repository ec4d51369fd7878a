//! CA certificates in `certls show` and `certls list --kind`.

use chrono::Utc;
use serde_json::{Value, json};

use super::show;
use crate::support::fixtures::{SLB_LIST, days, run_aliyun, slb_id, two_projects, two_regions};
use crate::support::runner::Certls;
use clouds::aliyun::{self, Listener};
use clouds::certs::certificate;
use clouds::fault::{Effect, Fault};
use clouds::huawei;
use clouds::records;

const CA_LIST: &str = "DescribeCACertificates";

/// A region with a CA certificate and a listener that verifies its clients with it.
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
    assert_eq!((run.code, &found["kind"], run.messages()), (0, &json!("ca"), ""), "{}", run.text());
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
    assert_eq!((run.code, run.messages()), (0, ""), "{}", run.text());
}

#[test]
fn a_hanging_list_of_authorities_costs_no_server_certificate() {
    let world = aliyun::World { faults: vec![Fault::always(CA_LIST, Effect::Hang)], ..two_regions() };
    let run = run_aliyun(world, "list --kind all -o json --timeout 2s");
    assert_eq!((run.code, run.names().len()), (3, 2), "{}", run.text());
}

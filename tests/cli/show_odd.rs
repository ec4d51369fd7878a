//! `certls show` and `certls which` where clouds, ids and chains are not as one would wish.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::Utc;
use serde_json::{Value, json};

use crate::certls::{Certls, Run};
use crate::worlds::{SLB_LIST, days, huawei_world, project_id, slb_id, two_projects, two_regions};
use clouds::certs::{Authority, Certificate, certificate, seeded_key};
use clouds::fault::{Effect, Fault};
use clouds::{aliyun, huawei, records};

const CA_LIST: &str = "DescribeCACertificates";
const SERVER: &str = "1000000000000001_abc";
const CA: &str = "1000000000000001_ab";

fn ali(world: aliyun::World, args: &str) -> Run {
    Certls::new().aliyun(&aliyun::start(world)).run(args)
}

fn hw(world: huawei::World, args: &str) -> Run {
    Certls::new().huawei(&huawei::start(world)).run(args)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
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
    let run = ali(alike(), &format!("show -o json {CA}"));
    assert_eq!((run.code, run.names()), (0, names(&["authority"])), "{}", run.text());
    let run = ali(alike(), &format!("show -o json {SERVER}"));
    assert_eq!((run.code, run.names()), (0, names(&["server"])), "{}", run.text());
    let run = ali(alike(), "show -o json 1000000000000001_a");
    assert_eq!((run.code, run.names()), (0, names(&["authority", "server"])), "{}", run.text());
    // Who may not list authorities still sees what begins so among the others, but not that nothing does.
    let mut world = alike();
    world.accounts[0].denied = vec![CA_LIST.to_owned()];
    let run = ali(world.clone(), "show -o json 1000000000000001_ab");
    assert_eq!((run.code, run.names()), (0, names(&["server"])), "{}", run.text());
    assert!(run.stderr.contains("whether a CA certificate's id begins so as well is unknown"), "{}", run.text());
    assert_eq!(ali(world, "show -o json nobody").code, 3);
}

#[test]
fn a_look_up_that_fails_costs_nothing_where_the_list_is_read() {
    for what in [Effect::ServerError, Effect::Denied, Effect::Empty200, Effect::Hang] {
        let world = huawei::World { faults: vec![Fault::always("elb:show", what)], ..two_projects() };
        let run = hw(world, &format!("show -o json --retry-count 0 {}", records::id_of("cdn")));
        assert_eq!((run.code, run.names(), run.words()), (0, names(&["cdn"]), ""), "{}", run.text());
    }
}

#[test]
fn one_that_is_named_twice_is_shown_once() {
    let id = records::id_of("cdn");
    for args in [format!("{id} {id}"), format!("{id},{id}"), format!("{id} {}", id.to_uppercase())] {
        let run = hw(two_projects(), &format!("show -o json {args}"));
        assert_eq!((run.code, run.names()), (0, names(&["cdn"])), "{args}: {}", run.text());
        assert_eq!(run.scope("ap-southeast-3")["certificates"], 1, "{args}");
    }
    // So many that they are looked for in the list alone.
    let many: Vec<String> = (0..40).map(|number| records::id_of(&number.to_string())).collect();
    let cloud = huawei::start(two_projects());
    let run = Certls::new().huawei(&cloud).run(&format!("show -o json {id} {}", many.join(" ")));
    assert_eq!((run.code, run.names(), cloud.log.count("elb:show")), (4, names(&["cdn"]), 0));
}

#[test]
fn two_that_share_an_id_are_both_shown() {
    let mut world = two_projects();
    let mut second = world.projects[1].certificates[0].clone();
    second["name"] = json!("second");
    world.projects[1].certificates.push(second);
    let run = hw(world, &format!("show -o json {}", records::id_of("cdn")));
    assert_eq!((run.code, run.names()), (0, names(&["cdn", "second"])), "{}", run.text());
}

#[test]
fn a_hanging_list_of_authorities_costs_no_server_certificate() {
    let world = aliyun::World { faults: vec![Fault::always(CA_LIST, Effect::Hang)], ..two_regions() };
    let run = ali(world, "list --kind all -o json --timeout 2s");
    assert_eq!((run.code, run.names().len()), (3, 2), "{}", run.text());
}

#[test]
fn hanging_listeners_cost_which_and_show_no_page() {
    let stored = [("a", 9), ("b", 20), ("c", 30)];
    let faults = || vec![Fault::always("elb:listeners", Effect::Hang)];
    let world = || huawei::World { page_cap: 1, faults: faults(), ..huawei_world(&[("cn-north-4", &stored)]) };
    let run = hw(world(), "which -o json --timeout 3s a.example.com b.example.com c.example.com");
    assert_eq!((run.code, run.names()), (0, names(&["a", "b", "c"])), "{}", run.text());
    assert_eq!(run.certificate("c")["used_by"], Value::Null);
    let run = hw(world(), &format!("show -o json --timeout 3s {}", records::id_of("a")));
    assert_eq!((run.code, run.names()), (0, names(&["a"])), "{}", run.text());
}

#[test]
fn a_question_about_private_keys_that_hangs_is_not_waited_for_long() {
    let world = huawei::World { faults: vec![Fault::always("elb:getPrivateKeyEcho", Effect::Hang)], ..two_projects() };
    let run = hw(world, "list -o json --timeout 10s");
    assert_eq!((run.code, run.names().len(), run.words()), (0, 2, ""), "{}", run.text());
}

#[test]
fn a_time_that_is_over_invents_no_scope() {
    let world = aliyun::World { faults: vec![Fault::always(SLB_LIST, Effect::Hang)], ..two_regions() };
    let run = ali(world, "show -o json --timeout 1s nobody");
    assert_eq!((run.code, run.scopes().len()), (1, 2), "{}", run.text());
}

/// What Huawei Cloud is made to store as the chain of `leaf`.
fn stored(leaf: &Certificate, pem: &str) -> huawei::World {
    let mut world = huawei_world(&[("cn-north-4", &[])]);
    let mut record = records::huawei_record(&records::id_of("x"), &project_id("cn-north-4"), "x", leaf);
    record["certificate"] = pem.into();
    world.projects[0].certificates = vec![record];
    world
}

#[test]
fn the_certificate_itself_is_found_wherever_it_stands_in_the_chain() {
    let now = Utc::now();
    let begun = now - days(20);
    let middle = Authority::new("Middle", begun, now + days(3000));
    let stray = Authority::new("Stray", begun, now + days(4000));
    let leaf = middle.issue("leaf.example.com", &["leaf.example.com"], begun, now + days(1), &seeded_key("leaf"));
    let broken = "-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n";
    let other = stray.subordinate("Other", begun, now + days(3500)).certificate;
    for parts in [
        [&middle.certificate.pem, &stray.certificate.pem, &leaf.pem],
        [&stray.certificate.pem, &leaf.pem, &middle.certificate.pem],
        [&middle.certificate.pem, &other.pem, &leaf.pem],
        [&other.pem, &leaf.pem, &middle.certificate.pem],
    ] {
        let mut world = stored(&leaf, &parts.map(String::as_str).concat());
        world.projects[0].certificates[0]["fingerprint"] = Value::Null;
        let run = hw(world, "check -o json");
        assert_eq!((run.code, &run.json()["counts"]["critical"]), (2, &json!(1)), "{}", run.text());
    }
    for pem in [
        format!("{}{}{}", middle.certificate.pem, leaf.pem, leaf.pem),
        format!("{}{}{broken}", middle.certificate.pem, leaf.pem),
    ] {
        // Also where the cloud tells no fingerprint to know it by.
        let mut world = stored(&leaf, &pem);
        world.projects[0].certificates[0]["fingerprint"] = Value::Null;
        let run = hw(world, "which -o json leaf.example.com");
        assert_eq!((run.code, run.names()), (0, names(&["x"])), "{}", run.text());
        assert_eq!(run.certificate("x")["days_left"], 1);
    }
}

#[test]
fn a_bundle_of_authorities_stays_as_it_is_stored() {
    let now = Utc::now();
    let root = Authority::new("Root", now - days(20), now + days(300));
    let sub = root.subordinate("Sub", now - days(20), now + days(200));
    let mut world = stored(&root.certificate, &format!("{}{}", root.certificate.pem, sub.certificate.pem));
    world.projects[0].certificates[0]["type"] = json!("client");
    let record = hw(world, "list --kind ca -o json").certificate("x");
    assert_eq!((&record["common_name"], &record["notes"]), (&json!("Root"), &json!([])), "{record}");
}

#[test]
fn an_issuer_that_two_authorities_certified_is_no_stranger() {
    let now = Utc::now();
    let begun = now - days(20);
    let (one, other) =
        (Authority::new("One", begun, now + days(3000)), Authority::new("Other", begun, now + days(3000)));
    let (middle, crossed) =
        (one.subordinate("Middle", begun, now + days(900)), other.subordinate("Middle", begun, now + days(900)));
    let leaf = middle.issue("leaf.example.com", &["leaf.example.com"], begun, now + days(40), &seeded_key("leaf"));
    let parts = [&leaf, &middle.certificate, &crossed.certificate, &one.certificate, &other.certificate];
    let pem: String = parts.iter().map(|made| made.pem.as_str()).collect();
    assert_eq!(hw(stored(&leaf, &pem), "list -o json").certificate("x")["notes"], json!([]));
}

#[test]
fn a_private_key_under_a_certificates_label_is_not_printed() {
    let now = Utc::now();
    let made = certificate("a.example.com", &["a.example.com"], now - days(1), now + days(20));
    // PKCS #8: a version, an algorithm, a key. What it holds is searched for in every output.
    let secret = b"PLANTED-PRIVATE-KEY-IN-DER";
    let inner = [&[4, 26][..], secret].concat();
    let key = [&[0x30, 38, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70][..], &inner].concat();
    let block = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", BASE64_STANDARD.encode(&key));
    let id = records::id_of("x");
    let run = hw(stored(&made, &block), &format!("show --pem {id}"));
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.text());
    let run = hw(stored(&made, &format!("{}{block}", made.pem)), &format!("show --pem {id}"));
    assert_eq!((run.code, run.stdout), (0, made.pem.clone()));
    let trailed = BASE64_STANDARD.encode([&made.der[..], &[0; 3]].concat());
    let trailed = format!("-----BEGIN CERTIFICATE-----\n{trailed}\n-----END CERTIFICATE-----\n");
    assert_eq!(hw(stored(&made, &trailed), &format!("show --pem {id}")).stdout, made.pem);
}

#[test]
fn hosts_are_told_apart_by_what_they_are() {
    let run = ali(two_regions(), "which -o json shop.example.com SHOP.example.com. blog.example.com");
    assert_eq!(run.certificate("shop")["matches"], json!([{"name": "shop.example.com", "match": "exact"}]));
    let csv = ali(two_regions(), "which -o csv --no-header shop.example.com").stdout;
    assert!(csv.trim_end().ends_with(",exact"), "{csv}");
    assert!(csv.contains(&slb_id("shop")), "{csv}");
}

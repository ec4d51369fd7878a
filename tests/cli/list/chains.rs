//! Chains in an unusual order, and chains with several certificates of one authority.

use chrono::Utc;
use serde_json::{Value, json};

use crate::support::fixtures::{days, huawei_storing, owned, run_huawei};
use clouds::certs::{Authority, seeded_key};

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
        let mut world = huawei_storing(&leaf, &parts.map(String::as_str).concat());
        world.projects[0].certificates[0]["fingerprint"] = Value::Null;
        let run = run_huawei(world, "check -o json");
        assert_eq!((run.code, &run.json()["counts"]["critical"]), (2, &json!(1)), "{}", run.text());
    }
    for pem in [
        format!("{}{}{}", middle.certificate.pem, leaf.pem, leaf.pem),
        format!("{}{}{broken}", middle.certificate.pem, leaf.pem),
    ] {
        // Also where the cloud tells no fingerprint to know it by.
        let mut world = huawei_storing(&leaf, &pem);
        world.projects[0].certificates[0]["fingerprint"] = Value::Null;
        let run = run_huawei(world, "which -o json leaf.example.com");
        assert_eq!((run.code, run.names()), (0, owned(&["x"])), "{}", run.text());
        assert_eq!(run.certificate("x")["days_left"], 1);
    }
}

#[test]
fn a_bundle_of_authorities_stays_as_it_is_huawei_storing() {
    let now = Utc::now();
    let root = Authority::new("Root", now - days(20), now + days(300));
    let sub = root.subordinate("Sub", now - days(20), now + days(200));
    let mut world = huawei_storing(&root.certificate, &format!("{}{}", root.certificate.pem, sub.certificate.pem));
    world.projects[0].certificates[0]["type"] = json!("client");
    let record = run_huawei(world, "list --kind ca -o json").certificate("x");
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
    assert_eq!(run_huawei(huawei_storing(&leaf, &pem), "list -o json").certificate("x")["notes"], json!([]));
}

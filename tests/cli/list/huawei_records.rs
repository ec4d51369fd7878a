//! Odd records of Huawei Cloud, and the certificate in them, which has precedence.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::Utc;
use serde_json::{Value, json};

use crate::support::fixtures::{days, huawei_world, project_id};
use crate::support::runner::{Certls, Run};
use clouds::certs::{self, Certificate, Chain, SM2_ENCRYPTION_NOT_AFTER, SM2_SIGNING_NOT_AFTER};
use clouds::{huawei, records};

const NAMES: &[&str] = &["odd.example.com", "www.odd.example.com", "10.0.0.8"];

fn iso(time: chrono::DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn listed(records: Vec<Value>, args: &str) -> Run {
    let mut world = huawei_world(&[("cn-north-4", &[])]);
    world.projects[0].certificates = records;
    let cloud = huawei::start(world);
    let run = Certls::new().huawei(&cloud).run(&format!("list -o json {args}"));
    assert_eq!((run.code, run.messages()), (0, ""), "{}", run.text());
    run
}

fn chain() -> Chain {
    let now = Utc::now();
    certs::chain("odd.example.com", NAMES, now - days(30), now + days(50))
}

fn odd() -> (Chain, Run) {
    let chain = chain();
    let odd = records::huawei_odd(&project_id("cn-north-4"), &chain);
    let run = listed(odd.into_iter().map(|(_, record)| record).collect(), "--kind all");
    (chain, run)
}

fn notes(run: &Run, record: &str) -> Value {
    run.certificate(record)["notes"].clone()
}

/// Asserts that the record has the fields of the certificate.
fn assert_matches(record: &Value, made: &Certificate) {
    assert_eq!(record["fingerprint_sha1"], made.sha1_hex.as_str(), "{record}");
    assert_eq!(record["fingerprint_sha256"], made.sha256_hex.as_str(), "{record}");
    assert_eq!(record["not_before"], iso(made.not_before).as_str(), "{record}");
    assert_eq!(record["not_after"], iso(made.not_after).as_str(), "{record}");
    assert_eq!(record["common_name"], made.cn.as_str(), "{record}");
    assert_eq!(record["subject_alternative_names"], json!(made.sans), "{record}");
    assert_eq!((&record["key_type"], &record["days_left"]), (&json!("ed25519"), &json!(50)), "{record}");
}

#[test]
fn no_record_is_lost_and_the_unreadable_ones_are_noted() {
    let (chain, run) = odd();
    let all = records::huawei_odd(&project_id("cn-north-4"), &chain);
    assert_eq!(run.certificates().len(), all.len());
    for (oddity, _) in all.iter().filter(|(oddity, _)| !oddity.starts_with("unreadable") && *oddity != "server-sm") {
        run.certificate(oddity);
    }
    let unread: Vec<Value> = run.certificates().into_iter().filter(|c| c["id"].is_null()).collect();
    assert_eq!(unread.len(), 2, "{unread:?}");
    let unread_notes = json!([unread[0]["notes"], unread[1]["notes"]]).to_string();
    for note in ["record is unreadable", "`id` is of", "`certificate` is of", "`expire_time` is of"] {
        assert!(unread_notes.contains(note), "{note}: {unread_notes}");
    }
}

#[test]
fn private_keys_are_never_shown() {
    // The harness looks for them in every run; here they are proven to have been sent.
    let chain = chain();
    let odd = records::huawei_odd(&project_id("cn-north-4"), &chain);
    let sent = json!(odd.iter().map(|(_, record)| record).collect::<Vec<_>>()).to_string();
    assert!(sent.contains("PLANTED-PRIVATE-KEY") && sent.contains("PLANTED-ENC-PRIVATE-KEY"));
    let mut world = huawei_world(&[("cn-north-4", &[])]);
    world.projects[0].certificates = odd.into_iter().map(|(_, record)| record).collect();
    let cloud = huawei::start(world);
    let certls = Certls::new().huawei(&cloud);
    for args in ["list -vv --kind all", "list -vv -o json --kind all", "list -vv -o csv --kind all"] {
        let run = certls.run(args);
        assert!(run.code == 0 && !run.text().contains("PRIVATE KEY"), "{args}: {}", run.text());
    }
    let pair = records::id_of("sm2-pair");
    assert!(certls.run(&format!("show {pair} -o json -vv")).stdout.contains("sm2.example.com"));
}

#[test]
fn pem_is_read_however_its_lines_end() {
    let (chain, run) = odd();
    for record in ["pem-no-newlines", "pem-crlf", "key-masked", "protected"] {
        let record = run.certificate(record);
        assert_matches(&record, &chain.leaf);
        assert_eq!(record["notes"], json!([]), "{record}");
    }
    for record in ["pem-no-newlines", "pem-crlf"] {
        let elements = run.certificate(record)["chain"].clone();
        assert_eq!(elements.as_array().map(Vec::len), Some(2), "{elements}");
        assert_eq!(elements[0]["fingerprint_sha256"], chain.leaf.sha256_hex.as_str());
        assert_eq!(elements[1]["fingerprint_sha256"], chain.intermediate.sha256_hex.as_str());
        assert_eq!(elements[1]["subject"], "CN=Test Intermediate CA");
        assert_eq!(elements[0]["issuer"], elements[1]["subject"]);
    }
    let alone = run.certificate("pem-leaf-only");
    assert_eq!(alone["chain"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        alone["notes"],
        json!([
            "the chain is incomplete: it lacks the issuer's certificate, CN=Test Intermediate CA, unless that is a root that clients have"
        ])
    );
}

#[test]
fn without_a_readable_certificate_the_clouds_fields_stand() {
    let (chain, run) = odd();
    for record in ["pem-empty", "pem-absent", "pem-garbage"] {
        let row = run.certificate(record);
        assert_eq!(row["not_after"], iso(chain.leaf.not_after).as_str(), "{row}");
        assert_eq!(row["fingerprint_sha1"], chain.leaf.sha1_hex.as_str(), "{row}");
        assert_eq!(row["subject_alternative_names"], json!(NAMES), "{row}");
        assert_eq!((&row["serial_number"], &row["fingerprint_sha256"]), (&Value::Null, &Value::Null), "{row}");
    }
    assert_eq!((notes(&run, "pem-empty"), notes(&run, "pem-absent")), (json!([]), json!([])));
    assert_ne!(notes(&run, "pem-garbage"), json!([]));
    assert_eq!(run.certificate("pem-absent")["chain"], json!([]));
}

#[test]
fn a_region_that_sends_less_loses_nothing_that_is_in_the_certificate() {
    let (chain, run) = odd();
    let row = run.certificate("old-region");
    assert_matches(&row, &chain.leaf);
    assert_eq!(row["notes"], json!([]));
    assert_eq!(row["enterprise_project_id"], Value::Null);
}

#[test]
fn where_cloud_and_certificate_disagree_the_certificate_wins_and_a_note_says_so() {
    let (chain, run) = odd();
    let (sha1, end) = (&chain.leaf.sha1_hex, iso(chain.leaf.not_after));
    for record in ["fingerprint-disagrees", "names-disagree", "expiry-disagrees"] {
        assert_matches(&run.certificate(record), &chain.leaf);
    }
    let cloud = "869df7fcb441c2ef3fb9329437815972eeb1ef0e";
    assert_eq!(
        notes(&run, "fingerprint-disagrees"),
        json!([format!("`fingerprint_sha1`: the cloud says {cloud}, the certificate {sha1}")])
    );
    assert_eq!(
        notes(&run, "expiry-disagrees"),
        json!([format!("`not_after`: the cloud says 2045-11-17T13:25:47Z, the certificate {end}")])
    );
    assert_eq!(
        notes(&run, "names-disagree"),
        json!([
            "`common_name`: the cloud says other.example.net, the certificate odd.example.com",
            "`subject_alternative_names`: the cloud says other.example.net, the certificate odd.example.com, www.odd.example.com",
        ])
    );
}

#[test]
fn unreadable_names_are_taken_from_the_clouds_fields() {
    let now = Utc::now();
    let made = certs::certificate("own.example.com", &["own.example.com"], now - days(1), now + days(20));
    // The name's tag, in the only extension: what it says can then not be read.
    let at = made.der.windows(4).rposition(|part| part == [0x30, 0x11, 0x82, 0x0f]).expect("the list of names");
    let mut broken = made.der.clone();
    broken[at] = 0x05;
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", BASE64_STANDARD.encode(&broken));
    let record = records::huawei_record(&records::id_of("x"), &project_id("cn-north-4"), "x", &made);
    let record = records::changed(record, &json!({"certificate": pem, "fingerprint": null}));
    let row = listed(vec![record], "").certificate("x");
    assert_eq!(row["subject_alternative_names"], json!(["own.example.com"]), "{row}");
    let notes = row["notes"].to_string();
    assert!(notes.contains("could not be read") && notes.contains("the certificate none"), "{notes}");
}

#[test]
fn fingerprints_are_printed_without_colons_and_in_lower_case() {
    let Chain { leaf: made, pem, .. } = chain();
    let record = records::huawei_record(&records::id_of("x"), &project_id("cn-north-4"), "x", &made);
    let colons = made.sha1_hex_colons.to_uppercase();
    let changed = |certificate: Value| {
        records::changed(record.clone(), &json!({"fingerprint": colons, "certificate": certificate}))
    };
    for certificate in [json!(pem), json!("")] {
        let row = listed(vec![changed(certificate)], "").certificate("x");
        assert_eq!((&row["fingerprint_sha1"], &row["notes"]), (&json!(made.sha1_hex), &json!([])), "{row}");
    }
}

#[test]
fn a_pair_of_sm2_certificates_ends_with_the_first_of_them() {
    let (_, run) = odd();
    let pair = run.certificate("sm2-pair");
    assert!(SM2_ENCRYPTION_NOT_AFTER < SM2_SIGNING_NOT_AFTER);
    assert_eq!((&pair["kind"], &pair["not_after"]), (&json!("server_sm"), &json!(SM2_ENCRYPTION_NOT_AFTER)));
    assert_eq!((&pair["key_type"], &pair["key_bits"]), (&json!("sm2"), &json!(256)));
    let ends: Vec<&Value> = pair["chain"].as_array().expect("a chain").iter().map(|c| &c["not_after"]).collect();
    assert_eq!(ends, [SM2_SIGNING_NOT_AFTER, SM2_ENCRYPTION_NOT_AFTER]);
    assert_eq!((&pair["signature_algorithm"], &pair["status"]), (&json!("SM2-with-SM3"), &json!("valid")));
    let incomplete = "the chain is incomplete: it lacks the issuer's certificate, CN=Certls Test SM2 CA,O=Certls Test,\
                      C=CN, unless that is a root that clients have";
    let expected = [
        incomplete.to_owned(),
        "the encryption certificate of the SM2 pair is number 2 of the chain".to_owned(),
        format!("encryption certificate: {incomplete}"),
        format!("the encryption certificate of the SM2 pair expires first: {SM2_ENCRYPTION_NOT_AFTER}"),
    ];
    assert_eq!(pair["notes"], json!(expected));
    // Where only one of the two came, that one counts.
    let project = project_id("cn-north-4");
    for (field, end) in [("certificate", SM2_ENCRYPTION_NOT_AFTER), ("enc_certificate", SM2_SIGNING_NOT_AFTER)] {
        let changes = json!({"expire_time": null, field: ""});
        let run = listed(vec![records::changed(records::huawei_sm2_record(&project), &changes)], "");
        assert_eq!(run.certificate("sm2-pair")["not_after"], end, "{field}");
    }
}

#[test]
fn certificates_are_selected_by_kind() {
    let records = || {
        let all = records::huawei_odd(&project_id("cn-north-4"), &chain()).into_iter();
        let wanted = all.filter(|(oddity, _)| ["pem-crlf", "type-client", "server-sm"].contains(oddity));
        wanted.map(|(_, record)| record).collect::<Vec<_>>()
    };
    let names = |args: &str| {
        let mut names = listed(records(), args).names();
        names.sort();
        names
    };
    assert_eq!(names(""), ["pem-crlf", "sm2-pair"]);
    assert_eq!(names("--kind server"), ["pem-crlf", "sm2-pair"]);
    assert_eq!(names("--kind ca"), ["type-client"]);
    assert_eq!(names("--kind all"), ["pem-crlf", "sm2-pair", "type-client"]);
    assert_eq!(listed(records(), "--kind ca").certificate("type-client")["kind"], "ca");
}

#[test]
fn what_came_from_the_certificate_manager_says_so() {
    let (_, run) = odd();
    let row = run.certificate("source-scm");
    assert_eq!(row["source"], json!({"service": "scm", "id": "scs1554192131150", "name": null}));
    assert_eq!(row["description"], "Push by SSL Certificate Manager");
    assert_eq!(run.certificate("pem-crlf")["source"], Value::Null);
    for record in ["domain-null", "description-null"] {
        assert_eq!((run.certificate(record)["description"].clone(), notes(&run, record)), (Value::Null, json!([])));
    }
}

#[test]
fn an_issuer_does_not_stand_in_for_a_leaf_that_cannot_be_read() {
    let chain = chain();
    let (leaf, rest) = chain.pem.split_at(chain.pem.find("-----END").expect("an end"));
    let broken = format!("{}!!!!{rest}", &leaf[..leaf.len() - 8]);
    let turned = {
        let second = chain.pem.rfind("-----BEGIN").expect("a second block");
        format!("{}{}", &chain.pem[second..], &chain.pem[..second])
    };
    for (pem, note, is_read) in [(broken, "certificate 1 of the chain", false), (turned, "out of order", true)] {
        let project = project_id("cn-north-4");
        let mut record = records::huawei_record(&records::id_of("x"), &project, "x", &chain.leaf);
        record["certificate"] = pem.into();
        let run = listed(vec![record], "");
        let certificate = &run.certificates()[0];
        let end = chain.leaf.not_after.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        assert_eq!(certificate["not_after"], end, "{certificate}");
        assert_eq!(certificate["issuer"].is_string(), is_read, "{certificate}");
        assert!(certificate["notes"].to_string().contains(note), "{certificate}");
    }
}

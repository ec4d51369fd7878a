//! Odd records of Alibaba Cloud: none is lost, and an odd field costs only itself.

use serde_json::{Value, json};

use crate::support::fixtures::{aliyun_world, certificate_for, slb_id};
use crate::support::runner::{Certls, Run};
use clouds::certs::Certificate;
use clouds::{aliyun, records};

fn iso(made: &Certificate) -> String {
    made.not_after.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn listed(records: Vec<Value>) -> Run {
    let mut world = aliyun_world(&[("cn-hangzhou", &[])]);
    world.regions[0].certificates = records;
    let cloud = aliyun::start(world);
    let run = Certls::new().aliyun(&cloud).run("list -o json");
    assert_eq!((run.code, run.messages()), (0, ""), "{}", run.text());
    run
}

fn odd() -> (Certificate, Run) {
    let made = certificate_for("odd", 50);
    let run = listed(records::aliyun_odd("cn-hangzhou", &made).into_iter().map(|(_, record)| record).collect());
    (made, run)
}

/// The notes of every record that has any.
fn notes(run: &Run) -> Vec<(String, Value)> {
    let each = run.certificates().into_iter();
    let named = each.map(|c| (c["name"].as_str().unwrap_or("-").to_owned(), c["notes"].clone()));
    let mut found: Vec<(String, Value)> = named.filter(|(_, notes)| *notes != json!([])).collect();
    found.sort_by(|a, b| (&a.0, a.1.to_string()).cmp(&(&b.0, b.1.to_string())));
    found
}

#[test]
fn no_record_is_lost_and_the_odd_ones_are_noted() {
    let (made, run) = odd();
    let all = records::aliyun_odd("cn-hangzhou", &made);
    assert_eq!((run.certificates().len(), run.scope("cn-hangzhou")["certificates"].as_u64()), (all.len(), Some(23)));
    for (oddity, _) in all.iter().filter(|(oddity, _)| !oddity.starts_with("unreadable")) {
        run.certificate(oddity);
    }
    let unknown = "is of an unknown type";
    let expected = [
        ("-", json!(["the cloud's record is unreadable"])),
        (
            "-",
            json!([
                format!("the cloud's `ExpireTimeStamp` {unknown}"),
                format!("the cloud's `Fingerprint` {unknown}"),
                format!("the cloud's `ServerCertificateId` {unknown}"),
            ]),
        ),
        ("time-three-digit-year", json!(["the cloud's `ExpireTime` is not a time: 017-08-31T02:49:05Z"])),
        ("timestamp-11-digits", json!(["the cloud's `ExpireTimeStamp` is not a time in milliseconds: 15041477450"])),
    ];
    let mut found = notes(&run);
    // An expiry without its seconds disagrees with the stamp, unless the certificate ends on the minute.
    found.retain(|(name, _)| name != "time-without-seconds");
    let sorted = |notes: &Value| {
        let mut notes: Vec<String> =
            notes.as_array().expect("notes").iter().filter_map(|note| Some(note.as_str()?.to_owned())).collect();
        notes.sort();
        json!(notes)
    };
    let mut found: Vec<(String, Value)> = found.iter().map(|(name, notes)| (name.clone(), sorted(notes))).collect();
    let mut expected: Vec<(String, Value)> =
        expected.into_iter().map(|(name, notes)| (name.to_owned(), notes)).collect();
    found.sort_by_key(|(name, notes)| (name.clone(), notes.to_string()));
    expected.sort_by_key(|(name, notes)| (name.clone(), notes.to_string()));
    assert_eq!(found, expected);
}

#[test]
fn an_ordinary_record_is_printed_with_all_its_fields() {
    let made = certificate_for("shop", 9);
    let record = records::aliyun_record("id-1", "shop", "cn-hangzhou", &made);
    let row = listed(vec![record]).certificate("shop");
    assert_eq!(row["fingerprint_sha1"], made.sha1_hex.as_str());
    assert_eq!(row["fingerprint_sha256"], Value::Null);
    assert_eq!(row["not_after"], iso(&made).as_str());
    assert_eq!((&row["days_left"], &row["status"]), (&json!(9), &json!("valid")));
    assert_eq!(row["common_name"], "shop.example.com");
    assert_eq!(row["subject_alternative_names"], json!(["shop.example.com"]));
    assert_eq!(row["resource_group_id"], "rg-acfmxazb4ph6aiy");
    // The service tells neither: unknown is null, never the current time.
    assert_eq!((&row["not_before"], &row["description"]), (&Value::Null, &Value::Null));
}

#[test]
fn names_come_in_several_shapes() {
    let (_, run) = odd();
    let names = |record: &str| run.certificate(record)["subject_alternative_names"].clone();
    assert_eq!(names("san-array"), json!(["odd.example.com"]));
    assert_eq!(names("san-json-in-string"), json!(["odd.example.com"]));
    assert_eq!(names("san-number-text"), json!(["123"]));
    assert_eq!(names("san-absent-cn-absent"), json!([]));
    assert_eq!(run.certificate("san-absent-cn-absent")["common_name"], Value::Null);
}

#[test]
fn the_expiry_is_read_from_time_or_timestamp() {
    let (made, run) = odd();
    for record in ["time-only", "timestamp-only", "timestamp-11-digits", "time-three-digit-year", "san-array"] {
        assert_eq!(run.certificate(record)["not_after"], iso(&made).as_str(), "{record}");
        assert_eq!(run.certificate(record)["days_left"], 50, "{record}");
    }
    let minute = run.certificate("time-without-seconds")["not_after"].as_str().map(|time| time[..16].to_owned());
    assert_eq!(minute.as_deref(), Some(&iso(&made)[..16]));
    let unknown = run.certificate("expiry-absent");
    assert_eq!((&unknown["not_after"], &unknown["days_left"]), (&Value::Null, &Value::Null));
    assert_eq!(unknown["status"], "unknown");
    // Unknown expiry comes last.
    let last: Vec<bool> = run.certificates().iter().map(|c| c["not_after"].is_null()).collect();
    assert!(last.is_sorted() && last.ends_with(&[true]), "{last:?}");
}

#[test]
fn time_and_stamp_that_disagree_are_noted() {
    let made = certificate_for("shop", 9);
    let record = records::aliyun_record("id-1", "shop", "cn-hangzhou", &made);
    let stamp = made.not_after.timestamp_millis() + 86_400_000;
    let row = listed(vec![records::changed(record, &json!({"ExpireTimeStamp": stamp}))]).certificate("shop");
    assert_eq!(row["not_after"], iso(&made).as_str());
    let note = row["notes"][0].as_str().unwrap_or_default();
    assert!(note.contains("`ExpireTime`") && note.contains("disagree"), "{row}");
}

#[test]
fn what_came_from_the_certificate_service_says_so() {
    let (_, run) = odd();
    let source = |record: &str| run.certificate(record)["source"].clone();
    assert_eq!(source("cas-int"), json!({"service": "cas", "id": "1501739", "name": "slb"}));
    for record in ["cas-string", "cas-bool"] {
        assert_eq!(source(record), json!({"service": "cas", "id": "1501739", "name": null}), "{record}");
    }
    for record in ["cas-id-zero", "cas-id-empty", "san-array"] {
        assert_eq!(source(record), Value::Null, "{record}");
    }
}

#[test]
fn tags_come_in_several_shapes() {
    let (_, run) = odd();
    let tags = |record: &str| run.certificate(record)["tags"].clone();
    assert_eq!(tags("tags-bare-array"), json!({"team": "web"}));
    assert_eq!(tags("san-array"), json!({"team": "web"}));
    assert_eq!(tags("tag-value-empty"), json!({"team": ""}));
    assert_eq!((tags("tags-absent"), tags("tags-empty")), (json!({}), json!({})));
}

#[test]
fn the_public_name_of_a_region_is_shown() {
    let (_, run) = odd();
    for record in ["region-internal", "region-alias-absent"] {
        assert_eq!(run.certificate(record)["region"], "cn-hangzhou", "{record}");
    }
}

#[test]
fn the_length_of_a_fingerprint_tells_its_hash() {
    let made = certificate_for("shop", 9);
    let with = |fingerprint: &str| {
        let record = records::aliyun_record(&slb_id("shop"), "shop", "cn-hangzhou", &made);
        let row = listed(vec![records::changed(record, &json!({"Fingerprint": fingerprint}))]).certificate("shop");
        (row["fingerprint_sha1"].clone(), row["fingerprint_sha256"].clone(), row["notes"].clone())
    };
    let colons = made.sha1_hex_colons.to_uppercase();
    assert_eq!(with(&colons), (json!(made.sha1_hex), Value::Null, json!([])));
    assert_eq!(with(&made.sha256_hex), (Value::Null, json!(made.sha256_hex), json!([])));
    let note = json!(["the cloud's `Fingerprint` is neither SHA-1 nor SHA-256"]);
    assert_eq!(with("ab:cd"), (Value::Null, Value::Null, note));
}

//! Tests of how records of CAS are read.

use super::*;
use crate::model::{AlternativeName, Note};

fn texts(notes: &[Note]) -> Vec<&str> {
    notes.iter().map(|note| note.text.as_str()).collect()
}

fn read(json: &str) -> Certificate {
    let region = HANGZHOU.to_owned();
    let scope = Scope { provider: "aliyun", account: "shop".to_owned(), region, service: ID, project: None };
    let list = format!(r#"{{"CertificateOrderList":[{json}],"TotalCount":1}}"#);
    let list: ListWire<'_> = serde_json::from_str(&list).expect(json);
    certificate(&scope, list.certificate_order_list[0])
}

fn time(time: Option<DateTime<Utc>>) -> String {
    time.map(|time| time.to_rfc3339()).unwrap_or_default()
}

#[test]
fn a_documented_record() {
    let record = read(
        r#"{"Status":"ISSUED","Sha2":"0F3517F16417959E383A5311E0C9C2D541B16E91512AB08C3D4E3E08ACA5FE32",
        "SerialNo":"0cb80c8221efb4f514ddb19db8aeddf4","Fingerprint":"19FA7E44EBCEE977361FF7F455721F72E2F3C439",
        "ResourceGroupId":"rg-acfmx4snyahsiuy","InstanceId":"cas-ivauto-j179g7","Issuer":"DigiCert Inc",
        "CertEndTime":1754179199000,"CertificateId":18382705,"Upload":false,"OrgName":"","Expired":false,
        "CertStartTime":1746403200000,"EndDate":"2025-08-02","Name":"cert-13822284","StartDate":"2025-05-05",
        "Sans":"example.cn,www.example.cn","CommonName":"example.cn"}"#,
    );
    assert_eq!((record.region.as_str(), record.id.as_deref()), ("cn-hangzhou", Some("18382705")));
    let names = ["example.cn", "www.example.cn"].map(|name| AlternativeName::Dns(name.to_owned()));
    assert_eq!(record.subject_alternative_names, names);
    assert_eq!(record.fingerprint_sha1.as_deref(), Some("19fa7e44ebcee977361ff7f455721f72e2f3c439"));
    assert!(record.fingerprint_sha256.is_some_and(|hex| hex.starts_with("0f3517f1") && hex.len() == 64));
    assert_eq!(record.serial_number, SerialNumber::from_hex("0cb80c8221efb4f514ddb19db8aeddf4"));
    assert_eq!(time(record.not_before), "2025-05-05T00:00:00+00:00");
    assert_eq!(time(record.not_after), "2025-08-02T23:59:59+00:00");
    assert_eq!((record.issuer, record.key_type, record.notes), (None, None, vec![]));
}

#[test]
fn a_day_alone_lasts_until_its_last_second() {
    let record = read(r#"{"CertificateId":"7","EndDate":"2025-08-02","Algorithm":"ECC","Sans":""}"#);
    assert_eq!((record.id.as_deref(), record.key_type.as_deref()), (Some("7"), Some("ec")));
    assert_eq!((time(record.not_before), time(record.not_after)), (String::new(), "2025-08-02T23:59:59+00:00".into()));
    assert_eq!(texts(&record.notes), ["the cloud tells only the day, in `EndDate`; the time is not known"]);
    assert!(record.subject_alternative_names.is_empty());
}

#[test]
fn serial_numbers_are_whole_bytes() {
    for (told, kept) in [("00FF01", "ff01"), ("abc", "0abc"), ("0A:BC", "0abc"), ("0", "00"), ("0cb8", "0cb8")] {
        let serial_number = read(&format!(r#"{{"SerialNo":"{told}"}}"#)).serial_number;
        assert_eq!(serial_number.map(|number| number.to_string()).as_deref(), Some(kept), "{told}");
    }
    assert_eq!(texts(&read(r#"{"SerialNo":"none"}"#).notes), ["the cloud's `SerialNo` is not in hex"]);
}

#[test]
fn odd_records_keep_their_place() {
    assert_eq!(texts(&read("3").notes), ["the cloud's record is unreadable"]);
    let odd = read(r#"{"CertificateId":{},"Name":"a","Sha2":"ab","CertEndTime":5}"#);
    assert_eq!((odd.id, odd.name.as_deref(), odd.not_after), (None, Some("a"), None));
    assert_eq!(odd.notes.len(), 3, "{:?}", odd.notes);
}

//! What is concluded from the fields of one certificate: its lifetime, its names, and the forms that it is stored in.

use base64::Engine as _;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::support::fixtures::{aliyun_with, days, huawei_with, slb_record};
use crate::support::runner::Certls;
use crate::support::x509::{Ca, Draft, ca_record_of, record_of};
use clouds::records;

fn listed(record: Value) -> Value {
    Certls::new().huawei(&huawei_with(vec![record])).run("list -o json --kind all").certificate("x")
}

fn notes(record: Value) -> Vec<String> {
    let record = listed(record);
    let notes = record["notes"].as_array().expect("notes");
    notes.iter().map(|note| note.as_str().expect("a note").to_owned()).collect()
}

fn at(day: &str) -> DateTime<Utc> {
    format!("{day}T00:00:00Z").parse().expect(day)
}

/// An authority of a name that clients are likely to have as a root.
fn root() -> Ca {
    Draft::new("Corp Root", at("2012-01-01"), at("2060-01-01")).root()
}

#[test]
fn the_forums_limits_are_for_certificates_of_public_trust() {
    let lived =
        |start: &str, life: Duration| Draft::new("a.example.com", at(start), at(start) + life).dns("a.example.com");
    let long = || lived("2026-04-01", Duration::days(397));
    let forum = "its lifetime of 398 days is above the 200 days that the CA/Browser Forum allowed when it began";
    // A reserved policy, or timestamps of logs.
    let timestamps = || long().extension(&[1, 3, 6, 1, 4, 1, 11129, 2, 4, 2], b"\x04\x02\x00\x00");
    assert_eq!(notes(record_of("x", &long().domain_validated().signed(&root()))), [forum]);
    assert_eq!(notes(record_of("x", &timestamps().signed(&root()))), [forum]);
    // A public root at the end of the chain.
    let public = Draft::new("ISRG Root X1", at("2015-01-01"), at("2035-01-01")).of_internet_security_research_group();
    let public = public.root();
    let middle = Draft::new("R99", at("2024-01-01"), at("2034-01-01")).intermediate(&public);
    assert_eq!(notes(record_of("x", &long().signed(&public))), [forum]);
    assert_eq!(notes(record_of("x", &format!("{}{}", long().signed(&middle), middle.pem))), [forum]);
    // Neither private ones, nor authorities, nor those that signed themselves.
    assert_eq!(notes(record_of("x", &long().signed(&root()))), [""; 0]);
    assert_eq!(notes(record_of("x", &long().domain_validated().self_signed())), [""; 0]);
    assert_eq!(notes(record_of("x", &long().domain_validated().intermediate(&root()).pem)), [""; 0]);
    let ten_years = || lived("2026-04-01", Duration::days(3650));
    assert_eq!(notes(record_of("x", &ten_years().root().pem)), [""; 0]);
    assert_eq!(notes(record_of("x", &ten_years().self_signed())), [""; 0]);
    assert_eq!(notes(ca_record_of("x", &ten_years().root().pem)), [""; 0]);
    // Apple has a rule for private authorities too.
    let apple = "its lifetime of 3650 days is above the 825 days that Apple's systems accept";
    assert_eq!(notes(record_of("x", &ten_years().signed(&root()))), [apple]);
    assert_eq!(notes(record_of("x", &ten_years().for_clients().signed(&root()))), [""; 0]);
    assert_eq!(notes(record_of("x", &lived("2026-04-01", Duration::days(700)).signed(&root()))), [""; 0]);
}

#[test]
fn a_lifetime_of_exactly_the_limit_is_allowed() {
    let second = Duration::seconds(1);
    for (start, last, text) in [
        ("2017-01-01", at("2020-04-01"), "1187 days is above the 39 months"),
        ("2012-07-02", at("2017-07-02"), "1827 days is above the 60 months"),
        ("2018-03-02", at("2018-03-02") + Duration::days(825), "826 days is above the 825 days"),
        ("2020-09-01", at("2020-09-01") + Duration::days(398) - second, "399 days is above the 398 days"),
        ("2026-04-01", at("2026-04-01") + Duration::days(200) - second, "201 days is above the 200 days"),
    ] {
        let lived = |end| {
            let draft = Draft::new("a.example.com", at(start), end).dns("a.example.com").domain_validated();
            notes(record_of("x", &draft.signed(&root())))
        };
        assert_eq!(lived(last), [""; 0], "{start}");
        assert_eq!(
            lived(last + second),
            [format!("its lifetime of {text} that the CA/Browser Forum allowed when it began")]
        );
    }
}

#[test]
fn a_certificate_covers_only_by_names_of_the_right_kind() {
    let draft = |common_name: &str| Draft::new(common_name, Utc::now() - days(9), Utc::now() + days(99));
    let chinese = "例子.com".as_bytes();
    let raw = |list: &[u8]| [&[0x82, u8::try_from(list.len()).expect("short")], list].concat();
    let unreadable = raw(b"\xff\xfe");
    let (dns, uri) = (raw(b"192.0.2.1"), [b"\x86\x0fwww.example.com".as_slice()].concat());
    let (port, email) = (raw(b"other.example:8443"), b"\x81\x03a@b".to_vec());
    let address = b"\x87\x04\xc0\x00\x02\x01".to_vec();
    for (common_name, list, host, covers) in [
        ("x", Some(dns), "192.0.2.1", false),
        ("x", Some(address), "192.0.2.1", true),
        ("x", Some(uri), "www.example.com", false),
        ("x", Some(raw(chinese)), "例子.com", false),
        ("x", Some(raw(chinese)), "xn--fsqu00a.com", false),
        ("x", Some(raw(b"xn--fsqu00a.com")), "例子.com", true),
        ("例子.com", None, "xn--fsqu00a.com", false),
        ("www.example.com", Some(raw(chinese)), "www.example.com", false),
        ("www.example.com", Some(port), "www.example.com", false),
        ("www.example.com", Some(unreadable), "www.example.com", false),
        ("www.example.com", Some(email), "www.example.com", true),
        ("www.example.com", None, "www.example.com", true),
        ("*.example.com", None, "www.example.com", true),
        ("192.0.2.1", None, "192.0.2.1", false),
        ("2001:db8::1", None, "2001:db8::1", false),
    ] {
        let draft = match &list {
            Some(list) => draft(common_name).names(list),
            None => draft(common_name),
        };
        let cloud = huawei_with(vec![record_of("x", &draft.signed(&root()))]);
        let run = Certls::new().huawei(&cloud).run(&format!("which -o json {host}"));
        assert_eq!(run.code == 0, covers, "{common_name} {list:?} {host}: {}", run.text());
        let run = Certls::new().huawei(&cloud).run(&format!("list -o json --domain {host}"));
        assert_eq!(run.names().len(), usize::from(covers), "{host}");
    }
    // Every common name counts where there is no alternative name.
    let cloud = huawei_with(vec![record_of("x", &draft("a.example.com").common_name("b.example.com").signed(&root()))]);
    for host in ["a.example.com", "b.example.com"] {
        assert_eq!(Certls::new().huawei(&cloud).run(&format!("which {host}")).code, 0, "{host}");
    }
}

#[test]
fn a_validity_that_ends_before_it_begins_is_noted() {
    let draft = |begun, end| Draft::new("a.example.com", begun, end).dns("a.example.com").signed(&root());
    let (early, late) = (at("2026-01-01"), at("2027-01-01"));
    assert_eq!(notes(record_of("x", &draft(late, early))), ["the validity ends before it begins"]);
    assert_eq!(notes(record_of("x", &draft(early, early))), [""; 0]);
}

fn leaf() -> String {
    Draft::new("a.example.com", Utc::now() - days(9), Utc::now() + days(99)).dns("a.example.com").signed(&root())
}

fn block(der: &[u8]) -> String {
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
}

fn der_of(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    base64::engine::general_purpose::STANDARD.decode(body.trim()).expect("base64")
}

/// The content of the first element, whose length takes one or two bytes of its own, and what follows it.
fn content_of(der: &[u8]) -> (&[u8], &[u8]) {
    let bytes = usize::from(der[1] & 0x7f);
    let length = der[2..2 + bytes].iter().fold(0, |length, byte| length * 256 + usize::from(*byte));
    der[2 + bytes..].split_at(length)
}

#[test]
fn pem_is_read_as_openssl_reads_it() {
    let pem = leaf();
    let headers = "-----BEGIN CERTIFICATE-----\nsubject: CN=a.example.com\nissuer: CN=Corp\n Root\n\n";
    let with_headers =
        pem.replace("-----BEGIN CERTIFICATE-----\n", headers).replace("-----BEGIN CERTIFICATE-----\r\n", headers);
    assert!(with_headers.contains("subject: "));
    let same = listed(record_of("x", &pem))["fingerprint_sha256"].clone();
    let read = listed(record_of("x", &with_headers));
    assert_eq!((&read["fingerprint_sha256"], &read["notes"]), (&same, &json!([])));
    for (before, why) in [
        ("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "it is empty"),
        ("-----BEGIN CERTIFICATE-----\n", "it is empty"),
    ] {
        let read = listed(record_of("x", &format!("{before}{pem}")));
        let noted = json!([format!("certificate 1 of the chain could not be read: {why}")]);
        assert_eq!((&read["fingerprint_sha256"], &read["notes"]), (&same, &noted));
    }
    let other = pem.replace("CERTIFICATE-----", "PKCS7-----");
    assert_eq!(
        notes(record_of("x", &other)),
        [
            "the text holds no certificate in PEM, but PKCS #7; `openssl pkcs7 -print_certs` converts it",
            "the names are those of the cloud's `domain`: nothing else tells them"
        ]
    );
}

#[test]
fn a_private_key_under_the_label_of_a_certificate_leaves_no_trace() {
    let pem = leaf();
    let key = rcgen::KeyPair::generate().expect("a key").serialize_der();
    let encrypted = b"\x30\x0a\x30\x05\x06\x01\x2a\x05\x00\x04\x01\x01";
    for key in [key.as_slice(), encrypted] {
        for text in [format!("{}{pem}", block(key)), format!("{pem}{}", block(key))] {
            let read = listed(record_of("x", &text));
            let chain = read["chain"].as_array().expect("a chain");
            assert_eq!((chain.len(), &read["common_name"]), (1, &json!("a.example.com")), "{read}");
            assert!(read["notes"].to_string().contains("it is a private key"), "{read}");
        }
    }
    assert_eq!(listed(record_of("x", &block(&key)))["chain"], json!([]));
}

#[test]
fn a_certificate_with_indefinite_lengths_is_read_as_its_der() {
    let pem = leaf();
    let der = der_of(&pem);
    let indefinite = |content: &[u8]| [&[0x30, 0x80], content, &[0, 0]].concat();
    let parts = content_of(&der).0;
    let outer = indefinite(parts);
    let (body, rest) = content_of(parts);
    let inner = indefinite(&[indefinite(body), rest.to_vec()].concat());
    let definite = listed(record_of("x", &pem));
    for ber in [outer, inner] {
        for text in [block(&ber), base64::engine::general_purpose::STANDARD.encode(&ber)] {
            let read = listed(record_of("x", &text));
            for key in ["fingerprint_sha256", "not_after", "common_name", "serial_number"] {
                assert_eq!(read[key], definite[key], "{key}");
            }
            assert_eq!(read["notes"], json!(["the certificate is not DER: it has indefinite lengths (BER)"]));
        }
    }
}

#[test]
fn a_time_that_rfc_3339_cannot_write_is_unknown() {
    for millis in [8_210_266_876_799_999_i64, 253_402_300_800_000] {
        let record = records::changed(slb_record("x", 90), &json!({"ExpireTime": null, "ExpireTimeStamp": millis}));
        let cloud = aliyun_with(vec![record]);
        let read = Certls::new().aliyun(&cloud).run("list -o json").certificate("x");
        let note = format!("the cloud's `ExpireTimeStamp` is not a time in milliseconds: {millis}");
        assert_eq!((&read["not_after"], &read["notes"]), (&Value::Null, &json!([note])), "{read}");
    }
    let last = json!({"ExpireTime": null, "ExpireTimeStamp": 253_402_300_799_000_i64});
    let cloud = aliyun_with(vec![records::changed(slb_record("x", 90), &last)]);
    assert_eq!(Certls::new().aliyun(&cloud).run("list -o json").certificate("x")["not_after"], "9999-12-31T23:59:59Z");
}

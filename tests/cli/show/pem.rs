//! `certls show --pem`: the chain, however it is stored, and never a private key.

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::Utc;

use super::show;
use crate::support::fixtures::{days, huawei_storing, huawei_world, project_id, run_huawei, slb_id, two_regions};
use crate::support::runner::assert_run;
use crate::support::tools::report_missing;
use clouds::aliyun::{self, Aliyun};
use clouds::certs::{self, Chain, certificate};
use clouds::huawei::{self, Huawei};
use clouds::records;

/// Returns the subject of each certificate of a text, as `openssl` reads it; `None` where it is missing.
fn subjects_by_openssl(pem: &str) -> Option<Vec<String>> {
    let mut openssl = Command::new("openssl")
        .args(["storeutl", "-noout", "-text", "-certs", "/dev/stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    openssl.stdin.take()?.write_all(pem.as_bytes()).ok()?;
    let output = openssl.wait_with_output().ok()?;
    let text = output.status.success().then(|| String::from_utf8(output.stdout).ok())??;
    let subjects = text.lines().filter_map(|line| line.trim().strip_prefix("Subject: "));
    Some(subjects.map(|subject| subject.replace(' ', "")).collect())
}

fn chain() -> Chain {
    let now = Utc::now();
    certs::chain("pay.example.com", &["pay.example.com"], now - days(30), now + days(50))
}

/// Starts both clouds, with one record in Huawei Cloud that contains this text.
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
        assert_eq!((run.code, run.stdout.as_str(), run.messages()), (0, chain.pem.as_str(), ""), "{}", run.text());
        match subjects_by_openssl(&run.stdout) {
            Some(subjects) => assert_eq!(subjects, ["CN=pay.example.com", "CN=TestIntermediateCA"]),
            None => report_missing("an openssl with storeutl"),
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
fn a_private_key_under_a_certificates_label_is_not_printed() {
    let now = Utc::now();
    let made = certificate("a.example.com", &["a.example.com"], now - days(1), now + days(20));
    // PKCS #8: a version, an algorithm, a key. What it holds is searched for in every output.
    let secret = b"PLANTED-PRIVATE-KEY-IN-DER";
    let inner = [&[4, 26][..], secret].concat();
    let key = [&[0x30, 38, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70][..], &inner].concat();
    let block = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", BASE64_STANDARD.encode(&key));
    let id = records::id_of("x");
    let run = run_huawei(huawei_storing(&made, &block), &format!("show --pem {id}"));
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.text());
    let run = run_huawei(huawei_storing(&made, &format!("{}{block}", made.pem)), &format!("show --pem {id}"));
    assert_eq!((run.code, run.stdout), (0, made.pem.clone()));
    let trailed = BASE64_STANDARD.encode([&made.der[..], &[0; 3]].concat());
    let trailed = format!("-----BEGIN CERTIFICATE-----\n{trailed}\n-----END CERTIFICATE-----\n");
    assert_eq!(run_huawei(huawei_storing(&made, &trailed), &format!("show --pem {id}")).stdout, made.pem);
}

//! The filters of `list`: what each leaves, and the note on what it cannot judge.

use serde_json::json;

use crate::support::fixtures::{
    aliyun_with, elb_record, huawei_with, slb_id, slb_record, slb_record_for_hosts, slb_record_without_expiry,
    with_tags,
};
use crate::support::runner::{Certls, assert_run};
use clouds::records;

/// The names that are left, in their order.
fn left(certls: &Certls, filter: &[&str]) -> Vec<String> {
    let run = certls.run_args(&[&["list", "-o", "json"], filter].concat());
    assert_eq!(run.code, 0, "{filter:?}: {}", run.text());
    run.names()
}

#[test]
fn expiry_within_a_time_includes_the_expired() {
    let cloud = aliyun_with(vec![
        slb_record("late", 90),
        slb_record("soon", 20),
        slb_record("today", 0),
        slb_record("dead", -3),
    ]);
    let certls = Certls::new().aliyun(&cloud);
    let cases: [(&str, &[&str]); 7] = [
        ("30d", &["dead", "today", "soon"]),
        ("5w", &["dead", "today", "soon"]),
        ("20d", &["dead", "today"]),
        ("21d", &["dead", "today", "soon"]),
        ("12h", &["dead", "today"]),
        ("1h", &["dead"]),
        ("1000d", &["dead", "today", "soon", "late"]),
    ];
    for (within, names) in cases {
        assert_eq!(left(&certls, &["--expires-within", within]), names, "{within}");
    }
    assert_eq!(left(&certls, &["--expired"]), ["dead"]);
    assert_eq!(left(&certls, &["--expired", "--expires-within", "30d"]), ["dead"]);
    assert_eq!(left(&certls, &["--expired", "--name", "soon"]), [""; 0]);
}

#[test]
fn certificates_without_expiry_are_left_out_with_a_note() {
    let cloud = aliyun_with(vec![
        slb_record("late", 90),
        slb_record("soon", 20),
        slb_record_without_expiry("odd"),
        slb_record_without_expiry("even"),
    ]);
    let certls = Certls::new().aliyun(&cloud);
    assert_run!(certls.run("list --expires-within 30d --columns name"), @"
    exit 0
    --- stdout
    NAME
    soon
    --- stderr
    note: 2 certificates of unknown expiry left out
    note: 1 certificate superseded by a longer-lived one; see `--superseded`
    1 of 4 certificates · 1 cloud, 1 account, 1 scope: all read
    ");
    for format in ["json", "jsonl", "csv", "table", "prometheus"] {
        let run = certls.run(&format!("list --expired -o {format}"));
        assert!(run.stderr.contains("note: 2 certificates of unknown expiry left out"), "{format}: {}", run.text());
        let run = certls.run(&format!("list --expired --name odd -o {format}"));
        assert!(run.stderr.contains("note: 1 certificate of unknown expiry left out"), "{format}: {}", run.text());
        let run = certls.run(&format!("list -o {format}"));
        assert!(!run.stderr.contains("left out"), "{format}: {}", run.text());
    }
}

#[test]
fn a_domain_is_found_wherever_a_certificate_covers_it() {
    let cloud = aliyun_with(vec![
        slb_record_for_hosts("exact", &["www.example.com"]),
        slb_record_for_hosts("wild", &["*.example.com"]),
        slb_record_for_hosts("second", &["other.example.org", "shop.example.com"]),
        slb_record_for_hosts("apex", &["example.com"]),
        slb_record_for_hosts("china", &["xn--fsqu00a.xn--0zwm56d"]),
        slb_record_for_hosts("wild-china", &["*.xn--fsqu00a.xn--0zwm56d"]),
    ]);
    let certls = Certls::new().aliyun(&cloud);
    let cases: [(&str, &[&str]); 13] = [
        ("www.example.com", &["exact", "wild"]),
        ("WWW.Example.COM", &["exact", "wild"]),
        ("www.example.com.", &["exact", "wild"]),
        ("shop.example.com", &["second", "wild"]),
        ("a.b.example.com", &[]),
        ("example.com", &["apex"]),
        ("www.example.org", &[]),
        ("ample.com", &[]),
        ("例子.测试", &["china"]),
        ("xn--fsqu00a.xn--0zwm56d", &["china"]),
        ("XN--FSQU00A.xn--0zwm56d", &["china"]),
        ("www.例子.测试", &["wild-china"]),
        ("例子。测试", &["china"]),
    ];
    for (domain, names) in cases {
        let mut found = left(&certls, &["--domain", domain]);
        found.sort();
        assert_eq!(found, names, "{domain}");
    }
}

#[test]
fn an_invalid_domain_is_refused() {
    let cases = ["", "a..b", "https://www.example.com", "www.example.com:443", "-a.example.com", "a b"];
    for domain in cases {
        let run = Certls::new().run_args(&["list", "--domain", domain]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{domain:?}: {}", run.text());
    }
}

#[test]
fn names_are_matched_by_globs() {
    let cloud = aliyun_with(vec![
        slb_record("shop-1", 9),
        slb_record("Shop-22", 10),
        slb_record("blog", 11),
        slb_record("商城-1", 12),
        slb_record("a[1]", 13),
    ]);
    let certls = Certls::new().aliyun(&cloud);
    let cases: [(&str, &[&str]); 9] = [
        ("shop-1", &["shop-1"]),
        ("shop", &[]),
        ("shop-*", &["shop-1", "Shop-22"]),
        ("shop-?", &["shop-1"]),
        ("*-1", &["shop-1", "商城-1"]),
        ("商?-1", &["商城-1"]),
        ("*", &["shop-1", "Shop-22", "blog", "商城-1", "a[1]"]),
        ("a[1]", &["a[1]"]),
        ("*o*", &["shop-1", "Shop-22", "blog"]),
    ];
    for (glob, names) in cases {
        assert_eq!(left(&certls, &["--name", glob]), names, "{glob}");
    }
}

#[test]
fn ids_are_matched_to_the_letter_and_several_add_up() {
    let cloud = aliyun_with(vec![slb_record("shop", 9), slb_record("blog", 10), slb_record("pay", 11)]);
    let certls = Certls::new().aliyun(&cloud);
    let (shop, pay) = (slb_id("shop"), slb_id("pay"));
    assert_eq!(left(&certls, &["--id", &shop]), ["shop"]);
    assert_eq!(left(&certls, &["--id", &pay, "--id", &shop]), ["shop", "pay"]);
    assert_eq!(left(&certls, &["--id", &format!("{shop},{pay}")]), ["shop", "pay"]);
    assert_eq!(left(&certls, &["--id", &shop[..20]]), [""; 0]);
    assert_eq!(left(&certls, &["--id", &shop, "--name", "pay"]), [""; 0], "all that is set holds");
}

#[test]
fn server_certificates_are_listed_by_default() {
    let ca = records::changed(elb_record("root", 30, 300), &json!({"type": "client"}));
    let sm = records::huawei_sm2_record(&crate::support::fixtures::project_id("cn-north-4"));
    let cloud = huawei_with(vec![elb_record("shop", 30, 30), ca, sm]);
    let certls = Certls::new().huawei(&cloud);
    assert_eq!(left(&certls, &[]), ["shop", "sm2-pair"]);
    assert_eq!(left(&certls, &["--kind", "server"]), ["shop", "sm2-pair"]);
    assert_eq!(left(&certls, &["--kind", "ca"]), ["root"]);
    assert_eq!(left(&certls, &["--kind", "all"]), ["shop", "root", "sm2-pair"]);
}

#[test]
fn tags_are_keys_or_keys_with_values() {
    let cloud = aliyun_with(vec![
        with_tags(slb_record("both", 9), &[("env", "prod"), ("team", "web")]),
        with_tags(slb_record("test", 10), &[("env", "test")]),
        with_tags(slb_record("bare", 11), &[("env", "")]),
        with_tags(slb_record("sum", 12), &[("sum", "a=b"), ("环境", "生产")]),
        with_tags(slb_record("none", 13), &[]),
    ]);
    let certls = Certls::new().aliyun(&cloud);
    let cases: [(&[&str], &[&str]); 9] = [
        (&["env"], &["both", "test", "bare"]),
        (&["env=prod"], &["both"]),
        (&["env="], &["bare"]),
        (&["env=Prod"], &[]),
        (&["ENV"], &[]),
        (&["env", "team"], &["both"]),
        (&["env=test", "team"], &[]),
        (&["sum=a=b"], &["sum"]),
        (&["环境=生产"], &["sum"]),
    ];
    for (tags, names) in cases {
        let flags: Vec<&str> = tags.iter().flat_map(|tag| ["--tag", tag]).collect();
        assert_eq!(left(&certls, &flags), names, "{tags:?}");
    }
    assert_eq!(certls.run("list --tag =prod").code, 2);
}

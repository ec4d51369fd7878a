//! The size of what `check` prints, its time limit in seconds, and the lifetimes that it knows from other records.

use serde_json::json;

use crate::support::fixtures::{
    SLB_LIST, aliyun_with, aliyun_world, days, many_slb_records, slb_record, slb_record_for_hosts, slb_record_of,
    two_regions,
};
use crate::support::runner::Certls;
use clouds::aliyun;
use clouds::certs::certificate;
use clouds::fault::{Effect, Fault};
use clouds::records;

#[test]
fn the_status_line_is_short_whatever_is_in_it() {
    let host = format!("{}.example.com", "a".repeat(50));
    let hosts: Vec<String> = (0..300).map(|number| format!("{number}.{host}")).collect();
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let long = "n".repeat(9000);
    let names = [long.as_str(), &"证".repeat(5000), &"\u{202e}".repeat(2000), "shop"];
    for name in names {
        let record = records::changed(slb_record_for_hosts(name, &hosts), &json!({"CommonName": long.as_str()}));
        let run = Certls::new().aliyun(&aliyun_with(vec![record])).run("check -w 9999d,99% -c 9998d,98%");
        let bar = run.stdout.find('|').expect("performance data");
        assert!(bar < 700, "performance data begins at byte {bar}");
        let lines: Vec<&str> = run.stdout.lines().collect();
        assert!(lines.len() == 2 && lines[1].len() < 1500, "{}", run.stdout);
    }
}

#[test]
fn the_long_output_ends_with_a_count_of_the_rest() {
    let cloud = aliyun_with(many_slb_records(600));
    let run = Certls::new().aliyun(&cloud).run("check");
    let (first, rest) = run.stdout.split_once('\n').expect("lines");
    assert!(first.starts_with("CERTLS CRITICAL - 600 critical of 600 certificates; "), "{first}");
    assert!(rest.len() <= 4096, "{}", rest.len());
    let shown = rest.lines().filter(|line| line.starts_with("CRITICAL: ")).count();
    assert!(shown > 20, "{shown}");
    assert_eq!(rest.lines().next_back(), Some(format!("… and {} more certificates", 600 - shown).as_str()));
}

#[test]
fn certificates_and_failed_scopes_leave_room_for_each_other() {
    let names: Vec<String> = (0..80).map(|number| format!("xx-sim-{number}")).collect();
    let regions: Vec<(&str, &[(&str, i64)])> = names.iter().map(|name| (name.as_str(), &[][..])).collect();
    let mut world = aliyun_world(&regions);
    world.regions[0].certificates = many_slb_records(300);
    let refusal = |name: &String| {
        let body = json!({"Code": "Odd", "Message": format!("{name}: {}", "word ".repeat(80)), "RequestId": "r"});
        Fault::always(SLB_LIST, Effect::Status(400, Vec::new(), body.to_string())).in_region(name)
    };
    world.faults = names.iter().skip(1).map(refusal).collect();
    let run = Certls::new().aliyun(&aliyun::start(world)).run("check");
    let (first, rest) = run.stdout.split_once('\n').expect("lines");
    assert!(first.contains("; 79 of 80 scopes could not be read | "), "{first}");
    assert!(rest.len() <= 4096, "{}", rest.len());
    for beginning in ["CRITICAL: certificate-", "UNKNOWN: aliyun default ", "… and "] {
        assert!(rest.lines().any(|line| line.starts_with(beginning)), "{beginning}: {rest}");
    }
}

#[test]
fn a_reason_of_any_length_is_one_line() {
    let name = "x".repeat(5000);
    let run = Certls::new().aliyun(&aliyun_with(vec![slb_record("shop", 9)])).run(&format!("check --name {name}"));
    assert_eq!((run.code, run.stdout.lines().count()), (3, 1), "{}", run.text());
    assert!(run.stdout.starts_with("CERTLS UNKNOWN - no certificate has a name like xxx"), "{}", run.stdout);
    assert!(run.stdout.len() < 1100, "{}", run.stdout.len());
}

#[test]
fn what_was_named_and_is_gone_is_named() {
    let certls_with = |args: &str| {
        let run = Certls::new().aliyun(&aliyun_with(vec![slb_record("shop", 90)])).run(&format!("check {args}"));
        assert_eq!(run.code, 3, "{}", run.text());
        run.stdout
    };
    for (args, reason) in [
        ("--domain nosuch.example.org", "no certificate covers nosuch.example.org"),
        ("--id a,b", "no certificate has the id a or b"),
        ("--tag env=prod --tag x", "no certificate has the tag env=prod and has the tag x"),
        ("--name x* --domain a.example.com", "no certificate covers a.example.com and has a name like x*"),
    ] {
        assert_eq!(certls_with(args), format!("CERTLS UNKNOWN - {reason}\n"));
    }
}

#[test]
fn a_number_of_seconds_is_a_time_limit() {
    let faults = vec![Fault::always(SLB_LIST, Effect::Hang)];
    let cloud = aliyun::start(aliyun::World { faults, ..two_regions() });
    for limit in ["-t 1", "-t 1s", "-t 900ms", "--timeout 1s"] {
        let begun = std::time::Instant::now();
        let run = Certls::new().aliyun(&cloud).run(&format!("check {limit}"));
        assert_eq!(run.code, 3, "{}", run.text());
        assert!(run.stdout.contains("not done when the run's time"), "{}", run.text());
        assert!(begun.elapsed() < std::time::Duration::from_secs(4), "{limit}");
    }
    for wrong in ["-t 0", "-t x", "-t 1x", "-t 1 --timeout 1s", "-t 99999999999", "-t"] {
        let run = Certls::new().aliyun(&cloud).run(&format!("check {wrong}"));
        assert_eq!(run.code, 3, "{wrong}");
        assert!(run.stdout.starts_with("CERTLS UNKNOWN - "), "{wrong}: {}", run.stdout);
    }
    let version = Certls::new().run("check -V");
    assert!(version.code == 3 && version.stdout.contains(env!("CARGO_PKG_VERSION")), "{}", version.text());
}

/// Alibaba Cloud with one certificate of 39 days, of which 28 are left, in SLB, and perhaps in CAS.
fn short_lived(is_in_cas: bool) -> aliyun::World {
    let now = chrono::Utc::now();
    let made = certificate("short.example.com", &["short.example.com"], now - days(11), now + days(28));
    let mut world = aliyun_world(&[("cn-hangzhou", &[])]);
    world.regions[0].certificates = vec![slb_record_of("short", &made)];
    if is_in_cas {
        world.cas = vec![aliyun::CasCentre::new("cn-hangzhou", vec![records::cas_record(7, "short", &made)])];
    }
    world
}

#[test]
fn a_lifetime_that_another_record_tells_counts() {
    let run = |world, args: &str| Certls::new().aliyun(&aliyun::start(world)).run(args);
    // By the time alone 28 days are few; 28 of 39 are many.
    let alone = run(short_lived(false), "check -r cn-hangzhou -v");
    assert_eq!(alone.code, 1, "{}", alone.text());
    let note = "note: of 1 of the certificates the start is unknown: no share of the lifetime counts for them\n";
    assert!(alone.stderr.contains(note), "{}", alone.stderr);
    let both = run(short_lived(true), "check --service all -v");
    assert_eq!(both.code, 0, "{}", both.text());
    assert!(!both.stderr.contains("the start is unknown"), "{}", both.stderr);
    let shares = run(short_lived(true), "check --service all -w 33% -c 10%");
    assert_eq!(shares.code, 0, "{}", shares.text());
    // The record itself stays as its cloud tells it.
    let list = run(short_lived(true), "list --service all -o json");
    let starts: Vec<bool> = list.certificates().iter().map(|c| c["not_before"].is_null()).collect();
    assert!(starts.contains(&true) && starts.contains(&false), "{}", list.stdout);
}

#[test]
fn uses_that_are_unknown_are_told_with_the_reason() {
    let mut world = two_regions();
    world.accounts[0].denied = vec!["DescribeLoadBalancerListeners".to_owned()];
    let cloud = aliyun::start(world);
    for args in ["check --ignore-unused", "check --usage", "check --used"] {
        let run = Certls::new().aliyun(&cloud).run(args);
        assert_eq!(run.code, 3, "{args}: {}", run.text());
        assert!(run.stdout.contains("uses unknown in 2 of 2 scopes | "), "{args}: {}", run.stdout);
        let line = "UNKNOWN: aliyun default slb in 2 regions (cn-beijing, cn-hangzhou): which listeners use a certificate is unknown: ";
        assert!(run.stdout.lines().any(|found| found.starts_with(line)), "{args}: {}", run.stdout);
    }
}

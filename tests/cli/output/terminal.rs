//! Control characters in names, which must not reach a terminal, and pipes that close.

use std::io::Read;
use std::process::Stdio;

use serde_json::json;

use crate::support::fixtures::{
    NameAndDays, aliyun_with, aliyun_world, certificate_for, huawei_world, project_id, slb_record, two_regions,
};
use crate::support::runner::{Certls, Run, assert_run};
use clouds::{aliyun, huawei, records};

const CLEAR: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}";
const BIDI: &str = "safe\u{202e}exe.pem";
const HIDDEN: &str = "zero\u{200b}width\u{feff}";
const LINES: &str = "one\ntwo\r\nthree\tfour";
const C1: &str = "c1\u{9b}31m";

/// Both clouds hold certificates with these names, and with one for a description.
fn listed(names: &[&str], args: &str) -> Run {
    let (aliyun, huawei) = clouds(names);
    let run = Certls::new().aliyun(&aliyun).huawei(&huawei).run(args);
    assert_eq!(run.code, 0, "{}", run.text());
    run
}

fn clouds(names: &[&str]) -> (aliyun::Aliyun, huawei::Huawei) {
    let (mut aliyun, mut huawei) = (aliyun_world(&[("cn-hangzhou", &[])]), huawei_world(&[("cn-north-4", &[])]));
    let made = certificate_for("shop", 9);
    let each = names.iter().enumerate();
    aliyun.regions[0].certificates = each
        .clone()
        .map(|(number, name)| records::aliyun_record(&format!("id-{number}"), name, "cn-hangzhou", &made))
        .collect();
    let project = project_id("cn-north-4");
    huawei.projects[0].certificates = each
        .map(|(number, name)| {
            let record = records::huawei_record(&records::id_of(&number.to_string()), &project, name, &made);
            records::changed(record, &json!({"description": name}))
        })
        .collect();
    (aliyun::start(aliyun), huawei::start(huawei))
}

/// Nothing but text and line ends.
fn assert_harmless(run: &Run) {
    let harmful = |c: &char| {
        (c.is_control() && *c != '\n') || matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}')
    };
    let found: Vec<char> = run.text().chars().filter(harmful).collect();
    assert_eq!(found, Vec::<char>::new(), "{}", run.text());
}

#[test]
fn the_table_escapes_what_could_move_the_cursor() {
    let names = [CLEAR, BIDI, HIDDEN, LINES, C1];
    let run = listed(&names, "list");
    assert_harmless(&run);
    assert_eq!(run.stdout.lines().count(), 1 + 2 * names.len(), "a line each: {}", run.stdout);
    for shown in [
        r"\u{1b}[2J\u{1b}]0;owned\u{7}",
        r"safe\u{202e}exe.pem",
        r"zero\u{200b}width\u{feff}",
        r"one\u{a}two\u{d}\u{a}three\u{9}four",
        r"c1\u{9b}31m",
    ] {
        assert_eq!(run.stdout.matches(shown).count(), 2, "{shown}: {}", run.stdout);
    }
}

#[test]
fn text_escapes_it_too() {
    let (aliyun, huawei) = clouds(&[CLEAR, LINES]);
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    for args in [format!("show id-0 id-1 {}", records::id_of("1")), "list -o markdown".to_owned()] {
        let run = certls.run(&args);
        assert_harmless(&run);
        assert!(run.stdout.contains(r"u{a}two"), "{}", run.stdout);
    }
}

#[test]
fn json_keeps_names_as_they_are() {
    let names = [CLEAR, BIDI, HIDDEN, LINES, C1];
    let run = listed(&names, "list -o json");
    let mut told = run.names();
    told.sort();
    let mut wanted: Vec<String> = names.iter().chain(&names).map(ToString::to_string).collect();
    wanted.sort();
    assert_eq!(told, wanted);
    // JSON escapes the control characters of ASCII by its own rules.
    assert!(!run.stdout.chars().any(|c| c.is_ascii_control() && c != '\n'));
}

#[test]
fn errors_and_ids_are_escaped() {
    let mut world = aliyun_world(&[("cn-hangzhou", &[])]);
    let body = json!({"Code": "Odd\u{1b}[31mCode", "Message": format!("{CLEAR}{BIDI}\nerror: forged"), "RequestId": "id\u{7}"});
    let status = clouds::fault::Effect::Status(400, Vec::new(), body.to_string());
    world.faults = vec![clouds::fault::Fault::always("*", status)];
    let cloud = aliyun::start(world);
    let run = Certls::new().aliyun(&cloud).run("list");
    assert_harmless(&run);
    assert_run!(run, @r"
    exit 1
    --- stdout
    --- stderr
    error: aliyun default all slb: \u{1b}[2J\u{1b}]0;owned\u{7}safe\u{202e}exe.pem error: forged (Odd\u{1b}[31mCode, request id\u{7})
    hint: please report this, with the code and the request id
    no certificate read · 1 cloud, 1 account, 1 scope: 1 failed
    ");
    let run = Certls::new().aliyun(&cloud).run_args(&["show", "no\u{1b}[2Jid"]);
    assert_harmless(&run);
    // The log tells of the same error.
    let run = Certls::new().aliyun(&cloud).run("show -vv -r cn-hangzhou nobody");
    assert_harmless(&run);
    assert!(run.stderr.matches(r"safe\u{202e}exe").count() > 1, "{}", run.stderr);
}

/// The columns that text takes on a terminal.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if ('\u{1100}'..='\u{ffdc}').contains(&c) { 2 } else { 1 }).sum()
}

#[test]
fn wide_names_are_aligned() {
    let run = listed(&["商城证书", "支付网关（生产）", "plain"], "list");
    assert_harmless(&run);
    let places: Vec<usize> = run
        .stdout
        .lines()
        .map(|line| columns(&line[..line.find("  in ").unwrap_or_else(|| line.find("  EXPIRES").expect("a place"))]))
        .collect();
    let host = "shop.example.com".len();
    // The name's column is as wide as its widest name, and two spaces follow.
    let wide = columns("支付网关（生产）") + 2;
    assert_eq!(places[1..], vec![wide + host; 6], "{}", run.stdout);
    let starts: Vec<usize> =
        run.stdout.lines().skip(1).map(|line| columns(&line[..line.find("shop.").expect("a host")])).collect();
    assert_eq!(starts, vec![wide; 6], "{}", run.stdout);
}

#[test]
fn an_empty_inventory_says_so_on_standard_error() {
    let (aliyun, huawei) =
        (aliyun::start(aliyun_world(&[("cn-hangzhou", &[])])), huawei::start(huawei_world(&[("cn-north-4", &[])])));
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    assert_run!(certls.run("list"), @"
    exit 0
    --- stdout
    --- stderr
    0 certificates · 2 clouds, 2 accounts, 2 scopes: all read
    ");
    let run = certls.run("list -o json");
    assert_eq!(
        (run.code, run.json()["certificates"].clone(), run.json()["complete"].clone()),
        (0, json!([]), json!(true))
    );
}

/// More than any pipe holds.
fn large() -> aliyun::World {
    let mut world = aliyun_world(&[("cn-hangzhou", &[])]);
    let made = certificate_for("shop", 9);
    let record = |number: usize| records::aliyun_record(&format!("id-{number}"), "shop", "cn-hangzhou", &made);
    world.regions[0].certificates = (0..2000).map(record).collect();
    world
}

#[test]
fn a_reader_who_leaves_has_seen_enough() {
    let small: &[(&str, &[NameAndDays])] = &[("cn-hangzhou", &[("shop", 9)])];
    for (world, wanted) in [(aliyun_world(small), 0), (large(), 0), (large(), 100)] {
        let cloud = aliyun::start(world);
        for args in [&["list"][..], &["list", "-o", "json"], &["list", "-o", "jsonl"]] {
            let certls = Certls::new().aliyun(&cloud);
            let mut child = certls.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("certls");
            let mut pipe = child.stdout.take().expect("a pipe");
            pipe.read_exact(&mut vec![0; wanted]).expect("the beginning");
            drop(pipe);
            let run = certls.checked(child.wait_with_output().expect("an end"));
            assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{args:?}");
        }
    }
}

#[test]
fn help_and_scripts_into_a_closed_pipe_are_quiet() {
    for args in [&["--help"][..], &["list", "--help"], &["completions", "bash"], &["man"]] {
        let certls = Certls::new();
        let mut child = certls.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("certls");
        drop(child.stdout.take());
        let run = certls.checked(child.wait_with_output().expect("an end"));
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let cloud = aliyun::start(aliyun_world(&[("cn-hangzhou", &[("shop", 9)])]));
    let certls = Certls::new().aliyun(&cloud);
    for args in [&["list"][..], &["list", "-o", "json"], &["man"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the full device");
        let mut command = certls.command(args);
        let run = certls.checked(command.stdout(full).output().expect("certls runs"));
        assert_eq!(run.code, 1, "{args:?}: {}", run.text());
        assert!(run.stderr.contains("cannot be written"), "{}", run.stderr);
    }
}

#[test]
fn colour_only_where_it_was_asked_for() {
    let cloud = aliyun::start(aliyun_world(&[("cn-hangzhou", &[("shop", 9), ("old", -3)])]));
    let certls = Certls::new().aliyun(&cloud);
    // The harness refuses escape codes in a pipe, and here they are wanted.
    let output = certls.command(&["list", "--color", "always"]).output().expect("certls runs");
    let coloured = String::from_utf8(output.stdout).expect("text");
    assert!(coloured.contains("\u{1b}[31mold") && coloured.contains("\u{1b}[33mshop"), "{coloured:?}");
    assert_eq!(certls.run("list --color never").stdout, certls.run("list").stdout);
}

#[test]
fn no_name_forges_a_line_of_the_log() {
    let mut world = two_regions();
    world.regions[0].id = "cn-x\n2026-01-01T00:00:00Z  INFO forged\u{2028}\u{202e}\0".to_owned();
    let cloud = aliyun::start(world);
    for flag in ["-v", "-vv"] {
        let run = Certls::new().aliyun(&cloud).run(&format!("list -o json {flag}"));
        assert!(!run.stderr.lines().any(|line| line.starts_with("2026-01-01T00:00:00Z")), "{}", run.stderr);
        assert!(!run.stderr.contains(['\u{2028}', '\u{202e}', '\0']), "{:?}", run.stderr);
    }
}

#[test]
fn characters_without_width_are_escaped_for_people() {
    let hidden =
        ['\u{fe0f}', '\u{e0100}', '\u{180b}', '\u{34f}', '\u{17b4}', '\u{1bca0}', '\u{1d173}', '\u{13430}', '\u{2800}'];
    let name = format!("shop{}", hidden.iter().collect::<String>());
    let cloud = aliyun_with(vec![slb_record(&name, 3)]);
    for command in ["list", "check", "which stored.example.com", "show 1000", "list -o markdown"] {
        let run = Certls::new().aliyun(&cloud).run(command);
        assert!(!format!("{}{}", run.stdout, run.stderr).contains(hidden), "{command}: {:?}", run.text());
        assert!(run.stdout.contains("u{fe0f}"), "{command}: {}", run.text());
    }
}

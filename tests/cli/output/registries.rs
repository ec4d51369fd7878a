//! The registries of formats and columns, as users meet them: every name works where help lists it, and nowhere else.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::fixtures::slb_id;
use crate::support::fixtures::{aliyun_with, elb_record, huawei_with, slb_record};
use crate::support::runner::{Certls, Run};
use clouds::aliyun::Aliyun;
use clouds::huawei::Huawei;

const ID: &str = "shop";

fn clouds() -> (Aliyun, Huawei) {
    (aliyun_with(vec![slb_record(ID, 90), slb_record("other", 80)]), huawei_with(vec![elb_record("wide", 1, 90)]))
}

fn run(clouds: &(Aliyun, Huawei), args: &str) -> Run {
    Certls::new().aliyun(&clouds.0).huawei(&clouds.1).run(args)
}

/// The formats that the help of a command lists.
fn formats(command: &str) -> Vec<String> {
    let help = Certls::new().run(&format!("{command} -h")).stdout;
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, after) = help.split_once("--output <FORMAT[=FILE]>").expect("the flag");
    let (_, values) = after.split_once("[possible values: ").expect("the formats");
    values.split(']').next().expect("an end").split(", ").map(str::to_owned).collect()
}

#[test]
fn help_lists_the_formats_of_each_command() {
    let records = ["table", "json", "jsonl", "csv", "tsv", "markdown", "prometheus"];
    assert_eq!(formats("list"), records);
    assert_eq!(formats("which"), records);
    assert_eq!(formats("show"), [&["text"], &records[..], &["pem"]].concat());
    assert_eq!(formats("check"), ["text", "json", "prometheus"]);
    assert_eq!(formats("accounts"), ["table", "json"]);
}

#[test]
fn every_format_that_help_lists_prints_and_no_other_is_understood() {
    let clouds = clouds();
    let id = slb_id(ID);
    let commands = ["list", "which stored.example.com", &format!("show {id}"), "check", "accounts"];
    let all: BTreeSet<String> = commands.iter().flat_map(|command| formats(command)).collect();
    for command in commands {
        let known = formats(command);
        for format in &all {
            let run = run(&clouds, &format!("{command} -o {format}"));
            if known.contains(format) {
                // SLB returns no chains, which is all that PEM could print.
                let code = i32::from(format == "pem");
                assert_eq!((run.code, run.stdout.is_empty()), (code, format == "pem"), "{command}: {}", run.text());
            } else {
                let code = if command == "check" { 3 } else { 2 };
                assert_eq!(run.code, code, "{command} {format}: {}", run.text());
                assert!(run.stderr.contains(&format!("the formats are {}", known.join(", "))), "{}", run.stderr);
            }
        }
    }
}

#[test]
fn show_prints_every_record_format_and_writes_files() {
    let clouds = clouds();
    let id = slb_id(ID);
    let csv = run(&clouds, &format!("show {id} -o csv"));
    assert_eq!((csv.code, csv.stdout.lines().count(), csv.messages()), (0, 2, ""), "{}", csv.text());
    assert!(csv.stdout.contains(&id) && csv.stdout.starts_with("provider,"), "{}", csv.stdout);
    let line = run(&clouds, &format!("show {id} -o jsonl"));
    let record: Value = serde_json::from_str(&line.stdout).expect("one record");
    assert_eq!((&record["id"], &record["used_by"]), (&id.as_str().into(), &serde_json::json!([])));
    assert_eq!(run(&clouds, &format!("show {id} -o json")).certificates(), [record]);
    // Several certificates that are meant by one beginning are all of them records.
    assert_eq!(run(&clouds, "show 1000000000000001_ -o tsv").stdout.lines().count(), 3);

    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("x");
    let both = run(&clouds, &format!("show {id} -o csv={} -o jsonl", file.display()));
    assert_eq!((both.code, &both.stdout), (0, &line.stdout), "{}", both.text());
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), format!("\u{feff}{}", csv.stdout));
    let accounts = run(&clouds, &format!("accounts -o json={}", file.display()));
    assert_eq!((accounts.code, accounts.stdout.as_str()), (0, ""), "{}", accounts.text());
    let document: Value = serde_json::from_str(&std::fs::read_to_string(&file).expect("a file")).expect("JSON");
    assert_eq!(document["accounts"].as_array().map(Vec::len), Some(2));
}

#[test]
fn pem_is_a_format_of_show() {
    let clouds = clouds();
    let flag = run(&clouds, "show wide --pem");
    let named = run(&clouds, "list -o json -p huawei");
    let id = named.certificate("wide")["id"].as_str().expect("an id").to_owned();
    let (flag_by_id, format) = (run(&clouds, &format!("show {id} --pem")), run(&clouds, &format!("show {id} -o pem")));
    assert_eq!((flag.code, flag_by_id.code), (4, 0), "{}", flag.text());
    assert!(format.stdout.starts_with("-----BEGIN CERTIFICATE-----\n"), "{}", format.text());
    assert_eq!(format.text(), flag_by_id.text());
}

#[test]
fn every_column_is_printed_sorted_by_and_chosen_by_its_name() {
    let clouds = clouds();
    let unknown = run(&clouds, "list --columns nothing").stderr;
    let (_, names) = unknown.split_once("the columns are ").expect("the columns");
    let names: Vec<&str> = names.lines().next().expect("a line").split(", ").collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    let all = names.join(",");
    let help = Certls::new().run("list --help").stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains(&names.join(", ")), "{help}");
    for format in ["csv", "tsv"] {
        let run = run(&clouds, &format!("list -o {format} --columns {all}"));
        let separator = if format == "csv" { ',' } else { '\t' };
        let header = run.stdout.lines().next().expect("a header").to_owned();
        assert_eq!(header.split(separator).collect::<Vec<_>>(), names, "{}", run.text());
    }
    let keys: BTreeSet<String> =
        run(&clouds, "list -o json").certificates()[0].as_object().expect("keys").keys().cloned().collect();
    assert!(keys.iter().all(|key| names.contains(&key.as_str())), "{keys:?}");
    for name in names {
        let run = run(&clouds, &format!("list --sort {name} --columns {name} -o csv"));
        assert_eq!((run.code, run.stdout.lines().count()), (0, 4), "{name}: {}", run.text());
    }
}

#[test]
fn a_completion_offers_the_formats() {
    let script = Certls::new().run("completions bash").stdout;
    assert!(script.contains("table json jsonl csv tsv markdown prometheus"), "{script}");
}

#[test]
fn the_default_services_in_help_come_from_the_providers() {
    let help = Certls::new().run("list -h").stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("`all` for every one [default: slb, elb]"), "{help}");
}

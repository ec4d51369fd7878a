//! The tabular formats and JSON, read back by the programs that users read them with.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::fixtures::{
    HOSTILE_NAMES, aliyun_with, elb_record, huawei_with, project_id, slb_record, slb_record_without_expiry, with_tags,
};
use crate::support::process::run_with_input;
use crate::support::runner::{Certls, Run};
use crate::support::tools::is_installed;
use clouds::aliyun::Aliyun;
use clouds::huawei::Huawei;
use clouds::records;

/// Names that break things, an unreadable record, chains, tags, and the expired.
fn clouds() -> (Aliyun, Huawei) {
    // An escape code does not survive a pipe; what becomes of it there is shown elsewhere.
    let names = HOSTILE_NAMES.iter().filter(|name| !name.contains('\x1b'));
    let mut certificates: Vec<Value> = names.map(|name| slb_record(name, 9)).collect();
    certificates.push(with_tags(slb_record("tags", 4), &[("a|b", "=c\td"), ("例", "e\nf")]));
    certificates.extend([
        slb_record_without_expiry("odd"),
        slb_record("dead", -40),
        slb_record("+plus", 5),
        slb_record("-minus", 5),
        slb_record("@at", 5),
    ]);
    certificates.push(serde_json::json!(42));
    let now = chrono::Utc::now();
    let chain = clouds::certs::chain("odd", &["odd.example.com"], now, now + chrono::Duration::days(50));
    let mut others: Vec<Value> =
        records::huawei_odd(&project_id("cn-north-4"), &chain).into_iter().map(|(_, record)| record).collect();
    others.push(elb_record("支付网关", 30, 30));
    (aliyun_with(certificates), huawei_with(others))
}

/// One scan in several formats, in a folder.
fn written(formats: &[&str], args: &str) -> TempDir {
    let (aliyun, huawei) = clouds();
    let folder = TempDir::new().expect("a folder");
    let outputs = formats.iter().map(|format| format!("-o {format}={}", folder.path().join(format).display()));
    let run = Certls::new()
        .aliyun(&aliyun)
        .huawei(&huawei)
        .run(&format!("list --kind all {args} {}", outputs.collect::<Vec<_>>().join(" ")));
    assert_eq!(run.code, 0, "{}", run.text());
    folder
}

fn read(folder: &TempDir, format: &str) -> String {
    fs::read_to_string(folder.path().join(format)).expect("a file")
}

fn certificates(folder: &TempDir) -> Vec<Value> {
    let document: Value = serde_json::from_str(&read(folder, "json")).expect("JSON");
    document["certificates"].as_array().expect("certificates").clone()
}

const COMPARE: &str = r#"
import csv, json, sys

def text(name, value):
    if value is None:
        return ""
    if name == "source":
        return value["service"] + " " + (value["id"] or "")
    if name == "superseded_by":
        title = value["name"] or value["id"] or "a certificate without a name"
        return "%s (%s %s %s)" % (title, value["provider"], value["account"], value["region"])
    if name == "note_codes":
        return ", ".join(note["code"] for note in value)
    if name == "chain":
        return " | ".join(element["subject"] or "?" for element in value)
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, dict):
        return ", ".join(key + "=" + value[key] for key in value)
    return str(value)

def defused(name, value):
    cell = text(name, value)
    is_formula = not isinstance(value, int) and cell[:1] in tuple("=+-@\t\r")
    return "'" + cell if is_formula else cell

with open(sys.argv[1], encoding="utf-8-sig", newline="") as file:
    rows = list(csv.reader(file, strict=True))
with open(sys.argv[2], encoding="utf-8") as file:
    certificates = json.load(file)["certificates"]
header, rows = rows[0], rows[1:]
assert header == list(certificates[0]), header
assert len(rows) == len(certificates) > 20, len(rows)
for row, certificate in zip(rows, certificates):
    assert len(row) == len(header), row
    for name, cell in zip(header, row):
        assert cell == defused(name, certificate[name]), (name, cell, certificate[name])
print(sum(cell.startswith("'") for row in rows for cell in row), "defused")
"#;

#[test]
fn csv_says_what_json_says_when_python_reads_it() {
    if !is_installed("python3", "--version") {
        return;
    }
    let folder = written(&["csv", "json"], "");
    let [csv, json] = ["csv", "json"].map(|name| folder.path().join(name).to_str().expect("a path").to_owned());
    let (is_good, output) = run_with_input("python3", &["-c", COMPARE, &csv, &json], "");
    assert!(is_good && output == "4 defused\n", "{output}");
}

#[test]
fn csv_is_for_spreadsheets() {
    let text = read(&written(&["csv"], "--columns name,days_left"), "csv");
    assert!(text.starts_with("\u{feff}name,days_left\r\n"), "{text}");
    for cell in ["\r\n'=1+1,9\r\n", "\r\n'+plus,5\r\n", "\r\n'@at,5\r\n", "\r\ndead,-40\r\n", "\r\n商城证书,9\r\n"]
    {
        assert!(text.contains(cell), "{cell:?}: {text}");
    }
}

#[test]
fn tsv_keeps_one_line_a_certificate_and_says_what_json_says() {
    let folder = written(&["tsv", "json"], "");
    let (text, certificates) = (read(&folder, "tsv"), certificates(&folder));
    let mut lines = text.strip_suffix('\n').expect("a last line end").split('\n').map(|line| line.split('\t'));
    let header: Vec<&str> = lines.next().expect("a header").collect();
    assert_eq!((header.len(), header[0]), (37, "provider"));
    let rows: Vec<Vec<&str>> = lines.map(Iterator::collect).collect();
    assert_eq!(rows.len(), certificates.len());
    for (row, certificate) in rows.iter().zip(&certificates) {
        assert_eq!(row.len(), header.len(), "{row:?}");
        for (name, cell) in header.iter().zip(row) {
            assert!(!cell.contains('\r'), "{cell:?}");
            match &certificate[*name] {
                Value::Null => assert_eq!(*cell, "", "{name}"),
                Value::Number(number) => assert_eq!(*cell, number.to_string(), "{name}"),
                Value::String(text) => assert_eq!(unescaped(cell), *text, "{name}"),
                _ => {}
            }
        }
    }
}

fn unescaped(cell: &str) -> String {
    let mut text = String::new();
    let mut rest = cell.chars();
    while let Some(c) = rest.next() {
        text.push(match (c, c == '\\') {
            (_, true) => match rest.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                other => other.expect("something behind a backslash"),
            },
            (c, _) => c,
        });
    }
    text
}

/// Counts the bars that divide the cells of a line, by the rules of GFM.
fn bars(line: &str) -> usize {
    let mut rest = line.chars();
    let mut count = 0;
    while let Some(c) = rest.next() {
        match c {
            '\\' => drop(rest.next()),
            '|' => count += 1,
            _ => {}
        }
    }
    count
}

#[test]
fn markdown_is_a_table_whatever_the_names_hold() {
    for (args, wanted) in [("", 9), ("--columns name,tags,chain,notes", 5)] {
        let folder = written(&["markdown", "json"], args);
        let text = read(&folder, "markdown");
        let lines: Vec<&str> = text.split_terminator('\n').collect();
        assert_eq!(lines.len(), certificates(&folder).len() + 2, "{text}");
        for line in &lines {
            assert_eq!(bars(line), wanted, "{line}");
            assert!(line.starts_with("| ") && line.ends_with(" |"), "{line}");
            assert!(!line.contains(|c: char| c.is_control() || c == '\u{202e}'), "{line:?}");
        }
        assert!(lines[1].split(' ').all(|cell| ["|", "---"].contains(&cell)), "{}", lines[1]);
    }
}

/// Runs a list that prints the hostile names.
fn nasty(format: &str) -> Run {
    let cloud = aliyun_with(HOSTILE_NAMES.iter().map(|name| slb_record(name, 9)).collect());
    let run = Certls::new().aliyun(&cloud).run(&format!("list -o {format} --sort name"));
    assert_eq!(run.code, 0, "{}", run.text());
    run
}

#[test]
fn json_and_jsonl_give_every_name_back() {
    let mut wanted = HOSTILE_NAMES.map(str::to_owned).to_vec();
    wanted.sort();
    let mut names = nasty("json").names();
    names.sort();
    assert_eq!(names, wanted);
    let run = nasty("jsonl");
    let lines = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("an object a line"));
    let mut names: Vec<String> = lines.map(|line| line["name"].as_str().expect("a name").to_owned()).collect();
    names.sort();
    assert_eq!(names, wanted);
}

#[test]
fn jq_reads_json_and_jsonl() {
    if !is_installed("jq", "--version") {
        return;
    }
    let (json, jsonl) = (nasty("json").stdout, nasty("jsonl").stdout);
    let (is_good, output) =
        run_with_input("jq", &["-c", "[.certificates[] | select(.days_left < 30) | .name] | sort"], &json);
    assert!(is_good, "{output}");
    let mut names: Vec<String> = serde_json::from_str(&output).expect("names");
    let (is_good, lines) = run_with_input("jq", &["-c", "-s", "map(.name) | sort"], &jsonl);
    assert!(is_good && lines == output, "{lines}");
    names.sort();
    let mut wanted = HOSTILE_NAMES.map(str::to_owned).to_vec();
    wanted.sort();
    assert_eq!(names, wanted);
    let (is_good, output) = run_with_input("jq", &["-e", ".complete and (.certificates | length) == 14"], &json);
    assert!(is_good, "{output}");
}

#[test]
fn a_line_of_json_is_a_line_for_every_reader() {
    let name = "a\u{7f}b\u{85}c\u{9b}31md\u{2028}e\u{2029}f";
    let cloud = aliyun_with(vec![slb_record(name, 9)]);
    let certls = Certls::new().aliyun(&cloud);
    for format in ["json", "jsonl"] {
        let run = certls.run(&format!("list -o {format}"));
        let odd = ['\u{7f}', '\u{85}', '\u{9b}', '\u{2028}', '\u{2029}'];
        assert!(!run.stdout.contains(odd), "{format}: {:?}", run.stdout);
        let document: Value = serde_json::from_str(&run.stdout).expect("JSON");
        let record = if format == "json" { &document["certificates"][0] } else { &document };
        assert_eq!(record["name"], name, "{format}");
    }
}

#[test]
fn the_byte_order_mark_is_for_files_with_a_header() {
    let (cloud, folder) = (aliyun_with(vec![slb_record("shop", 9)]), TempDir::new().expect("a folder"));
    let certls = Certls::new().aliyun(&cloud);
    let file = folder.path().join("csv");
    for args in ["-o csv", "-o csv --no-header", "-o csv=-", "-o csv=/dev/stdout"] {
        let run = certls.run(&format!("list {args} --columns id"));
        assert!(!run.stdout.contains('\u{feff}'), "{args}: {:?}", run.stdout);
    }
    for (args, has_mark) in [("", true), ("--no-header", false)] {
        let run = certls.run(&format!("list {args} --columns id -o csv={}", file.display()));
        let text = fs::read_to_string(&file).expect("a file");
        assert_eq!((run.code, text.starts_with('\u{feff}')), (0, has_mark), "{args}: {text:?}");
    }
}

#[test]
fn cells_that_spreadsheets_take_for_formulas_are_defused() {
    let names = [" =1+1", "\n=1+1", "\u{3000}@x", "＝1+1", "＋1", "－1", "＠x", "\t=1"];
    let cloud = aliyun_with(names.iter().map(|name| slb_record(name, 9)).collect());
    let run = Certls::new().aliyun(&cloud).run("list -o csv --columns name --no-header");
    assert_eq!(run.stdout.matches('\'').count(), names.len(), "{}", run.stdout);
}

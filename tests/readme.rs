//! What README tells of the program is what the program's own tables hold.

use std::fmt::Write;

use certls::model::NoteCode;
use certls::output::Subject;
use certls::output::columns::COLUMNS;
use certls::{exit, providers};

const README: &str = include_str!("../README.md");

/// What stands between the marks of this name.
fn block(name: &str) -> &'static str {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (_, after) = README.split_once(&begin).unwrap_or_else(|| panic!("no mark {begin}"));
    after.split_once(&end).unwrap_or_else(|| panic!("no mark {end}")).0
}

#[test]
fn exit_codes() {
    let mut table = "| code | `list`, `show`, `which`, others | `check` |\n|---|---|---|\n".to_owned();
    for (code, others, check) in exit::TABLE {
        let _ = writeln!(table, "| {code} | {others} | {check} |");
    }
    assert_eq!(block("exit-codes"), table);
}

#[test]
fn formats() {
    let names: Vec<String> = Subject::Records.formats().map(|format| format!("`{}`", format.name)).collect();
    assert_eq!(block("formats"), format!("Formats: {}.\n", names.join(", ")));
}

#[test]
fn columns() {
    let names: Vec<String> = COLUMNS.iter().map(|column| format!("`{}`", column.name)).collect();
    assert_eq!(block("columns"), format!("Columns: {}.\n", names.join(", ")));
}

#[test]
fn note_codes() {
    let rows = NoteCode::ALL.iter().map(|code| format!("| `{}` | {} |\n", code.name(), code.meaning()));
    assert_eq!(block("note-codes"), format!("| code | meaning |\n|---|---|\n{}", rows.collect::<String>()));
}

#[test]
fn places_where_credentials_are_looked_for() {
    let mut lists = Vec::new();
    for provider in providers::ALL {
        let mut list = format!("**{}**\n\n", provider.info().title);
        for (number, place) in provider.credential_sources().iter().enumerate() {
            let _ = writeln!(list, "{}. {place}", number + 1);
        }
        lists.push(list);
    }
    assert_eq!(block("looked-at"), lists.join("\n"));
}

#[test]
fn every_action_that_a_key_needs_is_named() {
    for action in
        ["slb:DescribeServerCertificates", "slb:DescribeRegions", "elb:certificates:list", "elb:certificates:show"]
    {
        assert!(README.contains(action), "{action}");
    }
}

#[test]
fn every_command_that_is_shown_is_understood() {
    let scripts = README.split("```sh\n").skip(1).filter_map(|after| after.split("```").next());
    let shown = scripts.flat_map(str::lines).filter_map(|line| line.trim().strip_prefix("certls "));
    let mut tried = 0;
    for line in shown {
        let line = line.split(['|', '#', '>']).next().unwrap_or_default();
        let args: Vec<&str> = line.split_whitespace().chain(["--help"]).collect();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_certls")).args(&args).output().expect("certls");
        let code = if args.first() == Some(&"check") { 3 } else { 0 };
        assert_eq!(output.status.code(), Some(code), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        tried += 1;
    }
    assert!(tried > 8, "{tried}");
}

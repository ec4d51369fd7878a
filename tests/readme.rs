//! What README tells of the program is what the program's own tables hold.

use std::fmt::Write;

use certls::model::NoteCode;
use certls::output::Subject;
use certls::output::columns::COLUMNS;
use certls::{exit, providers};

mod tools;

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

/// The alerts of README, and when each of them fires.
const ALERT_TESTS: &str = r#"
rule_files: [rules.yml]
evaluation_interval: 5m
tests:
  - interval: 5m
    input_series: []
    alert_rule_test:
      - alertname: CertificatesNotRead
        eval_time: 30m
        exp_alerts: [{ exp_labels: { severity: warning } }]
  - interval: 5m
    input_series:
      - { series: 'certls_scope_up{region="a"}', values: '0x20' }
      - { series: 'certls_scope_up{region="b"}', values: '1x20' }
      - { series: 'certls_last_run_timestamp_seconds{region="a"}', values: '0+300x20' }
      - { series: 'x509_cert_not_after{filepath="soon"}', values: '1000000x20' }
      - { series: 'x509_cert_expired{filepath="soon"}', values: '0x20' }
      - { series: 'x509_cert_not_after{filepath="dead"}', values: '1x20' }
      - { series: 'x509_cert_expired{filepath="dead"}', values: '1x20' }
      - { series: 'x509_cert_not_after{filepath="well"}', values: '9000000x20' }
      - { series: 'x509_cert_expired{filepath="well"}', values: '0x20' }
    alert_rule_test:
      - alertname: CertificatesNotRead
        eval_time: 30m
        exp_alerts: [{ exp_labels: { severity: warning, region: a } }]
      - alertname: CertificateExpiresSoon
        eval_time: 30m
        exp_alerts:
          - exp_labels: { severity: warning, filepath: soon }
            exp_annotations: { summary: " (soon) expires in 11d 13h 16m 40s" }
      - alertname: CertificateExpired
        eval_time: 30m
        exp_alerts:
          - exp_labels: { severity: critical, filepath: dead }
            exp_annotations: { summary: " (dead) has expired" }
"#;

#[test]
fn the_alerts_fire_when_they_should() {
    if !tools::is_installed("promtool", "--version") {
        return;
    }
    let folder = tempfile::TempDir::new().expect("a folder");
    let rules = README.split("```yaml\n").find(|block| block.starts_with("groups:")).expect("the rules");
    let rules = rules.split("```").next().unwrap_or_default();
    std::fs::write(folder.path().join("rules.yml"), rules).expect("a file");
    std::fs::write(folder.path().join("tests.yml"), ALERT_TESTS).expect("a file");
    let mut promtool = std::process::Command::new("promtool");
    let output = promtool.args(["test", "rules", "tests.yml"]).current_dir(folder.path()).output().expect("promtool");
    let printed = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&printed));
}

#[test]
fn every_shell_of_the_install_section_is_one_that_completions_know() {
    for shell in ["bash", "fish", "zsh", "powershell"] {
        assert!(README.contains(&format!("certls completions {shell}")), "{shell}");
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_certls")).args(["completions", shell]).output();
        assert!(output.is_ok_and(|output| output.status.success() && !output.stdout.is_empty()), "{shell}");
    }
    // A redirection into a folder that is missing fails.
    let folders = README.lines().filter_map(|line| line.strip_prefix("mkdir -p ")).collect::<Vec<_>>().join(" ");
    for file in README.lines().filter(|line| line.starts_with("certls ")).filter_map(|line| line.split(" > ").nth(1)) {
        let file = file.split_whitespace().next().unwrap_or_default();
        let folder = file.rsplit_once('/').map(|(folder, _)| folder);
        assert!(folder.is_none_or(|folder| folders.split(' ').any(|made| made == folder)), "{file}");
    }
}

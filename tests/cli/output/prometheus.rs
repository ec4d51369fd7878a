//! Prometheus' text format, as promtool and node exporter read it; no series is printed twice.

use std::collections::HashSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::fixtures::{
    ELB_LIST, HOSTILE_NAMES, SLB_LIST, aliyun_with, certificate_for, elb_record, huawei_with, many_slb_records,
    one_region_denied, project_id, slb_record, slb_record_without_expiry, two_projects, two_regions,
};
use crate::support::process::run_with_input;
use crate::support::runner::Certls;
use crate::support::tools::is_installed;
use clouds::aliyun::{self, Aliyun};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Huawei};
use clouds::records;

/// Starts clouds with hostile names, odd records and 500 more certificates.
fn clouds() -> (Aliyun, Huawei) {
    let mut certificates = many_slb_records(500);
    certificates.extend(HOSTILE_NAMES.iter().map(|name| slb_record(name, 9)));
    certificates.extend([
        slb_record("twin", 9),
        slb_record("twin", 9),
        slb_record("twin", -3),
        slb_record_without_expiry("odd"),
    ]);
    certificates
        .extend(records::aliyun_odd("cn-hangzhou", &certificate_for("odd", 50)).into_iter().map(|(_, record)| record));
    certificates.extend([serde_json::json!(42), serde_json::json!({})]);
    let now = chrono::Utc::now();
    let chain = clouds::certs::chain("odd", &["odd.example.com"], now, now + chrono::Duration::days(50));
    let mut others: Vec<Value> =
        records::huawei_odd(&project_id("cn-north-4"), &chain).into_iter().map(|(_, record)| record).collect();
    others.extend([elb_record("支付 \"网关\"", 30, 30), elb_record("next", -5, 90)]);
    (aliyun_with(certificates), huawei_with(others))
}

fn metrics(certls: &Certls, command: &str) -> String {
    certls.run(&format!("{command} -o prometheus")).stdout
}

/// The series of a text: names with their labels.
fn series(text: &str) -> Vec<&str> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples.map(|line| line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}")).0).collect()
}

fn assert_sound(text: &str) {
    let (mut seen, mut families) = (HashSet::new(), HashSet::new());
    for series in series(text) {
        assert!(seen.insert(series), "twice: {series}");
    }
    let mut family = "";
    for line in text.lines() {
        if let Some(declared) = line.strip_prefix("# TYPE ") {
            let (name, kind) = declared.split_once(' ').expect("a type");
            assert_eq!(kind, if name.ends_with("_total") { "counter" } else { "gauge" }, "{name}");
            family = name;
            assert!(families.insert(family), "a family in two places: {family}");
        } else if !line.starts_with('#') {
            let (name, value) = (line.split(['{', ' ']).next(), line.rsplit(' ').next());
            assert_eq!(name, Some(family), "{line}");
            assert!(value.is_some_and(|value| value.parse::<f64>().is_ok()), "{line}");
        }
    }
    assert!(text.ends_with('\n'));
}

#[test]
fn no_series_comes_twice() {
    let (aliyun, huawei) = clouds();
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    for command in ["list --kind all", "check --kind all", "list"] {
        let text = metrics(&certls, command);
        assert_sound(&text);
        let count = |name: &str| series(&text).iter().filter(|series| series.starts_with(name)).count();
        assert!(count("x509_cert_not_after{") > 520, "{command}: {}", count("x509_cert_not_after{"));
        assert_eq!((count("certls_scope_up{"), count("certls_build_info{")), (2, 2), "{command}");
        assert_eq!((count("certls_last_run_timestamp_seconds{"), count("x509_source_up{")), (2, 2));
        assert!(!text.contains(['\r', '\t', '\u{85}']), "{command}: a control character in a label");
        assert!(text.contains(r#"filename="return\\u{d}\nline""#) && text.contains(r#"filename="tab\\u{9}here""#));
        assert!(text.contains(r#"filename="say \"hi\"""#) && text.contains(r#"filename="two\nlines""#));
        assert!(text.contains(r#"filename="back\\slash""#) && text.contains(r#"filename="ends with \\""#));
    }
}

#[test]
fn the_expired_stay_and_the_unknown_have_no_time() {
    let cloud = aliyun_with(vec![slb_record("dead", -3), slb_record("well", 90), slb_record_without_expiry("odd")]);
    let text = metrics(&Certls::new().aliyun(&cloud), "list");
    let value = |metric: &str, name: &str| {
        let mut found = text
            .lines()
            .filter(|line| line.starts_with(&format!("{metric}{{")) && line.contains(&format!("filename=\"{name}\"")));
        found.next().and_then(|line| line.rsplit_once(' ')).map(|(_, value)| value.to_owned())
    };
    assert_eq!(value("x509_cert_expired", "dead").as_deref(), Some("1"));
    assert_eq!(value("x509_cert_expired", "well").as_deref(), Some("0"));
    assert_eq!((value("x509_cert_expired", "odd"), value("x509_cert_not_after", "odd")), (None, None));
    let left = value("x509_cert_not_after", "well").and_then(|value| value.parse::<i64>().ok()).unwrap_or_default();
    assert_eq!((left - chrono::Utc::now().timestamp()) / 86_400, 90);
}

#[test]
fn a_scope_that_failed_is_down_also_when_nothing_could_be_read() {
    let text = metrics(&Certls::new().aliyun(&one_region_denied()), "list");
    let is_in = |line: &str| text.lines().any(|found| found == line);
    let labels = |region: &str| {
        let account = r#"account="default",account_id="1000000000000001""#;
        format!(r#"{{provider="aliyun",service="slb",region="{region}",{account}}}"#)
    };
    let source = |region: &str| {
        let labels = labels(region);
        let labels = labels.trim_end_matches('}');
        format!(r#"{labels},source_kind="aliyun",source_name="slb/{region}/default""#)
    };
    assert!(is_in(&format!("x509_source_up{}}} 0", source("cn-beijing"))), "{text}");
    assert!(is_in(&format!("x509_source_up{}}} 1", source("cn-hangzhou"))), "{text}");
    for (region, reason, errors) in
        [("cn-beijing", "denied", 1), ("cn-beijing", "failed", 0), ("cn-hangzhou", "denied", 0)]
    {
        let series = format!(r#"x509_source_errors_total{},reason="{reason}"}} {errors}"#, source(region));
        assert!(is_in(&series), "{series}: {text}");
    }
    assert!(is_in(&format!("certls_scope_up{} 0", labels("cn-beijing"))), "{text}");
    assert!(is_in(&format!("certls_scope_up{} 1", labels("cn-hangzhou"))), "{text}");
    assert!(is_in(&format!("certls_scope_certificates{} 1", labels("cn-hangzhou"))), "{text}");

    let aliyun = aliyun::World { faults: vec![Fault::always(SLB_LIST, Effect::Denied)], ..two_regions() };
    let huawei = huawei::World { faults: vec![Fault::always(ELB_LIST, Effect::ServerError)], ..two_projects() };
    let (aliyun, huawei) = (aliyun::start(aliyun), huawei::start(huawei));
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    for (command, code) in [("list", 1), ("check", 3)] {
        let run = certls.run(&format!("{command} --retry-count 0 -o prometheus"));
        assert_eq!(run.code, code, "{}", run.text());
        assert_sound(&run.stdout);
        let down = run.stdout.lines().filter(|line| line.starts_with("certls_scope_up{") && line.ends_with(" 0"));
        assert_eq!((down.count(), run.stdout.contains("x509_cert")), (4, false), "{}", run.stdout);
    }
}

#[test]
fn promtool_finds_nothing_wrong() {
    if !is_installed("promtool", "--version") {
        return;
    }
    let (aliyun, huawei) = clouds();
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    for text in [
        metrics(&certls, "list --kind all"),
        metrics(&certls, "check"),
        metrics(&certls, "list --name nothing"),
        metrics(&Certls::new().aliyun(&one_region_denied()), "list"),
    ] {
        let (is_good, output) = run_with_input("promtool", &["check", "metrics"], &text);
        assert!(is_good && output.trim().is_empty(), "{output}");
    }
}

/// A node exporter that serves what is in a folder, until the test ends.
struct Exporter(Child, u16);

impl Drop for Exporter {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Exporter {
    fn start(folder: &TempDir) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let mut command = Command::new("prometheus-node-exporter");
        command.args(["--collector.disable-defaults", "--collector.textfile"]);
        command.arg(format!("--collector.textfile.directory={}", folder.path().display()));
        command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let exporter = Self(child.expect("node exporter"), port);
        crate::support::process::wait_until("the exporter", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        exporter
    }

    fn metrics(&self) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.1)).expect("the exporter");
        stream.write_all(b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n").expect("a request");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("a reply in UTF-8");
        reply
    }
}

#[test]
fn node_exporter_serves_the_file() {
    if !is_installed("prometheus-node-exporter", "--version") {
        return;
    }
    let (aliyun, huawei) = clouds();
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("certls.prom");
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    let exporter = Exporter::start(&folder);
    for command in ["list --kind all", "check"] {
        let run = certls.run(&format!("{command} -o prometheus={}", file.display()));
        assert_eq!(run.stdout, "", "{}", run.text());
        let written = fs::read_to_string(&file).expect("a file");
        let served = exporter.metrics();
        assert!(served.lines().any(|line| line == "node_textfile_scrape_error 0"), "{served}");
        let count = |text: &str, name: &str| text.lines().filter(|line| line.starts_with(name)).count();
        for name in ["x509_cert_not_after{", "x509_cert_expired{", "certls_scope_up{", "certls_build_info{"] {
            assert!(count(&served, name) > 0, "{name}");
            assert_eq!(count(&served, name), count(&written, name), "{name}");
        }
        assert!(served.contains(r#"filename="say \"hi\"""#) && served.contains("商城证书"));
    }
}

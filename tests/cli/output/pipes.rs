//! Pipes: readers that pause or never come, and tables that are no wider than their rows.
#![cfg(unix)]

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::fixtures::{
    aliyun_with, aliyun_world, certificate_for, many_slb_records, slb_record, slb_record_of, two_regions,
};
use crate::support::runner::Certls;
use clouds::aliyun;

fn pipe(folder: &TempDir) -> String {
    let path = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
    path.to_str().expect("a path in UTF-8").to_owned()
}

#[test]
fn a_reader_that_pauses_for_longer_than_the_run_loses_nothing() {
    const REGIONS: usize = 30;
    const EACH: usize = 40;
    let names: Vec<String> = (0..REGIONS).map(|number| format!("xx-sim-{number}")).collect();
    let regions: Vec<(&str, &[(&str, i64)])> = names.iter().map(|name| (name.as_str(), &[][..])).collect();
    let mut world = aliyun_world(&regions);
    let made = certificate_for("many", 50);
    for region in &mut world.regions {
        let record = |number| slb_record_of(&format!("{}-{number}", region.id), &made);
        region.certificates = (0..EACH).map(record).collect();
    }
    let cloud = aliyun::start(world);
    let certls = Certls::new().aliyun(&cloud);
    for format in ["jsonl", "jsonl=-", "json"] {
        let mut command = certls.command(&["list", "-o", format, "--timeout", "3s"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("certls");
        let mut stdout = child.stdout.take().expect("a pipe");
        let mut first = [0; 1];
        stdout.read_exact(&mut first).expect("the beginning");
        std::thread::sleep(Duration::from_secs(4));
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).expect("the rest");
        let output = child.wait_with_output().expect("an end");
        let run = certls.checked(output);
        assert_eq!(run.code, 0, "{format}: {}", run.stderr);
        let text = format!("{}{rest}", char::from(first[0]));
        let certificates = if format == "json" {
            let document: Value = serde_json::from_str(&text).expect("JSON");
            document["certificates"].as_array().map(Vec::len)
        } else {
            Some(text.lines().count())
        };
        assert_eq!(certificates, Some(REGIONS * EACH), "{format}");
        assert!(run.stderr.ends_with("scopes: all read\n"), "{}", run.stderr);
    }
}

#[test]
fn a_pipe_that_nobody_reads_ends_with_the_run() {
    let (cloud, folder) = (aliyun::start(two_regions()), TempDir::new().expect("a folder"));
    let pipe = pipe(&folder);
    for (command, code) in [("list", 1), ("check", 3), ("accounts", 1)] {
        let begun = Instant::now();
        let run = Certls::new().aliyun(&cloud).run(&format!("{command} -o json={pipe} --timeout 1s"));
        assert_eq!(run.code, code, "{}", run.text());
        assert!(begun.elapsed() < Duration::from_secs(6), "{command}: {:?}", begun.elapsed());
        let message = format!("error: {pipe} cannot be written: no program reads from it\n");
        assert!(run.stderr.contains(&message), "{}", run.stderr);
    }
}

#[test]
fn a_pipe_whose_reader_stops_ends_with_the_run() {
    let (cloud, folder) = (aliyun_with(many_slb_records(300)), TempDir::new().expect("a folder"));
    let pipe = pipe(&folder);
    // Bash opens the pipe for reading and writing, so that it is there at once, and reads nothing.
    let mut reader = Command::new("bash").args(["-c", "exec 3<>\"$0\"; sleep 30", &pipe]).spawn().expect("bash");
    std::thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    let run = Certls::new().aliyun(&cloud).run(&format!("list -o json={pipe} --timeout 1s"));
    let _ = reader.kill();
    let _ = reader.wait();
    assert_eq!(run.code, 1, "{}", run.text());
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    assert!(run.stderr.contains("the program that reads from it takes no more"), "{}", run.stderr);
}

#[test]
fn a_pipe_whose_reader_comes_late_gets_everything() {
    let (cloud, folder) = (aliyun_with(many_slb_records(300)), TempDir::new().expect("a folder"));
    let pipe = pipe(&folder);
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || {
            std::thread::sleep(Duration::from_millis(1500));
            fs::read_to_string(pipe).expect("a text")
        }
    });
    let run = Certls::new().aliyun(&cloud).run(&format!("list -o csv={pipe}"));
    let text = reader.join().expect("a text");
    assert_eq!((run.code, text.lines().count()), (0, 301), "{}", run.text());
    assert!(text.starts_with("provider,"), "no byte order mark in a pipe: {:?}", text.get(..20));
}

#[test]
fn a_table_in_a_pipe_is_no_wider_than_its_rows_need() {
    let hosts: Vec<String> = (0..250).map(|number| format!("host-{number}.department.example.com")).collect();
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let mut records = many_slb_records(200);
    records.push(crate::support::fixtures::slb_record_for_hosts("wide", &hosts));
    records.push(slb_record(&"long name ".repeat(300), 20));
    let cloud = aliyun_with(records);
    for command in ["list", "list -o table=-", "which many.example.com,host-7.department.example.com"] {
        let run = Certls::new().aliyun(&cloud).run(command);
        assert_eq!(run.code, 0, "{}", run.text());
        let spaces = run.stdout.bytes().filter(|byte| *byte == b' ').count();
        assert!(spaces < 60 * 205 + 3_000, "{command}: {spaces} blanks in {} bytes", run.stdout.len());
        let is_whole = command.starts_with("which") || run.stdout.contains("host-249.department.example.com");
        assert!(is_whole, "something is cut: {command}");
        // The others stay aligned.
        let heading = run.stdout.lines().next().unwrap_or_default();
        let column = heading.find("EXPIRES").expect("a heading");
        let usual = run.stdout.lines().filter(|line| line.starts_with("certificate-"));
        assert!(
            usual.clone().count() == 200
                && usual.clone().all(|line| line.get(column..).is_some_and(|l| l.starts_with("in 5 days")))
        );
    }
}

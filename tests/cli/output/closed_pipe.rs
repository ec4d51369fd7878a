//! A reader of standard output that leaves early has seen enough, whichever command and format it reads.

use std::io::Read;
use std::process::Stdio;

use tempfile::TempDir;

use crate::support::fixtures::slb_id;
use crate::support::fixtures::{aliyun_with, many_slb_records};
use crate::support::runner::{Certls, Run};
use clouds::aliyun::Aliyun;

/// More certificates than a pipe and a buffer hold, in every format.
fn cloud() -> Aliyun {
    aliyun_with(many_slb_records(1500))
}

/// Runs certls, reads this much of standard output, and closes it.
fn closed_after(certls: &Certls, args: &[&str], bytes: usize) -> Run {
    let mut child = certls.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("certls");
    let mut pipe = child.stdout.take().expect("a pipe");
    pipe.read_exact(&mut vec![0; bytes]).expect("the beginning");
    drop(pipe);
    certls.checked(child.wait_with_output().expect("an end"))
}

#[test]
fn list_is_quiet_in_every_format() {
    let cloud = cloud();
    let certls = Certls::new().aliyun(&cloud);
    for format in ["table", "json", "jsonl", "csv", "tsv", "markdown", "prometheus"] {
        for bytes in [0, 1, 100] {
            let run = closed_after(&certls, &["list", "-o", format], bytes);
            assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{format} after {bytes} bytes");
        }
    }
}

#[test]
fn other_commands_are_quiet_too() {
    let cloud = cloud();
    let certls = Certls::new().aliyun(&cloud);
    let id = slb_id("certificate-7");
    let commands: &[&[&str]] = &[
        &["which", "many.example.com"],
        &["which", "many.example.com", "-o", "csv"],
        &["show", &id],
        &["show", "1", "-o", "csv"],
        &["show", "1", "-o", "markdown"],
        &["list", "-o", "csv=-"],
        &["accounts"],
        &["accounts", "-o", "json"],
    ];
    for args in commands {
        let run = closed_after(&certls, args, 0);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{args:?}");
    }
}

#[test]
fn check_ends_with_its_verdict() {
    let cloud = cloud();
    let certls = Certls::new().aliyun(&cloud);
    for format in ["text", "json", "prometheus"] {
        let run = closed_after(&certls, &["check", "-o", format], 0);
        assert_eq!((run.code, run.stderr.as_str()), (2, ""), "{format}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_written_is_an_error_all_the_same() {
    let cloud = cloud();
    let certls = Certls::new().aliyun(&cloud);
    let run = closed_after(&certls, &["list", "-o", "json=/dev/full", "-o", "csv"], 1);
    assert_eq!(run.code, 1, "{}", run.text());
    assert!(run.stderr.contains("error: /dev/full cannot be written: No space left on device\n"), "{}", run.stderr);
    assert!(!run.stderr.contains("standard output"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_reader_of_a_named_pipe_that_leaves_is_an_error() {
    let (cloud, folder) = (cloud(), TempDir::new().expect("a folder"));
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::File::open(pipe).expect("a pipe").read_exact(&mut [0]).expect("the beginning")
    });
    let run = Certls::new().aliyun(&cloud).run(&format!("list -o json={}", pipe.display()));
    reader.join().expect("a reader");
    assert_eq!(run.code, 1, "{}", run.text());
    assert!(run.stderr.contains("cannot be written: Broken pipe"), "{}", run.stderr);
}

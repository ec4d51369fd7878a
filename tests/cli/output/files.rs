//! `FORMAT=FILE`: one scan, several outputs, and files that are replaced as a whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::fixtures::{SLB_LIST, aliyun_with, many_slb_records, one_region_denied, slb_record, two_regions};
use crate::support::process::{kill, wait_until};
use crate::support::runner::Certls;
use clouds::aliyun::{self, Aliyun};
use clouds::fault::{Effect, Fault};

/// A folder for outputs.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `-o FORMAT=FILE`
    fn output(&self, format: &str, name: &str) -> String {
        format!("-o {format}={}", self.path(name).display())
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }

    fn entries(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
        names.sort();
        names
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("no JSON, {why}: {text}"))
}

#[test]
fn one_scan_writes_every_output() {
    let cloud = aliyun::start(two_regions());
    let (certls, folder) = (Certls::new().aliyun(&cloud), Folder::new());
    let outputs = ["json", "jsonl", "csv", "tsv", "markdown", "prometheus"];
    let files: Vec<String> = outputs.iter().map(|format| folder.output(format, format)).collect();
    let run = certls.run(&format!("list {} -o table", files.join(" ")));
    assert_eq!((run.code, run.messages(), run.stdout.lines().count()), (0, "", 3), "{}", run.text());
    let asked = cloud.log.all().len();
    assert_eq!(cloud.log.count(SLB_LIST), 2, "each region once");
    assert_eq!(folder.entries(), ["csv", "json", "jsonl", "markdown", "prometheus", "tsv"]);
    assert_eq!(json(&folder.read("json"))["certificates"].as_array().map(Vec::len), Some(2));
    assert_eq!(folder.read("jsonl").lines().map(json).count(), 2);
    // A run for each prints the same, at another second perhaps.
    for format in ["csv", "tsv", "markdown", "table"] {
        let alone = certls.run(&format!("list -o {format}"));
        let written = if format == "table" { run.stdout.clone() } else { folder.read(format) };
        // What begins a file for spreadsheets has no place in a pipe.
        let mark = if format == "csv" { "\u{feff}" } else { "" };
        assert_eq!(format!("{mark}{}", alone.stdout), written, "{format}");
    }
    assert_eq!(cloud.log.all().len(), asked * 5, "no output asks more than another");
}

#[test]
fn without_a_format_for_it_nothing_is_printed_on_standard_output() {
    let cloud = aliyun::start(two_regions());
    let (certls, folder) = (Certls::new().aliyun(&cloud), Folder::new());
    for command in ["list", "check"] {
        let run = certls.run(&format!("{command} {}", folder.output("json", command)));
        assert_eq!(run.stdout, "", "{command}");
        assert!(!folder.read(command).is_empty());
    }
}

#[test]
fn check_writes_several_outputs_of_one_scan() {
    let cloud = aliyun::start(two_regions());
    let (certls, folder) = (Certls::new().aliyun(&cloud), Folder::new());
    let files = format!("{} {}", folder.output("json", "a"), folder.output("prometheus", "b"));
    let run = certls.run(&format!("check {files} {} -o text", folder.output("text", "c")));
    assert_eq!((run.code, cloud.log.count(SLB_LIST)), (1, 2), "{}", run.text());
    assert_eq!(json(&folder.read("a"))["state"], "WARNING");
    assert!(folder.read("b").contains("\nx509_cert_not_after{"), "{}", folder.read("b"));
    assert_eq!(folder.read("c"), run.stdout);
    // Quiet is for standard output; a file always tells.
    fs::remove_file(folder.path("a")).expect("removed");
    let run = certls.run(&format!("check -q -w 5d -c 1d {files}"));
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert_eq!(json(&folder.read("a"))["state"], "OK");
}

#[test]
fn an_incomplete_scan_is_written_too() {
    let (cloud, folder) = (one_region_denied(), Folder::new());
    let run = Certls::new().aliyun(&cloud).run(&format!("list {}", folder.output("json", "x")));
    assert_eq!(run.code, 3, "{}", run.text());
    assert_eq!(json(&folder.read("x"))["complete"], false);
}

#[test]
fn two_outputs_never_go_to_one_place() {
    let (cloud, folder) = (aliyun::start(two_regions()), Folder::new());
    let certls = Certls::new().aliyun(&cloud);
    let (x, here) = (folder.output("json", "x"), folder.output("csv", "./x"));
    let twice = [
        "-o json -o table".to_owned(),
        "-o json -o json".to_owned(),
        format!("{x} {x}"),
        format!("{x} {}", folder.output("prometheus", "x")),
        format!("{x} {here}"),
        "-o json=certls-test-x -o csv=./certls-test-x".to_owned(),
    ];
    for outputs in twice {
        let run = certls.run(&format!("list {outputs}"));
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{outputs}: {}", run.text());
    }
    assert_eq!((cloud.log.all().len(), folder.entries().len()), (0, 0), "nothing was asked or written");
}

#[test]
fn a_file_that_cannot_be_written_is_found_out_before_any_cloud_is_asked() {
    let (cloud, folder) = (aliyun::start(two_regions()), Folder::new());
    fs::create_dir(folder.path("directory")).expect("a folder");
    let below = |name: &str| folder.path(name).display().to_string();
    for (file, hint) in [
        ("none/x", format!("make the folder first: mkdir -p {}", below("none"))),
        ("none/further/x", format!("make the folder first: mkdir -p {}", below("none/further"))),
        ("directory", format!("name a file in it, such as {}", below("directory/certs"))),
    ] {
        for (command, code) in [("list", 1), ("which x.example.com", 1), ("accounts", 1), ("check", 3)] {
            let run = Certls::new().aliyun(&cloud).run(&format!("{command} {}", folder.output("json", file)));
            assert_eq!(run.code, code, "{command} {file}: {}", run.text());
            assert!(run.stderr.contains(&format!("error: {} cannot be written: ", below(file))), "{}", run.stderr);
            assert!(run.stderr.contains(&format!("hint: {hint}\n")), "{}", run.stderr);
            assert!(!run.stderr.contains(".tmp\"") && !run.stderr.contains("os error"), "{}", run.stderr);
        }
    }
    assert_eq!((cloud.log.all().len(), folder.entries()), (0, vec!["directory".to_owned()]));
}

#[test]
fn any_reader_sees_a_whole_file_at_any_time() {
    let (cloud, folder) = (aliyun_with(many_slb_records(200)), Folder::new());
    let certls = Certls::new().aliyun(&cloud);
    let arguments = format!("list {}", folder.output("json", "x"));
    assert_eq!(certls.run(&arguments).code, 0);
    let done = std::sync::atomic::AtomicBool::new(false);
    let path = folder.path("x");
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let document = json(&fs::read_to_string(&path).expect("a file at any time"));
                assert_eq!(document["certificates"].as_array().map(Vec::len), Some(200));
                reads += 1;
            }
            reads
        });
        let codes: Vec<i32> = (0..12).map(|_| certls.run(&arguments).code).collect();
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(codes, [0; 12]);
        assert!(reader.join().expect("whole files") > 12);
    });
    assert_eq!(folder.entries(), ["x"]);
}

/// Both regions hang.
fn hanging() -> Aliyun {
    aliyun::start(aliyun::World { faults: vec![Fault::always(SLB_LIST, Effect::Hang)], ..two_regions() })
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("a file").permissions().mode() & 0o7777
    }

    #[test]
    fn a_new_file_is_readable_to_all_and_an_old_one_keeps_its_mode() {
        let (cloud, folder) = (aliyun::start(two_regions()), Folder::new());
        let certls = Certls::new().aliyun(&cloud);
        let arguments = format!("list {}", folder.output("json", "x"));
        assert_eq!((certls.run(&arguments).code, mode(&folder.path("x"))), (0, 0o644));
        for wanted in [0o600, 0o640, 0o664] {
            fs::set_permissions(folder.path("x"), fs::Permissions::from_mode(wanted)).expect("a mode");
            assert_eq!((certls.run(&arguments).code, mode(&folder.path("x"))), (0, wanted));
        }
    }

    #[test]
    fn a_link_stays_a_link() {
        let (cloud, folder) = (aliyun::start(two_regions()), Folder::new());
        fs::create_dir(folder.path("far")).expect("a folder");
        fs::write(folder.path("far/old"), "old").expect("a file");
        for target in ["far/old", "far/new"] {
            let _ = fs::remove_file(folder.path("link"));
            symlink(target, folder.path("link")).expect("a link");
            let run = Certls::new().aliyun(&cloud).run(&format!("list {}", folder.output("json", "link")));
            assert_eq!(run.code, 0, "{target}: {}", run.text());
            assert_eq!(fs::read_link(folder.path("link")).ok().as_deref(), Some(Path::new(target)));
            assert_eq!(json(&folder.read(target))["complete"], true, "{target}");
        }
        assert_eq!(folder.entries(), ["far", "link"]);
    }

    #[test]
    fn what_is_no_file_is_written_to_and_not_replaced() {
        let (cloud, folder) = (aliyun::start(two_regions()), Folder::new());
        let pipe = folder.path("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        let certls = Certls::new().aliyun(&cloud);
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read_to_string(pipe).expect("something to read")
        });
        let run = certls.run(&format!("list {}", folder.output("json", "pipe")));
        let is_pipe = fs::symlink_metadata(&pipe).expect("a pipe").file_type().is_fifo();
        assert!(is_pipe, "the pipe was replaced by a file: {}", run.text());
        assert_eq!((run.code, json(&reader.join().expect("a text"))["complete"].clone()), (0, true.into()));
        assert_eq!(folder.entries(), ["pipe"]);
    }

    #[test]
    fn a_folder_that_may_not_be_written_leaves_the_old_file() {
        let (cloud, folder) = (aliyun::start(two_regions()), Folder::new());
        let closed = folder.path("closed");
        fs::create_dir(&closed).expect("a folder");
        fs::write(closed.join("x"), "old").expect("a file");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).expect("a mode");
        if fs::write(closed.join("probe"), "").is_ok() {
            println!("skipped: this user may write everywhere");
            return;
        }
        let run = Certls::new().aliyun(&cloud).run(&format!("list {}", folder.output("json", "closed/x")));
        assert_eq!((run.code, folder.read("closed/x")), (1, "old".to_owned()), "{}", run.text());
        assert_eq!(cloud.log.all().len(), 0);
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).expect("a mode");
    }

    #[test]
    fn a_full_disk_leaves_the_old_file_and_nothing_beside_it() {
        let (cloud, folder) = (aliyun_with(many_slb_records(10)), Folder::new());
        fs::write(folder.path("x"), "old").expect("a file");
        // A limit on the size of files stands for the disk.
        let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
        let certls = Certls::new().aliyun(&cloud);
        let arguments = format!("list {} {} -o json", folder.output("json", "x"), folder.output("csv", "small"));
        let plain = certls.command(&arguments.split(' ').chain(["--columns", "id", "--no-header"]).collect::<Vec<_>>());
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(plain.get_program()).args(plain.get_args()).env_clear().stdin(Stdio::null());
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let run = certls.checked(command.output().expect("certls runs"));
        assert_eq!((run.code, run.names().len()), (1, 10), "{}", run.text());
        assert_eq!((folder.read("x").as_str(), folder.entries()), ("old", vec!["small".to_owned(), "x".to_owned()]));
        assert_eq!(folder.read("small").lines().count(), 10);
    }

    #[test]
    fn a_run_that_is_killed_leaves_the_old_file_and_nothing_beside_it() {
        const UNKNOWN: &str = "CERTLS UNKNOWN - interrupted\n";
        for (signal, command, code, printed) in [
            ("-TERM", "list", 143, ""),
            ("-INT", "list", 130, ""),
            ("-HUP", "list", 129, ""),
            ("-QUIT", "list", 131, ""),
            ("-TERM", "check", 3, UNKNOWN),
            ("-INT", "check", 3, UNKNOWN),
            ("-HUP", "check", 3, UNKNOWN),
            ("-QUIT", "check", 3, UNKNOWN),
        ] {
            let (cloud, folder) = (hanging(), Folder::new());
            fs::write(folder.path("x"), "old").expect("a file");
            let certls = Certls::new().aliyun(&cloud);
            let arguments = format!("{command} {} {}", folder.output("json", "x"), folder.output("prometheus", "y"));
            let mut command = certls.command(&arguments.split(' ').collect::<Vec<_>>());
            let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("certls");
            wait_until("the request", || cloud.log.count(SLB_LIST) == 2);
            kill(&child, signal);
            let run = certls.checked(child.wait_with_output().expect("an end"));
            assert_eq!((run.code, run.stdout.as_str()), (code, printed), "{signal}: {}", run.text());
            assert_eq!((folder.read("x").as_str(), folder.entries()), ("old", vec!["x".to_owned()]));
        }
    }
}

#[test]
fn a_scan_that_ran_out_of_time_is_written_as_far_as_it_came() {
    let (cloud, folder) = (hanging(), Folder::new());
    let run = Certls::new().aliyun(&cloud).run(&format!("list --timeout 1s {}", folder.output("json", "x")));
    assert_eq!((run.code, folder.entries()), (1, vec!["x".to_owned()]), "{}", run.text());
    let document = json(&folder.read("x"));
    let timeouts = document["scopes"].as_array().expect("scopes").iter().filter(|scope| scope["status"] == "timeout");
    assert_eq!((timeouts.count(), &document["complete"]), (2, &false.into()));
}

#[test]
fn an_unchanged_name_is_enough_for_a_file_in_the_working_folder() {
    let (cloud, folder) = (aliyun_with(vec![slb_record("shop", 9)]), Folder::new());
    let certls = Certls::new().aliyun(&cloud);
    let mut command = certls.command(&["list", "-o", "json=a=b.json"]);
    let run = certls.checked(command.current_dir(folder.0.path()).output().expect("certls runs"));
    assert_eq!((run.code, folder.entries()), (0, vec!["a=b.json".to_owned()]), "{}", run.text());
}

//! What becomes of the old file: after a run that could read nothing, and of its owner, group and mode.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::fixtures::{
    SLB_LIST, aliyun_with, aliyun_world, many_slb_records, one_region_denied, slb_record, two_regions,
};
use crate::support::process::{kill, wait_until};
use crate::support::runner::Certls;
use clouds::aliyun::{self, Aliyun};
use clouds::fault::{Effect, Fault};

fn folder() -> TempDir {
    TempDir::new().expect("a folder")
}

/// Both regions fail.
fn failing(effect: Effect) -> Aliyun {
    aliyun::start(aliyun::World { faults: vec![Fault::always(SLB_LIST, effect)], ..two_regions() })
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}

/// Whether the tests run as root, who alone may give files away.
fn is_root(folder: &TempDir) -> bool {
    fs::metadata(folder.path()).expect("a folder").uid() == 0
}

const NOBODY: u32 = 65534;

#[test]
fn a_run_that_read_nothing_leaves_the_last_good_file() {
    for effect in [Effect::Denied, Effect::ServerError, Effect::Html200] {
        let (cloud, folder) = (failing(effect), folder());
        for format in ["csv", "tsv", "jsonl", "table", "markdown", "json"] {
            let file = folder.path().join(format);
            fs::write(&file, "the last good one").expect("a file");
            let run = Certls::new()
                .aliyun(&cloud)
                .run(&format!("list --retry-count 0 -o {format}={} -o prometheus=-", file.display()));
            assert_eq!(run.code, 1, "{}", run.text());
            assert_eq!(fs::read_to_string(&file).ok().as_deref(), Some("the last good one"), "{format}");
            let note = format!("note: {} was left as it was, since nothing could be read\n", file.display());
            assert!(run.stderr.contains(&note), "{format}: {}", run.stderr);
        }
        // `which` and `show` too.
        let file = folder.path().join("csv");
        for command in ["which shop.example.com", "show 1000"] {
            let run = Certls::new().aliyun(&cloud).run(&format!("{command} --retry-count 0 -o csv={}", file.display()));
            assert!(run.code != 0, "{}", run.text());
            assert_eq!(fs::read_to_string(&file).ok().as_deref(), Some("the last good one"), "{command}");
        }
    }
}

#[test]
fn a_run_that_read_nothing_makes_no_file_that_looks_like_an_empty_inventory() {
    let (cloud, folder) = (failing(Effect::Denied), folder());
    let formats = ["csv", "tsv", "jsonl", "table", "markdown", "json", "prometheus"];
    let outputs = formats.map(|format| format!("-o {format}={}", folder.path().join(format).display()));
    let run = Certls::new().aliyun(&cloud).run(&format!("list {}", outputs.join(" ")));
    assert_eq!((run.code, entries(folder.path())), (1, vec!["json".to_owned(), "prometheus".to_owned()]));
    let json: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("json")).expect("a file")).expect("JSON");
    assert_eq!(json["complete"], false);
}

#[test]
fn metrics_and_verdicts_are_replaced_since_they_say_themselves_that_nothing_was_read() {
    let (cloud, folder) = (failing(Effect::Denied), folder());
    let file = |name: &str| folder.path().join(name);
    for name in ["metrics", "verdict", "text"] {
        fs::write(file(name), "old").expect("a file");
    }
    let certls = Certls::new().aliyun(&cloud);
    assert_eq!(certls.run(&format!("list -o prometheus={}", file("metrics").display())).code, 1);
    let metrics = fs::read_to_string(file("metrics")).expect("a file");
    assert!(metrics.contains("certls_scope_up{") && !metrics.contains("x509_cert_"), "{metrics}");
    let outputs = format!("-o json={} -o text={}", file("verdict").display(), file("text").display());
    assert_eq!(certls.run(&format!("check {outputs}")).code, 3);
    assert!(fs::read_to_string(file("verdict")).expect("a file").contains("\"UNKNOWN\""));
    assert!(fs::read_to_string(file("text")).expect("a file").starts_with("CERTLS UNKNOWN - "));
}

#[test]
fn what_was_read_replaces_the_file_even_where_it_is_little() {
    let folder = folder();
    let file = folder.path().join("csv");
    let empty = aliyun::start(aliyun_world(&[("cn-hangzhou", &[])]));
    let selected = aliyun_with(vec![slb_record("shop", 9)]);
    for (cloud, args, code, lines) in
        [(&one_region_denied(), "", 3, 2), (&empty, "", 0, 1), (&selected, "--name nothing", 0, 1)]
    {
        fs::write(&file, "old").expect("a file");
        let run = Certls::new().aliyun(cloud).run(&format!("list {args} -o csv={}", file.display()));
        assert_eq!(run.code, code, "{}", run.text());
        assert_eq!(fs::read_to_string(&file).expect("a file").lines().count(), lines, "{}", run.text());
    }
}

#[test]
fn owner_group_and_mode_are_kept() {
    let (cloud, folder) = (aliyun_with(vec![slb_record("shop", 9)]), folder());
    if !is_root(&folder) {
        return;
    }
    let file = folder.path().join("certs");
    for (owner, group, mode) in [(NOBODY, NOBODY, 0o640), (0, NOBODY, 0o640), (NOBODY, 0, 0o604), (7, 8, 0o600)] {
        for format in ["prometheus", "csv", "json"] {
            fs::write(&file, "old").expect("a file");
            chown(&file, Some(owner), Some(group)).expect("an owner");
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("a mode");
            let run = Certls::new().aliyun(&cloud).run(&format!("list -o {format}={}", file.display()));
            assert_eq!((run.code, run.messages()), (0, ""), "{}", run.text());
            let now = fs::metadata(&file).expect("a file");
            assert_eq!((now.uid(), now.gid(), now.mode() & 0o7777), (owner, group, mode), "{format}");
            assert!(now.len() > 3);
        }
    }
}

#[test]
fn a_new_file_has_the_mode_of_the_umask() {
    let (cloud, folder) = (aliyun_with(vec![slb_record("shop", 9)]), folder());
    let certls = Certls::new().aliyun(&cloud);
    for (umask, mode) in [("077", 0o600), ("022", 0o644), ("002", 0o664)] {
        let file = folder.path().join(umask);
        let plain = certls.command(&["list", "-o", &format!("json={}", file.display())]);
        let mut command = Command::new("sh");
        command.args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")]).arg(plain.get_program());
        command.args(plain.get_args()).env_clear().stdin(Stdio::null());
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let run = certls.checked(command.output().expect("certls runs"));
        assert_eq!(run.code, 0, "{}", run.text());
        assert_eq!(fs::metadata(&file).expect("a file").mode() & 0o7777, mode, "{umask}");
    }
}

/// A folder that all users share, as /tmp, and a file elsewhere.
fn shared(folder: &TempDir) -> (PathBuf, PathBuf) {
    let (shared, victim) = (folder.path().join("shared"), folder.path().join("victim"));
    fs::create_dir(&shared).expect("a folder");
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o1777)).expect("a mode");
    fs::write(&victim, "important").expect("a file");
    (shared, victim)
}

#[test]
fn what_another_user_placed_in_a_shared_folder_is_not_followed() {
    let (cloud, folder) = (aliyun_with(vec![slb_record("shop", 9)]), folder());
    if !is_root(&folder) {
        return;
    }
    let (shared, victim) = shared(&folder);
    symlink(&victim, shared.join("link")).expect("a link");
    symlink(folder.path(), shared.join("folder")).expect("a link");
    symlink("link", shared.join("chain")).expect("a link");
    fs::write(shared.join("file"), "theirs").expect("a file");
    assert!(Command::new("mkfifo").arg(shared.join("pipe")).status().expect("mkfifo").success());
    for name in ["link", "folder", "chain", "file", "pipe"] {
        std::os::unix::fs::lchown(shared.join(name), Some(NOBODY), Some(NOBODY)).expect("an owner");
    }
    symlink(shared.join("link"), folder.path().join("outside")).expect("a link");
    let below = ["link", "folder/victim", "chain", "file", "pipe"].map(|name| shared.join(name));
    for path in below.iter().chain([&folder.path().join("outside")]) {
        for command in ["list", "check"] {
            let run = Certls::new().aliyun(&cloud).run(&format!("{command} -o json={}", path.display()));
            assert!([1, 3].contains(&run.code), "{}: {}", path.display(), run.text());
            assert!(run.stderr.contains("belongs to another user (uid 65534)"), "{}", run.stderr);
        }
    }
    assert_eq!((fs::read_to_string(&victim).expect("a file"), cloud.log.all().len()), ("important".to_owned(), 0));
}

#[test]
fn own_links_in_a_shared_folder_and_links_elsewhere_are_followed() {
    let (cloud, folder) = (aliyun_with(vec![slb_record("shop", 9)]), folder());
    let (shared, victim) = shared(&folder);
    symlink(&victim, shared.join("own")).expect("a link");
    let private = folder.path().join("link");
    symlink(&victim, &private).expect("a link");
    if is_root(&folder) {
        std::os::unix::fs::lchown(&private, Some(NOBODY), Some(NOBODY)).expect("an owner");
    }
    for path in [shared.join("own"), private] {
        fs::write(&victim, "old").expect("a file");
        let run = Certls::new().aliyun(&cloud).run(&format!("list -o json={}", path.display()));
        assert_eq!(run.code, 0, "{}", run.text());
        assert!(fs::read_to_string(&victim).expect("a file").contains("\"complete\": true"));
        assert!(fs::symlink_metadata(&path).expect("a link").is_symlink());
    }
}

#[test]
fn links_that_lead_in_a_circle_are_an_error() {
    let (cloud, folder) = (aliyun_with(vec![slb_record("shop", 9)]), folder());
    symlink("b", folder.path().join("a")).expect("a link");
    symlink("a", folder.path().join("b")).expect("a link");
    let run = Certls::new().aliyun(&cloud).run(&format!("list -o json={}", folder.path().join("a").display()));
    assert_eq!(run.code, 1, "{}", run.text());
    assert!(run.stderr.contains("leads in a circle"), "{}", run.stderr);
    assert_eq!(entries(folder.path()), ["a", "b"]);
}

#[test]
fn paths_and_links_to_one_file_are_one_output() {
    let (cloud, folder) = (aliyun_with(vec![slb_record("shop", 9)]), folder());
    fs::create_dir(folder.path().join("sub")).expect("a folder");
    fs::write(folder.path().join("a"), "old").expect("a file");
    symlink("a", folder.path().join("link")).expect("a link");
    symlink("new", folder.path().join("dangling")).expect("a link");
    let path = |name: &str| folder.path().join(name).display().to_string();
    for (one, other) in [("a", "sub/../a"), ("a", "link"), ("new", "dangling"), ("sub/x", "./sub/../sub/x")] {
        let run = Certls::new().aliyun(&cloud).run(&format!("list -o json={} -o csv={}", path(one), path(other)));
        assert_eq!(run.code, 2, "{one} {other}: {}", run.text());
    }
    assert_eq!(Certls::new().aliyun(&cloud).run("list -o json=/dev/stdout -o csv").code, 2);
    assert_eq!(cloud.log.all().len(), 0);
}

#[test]
fn a_hyphen_and_the_devices_of_standard_output_are_standard_output() {
    let (cloud, folder) = (aliyun_with(vec![slb_record("shop", 9)]), folder());
    let certls = Certls::new().aliyun(&cloud);
    for place in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        for command in ["list", "check", "accounts"] {
            let mut command = certls.command(&[command, "-o", &format!("json={place}")]);
            let run = certls.checked(command.current_dir(folder.path()).output().expect("certls runs"));
            assert!(run.json().is_object(), "{place}: {}", run.text());
        }
    }
    assert_eq!(entries(folder.path()), Vec::<String>::new());
    // A file of this name can still be made.
    let mut command = certls.command(&["list", "-o", "json=./-"]);
    let run = certls.checked(command.current_dir(folder.path()).output().expect("certls runs"));
    assert_eq!((run.stdout.as_str(), entries(folder.path())), ("", vec!["-".to_owned()]));
}

#[test]
fn what_is_appended_to_by_the_shell_is_not_replaced() {
    let (cloud, folder) = (aliyun_with(vec![slb_record("shop", 9)]), folder());
    let log = folder.path().join("log");
    for descriptor in ["/dev/stdout", "/dev/fd/3"] {
        fs::write(&log, "first line\n").expect("a file");
        let certls = Certls::new().aliyun(&cloud);
        let plain = certls.command(&["list", "-o", &format!("jsonl={descriptor}")]);
        let mut command = Command::new("bash");
        command.args(["-c", &format!("exec \"$0\" \"$@\" >>{0} 3>>{0}", log.display())]).arg(plain.get_program());
        command.args(plain.get_args()).env_clear().stdin(Stdio::null());
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let run = certls.checked(command.output().expect("certls runs"));
        assert_eq!(run.code, 0, "{}", run.text());
        let text = fs::read_to_string(&log).expect("a file");
        assert!(text.starts_with("first line\n{") && text.lines().count() == 2, "{descriptor}: {text}");
    }
}

#[test]
fn signals_during_a_replacement_are_heeded_after_it_and_leave_nothing() {
    for (signal, code) in
        [("-TERM", Some(143)), ("-HUP", Some(129)), ("-QUIT", Some(131)), ("-INT", Some(130)), ("-KILL", None)]
    {
        let (cloud, folder) = (aliyun_with(many_slb_records(2000)), folder());
        let file = folder.path().join("x");
        let certls = Certls::new().aliyun(&cloud);
        let mut command = certls.command(&["list", "-o", &format!("json={}", file.display()), "-o", "table"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("certls");
        let has_begun = || entries(folder.path()).iter().any(|name| name.starts_with(".certls-"));
        // The first temporary file tries the folder before the scan; the second is the file itself.
        wait_until("the writing", || {
            cloud.log.count(SLB_LIST) > 0 && has_begun() || child.try_wait().expect("a status").is_some()
        });
        if child.try_wait().expect("a status").is_some() {
            continue;
        }
        kill(&child, signal);
        let status = child.wait().expect("an end");
        // Where the signal came after everything was done, the run was at its end.
        assert!(status.code() == code || status.code() == Some(0), "{signal}: {status}");
        let left: Vec<String> = entries(folder.path()).into_iter().filter(|name| name != "x").collect();
        assert!(signal == "-KILL" || left.is_empty(), "{signal}: {left:?}");
    }
}

#[test]
fn what_a_killed_run_left_is_removed_by_the_next_one() {
    let (cloud, folder) = (aliyun_with(vec![slb_record("shop", 9)]), folder());
    let left = folder.path().join(".certls-Ab12cd.tmp");
    for command in ["list", "check"] {
        fs::write(&left, "half a file").expect("a file");
        fs::write(folder.path().join(".certls-notes"), "mine").expect("a file");
        let run = Certls::new().aliyun(&cloud).run(&format!("{command} -o json={}", folder.path().join("x").display()));
        assert!(run.code < 3, "{}", run.text());
        assert_eq!(entries(folder.path()), [".certls-notes", "x"], "{command}");
    }
}

#[test]
fn runs_at_the_same_time_leave_each_others_files() {
    let (cloud, folder) = (aliyun_with(many_slb_records(300)), folder());
    let certls = Certls::new().aliyun(&cloud);
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..6)
            .map(|number| {
                let (certls, file) = (&certls, folder.path().join(format!("x{}", number % 2)));
                scope.spawn(move || certls.run(&format!("list -o json={}", file.display())))
            })
            .collect();
        for run in runs {
            let run = run.join().expect("a run");
            assert_eq!(run.code, 0, "{}", run.text());
        }
    });
    assert_eq!(entries(folder.path()), ["x0", "x1"]);
}

#[test]
fn under_nohup_a_hangup_is_ignored() {
    let cloud = aliyun::start(aliyun::World {
        faults: vec![Fault::always(SLB_LIST, Effect::Delay(std::time::Duration::from_millis(1500)))],
        ..two_regions()
    });
    let certls = Certls::new().aliyun(&cloud);
    let plain = certls.command(&["list", "-o", "json"]);
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(plain.get_program()).args(plain.get_args());
    command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("certls");
    wait_until("the request", || cloud.log.count(SLB_LIST) == 2);
    kill(&child, "-HUP");
    let run = certls.checked(child.wait_with_output().expect("an end"));
    assert_eq!((run.code, run.names().len()), (0, 2), "{}", run.text());
}

//! Programs that give keys: they end with the run, whatever ends it, and see no other cloud's secrets.
#![cfg(unix)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::fixtures::two_regions;
use crate::support::process::{kill, wait_until};
use crate::support::runner::{ALIYUN_KEY, ALIYUN_SECRET, Certls, HUAWEI_PASSWORD};
use clouds::aliyun::{self, Aliyun};

/// certls with profiles of the vendor's command line that run this program.
fn certls(cloud: &Aliyun, profiles: usize, command: &str) -> Certls {
    let profile = |number: usize| json!({"name": format!("p{number}"), "mode": "External", "process_command": command});
    let profiles: Vec<_> = (0..profiles).map(profile).collect();
    let certls = Certls::new().aliyun_at(&cloud.url);
    let path = certls.file("config.json", &json!({"current": "p0", "profiles": profiles}).to_string());
    certls.env("ALIBABA_CLOUD_CONFIG_FILE", &path)
}

/// A program that writes the id of its child to a file, and waits for the child.
fn waiting(folder: &tempfile::TempDir) -> (PathBuf, String) {
    let pid = folder.path().join("pid");
    let command = format!("sh -c 'sleep 60 & echo $! > {0}.new; mv {0}.new {0}; wait'", pid.display());
    (pid, command)
}

fn is_alive(pid: &str) -> bool {
    // A process that has ended stays until it is waited for.
    let state = Command::new("ps").args(["-o", "stat=", "-p", pid]).output().expect("ps");
    let state = String::from_utf8_lossy(&state.stdout);
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}

#[test]
fn a_signal_ends_a_program_and_its_children() {
    let cloud = aliyun::start(two_regions());
    for signal in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, command) = waiting(&folder);
        let certls = certls(&cloud, 1, &command);
        let mut run = certls
            .command(&["list", "-p", "aliyun"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("certls");
        wait_until("the program", || file.exists());
        let child = fs::read_to_string(&file).expect("an id").trim().to_owned();
        assert!(is_alive(&child));
        kill(&run, signal);
        run.wait().expect("an end");
        wait_until("the end of the child", || !is_alive(&child));
    }
}

#[test]
fn the_time_limit_of_the_run_ends_a_program_and_its_children() {
    let cloud = aliyun::start(two_regions());
    let folder = tempfile::tempdir().expect("a folder");
    let (file, command) = waiting(&folder);
    let run = certls(&cloud, 1, &command).run("list -p aliyun --timeout 2s");
    assert_eq!(run.code, 1, "{}", run.text());
    let child = fs::read_to_string(&file).expect("an id").trim().to_owned();
    wait_until("the end of the child", || !is_alive(&child));
}

#[test]
fn few_programs_run_at_once() {
    let cloud = aliyun::start(two_regions());
    let folder = tempfile::tempdir().expect("a folder");
    let keys = json!({"mode": "AK", "access_key_id": ALIYUN_KEY, "access_key_secret": ALIYUN_SECRET}).to_string();
    let (keys_file, running) = (folder.path().join("keys"), folder.path().join("running"));
    fs::write(&keys_file, keys).expect("a file");
    fs::create_dir(&running).expect("a folder");
    let most = folder.path().join("most");
    let command = format!(
        "sh -c 'touch {0}/$$; ls {0} | wc -l >> {1}; sleep 0.3; rm {0}/$$; cat {2}'",
        running.display(),
        most.display(),
        keys_file.display()
    );
    let certls = certls(&cloud, 12, &command);
    let account = |number: usize| {
        format!("[accounts.a{number}]\nprovider = \"aliyun\"\nregions = [\"cn-hangzhou\"]\nprofile = \"p{number}\"\n")
    };
    let config = certls.file("config.toml", &(0..12).map(account).collect::<String>());
    let run = certls.env("CERTLS_CONFIG", &config).run("list -o json");
    assert_eq!((run.code, run.names().len()), (0, 12), "{}", run.text());
    let counts = fs::read_to_string(&most).expect("counts");
    let most = counts.split_whitespace().map(|count| count.parse::<usize>().expect("a number")).max();
    assert!(most.is_some_and(|most| most <= 4), "{counts}");
}

#[test]
fn a_program_sees_no_secret_of_another_cloud() {
    let cloud = aliyun::start(two_regions());
    let folder = tempfile::tempdir().expect("a folder");
    let seen = folder.path().join("seen");
    let certls = certls(&cloud, 1, &format!("sh -c 'env > {}; exit 1'", seen.display()));
    let run = certls.env("HW_USER_PASSWORD", HUAWEI_PASSWORD).env("OWN_SETTING", "x").run("list -p aliyun");
    assert_eq!(run.code, 2, "{}", run.text());
    let seen = fs::read_to_string(&seen).expect("an environment");
    assert!(seen.contains("OWN_SETTING=x") && !seen.contains("HW_USER_PASSWORD"), "{seen}");
}

#[test]
fn a_program_that_prints_for_ever_is_stopped_at_once() {
    let cloud = aliyun::start(two_regions());
    let begun = Instant::now();
    let run = certls(&cloud, 1, "yes").run("list -p aliyun");
    assert_eq!(run.code, 2, "{}", run.text());
    assert!(run.stderr.contains("its program `yes` printed more than 64 KiB"), "{}", run.stderr);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

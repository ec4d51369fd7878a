//! Every source of credentials, a folder each: `<provider>/<case>/{env.json, home/…, cloud.json, expect.json}`.
//!
//! A case is the real binary with no environment but `env.json`, a copy of `home/` as its home folder, and a
//! simulated cloud. `${HOME}` and `${CLOUD}` stand for those two in every file. `expect.json` tells the exit code,
//! whose resources were reached with which key, how often each call was made, and words on standard error.
//! Everything secret in a case has `TEST` in it, and so has everything that a cloud issues: it must show nowhere,
//! and the binary logs all that it can.

mod worlds;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clouds::request_log::{Log, LoggedRequest};
use serde::Deserialize;
use worlds::Cloud;

/// Nothing listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    /// What the case shows.
    about: String,
    exit: i32,
    /// Whose certificates were asked for: the account's id. None where none were.
    owner: Option<String>,
    /// The key they were asked with; left out for keys that the cloud issued.
    key: Option<String>,
    /// How often each call was made.
    #[serde(default)]
    calls: BTreeMap<String, usize>,
    /// Words on standard error.
    #[serde(default)]
    stderr: Vec<String>,
    #[serde(default)]
    not_stderr: Vec<String>,
    /// Arguments beside the usual ones.
    #[serde(default)]
    args: Vec<String>,
}

struct Case {
    folder: PathBuf,
    home: tempfile::TempDir,
    cloud: worlds::Running,
}

impl Case {
    fn open(provider: &str, folder: &Path) -> Self {
        let cloud: Cloud = match fs::read_to_string(folder.join("cloud.json")) {
            Ok(text) => serde_json::from_str(&text).expect("cloud.json"),
            Err(_) => Cloud::default(),
        };
        let case = Self {
            folder: folder.to_owned(),
            home: tempfile::tempdir().expect("a folder"),
            cloud: worlds::start(provider, &cloud),
        };
        case.copy(&folder.join("home"), case.home.path());
        case
    }

    fn copy(&self, from: &Path, to: &Path) {
        let Ok(entries) = fs::read_dir(from) else { return };
        for entry in entries {
            let entry = entry.expect("an entry");
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                fs::create_dir(&target).expect("a folder");
                self.copy(&entry.path(), &target);
            } else {
                fs::write(&target, self.fill(&read(&entry.path()))).expect("a file");
            }
        }
    }

    fn fill(&self, text: &str) -> String {
        let now = chrono::Utc::now().timestamp();
        text.replace("${HOME}", &self.home.path().display().to_string())
            .replace("${CLOUD}", self.cloud.url())
            .replace("${PROJECT}", &clouds::records::id_of("cn-north-4"))
            .replace("${IN_AN_HOUR}", &(now + 3600).to_string())
            .replace("${AN_HOUR_AGO}", &(now - 3600).to_string())
    }

    fn file<T: for<'de> Deserialize<'de>>(&self, name: &str) -> T {
        let path = self.folder.join(name);
        serde_json::from_str(&self.fill(&read(&path))).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn run(&self, region: &str, args: &[String]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_certls"));
        command.args(["-vv", "list", "-o", "json", "--region", region, "--retry-count", "1"]).args(args).env_clear();
        command.env("HOME", self.home.path()).env("USERPROFILE", self.home.path());
        // No case may reach anything but loopback, whatever it sets.
        for service in ["ALIYUN_SLB", "ALIYUN_STS", "HUAWEI_ELB", "HUAWEI_IAM"] {
            command.env(format!("CERTLS_ENDPOINT_{service}"), self.cloud.url());
        }
        for provider in ["aliyun", "huawei"] {
            let answers = self.cloud.has_metadata_of(provider);
            let address = if answers { self.cloud.url() } else { NOWHERE };
            command.env(format!("CERTLS_ENDPOINT_{}_METADATA", provider.to_uppercase()), address);
        }
        command.env("HTTPS_PROXY", NOWHERE).env("HTTP_PROXY", NOWHERE);
        command.envs(self.file::<BTreeMap<String, String>>("env.json"));
        command.output().expect("certls runs")
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What is wrong with how the case went; empty where all is well.
fn check(expect: &Expect, output: &Output, log: &Log) -> Vec<String> {
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let mut wrong = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            wrong.push(what);
        }
    };
    must(output.status.code() == Some(expect.exit), format!("exit {:?}, not {}", output.status.code(), expect.exit));
    let asked: Vec<LoggedRequest> =
        log.all().into_iter().filter(|seen| worlds::LISTS.contains(&seen.action.as_str())).collect();
    match &expect.owner {
        None => must(asked.is_empty(), format!("certificates were asked for: {asked:?}")),
        Some(owner) => {
            must(!asked.is_empty(), "no certificates were asked for".to_owned());
            must(asked.iter().all(|seen| seen.owner == *owner), format!("reached another account: {asked:?}"));
        }
    }
    if let Some(key) = &expect.key {
        must(asked.iter().all(|seen| seen.account == *key), format!("asked with another key: {asked:?}"));
    }
    for (action, times) in &expect.calls {
        must(log.count(action) == *times, format!("{action} was called {} times, not {times}", log.count(action)));
    }
    for words in &expect.stderr {
        must(stderr.contains(words), format!("stderr lacks `{words}`"));
    }
    for words in &expect.not_stderr {
        must(!stderr.contains(words), format!("stderr has `{words}`"));
    }
    must(!stdout.contains("TEST") && !stderr.contains("TEST"), "a secret shows".to_owned());
    if !wrong.is_empty() {
        wrong.insert(0, expect.about.clone());
        wrong.push(format!("stderr:\n{stderr}"));
    }
    wrong
}

/// A secret that is not named so would pass unseen.
fn unmarked_secrets(text: &str) -> Vec<String> {
    const NAMES: [&str; 13] = [
        "ACCESS_KEY",
        "ACCESS_KEY_ID",
        "SECRET",
        "SECRET_KEY",
        "TOKEN",
        "_AK",
        "_SK",
        "PASSWORD",
        "ACCESSKEYID",
        "SECRETACCESSKEY",
        "SECURITYTOKEN",
        "EXTERNAL_ID",
        "ACCESSKEYSECRET",
    ];
    let secret = |line: &&str| {
        let Some((name, value)) = line.split_once([':', '=']) else { return false };
        let name = name.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_').to_ascii_uppercase();
        let value = value.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        !value.is_empty()
            && (["AK", "SK"].contains(&name.as_str()) || NAMES.iter().any(|end| name.ends_with(end)))
            && !value.contains("TEST")
    };
    text.split([',', '\n', '{', '}']).filter(secret).map(str::to_owned).collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn all(provider: &str, region: &str, at_least: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/credentials").join(provider);
    let mut cases: Vec<PathBuf> =
        fs::read_dir(&folder).expect("the cases").map(|entry| entry.expect("a case").path()).collect();
    cases.sort();
    assert!(cases.len() >= at_least, "only {} cases", cases.len());
    let mut failed = Vec::new();
    for folder in cases {
        let mut paths = Vec::new();
        files(&folder, &mut paths);
        let config = |path: &&PathBuf| !path.ends_with("expect.json") && !path.ends_with("config.toml");
        let unmarked: Vec<String> =
            paths.iter().filter(config).flat_map(|path| unmarked_secrets(&read(path))).collect();
        let case = Case::open(provider, &folder);
        let expect: Expect = case.file("expect.json");
        let output = case.run(region, &expect.args);
        let mut wrong = check(&expect, &output, case.cloud.log());
        wrong.extend(unmarked.iter().map(|line| format!("this secret has no TEST in it: {line}")));
        if !wrong.is_empty() {
            failed.push(format!("{}:\n  {}", folder.display(), wrong.join("\n  ")));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
fn alibaba_cloud() {
    all("aliyun", "cn-hangzhou", 35);
}

#[test]
fn huawei_cloud() {
    all("huawei", "cn-north-4", 15);
}

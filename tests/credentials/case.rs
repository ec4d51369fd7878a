//! One case: what it expects, how it runs, and how the two are compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clouds::request_log::{Log, LoggedRequest};
use serde::Deserialize;

use crate::cloud::{self, Cloud};
use crate::secrets;

/// Nothing listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

/// `expect.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    /// What the case shows.
    about: String,
    exit: i32,
    /// The id of the account whose certificates were requested; `None` where no certificates were.
    owner: Option<String>,
    /// The access key of those requests; left out for keys that the cloud issued.
    key: Option<String>,
    /// The number of requests for each call.
    #[serde(default)]
    calls: BTreeMap<String, usize>,
    /// Parts of standard error.
    #[serde(default)]
    stderr: Vec<String>,
    /// Texts that are not in standard error.
    #[serde(default)]
    not_stderr: Vec<String>,
    /// Arguments after the usual ones.
    #[serde(default)]
    args: Vec<String>,
}

/// Runs the case in `folder`.
///
/// # Errors
///
/// Returns everything that differs from `expect.json`, and every secret in the folder without a mark.
pub(crate) fn run(provider: &str, region: &str, folder: &Path) -> Result<(), String> {
    let case = Case::open(provider, folder);
    let expect: Expect = case.file("expect.json");
    let output = case.run(region, &expect.args);
    let mut differences = check(&expect, &output, case.cloud.log());
    differences.extend(secrets::unmarked(folder).iter().map(|line| format!("this secret has no TEST in it: {line}")));
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n  ")) }
}

/// A case, with its home folder and its cloud.
struct Case {
    folder: PathBuf,
    home: tempfile::TempDir,
    cloud: cloud::Running,
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
            cloud: cloud::start(provider, &cloud),
        };
        case.copy(&folder.join("home"), case.home.path());
        if let Ok(text) = fs::read_to_string(folder.join("modes.json")) {
            let modes: BTreeMap<String, String> = serde_json::from_str(&text).expect("modes.json");
            for (file, mode) in &modes {
                protect(&case.home.path().join(file), mode);
            }
        }
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
                protect(&target, "600");
            }
        }
    }

    /// Replaces the variables of a file.
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
        // No case may reach anything but loopback.
        for service in ["ALIYUN_SLB", "ALIYUN_STS", "HUAWEI_ELB", "HUAWEI_IAM"] {
            command.env(format!("CERTLS_ENDPOINT_{service}"), self.cloud.url());
        }
        for provider in ["aliyun", "huawei"] {
            let has_metadata = self.cloud.has_metadata_of(provider);
            let address = if has_metadata { self.cloud.url() } else { NOWHERE };
            command.env(format!("CERTLS_ENDPOINT_{}_METADATA", provider.to_uppercase()), address);
        }
        command.env("HTTPS_PROXY", NOWHERE).env("HTTP_PROXY", NOWHERE);
        command.envs(self.file::<BTreeMap<String, String>>("env.json"));
        command.output().expect("certls runs")
    }
}

/// Returns the differences between a run and its expectation; none where the case passes.
fn check(expect: &Expect, output: &Output, log: &Log) -> Vec<String> {
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let mut differences = Vec::new();
    let mut must = |holds: bool, message: String| {
        if !holds {
            differences.push(message);
        }
    };
    must(output.status.code() == Some(expect.exit), format!("exit {:?}, not {}", output.status.code(), expect.exit));
    let lists: Vec<LoggedRequest> =
        log.all().into_iter().filter(|request| cloud::LISTS.contains(&request.action.as_str())).collect();
    match &expect.owner {
        None => must(lists.is_empty(), format!("certificates were requested: {lists:?}")),
        Some(owner) => {
            must(!lists.is_empty(), "no certificates were requested".to_owned());
            must(lists.iter().all(|request| request.owner == *owner), format!("reached another account: {lists:?}"));
        }
    }
    if let Some(key) = &expect.key {
        must(lists.iter().all(|request| request.account == *key), format!("another key was used: {lists:?}"));
    }
    for (action, times) in &expect.calls {
        must(log.count(action) == *times, format!("{action} was called {} times, not {times}", log.count(action)));
    }
    for text in &expect.stderr {
        must(stderr.contains(text), format!("stderr lacks `{text}`"));
    }
    for text in &expect.not_stderr {
        must(!stderr.contains(text), format!("stderr has `{text}`"));
    }
    must(!stdout.contains("TEST") && !stderr.contains("TEST"), "a secret was printed".to_owned());
    if !differences.is_empty() {
        differences.insert(0, expect.about.clone());
        differences.push(format!("stderr:\n{stderr}"));
    }
    differences
}

/// Sets the mode of a file, in octal digits.
fn protect(path: &Path, mode: &str) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = u32::from_str_radix(mode, 8).expect("octal digits");
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
}

/// Returns the text of a file.
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

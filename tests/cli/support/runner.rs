//! Runs the real binary in an empty environment, away from any home folder.
//!
//! Every run also checks that no secret is printed, that nothing is written to the home folder, and that no escape
//! code goes to a pipe.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use clouds::aliyun::Aliyun;
use clouds::huawei::Huawei;
use clouds::wire::encode;

// Each contains characters that percent-encoding, base64 or JSON escape.
pub(crate) const ALIYUN_KEY: &str = "LTAI5tPLANTEDALIKEYID";
pub(crate) const ALIYUN_SECRET: &str = "PLANTED/ali+secret=00000001";
pub(crate) const ALIYUN_TOKEN: &str = "CAIS+PLANTED/sts~token*with==";
pub(crate) const HUAWEI_KEY: &str = "PLANTEDHWACCESSKEY01";
pub(crate) const HUAWEI_SECRET: &str = "PLANTEDhwSecretKey000000000000000000001";
pub(crate) const HUAWEI_SECURITY_TOKEN: &str = "gQpj+PLANTED/security*token==";
pub(crate) const HUAWEI_TOKEN: &str = "MIIP+PLANTED-given/token==";
pub(crate) const HUAWEI_USER: &str = "reader";
pub(crate) const HUAWEI_PASSWORD: &str = "PLANTED \"pass\" wörd&%1\\";
pub(crate) const HUAWEI_DOMAIN: &str = "IAMDomain";

/// The secrets that no run may print, beside those in its environment.
const PLANTED: &[&str] = &[
    ALIYUN_KEY,
    ALIYUN_SECRET,
    ALIYUN_TOKEN,
    HUAWEI_KEY,
    HUAWEI_SECRET,
    HUAWEI_SECURITY_TOKEN,
    HUAWEI_TOKEN,
    HUAWEI_PASSWORD,
    "PLANTED-PRIVATE-KEY",
    "PLANTED-ENC-PRIVATE-KEY",
    "TESTTOKEN-",
];

/// Longer than any run takes, so that a run that hangs fails its test.
const RUN_TIMEOUT: Duration = Duration::from_secs(40);

/// The parts of the output that differ from run to run, for snapshots.
pub(crate) const FILTERS: &[(&str, &str)] = &[
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"00000000-0000-4000-8000-[0-9a-fA-F]{12}", "REQUEST"),
    (r"\b0{16}[0-9a-f]{16}\b", "REQUEST"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
    (r"\b20\d\d-\d\d-\d\d\b", "20YY-MM-DD"),
    (r#"(serial_number"?:? +"?)[0-9a-f]+"#, "${1}SERIAL"),
    (r"\b[0-9a-f]{64}\b", "SHA256"),
    (r"\b[0-9a-f]{40}\b", "SHA1"),
];

/// Compares a run with an inline snapshot.
macro_rules! assert_run {
    ($run:expr, @$expected:literal) => {
        insta::with_settings!({ filters => crate::support::runner::FILTERS.to_vec() }, {
            insta::assert_snapshot!($run.text(), @$expected);
        })
    };
}
pub(crate) use assert_run;

/// A home folder and an environment for certls.
pub(crate) struct Certls {
    home: TempDir,
    env: Vec<(String, String)>,
}

impl Certls {
    pub(crate) fn new() -> Self {
        Self { home: TempDir::new().expect("a home"), env: Vec::new() }
    }

    #[must_use]
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub(crate) fn envs(self, variables: &[(&str, &str)]) -> Self {
        variables.iter().fold(self, |certls, (name, value)| certls.env(name, value))
    }

    /// Sets the endpoints and the planted access key of this cloud.
    #[must_use]
    pub(crate) fn aliyun(self, cloud: &Aliyun) -> Self {
        self.aliyun_at(&cloud.url).aliyun_keys()
    }

    #[must_use]
    pub(crate) fn aliyun_at(self, url: &str) -> Self {
        let services = ["SLB", "STS", "CAS"].map(|service| format!("CERTLS_ENDPOINT_ALIYUN_{service}"));
        services.iter().fold(self, |certls, name| certls.env(name, url))
    }

    #[must_use]
    pub(crate) fn aliyun_keys(self) -> Self {
        self.env("ALIBABA_CLOUD_ACCESS_KEY_ID", ALIYUN_KEY).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", ALIYUN_SECRET)
    }

    /// Sets the endpoints and the planted access key of this cloud.
    #[must_use]
    pub(crate) fn huawei(self, cloud: &Huawei) -> Self {
        self.huawei_at(&cloud.url).huawei_keys()
    }

    #[must_use]
    pub(crate) fn huawei_at(self, url: &str) -> Self {
        let services = ["ELB", "IAM", "SCM"].map(|service| format!("CERTLS_ENDPOINT_HUAWEI_{service}"));
        services.iter().fold(self, |certls, name| certls.env(name, url))
    }

    #[must_use]
    pub(crate) fn huawei_keys(self) -> Self {
        self.env("HUAWEICLOUD_SDK_AK", HUAWEI_KEY).env("HUAWEICLOUD_SDK_SK", HUAWEI_SECRET)
    }

    /// Writes a file outside of the home folder, and returns its path.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let folder = self.home.path().join("given");
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(name);
        std::fs::write(&path, content).expect("a file");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("a mode");
        }
        path.to_str().expect("a path in UTF-8").to_owned()
    }

    /// Runs certls to its end. `args` are separated by white space.
    pub(crate) fn run(&self, args: &str) -> Run {
        self.run_args(&args.split_whitespace().collect::<Vec<_>>())
    }

    pub(crate) fn run_args(&self, args: &[&str]) -> Run {
        let output = assert_cmd::Command::from_std(self.command(args)).timeout(RUN_TIMEOUT).output();
        self.checked(output.expect("certls runs"))
    }

    /// Returns the command, for a test that does more than wait for its end. The test passes the output to [`checked`].
    ///
    /// [`checked`]: Self::checked
    pub(crate) fn command(&self, args: &[&str]) -> std::process::Command {
        let home = self.home.path().join("home");
        std::fs::create_dir_all(&home).expect("a home");
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_certls"));
        command.args(args).env_clear().env("HOME", home).stdin(Stdio::null());
        // No test may reach the metadata service of this machine.
        for provider in ["ALIYUN", "HUAWEI"] {
            command.env(format!("CERTLS_ENDPOINT_{provider}_METADATA"), "http://127.0.0.1:9");
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Checks what must hold for every run, and returns its result.
    pub(crate) fn checked(&self, output: Output) -> Run {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output in UTF-8");
        let run = Run {
            code: output.status.code().unwrap_or_else(|| panic!("certls was killed: {output:?}")),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        let printed = format!("{}{}", run.stdout, run.stderr);
        let own = self.env.iter().filter(|(name, _)| is_secret(name)).map(|(_, value)| value.as_str());
        for secret in PLANTED.iter().copied().chain(own).filter(|secret| !secret.is_empty()) {
            assert_hidden(secret, &printed);
        }
        assert_no_signature(&printed);
        assert!(!printed.contains('\x1b'), "an escape code in a pipe: {printed:?}");
        assert!(is_empty(&self.home.path().join("home")), "something was written to the home folder");
        run
    }
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

/// Tells whether a variable of this name contains a secret.
fn is_secret(name: &str) -> bool {
    let marks = ["KEY", "SECRET", "TOKEN", "PASSWORD", "_AK", "_SK"];
    marks.iter().any(|mark| name.contains(mark))
}

/// Returns the secret in every form in which a cloud may return it.
pub(crate) fn forms(secret: &str) -> Vec<String> {
    let once = encode(secret);
    let json = Value::from(secret).to_string();
    let json = json.trim_matches('"').to_owned();
    vec![secret.to_owned(), encode(&once), encode(&json), once, json.clone(), json.replace('\\', "\\\\")]
}

fn assert_hidden(secret: &str, printed: &str) {
    for form in forms(secret) {
        assert!(!printed.contains(&form), "the secret {form} was printed:\n{printed}");
    }
}

/// In the requests of both clouds, a signature follows this word.
fn assert_no_signature(printed: &str) {
    for (at, mark) in printed.match_indices("Signature=") {
        let value = &printed[at + mark.len()..];
        let signs = value.chars().take_while(|c| c.is_ascii_alphanumeric() || "%+/".contains(*c)).count();
        assert!(signs < 20, "a signature was printed:\n{printed}");
    }
}

/// The result of a run.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Returns the exit code and both streams, for snapshots.
    pub(crate) fn text(&self) -> String {
        let Self { code, stdout, stderr } = self;
        format!("exit {code}\n--- stdout\n{stdout}--- stderr\n{stderr}")
    }

    /// Returns standard error without the summary of a complete scan.
    pub(crate) fn messages(&self) -> &str {
        let receipt = self
            .stderr
            .lines()
            .next_back()
            .filter(|line| line.ends_with(" scope: all read") || line.ends_with(" scopes: all read"));
        self.stderr.strip_suffix(&format!("{}\n", receipt.unwrap_or("\n"))).unwrap_or(&self.stderr)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|why| panic!("no JSON, {why}:\n{}", self.text()))
    }

    pub(crate) fn certificates(&self) -> Vec<Value> {
        self.json()["certificates"].as_array().expect("certificates").clone()
    }

    /// Returns the certificate of this name.
    pub(crate) fn certificate(&self, name: &str) -> Value {
        let found = self.certificates().into_iter().find(|certificate| certificate["name"] == name);
        found.unwrap_or_else(|| panic!("no certificate {name}:\n{}", self.text()))
    }

    /// Returns the names of all certificates, in their order.
    pub(crate) fn names(&self) -> Vec<String> {
        let text = |certificate: &Value| certificate["name"].as_str().unwrap_or("?").to_owned();
        self.certificates().iter().map(text).collect()
    }

    /// Returns the only scope of this region.
    pub(crate) fn scope(&self, region: &str) -> Value {
        let all = self.json()["scopes"].as_array().expect("scopes").clone();
        let mut found = all.into_iter().filter(|scope| scope["region"] == region);
        let scope = found.next().unwrap_or_else(|| panic!("no scope {region}:\n{}", self.text()));
        assert!(found.next().is_none(), "two scopes {region}:\n{}", self.text());
        scope
    }

    /// Returns a line for each scope: `aliyun cn-hangzhou ok 2`.
    pub(crate) fn scopes(&self) -> Vec<String> {
        let line = |scope: &Value| {
            let word = |key: &str| scope[key].as_str().unwrap_or_default().to_owned();
            format!("{} {} {} {}", word("provider"), word("region"), word("status"), scope["certificates"])
        };
        self.json()["scopes"].as_array().expect("scopes").iter().map(line).collect()
    }
}

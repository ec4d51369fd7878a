//! certls as its users run it: the real binary in an empty environment, far from any home folder.
//!
//! Every run is also a test that no secret leaves, that nothing is written to the home folder, and
//! that nothing which is not a terminal gets an escape code.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use clouds::aliyun::Aliyun;
use clouds::huawei::Huawei;
use clouds::wire::encode;

// Each holds characters that percent-encoding, base64 or JSON write in another way.
pub(crate) const ALI_KEY: &str = "LTAI5tPLANTEDALIKEYID";
pub(crate) const ALI_SECRET: &str = "PLANTED/ali+secret=00000001";
pub(crate) const ALI_TOKEN: &str = "CAIS+PLANTED/sts~token*with==";
pub(crate) const HW_KEY: &str = "PLANTEDHWACCESSKEY01";
pub(crate) const HW_SECRET: &str = "PLANTEDhwSecretKey000000000000000000001";
pub(crate) const HW_SECURITY_TOKEN: &str = "gQpj+PLANTED/security*token==";
pub(crate) const HW_TOKEN: &str = "MIIP+PLANTED-given/token==";
pub(crate) const HW_USER: &str = "reader";
pub(crate) const HW_PASSWORD: &str = "PLANTED \"pass\" wörd&%1\\";
pub(crate) const HW_DOMAIN: &str = "IAMDomain";

/// What no run may ever print, beside the values of the environment that are secrets.
const PLANTED: &[&str] = &[
    ALI_KEY,
    ALI_SECRET,
    ALI_TOKEN,
    HW_KEY,
    HW_SECRET,
    HW_SECURITY_TOKEN,
    HW_TOKEN,
    HW_PASSWORD,
    "PLANTED-PRIVATE-KEY",
    "PLANTED-ENC-PRIVATE-KEY",
    "TESTTOKEN-",
];

/// Longer than any run takes, so that one that hangs fails its test.
const PATIENCE: Duration = Duration::from_secs(40);

/// What differs from run to run, for snapshots.
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

/// Compares a run with a snapshot beside the test.
macro_rules! assert_run {
    ($run:expr, @$expected:literal) => {
        insta::with_settings!({ filters => crate::certls::FILTERS.to_vec() }, {
            insta::assert_snapshot!($run.text(), @$expected);
        })
    };
}
pub(crate) use assert_run;

/// An environment to run certls in.
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

    /// Leads to this cloud, with the planted key.
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
        self.env("ALIBABA_CLOUD_ACCESS_KEY_ID", ALI_KEY).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", ALI_SECRET)
    }

    /// Leads to this cloud, with the planted key.
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
        self.env("HUAWEICLOUD_SDK_AK", HW_KEY).env("HUAWEICLOUD_SDK_SK", HW_SECRET)
    }

    /// A folder that is this run's own. What a test puts there is not taken for certls' doing.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let folder = self.home.path().join("given");
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(name);
        std::fs::write(&path, content).expect("a file");
        path.to_str().expect("a path in UTF-8").to_owned()
    }

    /// Runs certls to its end. `args` are separated by spaces.
    pub(crate) fn run(&self, args: &str) -> Run {
        self.run_args(&args.split_whitespace().collect::<Vec<_>>())
    }

    pub(crate) fn run_args(&self, args: &[&str]) -> Run {
        let output = assert_cmd::Command::from_std(self.command(args)).timeout(PATIENCE).output();
        self.judge(output.expect("certls runs"))
    }

    /// The command itself, for tests that do more with it than wait for its end.
    pub(crate) fn command(&self, args: &[&str]) -> std::process::Command {
        let home = self.home.path().join("home");
        std::fs::create_dir_all(&home).expect("a home");
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_certls"));
        command.args(args).env_clear().env("HOME", home).stdin(Stdio::null());
        // No test asks this machine's own metadata service, should it have one.
        for provider in ["ALIYUN", "HUAWEI"] {
            command.env(format!("CERTLS_ENDPOINT_{provider}_METADATA"), "http://127.0.0.1:9");
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// What must hold of every run.
    pub(crate) fn judge(&self, output: Output) -> Run {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output in UTF-8");
        let run = Run {
            code: output.status.code().unwrap_or_else(|| panic!("certls was killed: {output:?}")),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        let said = format!("{}{}", run.stdout, run.stderr);
        let own = self.env.iter().filter(|(name, _)| is_secret(name)).map(|(_, value)| value.as_str());
        for secret in PLANTED.iter().copied().chain(own).filter(|secret| !secret.is_empty()) {
            assert_hidden(secret, &said);
        }
        assert_no_signature(&said);
        assert!(!said.contains('\x1b'), "an escape code in a pipe: {said:?}");
        assert!(is_empty(&self.home.path().join("home")), "something was written to the home folder");
        run
    }
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

/// Whether a variable of this name holds a secret.
fn is_secret(name: &str) -> bool {
    let marks = ["KEY", "SECRET", "TOKEN", "PASSWORD", "_AK", "_SK"];
    marks.iter().any(|mark| name.contains(mark))
}

/// The secret, in every form that a cloud may echo.
pub(crate) fn forms(secret: &str) -> Vec<String> {
    let once = encode(secret);
    let json = Value::from(secret).to_string();
    let json = json.trim_matches('"').to_owned();
    vec![secret.to_owned(), encode(&once), encode(&json), once, json.clone(), json.replace('\\', "\\\\")]
}

fn assert_hidden(secret: &str, said: &str) {
    for form in forms(secret) {
        assert!(!said.contains(&form), "the secret {form} was printed:\n{said}");
    }
}

/// A signature stands behind this word in both clouds' requests.
fn assert_no_signature(said: &str) {
    for (at, mark) in said.match_indices("Signature=") {
        let value = &said[at + mark.len()..];
        let signs = value.chars().take_while(|c| c.is_ascii_alphanumeric() || "%+/".contains(*c)).count();
        assert!(signs < 20, "a signature was printed:\n{said}");
    }
}

/// What a run of certls said.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// All of it, for snapshots.
    pub(crate) fn text(&self) -> String {
        let Self { code, stdout, stderr } = self;
        format!("exit {code}\n--- stdout\n{stdout}--- stderr\n{stderr}")
    }

    /// What was said beside the account of a scan that read everything.
    pub(crate) fn words(&self) -> &str {
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

    /// The certificate of this name.
    pub(crate) fn certificate(&self, name: &str) -> Value {
        let found = self.certificates().into_iter().find(|certificate| certificate["name"] == name);
        found.unwrap_or_else(|| panic!("no certificate {name}:\n{}", self.text()))
    }

    /// The names of all certificates, in their order.
    pub(crate) fn names(&self) -> Vec<String> {
        let text = |certificate: &Value| certificate["name"].as_str().unwrap_or("?").to_owned();
        self.certificates().iter().map(text).collect()
    }

    /// The only scope of this region.
    pub(crate) fn scope(&self, region: &str) -> Value {
        let all = self.json()["scopes"].as_array().expect("scopes").clone();
        let mut found = all.into_iter().filter(|scope| scope["region"] == region);
        let scope = found.next().unwrap_or_else(|| panic!("no scope {region}:\n{}", self.text()));
        assert!(found.next().is_none(), "two scopes {region}:\n{}", self.text());
        scope
    }

    /// The scopes in one line each: `aliyun cn-hangzhou ok 2`.
    pub(crate) fn scopes(&self) -> Vec<String> {
        let line = |scope: &Value| {
            let word = |key: &str| scope[key].as_str().unwrap_or_default().to_owned();
            format!("{} {} {} {}", word("provider"), word("region"), word("status"), scope["certificates"])
        };
        self.json()["scopes"].as_array().expect("scopes").iter().map(line).collect()
    }
}

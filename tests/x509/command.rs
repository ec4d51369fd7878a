//! The `openssl` command: what it says of a certificate, and how it is made to make one.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// What `openssl x509` prints, unparsed but for the field each line belongs to.
#[derive(Default)]
pub(crate) struct Printed {
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) serial: String,
    pub(crate) not_before: String,
    pub(crate) not_after: String,
    pub(crate) sha1: String,
    pub(crate) sha256: String,
    pub(crate) signature: String,
    /// Not printed for keys that have only one size.
    pub(crate) bits: Option<u32>,
    pub(crate) names: Vec<String>,
}

pub(crate) struct Openssl {
    folder: TempDir,
}

impl Openssl {
    /// `None` when there is no such command, or one that prints in other ways.
    pub(crate) fn find() -> Option<Self> {
        let version = Command::new("openssl").arg("version").output().ok()?;
        let version = String::from_utf8_lossy(&version.stdout);
        version.starts_with("OpenSSL 3.").then(|| print!("{version}"))?;
        Some(Self { folder: TempDir::new().unwrap() })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn try_run(&self, arguments: &[&str], input: &[u8]) -> Output {
        self.start(arguments, input).wait_with_output().unwrap()
    }

    fn start(&self, arguments: &[&str], input: &[u8]) -> Child {
        let mut child = Command::new("openssl")
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that refuses early closes its end.
        let _ = child.stdin.take().unwrap().write_all(input);
        child
    }

    pub(crate) fn run(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let output = self.try_run(arguments, input);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    pub(crate) fn der_of(&self, pem: &str) -> Vec<u8> {
        self.run(&["x509", "-outform", "DER"], pem.as_bytes())
    }

    /// What the command says of DER or PEM; `None` when it cannot load the certificate.
    pub(crate) fn fields(&self, certificate: &[u8]) -> Option<Printed> {
        let first = "x509 -noout -serial -dates -fingerprint -sha1 -subject -issuer -nameopt RFC2253,-esc_msb,utf8";
        let second = "x509 -noout -fingerprint -sha256 -ext subjectAltName -text -certopt \
            no_header,no_version,no_serial,no_issuer,no_validity,no_subject,no_sigdump,no_extensions,no_aux";
        // Both at once: starting is what takes the time.
        let [first, second] = [first, second].map(|line| {
            let arguments: Vec<_> = line.split_whitespace().collect();
            self.start(&arguments, certificate)
        });
        let [output, details] = [first, second].map(|child| child.wait_with_output().unwrap());
        let mut printed = Printed::default();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !text.starts_with("serial=") {
            return None;
        }
        for line in text.lines() {
            let (field, value) = line.split_once('=').unwrap_or((line, ""));
            let value = if value == "Bad time value" { String::new() } else { value.to_owned() };
            match field {
                "subject" => printed.subject = value,
                "issuer" => printed.issuer = value,
                "serial" => printed.serial = value,
                "notBefore" => printed.not_before = value,
                "notAfter" => printed.not_after = value,
                _ if field.ends_with("Fingerprint") => {
                    printed.sha1 = value.replace(':', "").to_lowercase();
                }
                _ => {}
            }
        }
        let text = String::from_utf8_lossy(&details.stdout).into_owned();
        let mut lines = text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            if let Some((field, value)) = line.split_once('=').filter(|(field, _)| field.ends_with("Fingerprint")) {
                assert!(field.to_lowercase().starts_with("sha256"));
                printed.sha256 = value.replace(':', "").to_lowercase();
            } else if let Some(value) = line.strip_prefix("Signature Algorithm: ") {
                // What is wrong with the parameters comes after many spaces.
                let name = value.split("  ").next().unwrap_or_default();
                name.clone_into(&mut printed.signature);
            } else if let Some((_, size)) = line.split_once("Public-Key: (") {
                printed.bits = size.split(' ').next().and_then(|bits| bits.parse().ok());
            } else if line.starts_with("X509v3 Subject Alternative Name:") {
                let list = lines.next().unwrap_or_default();
                printed.names.extend(list.split(", ").filter_map(|name| {
                    ["DNS:", "IP Address:", "URI:"]
                        .iter()
                        .find_map(|kind| name.strip_prefix(kind))
                        .filter(|name| !name.starts_with("<invalid"))
                        .map(str::to_owned)
                }));
            }
        }
        Some(printed)
    }

    /// DER of a certificate that signs itself; nothing when this `openssl` does not make it.
    pub(crate) fn self_signed(&self, case: &str, key: &str, arguments: &[&str]) -> Option<(String, Vec<u8>)> {
        let common = ["req", "-x509", "-batch", "-utf8", "-outform", "DER", "-key", key];
        let mut all = common.to_vec();
        for (flag, default) in [("-config", "plain.cnf"), ("-subj", "/CN=a.example"), ("-days", "90")] {
            if !arguments.contains(&flag) {
                all.extend([flag, default]);
            }
        }
        let output = self.try_run(&[&all[..], arguments].concat(), b"");
        let made = output.status.success().then(|| (case.to_owned(), output.stdout));
        if made.is_none() {
            println!("not made by this openssl: {case}");
        }
        made
    }

    pub(crate) fn key(&self, name: &str, arguments: &[&str]) {
        self.run(&[arguments, &["-out", name]].concat(), b"");
    }

    pub(crate) fn config(&self, name: &str, mask: &str, sections: &str) {
        let text = format!("[req]\ndistinguished_name=dn\nstring_mask={mask}\nprompt=no\n{sections}");
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Root, intermediate and leaf as PEM, and the leaf's private key.
    pub(crate) fn chain(&self) -> [String; 4] {
        self.config("plain.cnf", "utf8only", "[dn]\n");
        let mut certificates = Vec::new();
        for (name, issuer) in [("root", None), ("middle", Some("root")), ("leaf", Some("middle"))] {
            self.key(&format!("{name}.key"), &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
            let (key, subject, out) = (format!("{name}.key"), format!("/CN={name}"), format!("{name}.pem"));
            if let Some(issuer) = issuer {
                let request = self.run(&["req", "-new", "-config", "plain.cnf", "-key", &key, "-subj", &subject], b"");
                let (ca, ca_key) = (format!("{issuer}.pem"), format!("{issuer}.key"));
                self.run(&["x509", "-req", "-CA", &ca, "-CAkey", &ca_key, "-set_serial", "7", "-out", &out], &request);
            } else {
                self.run(&["req", "-x509", "-config", "plain.cnf", "-key", &key, "-subj", &subject, "-out", &out], b"");
            }
            certificates.push(std::fs::read_to_string(self.path(&out)).unwrap());
        }
        certificates.push(std::fs::read_to_string(self.path("leaf.key")).unwrap());
        certificates.try_into().unwrap()
    }

    pub(crate) fn trusted(&self, pem: &str) -> String {
        let arguments = ["x509", "-trustout", "-addtrust", "serverAuth", "-setalias", "an alias"];
        String::from_utf8(self.run(&arguments, pem.as_bytes())).unwrap()
    }
}

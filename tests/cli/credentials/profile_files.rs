//! Files of keys and accounts in an odd form: other encodings, pipes, and many accounts of one file.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::support::fixtures::two_regions;
use crate::support::runner::{ALIYUN_KEY, ALIYUN_SECRET, Certls};
use clouds::aliyun;

/// A folder with a file in it.
fn file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    fs::write(&path, bytes).expect("a file");
    (folder, path)
}

fn utf16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

const CONFIG: &str = "[accounts.shop]\nprovider = \"aliyun\"\n";

#[test]
fn a_file_in_utf_16_is_an_error_that_says_so() {
    let (_folder, path) = file(&utf16(CONFIG));
    let path = path.to_str().expect("a path");
    for (variable, args) in [
        ("CERTLS_CONFIG", "list"),
        ("ALIBABA_CLOUD_CONFIG_FILE", "list -p aliyun"),
        ("ALIBABA_CLOUD_CREDENTIALS_FILE", "list -p aliyun"),
        ("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "list -p huawei"),
    ] {
        let run = Certls::new().env(variable, path).run(args);
        assert_eq!(run.code, 2, "{variable}: {}", run.text());
        assert!(run.stderr.contains(&format!("{path}: this file is UTF-16: save it as UTF-8")), "{}", run.stderr);
    }
}

#[test]
fn a_configuration_file_may_begin_with_a_byte_order_mark() {
    let cloud = aliyun::start(two_regions());
    let (_folder, path) = file(format!("\u{feff}{CONFIG}").as_bytes());
    let run = Certls::new().aliyun(&cloud).env("CERTLS_CONFIG", path.to_str().expect("a path")).run("list -o json");
    assert_eq!((run.code, run.names().len()), (0, 2), "{}", run.text());
}

#[cfg(unix)]
fn pipe() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
    (folder, path)
}

#[cfg(unix)]
#[test]
fn a_pipe_that_nothing_writes_to_is_an_error() {
    let (_folder, path) = pipe();
    let path = path.to_str().expect("a path");
    for (variable, args) in [
        ("CERTLS_CONFIG", "list"),
        ("ALIBABA_CLOUD_CONFIG_FILE", "list -p aliyun"),
        ("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "list -p huawei"),
    ] {
        let begun = Instant::now();
        let run = Certls::new().env(variable, path).run(args);
        assert_eq!(run.code, 2, "{variable}: {}", run.text());
        assert!(run.stderr.contains(&format!("{path}: nothing writes to this pipe")), "{}", run.stderr);
        assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    }
}

#[cfg(unix)]
#[test]
fn a_file_of_profiles_is_read_once_for_all_accounts() {
    let (_folder, path) = pipe();
    let profile = |name: &str| format!("[{name}]\naccess_key_id = {ALIYUN_KEY}\naccess_key_secret = {ALIYUN_SECRET}\n");
    let (text, target) = (profile("one") + &profile("two"), path.clone());
    // The pipe can be read only once.
    let writer = std::thread::spawn(move || fs::write(target, text));
    let account = |name: &str| format!("[accounts.{name}]\nprovider = \"aliyun\"\nprofile = \"{name}\"\n");
    let (_config_folder, config) = file((account("one") + &account("two")).as_bytes());
    let cloud = aliyun::start(two_regions());
    let run = Certls::new()
        .aliyun_at(&cloud.url)
        .env("CERTLS_CONFIG", config.to_str().expect("a path"))
        .env("ALIBABA_CLOUD_CREDENTIALS_FILE", path.to_str().expect("a path"))
        .run("list -o json");
    assert_eq!((run.code, run.names().len()), (0, 4), "{}", run.text());
    writer.join().expect("a thread").expect("written");
}

#[cfg(unix)]
#[test]
fn trusted_roots_in_a_pipe_that_nothing_writes_to_are_an_error() {
    let cloud = aliyun::start(two_regions());
    let (_folder, path) = pipe();
    let path = path.to_str().expect("a path");
    for (certls, args) in [
        (Certls::new(), format!("list --ca-bundle {path}")),
        (Certls::new().env("SSL_CERT_FILE", path), "list".to_owned()),
    ] {
        let begun = Instant::now();
        let run = certls.aliyun(&cloud).run(&args);
        assert_eq!(run.code, 2, "{args}: {}", run.text());
        assert!(run.stderr.contains("nothing writes to this pipe"), "{}", run.stderr);
        assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    }
}

#[cfg(unix)]
#[test]
fn files_of_keys_that_others_can_open_are_told_or_refused() {
    use std::os::unix::fs::PermissionsExt;

    let cloud = aliyun::start(two_regions());
    let text = format!("[default]\naccess_key_id = {ALIYUN_KEY}\naccess_key_secret = {ALIYUN_SECRET}\n");
    let (_folder, path) = file(text.as_bytes());
    let (_config_folder, config) = file(b"[accounts.default]\nprovider = \"aliyun\"\n");
    let run = |path: &PathBuf, mode: u32, variable: &str| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
        let certls = Certls::new().aliyun_at(&cloud.url).env(variable, path.to_str().expect("a path"));
        let certls = if variable == "CERTLS_CONFIG" { certls.aliyun_keys() } else { certls };
        certls.run("list -p aliyun -o json")
    };
    for (mode, words) in [
        (0o600, ""),
        (0o400, ""),
        (0o640, "its group can read this file of keys (mode 0640)"),
        (0o644, "everybody can read this file of keys (mode 0644)"),
        (0o660, "its group can write this file of keys (mode 0660)"),
    ] {
        let run = run(&path, mode, "ALIBABA_CLOUD_CREDENTIALS_FILE");
        assert_eq!((run.code, run.names().len()), (0, 2), "{mode:o}: {}", run.text());
        assert_eq!(run.stderr.contains("warning: "), !words.is_empty(), "{mode:o}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{mode:o}: {}", run.stderr);
    }
    for mode in [0o666, 0o602, 0o646] {
        let run = run(&path, mode, "ALIBABA_CLOUD_CREDENTIALS_FILE");
        assert_eq!(run.code, 2, "{mode:o}: {}", run.text());
        assert!(run.stderr.contains("everybody can write this file of keys"), "{}", run.stderr);
        assert!(run.stderr.contains("chmod 600"), "{}", run.stderr);
    }
    // The configuration file holds no keys, but says whose are used.
    assert_eq!(run(&config, 0o644, "CERTLS_CONFIG").code, 0);
    let refused = run(&config, 0o646, "CERTLS_CONFIG");
    assert_eq!(refused.code, 2, "{}", refused.text());
    assert!(refused.stderr.contains("everybody can write this file (mode 0646)"), "{}", refused.stderr);
}

//! The marks of secrets: a secret without `TEST` in it would be printed unnoticed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::case::read;

/// Returns the lines of a case's files that contain a secret without a mark.
pub(crate) fn unmarked(folder: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    files(folder, &mut paths);
    let holds_secrets = |path: &&PathBuf| !path.ends_with("expect.json") && !path.ends_with("config.toml");
    paths.iter().filter(holds_secrets).flat_map(|path| unmarked_in(&read(path))).collect()
}

fn unmarked_in(text: &str) -> Vec<String> {
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

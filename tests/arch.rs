//! Which part of the program may know which: imports point one way.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A part, and the parts that it may name. What is not here may name whatever is below it in this list.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("duration", &[]),
    ("error", &[]),
    ("hex", &[]),
    ("suggest", &[]),
    ("x509", &["hex"]),
    ("model", &["duration", "error"]),
    ("analysis", &["model", "x509"]),
    ("exit", &["error", "model"]),
    ("signals", &["exit"]),
    ("config", &["error", "suggest"]),
    ("net", &["config", "duration", "error"]),
    ("providers", &["analysis", "clock", "config", "error", "hex", "model", "net", "suggest", "x509"]),
    ("output", &["config", "error", "model", "signals"]),
    ("logging", &["output"]),
    ("cli", &["config", "duration", "error", "exit", "model", "output", "providers", "suggest"]),
    ("settings", &["cli", "config", "error", "providers", "suggest"]),
    ("engine", &["analysis", "config", "duration", "error", "model", "providers", "settings"]),
    (
        "commands",
        &[
            "analysis",
            "cli",
            "clock",
            "config",
            "engine",
            "error",
            "exit",
            "model",
            "net",
            "output",
            "providers",
            "settings",
            "signals",
            "Cli",
        ],
    ),
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The parts that a file names by `crate::`.
fn named(text: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (at, mark) in text.match_indices("crate::") {
        let rest = &text[at + mark.len()..];
        let word = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
        match rest.strip_prefix('{') {
            Some(list) => {
                let list = list.split('}').next().unwrap_or_default();
                named.extend(list.split(',').map(|name| word(name.trim())));
            }
            None => {
                named.insert(word(rest));
            }
        }
    }
    named
}

#[test]
fn imports_point_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&root, &mut all);
    assert!(all.len() > 60, "{}", all.len());
    let mut wrong = Vec::new();
    for path in all {
        let inside = path.strip_prefix(&root).expect("a path inside");
        let part =
            inside.iter().next().and_then(|name| name.to_str()).expect("a name").trim_end_matches(".rs").to_owned();
        if part == "lib" || part == "main" {
            continue;
        }
        let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| *name == part) else {
            wrong.push(format!("{part} has no place in the table"));
            continue;
        };
        let text = fs::read_to_string(&path).expect("a file");
        for name in named(&text).into_iter().filter(|name| *name != part) {
            if !allowed.contains(&name.as_str()) {
                wrong.push(format!("{} names {name}", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_says_what_it_owns_and_stays_small() {
    let mut all = Vec::new();
    for folder in ["src", "tests"] {
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut all);
    }
    for path in all {
        let text = fs::read_to_string(&path).expect("a file");
        let first = text.lines().find(|line| !line.is_empty() && !line.starts_with("#!")).unwrap_or_default();
        assert!(first.starts_with("//!"), "{} does not say what it owns", path.display());
        assert!(text.lines().count() <= 400, "{} is too long", path.display());
    }
}

//! Files that hold secrets: read whole, and told of by name and line, never by content.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ini::{Ini, ParseOption};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use crate::config::Env;
use crate::error::{Error, Kind};

/// A file that was read.
#[derive(Debug)]
pub(in crate::providers) struct SecretFile {
    /// Its path as people write it: `~/.aliyun/config.json`.
    pub name: String,
    text: SecretString,
}

impl SecretFile {
    /// The file that a variable names, or else the first of these below the home folder.
    ///
    /// # Errors
    /// Where it cannot be read, or is named and not there.
    pub(in crate::providers) fn open(
        env: &Env,
        variable: Option<&str>,
        below_home: &[&str],
    ) -> Result<Option<Self>, Error> {
        if let Some((variable, path)) = variable.and_then(|variable| Some((variable, env.get(variable)?))) {
            return match read(path.into(), path.to_owned())? {
                Some(file) => Ok(Some(file)),
                None => Err(Error::new(Kind::Config, format!("{path}: there is no such file"))
                    .with_hint(format!("correct {variable}, or unset it"))),
            };
        }
        let Some(home) = env.home() else { return Ok(None) };
        for path in below_home {
            if let Some(file) = read(home.join(path), format!("~/{path}"))? {
                return Ok(Some(file));
            }
        }
        Ok(None)
    }

    /// # Errors
    /// Where it is no such JSON.
    pub(in crate::providers) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        // The parser's own words may quote what it read.
        serde_json::from_str(self.text.expose_secret()).map_err(|error| {
            let what = if error.is_data() { "a value of an unknown type" } else { "this is no JSON" };
            self.error(&format!("line {}, column {}: {what}", error.line(), error.column()))
        })
    }

    /// The sections of an INI file, each with its keys in lower case.
    ///
    /// # Errors
    /// Where it is no INI file.
    pub(in crate::providers) fn sections(&self) -> Result<BTreeMap<String, Section>, Error> {
        let options = ParseOption { enabled_quote: true, enabled_escape: false, ..ParseOption::default() };
        let ini = Ini::load_from_str_opt(self.text.expose_secret(), options)
            .map_err(|error| self.error(&format!("line {}, column {}: this is no INI file", error.line, error.col)))?;
        let section = |(name, properties): (Option<&str>, &ini::Properties)| {
            let keys = properties.iter().map(|(key, value)| (key.trim().to_ascii_lowercase(), uncommented(value)));
            (name.unwrap_or_default().trim().to_owned(), Section(keys.collect()))
        };
        Ok(ini.iter().map(section).collect())
    }

    pub(in crate::providers) fn error(&self, told: &str) -> Error {
        Error::new(Kind::Config, format!("{}: {told}", self.name))
            .with_hint(format!("correct {}, or move it away", self.name))
    }
}

fn read(path: PathBuf, name: String) -> Result<Option<SecretFile>, Error> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(SecretFile { name, text: text.into() })),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(Error::new(Kind::Config, format!("{name}: {error}"))
                .with_hint("make the file readable, or move it away"))
        }
    }
}

/// The vendors' Python SDKs take what follows ` #` for a comment.
fn uncommented(value: &str) -> SecretString {
    let value = value.split(" #").next().unwrap_or(value);
    value.trim().to_owned().into()
}

/// An empty text is how the vendors' tools write none.
pub(in crate::providers) fn text(value: Option<&String>) -> Option<&str> {
    value.map(|value| value.trim()).filter(|value| !value.is_empty())
}

/// Likewise for a secret.
pub(in crate::providers) fn secret(value: Option<&SecretString>) -> Option<SecretString> {
    let value = value?.expose_secret().trim();
    (!value.is_empty()).then(|| value.to_owned().into())
}

/// The keys of one section.
#[derive(Debug)]
pub(in crate::providers) struct Section(BTreeMap<String, SecretString>);

impl Section {
    /// A value; an empty one counts as none.
    pub(in crate::providers) fn secret(&self, key: &str) -> Option<SecretString> {
        self.0.get(key).filter(|value| !value.expose_secret().is_empty()).cloned()
    }

    /// A value that is no secret.
    pub(in crate::providers) fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(ExposeSecret::expose_secret).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SecretFile {
        SecretFile { name: "~/f".to_owned(), text: text.to_owned().into() }
    }

    #[test]
    fn an_error_never_quotes_the_file() {
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code)]
        struct Wire {
            number: u32,
        }
        for text in [r#"{"number": "planted"}"#, "planted", r#"{"number": planted}"#, ""] {
            let error = file(text).json::<Wire>().expect_err(text);
            assert!(error.message.starts_with("~/f: line "), "{}", error.message);
            assert!(!error.message.contains("planted"), "{}", error.message);
        }
        let error = file("[planted\nplanted").sections().expect_err("no INI");
        assert!(!error.message.contains("planted"), "{}", error.message);
        assert!(!format!("{:?}", file("planted")).contains("planted"));
    }

    #[test]
    fn ini_values_lose_comments_quotes_and_nothing_else() {
        let sections = file("# x\n[default]\nAK = a\\b#c # d\nsk=\"q\"\n").sections().expect("an INI file");
        let section = &sections["default"];
        assert_eq!((section.text("ak"), section.text("sk"), section.text("token")), (Some("a\\b#c"), Some("q"), None));
    }
}

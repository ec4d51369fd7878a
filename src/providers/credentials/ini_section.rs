//! Sections of INI files, with their keys in lower case.

use std::collections::btree_map::{BTreeMap, Entry};

use ini::{Ini, ParseOption};
use secrecy::{ExposeSecret, SecretString};

/// The keys of one section.
#[derive(Debug)]
pub(crate) struct Section {
    keys: BTreeMap<String, SecretString>,
    /// What is there more than once, so that nobody can tell which is meant.
    ambiguity: Option<String>,
}

impl Section {
    /// Returns the sections of an INI file by their names, and whether keys stand outside of them.
    ///
    /// # Errors
    /// Where it is not an INI file.
    pub(crate) fn all_of(text: &str) -> Result<(BTreeMap<String, Self>, bool), ini::ParseError> {
        let options = ParseOption { enabled_quote: true, enabled_escape: false, ..ParseOption::default() };
        let ini = Ini::load_from_str_opt(text, options)?;
        let mut named = BTreeMap::new();
        for (name, properties) in ini.iter().filter_map(|(name, properties)| Some((name?.trim(), properties))) {
            let section = Self::new(properties);
            match named.entry(name.to_owned()) {
                Entry::Vacant(entry) => drop(entry.insert(section)),
                Entry::Occupied(mut entry) => {
                    entry.get_mut().ambiguity = Some(format!("[{name}] stands in it more than once"));
                }
            }
        }
        Ok((named, !ini.general_section().is_empty()))
    }

    /// Returns what is there more than once, in words.
    pub(crate) fn ambiguity(&self) -> Option<&str> {
        self.ambiguity.as_deref()
    }

    fn new(properties: &ini::Properties) -> Self {
        let mut section = Self { keys: BTreeMap::new(), ambiguity: None };
        for (key, value) in properties {
            let (key, value) = (key.trim().to_ascii_lowercase(), uncommented(value));
            let before = section.keys.insert(key.clone(), value.clone());
            if before.is_some_and(|before| before.expose_secret() != value.expose_secret()) {
                section.ambiguity = Some(format!("`{key}` stands in one section more than once"));
            }
        }
        section
    }

    /// Returns a value; an empty one counts as missing.
    pub(crate) fn secret(&self, key: &str) -> Option<SecretString> {
        self.keys.get(key).filter(|value| !value.expose_secret().is_empty()).cloned()
    }

    /// Returns a value that is not a secret.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.keys.get(key).map(ExposeSecret::expose_secret).filter(|value| !value.is_empty())
    }
}

/// Returns the value without what follows a `#` behind white space, which the vendors' Python SDKs take for a comment.
fn uncommented(value: &str) -> SecretString {
    let is_comment = |index: &usize| value[..*index].ends_with(char::is_whitespace);
    let end = value.match_indices('#').map(|(index, _)| index).find(is_comment).unwrap_or(value.len());
    value[..end].trim().to_owned().into()
}

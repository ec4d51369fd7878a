//! Files of profiles: each is read and parsed once a run, and errors name the file and the line, never its content.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::config::{Env, EnvVar, Exposure, exposure, path_hint, read_optional_text, read_text};
use crate::error::{Error, Kind};

use super::chain::{Contents, RequestedProfile, other_names};
use super::ini_section::Section;
use super::profile_text::text;

/// The files that were read, by path. All clones share them.
#[derive(Debug, Clone, Default)]
pub struct ProfileFiles(Arc<Mutex<HashMap<PathBuf, OpenResult>>>);

type OpenResult = Result<Option<Arc<SecretFile>>, Error>;

impl ProfileFiles {
    /// Opens the file that a variable names, or else the first of these below the home folder.
    ///
    /// # Errors
    /// Where it cannot be read, or is named and does not exist.
    pub(crate) fn open(&self, env: &Env, variable: Option<&EnvVar>, below_home: &[&str]) -> OpenResult {
        if let Some((variable, path)) = variable.and_then(|variable| Some((variable, variable.get(env)?))) {
            return match self.read(path.into(), path, read_text)? {
                Some(file) => Ok(Some(file)),
                None => Err(Error::new(Kind::Config, format!("{path}: there is no such file"))
                    .with_hint(path_hint(variable.name, path))),
            };
        }
        let Some(home) = env.home() else { return Ok(None) };
        for path in below_home {
            if let Some(file) = self.read(home.join(path), &format!("~/{path}"), read_optional_text)? {
                return Ok(Some(file));
            }
        }
        Ok(None)
    }

    /// Returns a warning for each file that was read, and that others than its owner can read.
    pub fn warnings(&self) -> Vec<Error> {
        let files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let exposed = files.values().filter_map(|file| file.as_ref().ok()?.as_ref());
        let mut warnings: Vec<Error> = exposed.filter_map(|file| file.exposure_warning()).collect();
        warnings.sort_by(|a, b| a.message.cmp(&b.message));
        warnings
    }

    fn read(&self, path: PathBuf, name: &str, read: fn(&Path) -> Result<Option<String>, String>) -> OpenResult {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(result) = files.get(&path) {
            return result.clone();
        }
        let result =
            match read(&path) {
                Ok(text) => Ok(text.map(|text| Arc::new(SecretFile::new(name, text, exposure(&path))))),
                Err(why) => Err(Error::new(Kind::Config, format!("{name}: {why}"))
                    .with_hint("make the file readable, or move it away")),
            };
        files.insert(path, result.clone());
        result
    }
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct SecretFile {
    /// Its path as people write it: `~/.aliyun/config.json`.
    pub name: String,
    text: SecretString,
    exposure: Exposure,
    sections: OnceLock<Result<BTreeMap<String, Section>, Error>>,
    profiles: OnceLock<Result<Arc<dyn Any + Send + Sync>, Error>>,
}

/// What a vendor's JSON file of profiles looks like.
#[derive(Debug)]
pub(crate) struct JsonFormat {
    /// The command that writes the file.
    pub configure: &'static str,
    /// Keys that only a profile has.
    pub profile_keys: &'static [&'static str],
    /// Whether the vendor's tool always writes a list of profiles.
    pub always_has_profiles: bool,
}

/// The profiles of a JSON file, as both vendors' command lines write it.
#[derive(Debug, Deserialize)]
pub(crate) struct JsonProfiles<P> {
    current: Option<String>,
    profiles: Option<Vec<P>>,
    #[serde(flatten)]
    #[expect(clippy::zero_sized_map_values, reason = "serde flattens into maps only")]
    others: BTreeMap<String, IgnoredAny>,
}

impl<P> JsonProfiles<P> {
    /// Returns the name of the current profile.
    pub(crate) fn current(&self) -> &str {
        text(self.current.as_ref()).unwrap_or("default")
    }

    pub(crate) fn list(&self) -> &[P] {
        self.profiles.as_deref().unwrap_or_default()
    }
}

/// The profile that counts where none is requested.
pub(crate) enum Current<'a> {
    /// The file names it, so it must exist.
    Named(&'a str),
    /// The vendor's tools try it, so it may be missing.
    Usual(&'a str),
}

impl SecretFile {
    fn new(name: &str, text: String, exposure: Exposure) -> Self {
        let (text, sections, profiles) = (text.into(), OnceLock::new(), OnceLock::new());
        Self { name: name.to_owned(), text, exposure, sections, profiles }
    }

    /// Returns the warning for a file that others than its owner can read.
    fn exposure_warning(&self) -> Option<Error> {
        let Exposure::Readable(mode) = self.exposure else { return None };
        let who = match mode {
            _ if mode & 0o020 != 0 => "its group can write this file of keys",
            _ if mode & 0o004 != 0 => "everybody can read this file of keys",
            _ => "its group can read this file of keys",
        };
        Some(Error::new(Kind::Config, format!("{}: {who} (mode {mode:04o})", self.name)).with_hint(self.protect()))
    }

    fn protect(&self) -> String {
        format!("chmod 600 {}", self.name)
    }

    /// Fails for a file that everybody can write: its profiles may be somebody else's, and may name programs to run.
    fn refuse_writable(&self) -> Result<(), Error> {
        match self.exposure {
            Exposure::Writable(mode) => {
                let message = format!("{}: everybody can write this file of keys (mode {mode:04o})", self.name);
                Err(Error::new(Kind::Config, message).with_hint(self.protect()))
            }
            Exposure::Private | Exposure::Readable(_) => Ok(()),
        }
    }

    /// Selects a profile, the requested one or else the current one, and loads it.
    ///
    /// # Errors
    /// Where the current profile that the file names does not exist, or `load` fails. Where everybody can write the file.
    pub(crate) fn select<C>(
        &self,
        requested: Option<&RequestedProfile>,
        current: &Current<'_>,
        names: &[&str],
        load: impl FnOnce(&str) -> Result<Contents<C>, Error>,
    ) -> Result<Contents<C>, Error> {
        let (Current::Named(usual) | Current::Usual(usual)) = current;
        let name = requested.map_or(*usual, |requested| requested.name.as_str());
        if names.contains(&name) {
            let contents = load(name)?;
            if let Contents::Credentials(_) = contents {
                self.refuse_writable()?;
            }
            return Ok(contents);
        }
        let available: Vec<String> =
            names.iter().filter(|name| !name.is_empty()).map(|&name| name.to_owned()).collect();
        match current {
            _ if requested.is_some() => Ok(Contents::ProfileNotFound { available }),
            Current::Named(_) if !names.is_empty() => Err(self
                .error(&format!("the current profile is `{name}`, but there is none of that name"))
                .with_hint(other_names(name, &available))),
            Current::Named(_) | Current::Usual(_) => Ok(Contents::Nothing),
        }
    }

    /// Returns the profiles of a JSON file.
    ///
    /// # Errors
    /// Where it is not JSON, or has no list of profiles where there must be one.
    pub(crate) fn profiles<P>(&self, format: &JsonFormat) -> Result<Arc<JsonProfiles<P>>, Error>
    where
        P: DeserializeOwned + Send + Sync + 'static,
    {
        let parse = || Ok(Arc::new(self.parse_profiles::<P>(format)?) as Arc<dyn Any + Send + Sync>);
        let parsed = self.profiles.get_or_init(parse).clone()?;
        parsed.downcast().map_err(|_| Error::new(Kind::Internal, format!("{}: read as two formats", self.name)))
    }

    fn parse_profiles<P: DeserializeOwned>(&self, format: &JsonFormat) -> Result<JsonProfiles<P>, Error> {
        let configure = || format!("run `{}`, or move {} away", format.configure, self.name);
        match self.text.expose_secret().trim_start().chars().next() {
            None => return Err(self.error("this file is empty").with_hint(configure())),
            Some('[') => {
                return Err(self.error("this is a list, not an object with `profiles`").with_hint(configure()));
            }
            Some('/' | '#') => return Err(self.error("line 1: JSON has no comments")),
            Some(_) => {}
        }
        let file: JsonProfiles<P> = self.json()?;
        let has_profiles = file.profiles.is_some();
        let other = |fits: &dyn Fn(&str) -> bool| file.others.keys().find(|key| fits(key));
        if let (Some(key), false) = (other(&|key| key.eq_ignore_ascii_case("profiles")), has_profiles) {
            return Err(self.error(&format!("`{key}` must be written `profiles`")));
        }
        if let (Some(_), false) = (other(&|key| format.profile_keys.contains(&key)), has_profiles) {
            return Err(self
                .error("`profiles` is missing: this looks like one profile")
                .with_hint("put it into a list: {\"profiles\": [ … ]}"));
        }
        if !has_profiles && format.always_has_profiles {
            return Err(self.error("`profiles` is missing").with_hint(configure()));
        }
        Ok(file)
    }

    fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        // The parser's own words may quote what it read.
        serde_json::from_str(self.text.expose_secret()).map_err(|error| {
            let what = if error.is_data() { "a value of an unknown type" } else { "this is not JSON" };
            self.error(&format!("line {}, column {}: {what}", error.line(), error.column()))
        })
    }

    /// Returns the sections of an INI file, each with its keys in lower case.
    ///
    /// # Errors
    /// Where it is not an INI file, or all of its keys stand outside of a section. `example` is a section's name.
    pub(crate) fn sections(&self, example: &str) -> Result<&BTreeMap<String, Section>, Error> {
        self.sections.get_or_init(|| self.parse_sections(example)).as_ref().map_err(Clone::clone)
    }

    fn parse_sections(&self, example: &str) -> Result<BTreeMap<String, Section>, Error> {
        let (named, has_others) = Section::all_of(self.text.expose_secret()).map_err(|error| {
            self.error(&format!("line {}, column {}: this is not an INI file", error.line, error.col))
        })?;
        if named.is_empty() && has_others {
            return Err(self
                .error("its keys stand outside of a section")
                .with_hint(format!("write [{example}] above them")));
        }
        Ok(named)
    }

    /// Returns the section of this name.
    ///
    /// # Errors
    /// Where it, or a key in it, stands in the file more than once.
    pub(crate) fn section<'s>(
        &self,
        sections: &'s BTreeMap<String, Section>,
        name: &str,
    ) -> Result<Option<&'s Section>, Error> {
        let section = sections.get(name);
        match section.and_then(|section| section.ambiguity()) {
            Some(ambiguity) => Err(self.error(ambiguity).with_hint("keep the one that is meant")),
            None => Ok(section),
        }
    }

    pub(crate) fn error(&self, what: &str) -> Error {
        Error::new(Kind::Config, format!("{}: {what}", self.name))
            .with_hint(format!("correct {}, or move it away", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SecretFile {
        SecretFile::new("~/f", text.to_owned(), Exposure::Private)
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
        let error = file("[planted\nplanted").sections("default").expect_err("not INI");
        assert!(!error.message.contains("planted"), "{}", error.message);
        assert!(!format!("{:?}", file("planted")).contains("planted"));
    }

    #[test]
    fn ini_values_lose_comments_quotes_and_nothing_else() {
        let file = file("# x\n[default]\nAK = a\\b#c # d\nsk=\"q\"\n");
        let section = &file.sections("default").expect("an INI file")["default"];
        assert_eq!((section.text("ak"), section.text("sk"), section.text("token")), (Some("a\\b#c"), Some("q"), None));
        let file = self::file("[a]\nx = 1\t# one\n[b]\nx = 1\nx = 1\n[c]\nx = 1\nX = 2\n[b ]\nx = 1\n");
        let sections = file.sections("a").expect("an INI file");
        let text = |name: &str| file.section(sections, name).map(|section| section.expect(name).text("x"));
        assert_eq!(text("a").expect("one"), Some("1"));
        assert!(text("b").expect_err("two sections").message.contains("[b] stands in it more than once"));
        assert!(text("c").expect_err("two keys").message.contains("`x` stands in one section more than once"));
    }

    #[test]
    fn a_file_that_holds_something_but_no_profile_is_an_error() {
        #[derive(Debug, serde::Deserialize)]
        struct Wire {}
        const FORMAT: JsonFormat =
            JsonFormat { configure: "tool configure", profile_keys: &["key_id"], always_has_profiles: true };
        let message = |text: &str| file(text).profiles::<Wire>(&FORMAT).expect_err(text).message;
        for (text, words) in [
            ("  ", "is empty"),
            ("[]", "is a list"),
            ("// x", "no comments"),
            ("{}", "`profiles` is missing"),
            (r#"{"current": "x", "profiles": null}"#, "`profiles` is missing"),
            (r#"{"key_id": "planted"}"#, "looks like one profile"),
            (r#"{"Profiles": []}"#, "must be written `profiles`"),
        ] {
            assert!(message(text).contains(words), "{text}: {}", message(text));
        }
        assert!(file(r#"{"profiles": []}"#).profiles::<Wire>(&FORMAT).is_ok());
        let settings_only = JsonFormat { always_has_profiles: false, ..FORMAT };
        assert!(file(r#"{"language": "en"}"#).profiles::<Wire>(&settings_only).is_ok());
        assert!(file("key = planted").sections("default").expect_err("no section").message.contains("outside"));
        assert!(file("# nothing").sections("default").expect("no keys").is_empty());
    }
}

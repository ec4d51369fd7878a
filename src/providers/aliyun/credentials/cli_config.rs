//! `~/.aliyun/config.json`, the profiles of the vendor's command line.

use serde::Deserialize;

use crate::error::Error;
use crate::providers::credentials::chain::other_names;
use crate::providers::credentials::profile_file::SecretFile;

use super::profile::{Profile, ProfileContext};
use super::variables::{CLI_FILE, IGNORE_PROFILE, NO_CLI_FILE};
use super::{Credentials, Found, Options, Search, broken};

#[derive(Deserialize)]
struct ConfigWire {
    current: Option<String>,
    profiles: Option<Vec<Profile>>,
}

struct Config<'a> {
    file: SecretFile,
    profiles: Vec<Profile>,
    options: &'a Options,
}

pub(super) fn find(search: &Search) -> Result<Found<Credentials>, Error> {
    let by_account = search.wanted.as_ref().is_some_and(|wanted| wanted.variable.is_none());
    if !by_account && is_ignored(search) {
        return Ok(Found::Nothing);
    }
    let Some(file) = SecretFile::open(&search.env, Some(CLI_FILE), &[".aliyun/config.json"])? else {
        return Ok(Found::Nothing);
    };
    let wire: ConfigWire = file.json()?;
    let config = Config { file, profiles: wire.profiles.unwrap_or_default(), options: &search.options };
    if let Some(wanted) = &search.wanted {
        return match config.get(&wanted.name) {
            Some(profile) => config.credentials(profile, &mut Vec::new()).map(Found::Credentials),
            None => Ok(Found::Lacks(config.names())),
        };
    }
    let current = wire.current.filter(|name| !name.is_empty()).unwrap_or_else(|| "default".to_owned());
    match config.get(&current) {
        // The command line writes such a file before anything is set up.
        Some(profile) if profile.is_empty() => Ok(Found::Nothing),
        Some(profile) => config.credentials(profile, &mut Vec::new()).map(Found::Credentials),
        None if config.profiles.is_empty() => Ok(Found::Nothing),
        None => Err(config
            .file
            .error(&format!("the current profile is `{current}`, but there is none of that name"))
            .with_hint(other_names(&current, &config.names()))),
    }
}

fn is_ignored(search: &Search) -> bool {
    [NO_CLI_FILE, IGNORE_PROFILE]
        .iter()
        .any(|name| search.env.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true")))
}

impl Config<'_> {
    fn get(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name() == name)
    }

    fn names(&self) -> Vec<String> {
        self.profiles.iter().map(|profile| profile.name().to_owned()).collect()
    }

    /// `path` are the profiles that lead here, by their `source_profile`.
    fn credentials(&self, profile: &Profile, path: &mut Vec<String>) -> Result<Credentials, Error> {
        let origin = format!("profile `{}` of {}", profile.name(), self.file.name);
        path.push(profile.name().to_owned());
        if path.iter().filter(|name| *name == profile.name()).count() > 1 {
            return Err(broken(&origin, &format!("its source_profile leads back to it ({})", path.join(" → ")))
                .with_hint("let the last one name a profile that has keys of its own"));
        }
        let source = |path: &mut Vec<String>, name: &str| match self.get(name) {
            Some(source) => self.credentials(source, path),
            None => Err(broken(&origin, &format!("its source_profile `{name}` is not there"))
                .with_hint(other_names(name, &self.names()))),
        };
        let reading = ProfileContext { origin: origin.clone(), options: self.options };
        profile.credentials(&reading, |name| source(path, name))
    }
}

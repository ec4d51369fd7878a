//! `~/.aliyun/config.json`, the profiles of the vendor's command line.

use std::sync::Arc;

use crate::error::Error;
use crate::providers::credentials::chain::{Load, RequestedProfile, other_names};
use crate::providers::credentials::profile_file::{Current, JsonFormat, JsonProfiles, SecretFile};
use crate::providers::credentials::source_error::broken;

use super::profile::{Profile, ProfileContext};
use super::source::{Contents, CredentialSource, Credentials, LoadContext};
use super::variables::{CLI_FILE, IGNORE_CLI_FILE};

pub(super) static SOURCE: CredentialSource =
    CredentialSource { name: "~/.aliyun/config.json", has_profiles: true, load: Load::Now(load) };

static FORMAT: JsonFormat = JsonFormat {
    configure: "aliyun configure",
    profile_keys: &["name", "mode", "access_key_id", "access_key_secret", "ram_role_arn", "ram_role_name"],
    always_has_profiles: true,
};

/// How many roles may build on one another, by `source_profile`. The vendor names no limit; more is a mistake.
const MAX_CHAINED_ROLES: usize = 16;

fn load(context: &LoadContext<'_>) -> Result<Contents, Error> {
    let requested = context.requested.as_ref();
    let is_exclusive = requested.is_some_and(RequestedProfile::is_exclusive);
    if !is_exclusive && is_ignored(context) {
        return Ok(Contents::Nothing);
    }
    let cx = context.cx;
    let Some(file) = cx.files.open(&cx.env, Some(&CLI_FILE), &[".aliyun/config.json"])? else {
        return Ok(Contents::Nothing);
    };
    let config = Config { profiles: file.profiles(&FORMAT)?, file: &file, context };
    let names: Vec<&str> = config.profiles.list().iter().map(Profile::name).collect();
    file.select(requested, &Current::Named(config.profiles.current()), &names, |name| match config.get(name) {
        // The command line writes such a profile before anything is set up.
        Some(profile) if profile.is_empty() && requested.is_none() => Ok(Contents::Nothing),
        Some(profile) => config.credentials(profile, &mut Vec::new()).map(Contents::Credentials),
        None => Ok(Contents::Nothing),
    })
}

fn is_ignored(context: &LoadContext<'_>) -> bool {
    IGNORE_CLI_FILE.iter().any(|variable| variable.is_on(&context.cx.env))
}

struct Config<'a> {
    file: &'a SecretFile,
    profiles: Arc<JsonProfiles<Profile>>,
    context: &'a LoadContext<'a>,
}

impl Config<'_> {
    fn get(&self, name: &str) -> Option<&Profile> {
        self.profiles.list().iter().find(|profile| profile.name() == name)
    }

    /// Loads a profile. `path` holds the profiles that lead here by their `source_profile`.
    fn credentials(&self, profile: &Profile, path: &mut Vec<String>) -> Result<Credentials, Error> {
        let origin = format!("profile `{}` of {}", profile.name(), self.file.name);
        let is_circle = path.iter().any(|name| name == profile.name());
        path.push(profile.name().to_owned());
        if is_circle {
            return Err(broken(&origin, &format!("its source_profile leads back to it ({})", path.join(" → ")))
                .with_hint("let the last one name a profile that has keys of its own"));
        }
        if path.len() > MAX_CHAINED_ROLES {
            let message = format!("more than {MAX_CHAINED_ROLES} profiles lead here by their source_profile");
            return Err(broken(&origin, &message).with_hint("assume the last role with keys of its own"));
        }
        let source = |name: &str| {
            let source = self.get(name).ok_or_else(|| self.no_source(&origin, name))?;
            self.credentials(source, path)
        };
        let options = &self.context.vendor;
        profile.credentials(&ProfileContext { origin: origin.clone(), options }, source)
    }

    fn no_source(&self, origin: &str, name: &str) -> Error {
        let names: Vec<String> = self.profiles.list().iter().map(|profile| profile.name().to_owned()).collect();
        broken(origin, &format!("its source_profile `{name}` is not there")).with_hint(other_names(name, &names))
    }
}

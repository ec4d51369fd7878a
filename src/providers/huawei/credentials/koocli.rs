//! `~/.hcloud/config.json`, the profiles of the vendor's command line, `KooCLI`.
//!
//! It encrypts secrets unless it is told not to, by a scheme that is not published.
//! Reference: <https://support.huaweicloud.com/intl/en-us/usermanual-hcli/hcli_11_003.html>

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::config::AccessKey;
use crate::error::Error;
use crate::providers::credentials::chain::other_names;
use crate::providers::credentials::profile_file::{SecretFile, secret, text};
use crate::suggest::did_you_mean;

use super::{Credentials, Found, Instance, Loaded, Renewal, Search, broken};

const MODES: [&str; 3] = ["AKSK", "ecsAgency", "SSO"];

#[derive(Deserialize)]
struct ConfigWire {
    current: Option<String>,
    profiles: Option<Vec<Profile>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Profile {
    name: Option<String>,
    mode: Option<String>,
    #[serde(flatten)]
    keys: KeysWire,
    agency_name: Option<String>,
    sso_auth: Option<SsoAuth>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct KeysWire {
    access_key_id: Option<SecretString>,
    secret_access_key: Option<SecretString>,
    security_token: Option<SecretString>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SsoAuth {
    sts_token: Option<KeysWire>,
}

pub(super) fn find(search: &Search) -> Result<Found<Loaded>, Error> {
    let Some(file) = SecretFile::open(&search.env, None, &[".hcloud/config.json"])? else { return Ok(Found::Nothing) };
    let ConfigWire { current, profiles } = file.json()?;
    let profiles = profiles.unwrap_or_default();
    let get = |name: &str| profiles.iter().find(|profile| text(profile.name.as_ref()) == Some(name));
    let names = || profiles.iter().filter_map(|profile| profile.name.clone()).collect::<Vec<_>>();
    let current = text(current.as_ref()).unwrap_or("default");
    let name = search.wanted.as_ref().map_or(current, |wanted| wanted.name.as_str());
    let profile = match (get(name), &search.wanted) {
        (Some(profile), _) => profile,
        (None, Some(_)) => return Ok(Found::Lacks(names())),
        (None, None) if profiles.is_empty() => return Ok(Found::Nothing),
        (None, None) => {
            return Err(file
                .error(&format!("the current profile is `{name}`, but there is none of that name"))
                .with_hint(other_names(name, &names())));
        }
    };
    let origin = format!("profile `{name}` of {}", file.name);
    profile.credentials(name, origin, search).map(|credentials| Found::Credentials(credentials.into()))
}

impl Profile {
    fn credentials(&self, name: &str, origin: String, search: &Search) -> Result<Credentials, Error> {
        let mode = text(self.mode.as_ref()).unwrap_or("AKSK");
        match mode.to_ascii_lowercase().as_str() {
            // Its keys alone would show the certificates of another account than the profile is for.
            "aksk" if text(self.agency_name.as_ref()).is_some() => {
                Err(broken(&origin, "it assumes an agency, which certls cannot do")
                    .with_hint("export the agency's temporary keys as HUAWEICLOUD_SDK_AK, _SK and _SECURITY_TOKEN"))
            }
            "aksk" => self
                .keys
                .keys(&origin, &format!("hcloud configure set --cli-profile={name}"))
                .map(Credentials::AccessKey),
            "ecsagency" => {
                let instance = Instance::of(&search.endpoints);
                Ok(Credentials::Agency { instance, origin, renewal: Renewal::default() })
            }
            "sso" => {
                let log_in = format!("hcloud configure sso --cli-profile={name}");
                let cached = self.sso_auth.as_ref().and_then(|auth| auth.sts_token.as_ref());
                let cached = cached.ok_or_else(|| {
                    broken(&origin, "it has no keys of a log-in").with_hint(format!("log in: {log_in}"))
                })?;
                if secret(cached.security_token.as_ref()).is_none() {
                    return Err(missing(&origin, "securityToken", &log_in));
                }
                cached.keys(&origin, &log_in).map(Credentials::AccessKey)
            }
            _ => {
                let hint = did_you_mean(mode, MODES).unwrap_or_else(|| format!("certls knows {}", MODES.join(", ")));
                Err(broken(&origin, &format!("certls cannot log in by the mode `{mode}`")).with_hint(hint))
            }
        }
    }
}

impl KeysWire {
    fn keys(&self, origin: &str, command: &str) -> Result<AccessKey, Error> {
        let id = secret(self.access_key_id.as_ref()).ok_or_else(|| missing(origin, "accessKeyId", command))?;
        let key = secret(self.secret_access_key.as_ref()).ok_or_else(|| missing(origin, "secretAccessKey", command))?;
        if !looks_plain(&id, 16..=32) || !looks_plain(&key, 40..=40) {
            return Err(broken(origin, "its keys are encrypted, which only KooCLI itself can undo").with_hint(
                "write them anew with: hcloud configure set --cli-auth-encrypt=false; or export HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK",
            ));
        }
        Ok(AccessKey { id, secret: key, token: secret(self.security_token.as_ref()), origin: origin.to_owned() })
    }
}

/// Access keys are 20 letters and digits or about that, their secrets 40. How an encrypted one looks is
/// not documented, but that it does not look so.
fn looks_plain(text: &SecretString, lengths: std::ops::RangeInclusive<usize>) -> bool {
    let text = text.expose_secret();
    lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn missing(origin: &str, key: &str, command: &str) -> Error {
    broken(origin, &format!("`{key}` is missing")).with_hint(format!("set it with: {command}"))
}

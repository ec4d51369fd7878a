//! `~/.hcloud/config.json`, the profiles of the vendor's command line, `KooCLI`.
//!
//! By default it encrypts secrets, by a scheme that is not published.
//! Reference: <https://support.huaweicloud.com/intl/en-us/usermanual-hcli/hcli_11_003.html>

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::config::AccessKey;
use crate::error::Error;
use crate::providers::credentials::chain::Load;
use crate::providers::credentials::profile_file::{Current, JsonFormat};
use crate::providers::credentials::profile_text::{quoted, secret, text, word};
use crate::providers::credentials::source_error::{broken, missing};
use crate::suggest::did_you_mean;

use super::location::{Stated, Tool};
use super::metadata;
use super::source::{Contents, CredentialSource, Credentials, LoadContext, Loaded};

const MODES: [&str; 3] = ["AKSK", "ecsAgency", "SSO"];

pub(super) static SOURCE: CredentialSource =
    CredentialSource { name: "~/.hcloud/config.json", has_profiles: true, load: Load::Now(load) };

/// The tool writes the file for its own settings too, before there is a profile.
static FORMAT: JsonFormat = JsonFormat {
    configure: "hcloud configure init",
    profile_keys: &["mode", "accessKeyId", "secretAccessKey"],
    always_has_profiles: false,
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Profile {
    name: Option<String>,
    mode: Option<String>,
    #[serde(flatten)]
    keys: KeysWire,
    agency_name: Option<String>,
    region: Option<String>,
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

fn load(context: &LoadContext<'_>) -> Result<Contents, Error> {
    let cx = context.cx;
    let Some(file) = cx.files.open(&cx.env, None, &[".hcloud/config.json"])? else { return Ok(Contents::Nothing) };
    let profiles = file.profiles::<Profile>(&FORMAT)?;
    let names: Vec<&str> = profiles.list().iter().filter_map(Profile::name).collect();
    file.select(context.requested.as_ref(), &Current::Named(profiles.current()), &names, |name| {
        let profile = profiles.list().iter().find(|profile| profile.name() == Some(name));
        let Some(profile) = profile else { return Ok(Contents::Nothing) };
        let origin = format!("profile `{name}` of {}", file.name);
        let credentials = profile.credentials(name, &origin, context)?;
        let stated = text(profile.region.as_ref()).map(|region| Stated::Region(region.to_owned()));
        Ok(Contents::Credentials(Loaded { tool: Tool::Terraform, stated, ..credentials.into() }))
    })
}

impl Profile {
    fn name(&self) -> Option<&str> {
        text(self.name.as_ref())
    }

    fn credentials(&self, name: &str, origin: &str, context: &LoadContext<'_>) -> Result<Credentials, Error> {
        let clock = context.cx.clock;
        let mode = text(self.mode.as_ref()).unwrap_or("AKSK");
        match mode.to_ascii_lowercase().as_str() {
            // Its keys alone would show the certificates of another account than the profile is for.
            "aksk" if text(self.agency_name.as_ref()).is_some() => {
                Err(broken(origin, "it assumes an agency, which certls does for variables only").with_hint(
                    "set HUAWEICLOUD_SDK_AK and _SK, with HW_ASSUME_ROLE_AGENCY_NAME and HW_ASSUME_ROLE_DOMAIN_NAME",
                ))
            }
            "aksk" => self
                .keys
                .keys(origin, &format!("hcloud configure set --cli-profile={}", quoted(name)))
                .map(|key| Credentials::static_keys(key, clock)),
            "ecsagency" => metadata::credentials(context.vendor.metadata.as_ref(), clock, origin),
            "sso" => {
                let log_in = format!("hcloud configure sso --cli-profile={}", quoted(name));
                let cached = self.sso_auth.as_ref().and_then(|auth| auth.sts_token.as_ref());
                let cached = cached.ok_or_else(|| {
                    broken(origin, "it has no keys of a log-in").with_hint(format!("log in: {log_in}"))
                })?;
                if secret(cached.security_token.as_ref()).is_none() {
                    return Err(missing(origin, "securityToken", format!("set it with: {log_in}")));
                }
                cached.keys(origin, &log_in).map(|key| Credentials::static_keys(key, clock))
            }
            _ => {
                let hint = did_you_mean(mode, MODES).unwrap_or_else(|| format!("certls knows {}", MODES.join(", ")));
                Err(broken(origin, &format!("certls cannot log in by the mode {}", word(mode))).with_hint(hint))
            }
        }
    }
}

impl KeysWire {
    fn keys(&self, origin: &str, command: &str) -> Result<AccessKey, Error> {
        let needed = |key: &str, value: Option<&SecretString>| {
            secret(value).ok_or_else(|| missing(origin, key, format!("set it with: {command}")))
        };
        let id = needed("accessKeyId", self.access_key_id.as_ref())?;
        let key = needed("secretAccessKey", self.secret_access_key.as_ref())?;
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

//! `~/.alibabacloud/credentials`, the profiles of the vendor's SDKs.

use crate::config::AccessKey;
use crate::error::Error;
use crate::providers::aliyun::sts::{OidcRole, Role};
use crate::providers::credentials::chain::Load;
use crate::providers::credentials::ini_section::Section;
use crate::providers::credentials::profile_file::Current;
use crate::providers::credentials::profile_text::word;
use crate::providers::credentials::source_error::{broken, missing};
use crate::suggest::did_you_mean;

use super::metadata;
use super::source::{Contents, CredentialSource, Credentials, LoadContext};
use super::variables::INI_FILE;

pub(super) static SOURCE: CredentialSource =
    CredentialSource { name: "~/.alibabacloud/credentials", has_profiles: true, load: Load::Now(load) };

/// Go's and Python's names of the file.
const FILES: [&str; 2] = [".alibabacloud/credentials", ".alibabacloud/credentials.ini"];

const DEFAULT: &str = "default";

const TYPES: [&str; 5] = ["access_key", "sts", "ram_role_arn", "ecs_ram_role", "oidc_role_arn"];

fn load(context: &LoadContext<'_>) -> Result<Contents, Error> {
    let cx = context.cx;
    let Some(file) = cx.files.open(&cx.env, Some(&INI_FILE), &FILES)? else {
        return Ok(Contents::Nothing);
    };
    let sections = file.sections(DEFAULT)?;
    let names: Vec<&str> = sections.keys().map(String::as_str).collect();
    file.select(context.requested.as_ref(), &Current::Usual(DEFAULT), &names, |name| {
        let Some(section) = file.section(sections, name)? else { return Ok(Contents::Nothing) };
        let profile = Profile { section, context, origin: format!("profile `{name}` of {}", file.name) };
        profile.credentials().map(Contents::Credentials)
    })
}

struct Profile<'a> {
    section: &'a Section,
    context: &'a LoadContext<'a>,
    origin: String,
}

impl Profile<'_> {
    fn credentials(self) -> Result<Credentials, Error> {
        let options = &self.context.vendor;
        Ok(match self.section.text("type").unwrap_or_default() {
            "" => Credentials::static_keys(self.keys()?, options),
            // A token is left over from another type: the vendor's SDKs do not read it either.
            "access_key" => Credentials::static_keys(AccessKey { token: None, ..self.keys()? }, options),
            "sts" => {
                self.needed("security_token")?;
                Credentials::static_keys(self.keys()?, options)
            }
            "ram_role_arn" => Credentials::static_keys(self.keys()?, options).assume_role(self.role()?, options),
            "ecs_ram_role" => {
                let role = self.section.text("role_name").map(str::to_owned);
                metadata::credentials(role, options, &self.origin)?
            }
            "oidc_role_arn" => {
                let role = OidcRole {
                    role: self.role()?,
                    provider: self.needed("oidc_provider_arn")?.to_owned(),
                    token_file: self.needed("oidc_token_file_path")?.into(),
                };
                Credentials::web_identity(role, &self.origin, options)
            }
            other => {
                let hint = did_you_mean(other, TYPES).unwrap_or_else(|| format!("certls knows {}", TYPES.join(", ")));
                return Err(
                    broken(&self.origin, &format!("certls cannot log in by the type {}", word(other))).with_hint(hint)
                );
            }
        })
    }

    fn keys(&self) -> Result<AccessKey, Error> {
        Ok(AccessKey {
            id: self.needed("access_key_id")?.to_owned().into(),
            secret: self.needed("access_key_secret")?.to_owned().into(),
            token: self.section.secret("security_token"),
            origin: self.origin.clone(),
        })
    }

    fn role(&self) -> Result<Role, Error> {
        let session = self.section.text("role_session_name").unwrap_or(&self.context.vendor.session);
        let role = Role::new(self.needed("role_arn")?, session);
        Ok(Role { policy: self.section.text("policy").map(str::to_owned), ..role })
    }

    fn needed(&self, key: &str) -> Result<&str, Error> {
        let next_step = "write it there, or remove the section";
        self.section.text(key).ok_or_else(|| missing(&self.origin, key, next_step))
    }
}

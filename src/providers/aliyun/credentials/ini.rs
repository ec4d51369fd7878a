//! `~/.alibabacloud/credentials`, the profiles of the vendor's SDKs.

use crate::config::AccessKey;
use crate::error::Error;
use crate::providers::credentials::profile_file::{SecretFile, Section};
use crate::suggest::did_you_mean;

use super::variables::INI_FILE;
use super::{Credentials, Found, OidcRole, Role, Search, broken, metadata};

/// Go's and Python's names of the file.
const FILES: [&str; 2] = [".alibabacloud/credentials", ".alibabacloud/credentials.ini"];

const TYPES: [&str; 5] = ["access_key", "sts", "ram_role_arn", "ecs_ram_role", "oidc_role_arn"];

pub(super) fn find(search: &Search) -> Result<Found<Credentials>, Error> {
    let Some(file) = SecretFile::open(&search.env, Some(INI_FILE), &FILES)? else {
        return Ok(Found::Nothing);
    };
    let sections = file.sections()?;
    let name = search.wanted.as_ref().map_or("default", |wanted| wanted.name.as_str());
    match sections.get(name) {
        Some(section) => {
            let profile = Profile { section, search, origin: format!("profile `{name}` of {}", file.name) };
            profile.credentials().map(Found::Credentials)
        }
        None if search.wanted.is_some() => {
            Ok(Found::Lacks(sections.into_keys().filter(|name| !name.is_empty()).collect()))
        }
        None => Ok(Found::Nothing),
    }
}

struct Profile<'a> {
    section: &'a Section,
    search: &'a Search,
    origin: String,
}

impl Profile<'_> {
    fn credentials(self) -> Result<Credentials, Error> {
        Ok(match self.section.text("type").unwrap_or("access_key") {
            "access_key" => Credentials::set(self.keys()?),
            "sts" => {
                self.needed("security_token")?;
                Credentials::set(self.keys()?)
            }
            "ram_role_arn" => Credentials::set(self.keys()?).assuming(self.role()?),
            "ecs_ram_role" => {
                let role = self.section.text("role_name").map(str::to_owned);
                metadata::credentials(role, &self.search.options, &self.origin)?
            }
            "oidc_role_arn" => {
                let role = OidcRole {
                    role: self.role()?,
                    provider: self.needed("oidc_provider_arn")?.to_owned(),
                    token_file: self.needed("oidc_token_file_path")?.into(),
                };
                Credentials::by_token(role, &self.origin)
            }
            other => {
                let hint = did_you_mean(other, TYPES).unwrap_or_else(|| format!("certls knows {}", TYPES.join(", ")));
                return Err(
                    broken(&self.origin, &format!("certls cannot log in by the type `{other}`")).with_hint(hint)
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
        let session = self.section.text("role_session_name").unwrap_or(&self.search.options.session);
        let role = Role::new(self.needed("role_arn")?, session);
        Ok(Role { policy: self.section.text("policy").map(str::to_owned), ..role })
    }

    fn needed(&self, key: &str) -> Result<&str, Error> {
        self.section.text(key).ok_or_else(|| {
            broken(&self.origin, &format!("`{key}` is missing")).with_hint("write it there, or remove the section")
        })
    }
}

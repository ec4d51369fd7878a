//! `~/.huaweicloud/credentials`, the file of the vendor's SDKs.

use crate::config::AccessKey;
use crate::error::Error;
use crate::providers::credentials::profile_file::SecretFile;

use super::variables::INI_FILE;
use super::{Credentials, Found, Loaded, Search, broken};

/// The section for services of regions. The file knows no other profiles, but may have sections of other names.
const BASIC: &str = "basic";

pub(super) fn find(search: &Search) -> Result<Found<Loaded>, Error> {
    let Some(file) = SecretFile::open(&search.env, Some(INI_FILE), &[".huaweicloud/credentials"])? else {
        return Ok(Found::Nothing);
    };
    let sections = file.sections()?;
    let name = search.wanted.as_ref().map_or(BASIC, |wanted| wanted.name.as_str());
    let Some(section) = sections.get(name) else {
        let lacking = Found::Lacks(sections.into_keys().filter(|name| !name.is_empty()).collect());
        return Ok(if search.wanted.is_some() { lacking } else { Found::Nothing });
    };
    let origin = format!("[{name}] of {}", file.name);
    let needed = |key: &str| {
        section.secret(key).ok_or_else(|| {
            broken(&origin, &format!("`{key}` is missing")).with_hint("write it there, or remove the section")
        })
    };
    let keys = AccessKey {
        id: needed("ak")?,
        secret: needed("sk")?,
        token: section.secret("security_token"),
        origin: origin.clone(),
    };
    let project_id = section.text("project_id").map(str::to_owned);
    Ok(Found::Credentials(Loaded { credentials: Credentials::AccessKey(keys), project_id }))
}

//! `~/.huaweicloud/credentials`, the file of the vendor's SDKs.

use crate::config::AccessKey;
use crate::error::Error;
use crate::providers::credentials::chain::Load;
use crate::providers::credentials::profile_file::Current;
use crate::providers::credentials::source_error::missing;

use super::location::{Stated, Tool};
use super::source::{Contents, CredentialSource, Credentials, LoadContext, Loaded};
use super::variables::INI_FILE;

pub(super) static SOURCE: CredentialSource =
    CredentialSource { name: "~/.huaweicloud/credentials", has_profiles: true, load: Load::Now(load) };

/// The section for services of regions. The file knows no other profiles, but may have sections of other names.
const BASIC: &str = "basic";

fn load(context: &LoadContext<'_>) -> Result<Contents, Error> {
    let cx = context.cx;
    let Some(file) = cx.files.open(&cx.env, Some(&INI_FILE), &[".huaweicloud/credentials"])? else {
        return Ok(Contents::Nothing);
    };
    let sections = file.sections(BASIC)?;
    let names: Vec<&str> = sections.keys().map(String::as_str).collect();
    file.select(context.requested.as_ref(), &Current::Usual(BASIC), &names, |name| {
        let Some(section) = file.section(sections, name)? else { return Ok(Contents::Nothing) };
        let origin = format!("[{name}] of {}", file.name);
        let next_step = "write it there, or remove the section";
        let needed = |key: &str| section.secret(key).ok_or_else(|| missing(&origin, key, next_step));
        let key = AccessKey {
            id: needed("ak")?,
            secret: needed("sk")?,
            token: section.secret("security_token"),
            origin: origin.clone(),
        };
        let credentials = Credentials::static_keys(key, cx.clock);
        let project_id = section.text("project_id").map(str::to_owned);
        let stated = section.text("iam_endpoint").map(|address| Stated::IamEndpoint {
            origin: format!("iam_endpoint in {origin}"),
            address: address.to_owned(),
        });
        Ok(Contents::Credentials(Loaded { credentials, project_id, tool: Tool::Sdk, stated }))
    })
}

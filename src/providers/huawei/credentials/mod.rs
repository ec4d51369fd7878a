//! Where Huawei Cloud's credentials are searched.

use crate::config::{Account, CredentialsFrom, KeyVariables};
use crate::error::Error;
use crate::providers::Context;
use crate::providers::credentials::chain::{self, RequestedProfile};

use super::site::Site;
use source::{CredentialSource, LoadContext, Vendor};

mod cli_config;
mod environment;
mod ini;
mod location;
mod metadata;
mod source;
mod variables;

pub(super) use source::{Agency, AgencyDomain, Credentials, User};
pub(super) use variables::{CREDENTIALS, QUICKSTART, SETTINGS};

/// Every source, in the order in which they win.
///
/// Reference: <https://github.com/huaweicloud/huaweicloud-sdk-python-v3#22-use-environment-variables>
static CHAIN: &[&CredentialSource] = &[
    &environment::TOKEN,
    &environment::ACCESS_KEY,
    &environment::PASSWORD,
    &ini::SOURCE,
    &cli_config::SOURCE,
    &metadata::SOURCE,
];

/// What is set up for an account.
pub(super) struct Found {
    pub credentials: Credentials,
    /// Where the account lives.
    pub site: Site,
    /// The agency that is assumed with the credentials.
    pub agency: Option<Agency>,
    /// The project that is set to spare the look-up; it belongs to one region.
    pub project_id: Option<String>,
}

/// Loads the credentials of this account; `None` where nothing is set up.
///
/// # Errors
/// Where something is set up but broken, or for a cloud that certls does not know. Nothing was sent to any IAM.
pub(super) async fn find(cx: &Context, account: &Account) -> Result<Option<Found>, Error> {
    let requested = RequestedProfile::of(account, &cx.env, &[])?;
    let context = LoadContext { cx, account, requested, vendor: Vendor { metadata: metadata::enabled(cx) } };
    let Some(loaded) = chain::load(CHAIN, &context).await? else { return Ok(None) };
    let site = location::site(&cx.env, &cx.endpoints, loaded.tool, loaded.stated.as_ref())?;
    // An account of the configuration file that names its own keys is that of these keys.
    let names_own_keys = account.place.is_some() && !matches!(account.credentials, CredentialsFrom::Chain);
    Ok(Some(Found {
        agency: if names_own_keys { None } else { environment::agency(&cx.env)? },
        project_id: environment::project_id(&cx.env)?.or(loaded.project_id),
        credentials: loaded.credentials,
        site,
    }))
}

/// Returns the names of the sources.
pub(super) fn credential_sources() -> Vec<&'static str> {
    chain::names(CHAIN)
}

/// Returns what may be meant as credentials here, and is not read.
pub(super) fn unread(cx: &Context) -> Vec<String> {
    let mut lines = chain::unread_variables(&cx.env, variables::OTHER_TOOLS);
    if let Some(name) = variables::AGENCY.iter().find(|name| cx.env.get(name).is_some()) {
        lines.push(format!("{name} is set, but no key or password to assume an agency with"));
    }
    if let Some(host) = location::foreign_openstack(&cx.env, &cx.endpoints) {
        let set = variables::USERS[1].iter().chain(&variables::TOKENS[1..]).filter(|name| cx.env.get(name).is_some());
        let set: Vec<&str> = set.copied().collect();
        if !set.is_empty() {
            lines.push(format!(
                "{} names another cloud, {host}, so {} was left alone; with the API of Huawei Cloud: \
                 `--endpoint huawei.iam=https://{host}`",
                variables::OS_AUTH_URL,
                set.join(", ")
            ));
        }
    }
    lines
}

/// Returns the variables that hold secrets.
pub(super) fn secret_variables() -> Vec<&'static str> {
    let keys = variables::ACCESS_KEYS.iter().flat_map(KeyVariables::secret_names);
    let passwords = variables::USERS.map(|[_, password, _]| password);
    keys.chain(passwords).chain(variables::TOKENS).collect()
}

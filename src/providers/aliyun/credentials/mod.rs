//! Where Alibaba Cloud's credentials are searched.

use crate::config::{Account, KeyVariables};
use crate::error::Error;
use crate::providers::Context;
use crate::providers::credentials::chain::{self, RequestedProfile};

use super::client::Client;
use super::sts::Role;
use source::{CredentialSource, LoadContext, Options};

mod cli_config;
mod environment;
mod ini;
mod metadata;
mod printed_profile;
mod process;
mod profile;
mod source;
mod uri;
mod variables;

pub(super) use source::{Credentials, ROLE_ARN};
pub(super) use variables::{CREDENTIALS, QUICKSTART, SETTINGS};

/// Every source, in the order in which they win.
///
/// Reference: <https://www.alibabacloud.com/help/en/sdk/developer-reference/v2-manage-access-credentials>
static CHAIN: &[&CredentialSource] =
    &[&environment::ACCESS_KEY, &environment::OIDC, &cli_config::SOURCE, &ini::SOURCE, &metadata::SOURCE, &uri::SOURCE];

/// Loads the credentials of this account; `None` where nothing is set up.
///
/// Keys that must be issued are requested at once, so that a refusal is one error of the account.
pub(super) async fn find(cx: &Context, account: &Account, client: &Client) -> Result<Option<Credentials>, Error> {
    let requested = RequestedProfile::of(account, &cx.env, &variables::PROFILES)?;
    let vendor = Options::new(cx, metadata::enabled(cx));
    let context = LoadContext { cx, account, requested, vendor };
    let Some(mut credentials) = chain::load(CHAIN, &context).await? else { return Ok(None) };
    if let Some(arn) = account.provider_key(ROLE_ARN.name) {
        let options = &context.vendor;
        credentials = credentials.assume_role(Role::new(arn, &options.session), options);
    }
    credentials.keys(client).await?;
    Ok(Some(credentials))
}

/// Returns the names of the sources.
pub(super) fn credential_sources() -> Vec<&'static str> {
    chain::names(CHAIN)
}

/// Returns what may be meant as credentials here, and is not read.
pub(super) fn unread(cx: &Context) -> Vec<String> {
    chain::unread_variables(&cx.env, variables::OTHER_TOOLS)
}

/// Returns the variables that hold secrets.
pub(super) fn secret_variables() -> Vec<&'static str> {
    variables::ACCESS_KEYS.iter().flat_map(KeyVariables::secret_names).collect()
}

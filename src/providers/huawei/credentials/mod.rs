//! Where Huawei Cloud's credentials are searched.

use crate::config::Account;
use crate::error::Error;
use crate::providers::Context;
use crate::providers::credentials::chain::{self, RequestedProfile};

use source::{CredentialSource, LoadContext, Vendor};

mod cli_config;
mod environment;
mod ini;
mod metadata;
mod source;
mod variables;

pub(super) use source::{Credentials, Loaded, User};
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

/// Loads the credentials of this account; `None` where nothing is set up.
///
/// Keys that must be issued are requested at once, so that a refusal is one error of the account.
pub(super) async fn find(cx: &Context, account: &Account) -> Result<Option<Loaded>, Error> {
    let requested = RequestedProfile::of(account, &cx.env, &[]);
    let context = LoadContext { cx, account, requested, vendor: Vendor { metadata: metadata::enabled(cx) } };
    let Some(mut loaded) = chain::load(CHAIN, &context).await? else { return Ok(None) };
    loaded.credentials.keys(&cx.http).await?;
    loaded.project_id = environment::project_id(&cx.env).or(loaded.project_id);
    Ok(Some(loaded))
}

/// Returns the names of the sources.
pub(super) fn credential_sources() -> Vec<&'static str> {
    chain::names(CHAIN)
}

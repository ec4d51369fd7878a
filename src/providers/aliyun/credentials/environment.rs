//! The environment: an access key, or an identity provider's token to assume a role with.

use crate::config::missing_variable as missing;
use crate::config::{AccessKey, Account, Env, KeyVariables};
use crate::error::Error;
use crate::providers::credentials::chain;

use super::variables::{KEYS, OIDC_PROVIDER, OIDC_TOKEN_FILE, ROLE};
use super::{Credentials, Found, OidcRole, Role, Search};

pub(super) fn keys(search: &Search) -> Result<Found<Credentials>, Error> {
    Ok(AccessKey::find(&search.env, &KEYS)?.map(Credentials::set).into())
}

/// The key in the variables that the account names. Nowhere else is looked.
pub(super) fn named(env: &Env, names: &KeyVariables, account: &Account) -> Result<Credentials, Error> {
    chain::named_keys(env, names, account).map(Credentials::set)
}

/// A role's name alone is no set-up: other tools assume roles by it too.
pub(super) fn oidc(search: &Search) -> Result<Found<Credentials>, Error> {
    let value = |name| search.env.get(name);
    let (token_file, provider) = match (value(OIDC_TOKEN_FILE), value(OIDC_PROVIDER)) {
        (None, None) => return Ok(Found::Nothing),
        (Some(token_file), Some(provider)) => (token_file, provider),
        (Some(_), None) => return Err(missing(OIDC_PROVIDER, OIDC_TOKEN_FILE)),
        (None, Some(_)) => return Err(missing(OIDC_TOKEN_FILE, OIDC_PROVIDER)),
    };
    let arn = value(ROLE).ok_or_else(|| missing(ROLE, OIDC_TOKEN_FILE))?;
    let role = OidcRole {
        role: Role::new(arn, &search.options.session),
        provider: provider.to_owned(),
        token_file: token_file.into(),
    };
    Ok(Found::Credentials(Credentials::by_token(role, &format!("the token that {OIDC_TOKEN_FILE} names"))))
}

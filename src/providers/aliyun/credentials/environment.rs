//! The environment: an access key, or an identity provider's token to assume a role with.

use crate::config::{Account, Env, KeyPair, Keys};
use crate::error::{Error, Kind};

use super::variables::{KEYS, OIDC_PROVIDER, OIDC_TOKEN_FILE, ROLE};
use super::{Credentials, Found, Issuer, OidcRole, Role, Search};

pub(super) fn keys(search: &Search) -> Result<Found<Credentials>, Error> {
    Ok(Keys::find(&search.env, &KEYS)?.map(Credentials::set).into())
}

/// The key in the variables that the account names. Nowhere else is looked.
pub(super) fn named(env: &Env, names: &KeyPair, account: &Account) -> Result<Credentials, Error> {
    let keys = Keys::find(env, std::slice::from_ref(names))?;
    let keys = keys.ok_or_else(|| {
        let place = account.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        Error::new(Kind::Config, format!("{place}neither {} nor {} is set", names.id, names.secret))
            .with_hint("set both, or correct the names in `credentials`")
    })?;
    Ok(Credentials::set(keys))
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
    let origin = format!("role {arn} assumed with the token that {OIDC_TOKEN_FILE} names");
    Ok(Found::Credentials(Credentials::of(Issuer::Oidc(role), origin)))
}

fn missing(absent: &str, present: &str) -> Error {
    Error::new(Kind::Config, format!("{present} is set, but {absent} is not"))
        .with_hint(format!("set {absent} as well, or unset {present}"))
}

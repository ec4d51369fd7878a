//! The environment: a token, an access key, or a user and a password.

use crate::config::missing_variable as missing;
use crate::config::{Account, Env, KeyPair, Keys};
use crate::error::Error;
use crate::providers::chain;

use super::variables::{KEYS, OS_DOMAINS, PROJECT_IDS, TOKENS, USERS};
use super::{Credentials, SetUp, User};

pub(super) fn token(env: &Env) -> Option<SetUp> {
    TOKENS.into_iter().find_map(|origin| {
        let token = env.get(origin)?.trim().to_owned().into();
        Some(Credentials::Token { token, origin }.into())
    })
}

pub(super) fn keys(env: &Env) -> Result<Option<SetUp>, Error> {
    let keys = Keys::find(env, &KEYS)?;
    Ok(keys.map(|keys| Credentials::Keys(keys).into()))
}

/// The key in the variables that the account names. Nowhere else is looked.
pub(super) fn named(env: &Env, names: &KeyPair, account: &Account) -> Result<Credentials, Error> {
    chain::named_keys(env, names, account).map(Credentials::Keys)
}

pub(super) fn user(env: &Env) -> Result<Option<SetUp>, Error> {
    for names in USERS {
        if let Some(user) = user_of(env, names)? {
            return Ok(Some(Credentials::Password(user).into()));
        }
    }
    Ok(None)
}

pub(super) fn project_id(env: &Env) -> Option<String> {
    PROJECT_IDS.iter().find_map(|name| env.get(name)).map(str::to_owned)
}

fn user_of(env: &Env, [name, password, domain]: [&'static str; 3]) -> Result<Option<User>, Error> {
    let value = |variable: &str| {
        let others: &[&str] = if variable == OS_DOMAINS[0] { &OS_DOMAINS } else { &[] };
        env.get(variable).or_else(|| others.iter().find_map(|other| env.get(other)))
    };
    // A domain alone, or a stray name, is part of many environments; a password is meant.
    let (Some(secret), found) = (value(password), value(name)) else {
        return match value(name) {
            Some(_) if value(domain).is_some() => Err(missing(password, name)),
            _ => Ok(None),
        };
    };
    let user_name = found.ok_or_else(|| missing(name, password))?;
    let domain_name = value(domain).ok_or_else(|| missing(domain, password))?;
    Ok(Some(User {
        name: user_name.to_owned(),
        password: secret.to_owned().into(),
        domain: domain_name.to_owned(),
        origin: name,
    }))
}

//! The environment: a token, an access key, or a user and a password.

use crate::config::missing_variable as missing;
use crate::config::{AccessKey, Env};
use crate::error::Error;
use crate::providers::credentials::chain::Load;

use super::source::{Contents, CredentialSource, Credentials, LoadContext, User};
use super::variables::{ACCESS_KEYS, OS_DOMAINS, PROJECT_IDS, TOKENS, USERS};

pub(super) static TOKEN: CredentialSource = CredentialSource {
    name: "HW_AUTH_TOKEN; also as OS_AUTH_TOKEN",
    has_profiles: false,
    load: Load::Now(|context| Ok(load_token(&context.cx.env))),
};

pub(super) static ACCESS_KEY: CredentialSource = CredentialSource {
    name: "HUAWEICLOUD_SDK_AK and …_SK; also as CLOUD_SDK_AK, HW_ACCESS_KEY",
    has_profiles: false,
    load: Load::Now(load_access_key),
};

pub(super) static PASSWORD: CredentialSource = CredentialSource {
    name: "HW_USER_NAME, HW_USER_PASSWORD and HW_DOMAIN_NAME; also as OS_…",
    has_profiles: false,
    load: Load::Now(|context| load_password(&context.cx.env)),
};

/// Whether a variable is for this cloud: those of `OpenStack` may be for another, which `OS_AUTH_URL` then names.
/// Another cloud's password is not sent here.
fn is_for_us(env: &Env, variable: &str) -> bool {
    let ours = |url: &str| {
        let host = url.split("://").last().and_then(|rest| rest.split(['/', ':']).next()).unwrap_or_default();
        host.ends_with(".myhuaweicloud.com") || host.ends_with(".myhuaweicloud.eu")
    };
    !variable.starts_with("OS_") || env.get("OS_AUTH_URL").is_none_or(ours)
}

fn load_token(env: &Env) -> Contents {
    let tokens = TOKENS.into_iter().filter(|origin| is_for_us(env, origin)).find_map(|origin| {
        let token = env.get(origin)?.trim().to_owned().into();
        Some(Credentials::Token { token, origin }.into())
    });
    tokens.into()
}

fn load_access_key(context: &LoadContext<'_>) -> Result<Contents, Error> {
    let key = AccessKey::find(&context.cx.env, &ACCESS_KEYS)?;
    Ok(key.map(|key| Credentials::static_keys(key, context.cx.clock).into()).into())
}

fn load_password(env: &Env) -> Result<Contents, Error> {
    for names in USERS.into_iter().filter(|[name, ..]| is_for_us(env, name)) {
        if let Some(user) = user_of(env, names)? {
            return Ok(Contents::Credentials(Credentials::Password(user).into()));
        }
    }
    Ok(Contents::Nothing)
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

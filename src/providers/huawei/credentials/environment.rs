//! The environment: a token, an access key, or a user and a password; and the agency that is assumed with them.

use crate::config::missing_variable as missing;
use crate::config::{AccessKey, Env, flawed, key_flaw, password_flaw};
use crate::error::{Error, Kind};
use crate::providers::Context;
use crate::providers::credentials::chain::Load;

use super::location::{Tool, foreign_openstack};
use super::source::{Agency, AgencyDomain, Contents, CredentialSource, Credentials, LoadContext, Loaded, User};
use super::variables::{ACCESS_KEYS, AGENCY, OS_DOMAINS, PROJECT_IDS, TOKENS, USERS};

pub(super) static TOKEN: CredentialSource =
    CredentialSource { name: "HW_AUTH_TOKEN; also as OS_AUTH_TOKEN", has_profiles: false, load: Load::Now(load_token) };

pub(super) static ACCESS_KEY: CredentialSource = CredentialSource {
    name: "HUAWEICLOUD_SDK_AK and …_SK; also as CLOUD_SDK_AK, HW_ACCESS_KEY",
    has_profiles: false,
    load: Load::Now(load_access_key),
};

pub(super) static PASSWORD: CredentialSource = CredentialSource {
    name: "HW_USER_NAME, HW_USER_PASSWORD and HW_DOMAIN_NAME; also as OS_…",
    has_profiles: false,
    load: Load::Now(load_password),
};

/// Whether a variable is for a cloud that certls knows: those of `OpenStack` may be for another, which `OS_AUTH_URL` then
/// names.
fn is_for_us(cx: &Context, variable: &str) -> bool {
    tool_of(variable) != Tool::OpenStack || foreign_openstack(&cx.env, &cx.endpoints).is_none()
}

/// Returns the tool that a variable belongs to.
fn tool_of(variable: &str) -> Tool {
    match variable {
        name if name.starts_with("OS_") => Tool::OpenStack,
        name if name.starts_with("HW_") => Tool::Terraform,
        _ => Tool::Sdk,
    }
}

fn load_token(context: &LoadContext<'_>) -> Result<Contents, Error> {
    let env = &context.cx.env;
    for origin in TOKENS.into_iter().filter(|origin| is_for_us(context.cx, origin)) {
        let Some(token) = env.get(origin) else { continue };
        if let Some(flaw) = key_flaw(token) {
            return Err(flawed(origin, &flaw));
        }
        let credentials = Credentials::Token { token: token.to_owned().into(), origin };
        return Ok(Contents::Credentials(Loaded { tool: tool_of(origin), ..credentials.into() }));
    }
    Ok(Contents::Nothing)
}

fn load_access_key(context: &LoadContext<'_>) -> Result<Contents, Error> {
    let Some(key) = AccessKey::find(&context.cx.env, &ACCESS_KEYS)? else { return Ok(Contents::Nothing) };
    let tool = tool_of(&key.origin);
    let credentials = Credentials::static_keys(key, context.cx.clock);
    Ok(Contents::Credentials(Loaded { tool, ..credentials.into() }))
}

fn load_password(context: &LoadContext<'_>) -> Result<Contents, Error> {
    for names in USERS.into_iter().filter(|[name, ..]| is_for_us(context.cx, name)) {
        if let Some(user) = user_of(&context.cx.env, names)? {
            let tool = tool_of(user.origin);
            return Ok(Contents::Credentials(Loaded { tool, ..Credentials::Password(user).into() }));
        }
    }
    Ok(Contents::Nothing)
}

/// Returns the project that the environment names.
///
/// # Errors
/// Where it holds what no id of a project does: it becomes part of the address of requests.
pub(super) fn project_id(env: &Env) -> Result<Option<String>, Error> {
    let Some((name, id)) = env.first(&PROJECT_IDS)? else { return Ok(None) };
    if id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
        return Ok(Some(id.to_owned()));
    }
    Err(Error::new(Kind::Config, format!("{name} is not the id of a project"))
        .with_hint("write its 32 letters and digits, as the console shows them under My Credentials"))
}

fn user_of(env: &Env, [name, password, domain]: [&'static str; 3]) -> Result<Option<User>, Error> {
    let domains: &[&str] = if domain == OS_DOMAINS[0] { &OS_DOMAINS } else { &[domain] };
    let found = env.checked(name)?;
    // A domain alone, or a stray name, is part of many environments; a password is meant.
    let Some(secret) = env.exact(password) else {
        return match found {
            Some(_) if env.first(domains)?.is_some() => Err(missing(password, name)),
            _ => Ok(None),
        };
    };
    if let Some(flaw) = password_flaw(secret) {
        return Err(flawed(password, &flaw));
    }
    let user_name = found.ok_or_else(|| missing(name, password))?;
    let (_, domain_name) = env.first(domains)?.ok_or_else(|| missing(domain, password))?;
    Ok(Some(User {
        name: user_name.to_owned(),
        password: secret.to_owned().into(),
        domain: domain_name.to_owned(),
        origin: name,
    }))
}

/// Returns the agency that the environment demands to be assumed.
///
/// # Errors
/// Where only its name or only its account is set.
pub(super) fn agency(env: &Env) -> Result<Option<Agency>, Error> {
    let [name, domain_name, domain_id] = AGENCY;
    let domain = match (env.checked(domain_id)?, env.checked(domain_name)?) {
        (Some(id), _) => Some((domain_id, AgencyDomain::Id(id.to_owned()))),
        (None, Some(text)) => Some((domain_name, AgencyDomain::Name(text.to_owned()))),
        (None, None) => None,
    };
    match (env.checked(name)?, domain) {
        (None, None) => Ok(None),
        (Some(agency), Some((_, domain))) => Ok(Some(Agency { name: agency.to_owned(), domain })),
        (Some(_), None) => Err(missing(domain_name, name)),
        (None, Some((variable, _))) => Err(missing(name, variable)),
    }
}

//! Where Huawei Cloud's credentials are looked for.

use secrecy::{ExposeSecret, SecretString};

use crate::config::{Account, Env, EnvVar, KeyPair, Keys, Login};
use crate::context::Context;
use crate::error::{Error, Kind};

/// What requests are authorised with.
#[derive(Debug, Clone)]
pub(super) enum Credentials {
    /// A token that was fetched elsewhere.
    Token { token: SecretString, origin: &'static str },
    /// An access key, which signs each request.
    Keys(Keys),
    /// A user whose password is exchanged for tokens.
    Password(User),
}

/// An IAM user and the account it belongs to.
#[derive(Debug, Clone)]
pub(super) struct User {
    pub name: String,
    pub password: SecretString,
    /// The account, which the vendor calls domain.
    pub domain: String,
    /// The variable that holds the user's name, for messages.
    pub origin: &'static str,
}

static TOKENS: [&str; 2] = ["HW_AUTH_TOKEN", "OS_AUTH_TOKEN"];

/// The spellings of the access key's variables, in the order in which they win: the SDKs', the one
/// of the API pages' samples, and Terraform's.
static SPELLINGS: [KeyPair; 3] = [
    KeyPair::of("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", Some("HUAWEICLOUD_SDK_SECURITY_TOKEN")),
    KeyPair::of("CLOUD_SDK_AK", "CLOUD_SDK_SK", None),
    KeyPair::of("HW_ACCESS_KEY", "HW_SECRET_KEY", Some("HW_SECURITY_TOKEN")),
];

/// Name, password and domain of a user: the vendor's spelling, and that of `OpenStack`.
static USERS: [[&str; 3]; 2] =
    [["HW_USER_NAME", "HW_USER_PASSWORD", "HW_DOMAIN_NAME"], ["OS_USERNAME", "OS_PASSWORD", "OS_DOMAIN_NAME"]];

/// The clients of `OpenStack` know the domain by more than one name.
static OS_DOMAINS: [&str; 3] = ["OS_DOMAIN_NAME", "OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME"];

static PROJECT_IDS: [&str; 3] = ["HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID", "OS_PROJECT_ID"];

pub(super) static VARIABLES: &[EnvVar] = &[
    EnvVar { name: "HW_AUTH_TOKEN", help: "a project's token; also OS_AUTH_TOKEN" },
    EnvVar { name: "HUAWEICLOUD_SDK_AK", help: "access key id; also CLOUD_SDK_AK, and Terraform's HW_ACCESS_KEY" },
    EnvVar { name: "HUAWEICLOUD_SDK_SK", help: "its secret; also CLOUD_SDK_SK, and Terraform's HW_SECRET_KEY" },
    EnvVar { name: "HUAWEICLOUD_SDK_SECURITY_TOKEN", help: "the token of temporary keys; also HW_SECURITY_TOKEN" },
    EnvVar { name: "HW_USER_NAME", help: "IAM user, instead of an access key; also OS_USERNAME" },
    EnvVar { name: "HW_USER_PASSWORD", help: "its password; also OS_PASSWORD" },
    EnvVar {
        name: "HW_DOMAIN_NAME",
        help: "its account name; also OS_DOMAIN_NAME, OS_USER_DOMAIN_NAME, OS_PROJECT_DOMAIN_NAME",
    },
];

pub(super) static OPTIONS: &[EnvVar] = &[EnvVar {
    name: "HUAWEICLOUD_SDK_PROJECT_ID",
    help: "project of the one region that --region names, to spare the look-up; also HW_PROJECT_ID, OS_PROJECT_ID",
}];

/// The credentials of this account; `None` where nothing is set up.
pub(super) async fn find(cx: &Context, account: &Account) -> Result<Option<Credentials>, Error> {
    match &account.login {
        Login::Variables(names) => {
            let keys = Keys::find(&cx.env, std::slice::from_ref(names))?;
            keys.map(|keys| refuse_foreign(&keys).map(|()| Credentials::Keys(keys))).transpose()
        }
        _ => from_environment(&cx.env),
    }
}

fn from_environment(env: &Env) -> Result<Option<Credentials>, Error> {
    for origin in TOKENS {
        if let Some(token) = env.get(origin) {
            let token = token.trim().to_owned().into();
            return Ok(Some(Credentials::Token { token, origin }));
        }
    }
    if let Some(keys) = Keys::find(env, &SPELLINGS)? {
        refuse_foreign(&keys)?;
        return Ok(Some(Credentials::Keys(keys)));
    }
    for names in USERS {
        if let Some(user) = user(env, names)? {
            return Ok(Some(Credentials::Password(user)));
        }
    }
    Ok(None)
}

pub(super) fn project_id(env: &Env) -> Option<String> {
    PROJECT_IDS.iter().find_map(|name| env.get(name)).map(str::to_owned)
}

/// Alibaba Cloud's keys begin with `LTAI`. One that strayed here is not sent to another vendor.
fn refuse_foreign(keys: &Keys) -> Result<(), Error> {
    if !keys.id.expose_secret().starts_with("LTAI") {
        return Ok(());
    }
    Err(Error::new(
        Kind::Config,
        format!("{} is a key of Alibaba Cloud (it begins with LTAI), not of Huawei Cloud", keys.origin),
    )
    .with_hint("move it to ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET"))
}

fn user(env: &Env, [name, password, domain]: [&'static str; 3]) -> Result<Option<User>, Error> {
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

fn missing(absent: &str, present: &str) -> Error {
    Error::new(Kind::Config, format!("{present} is set, but {absent} is not"))
        .with_hint(format!("set {absent} as well, or unset {present}"))
}

impl Credentials {
    /// Where they were found.
    pub(super) fn origin(&self) -> String {
        match self {
            Self::Token { origin, .. } => format!("{origin} in the environment"),
            Self::Keys(keys) => keys.origin.clone(),
            Self::Password(user) => format!("{} in the environment", user.origin),
        }
    }

    /// All that must not be shown.
    pub(super) fn secrets(&self) -> Vec<&SecretString> {
        match self {
            Self::Token { token, .. } => vec![token],
            Self::Keys(keys) => [&keys.id, &keys.secret].into_iter().chain(&keys.token).collect(),
            Self::Password(user) => vec![&user.password],
        }
    }
}

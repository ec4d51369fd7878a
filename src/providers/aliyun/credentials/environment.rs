//! The environment: an access key, or an identity provider's token to assume a role with.

use crate::config::AccessKey;
use crate::config::missing_variable as missing;
use crate::error::Error;
use crate::providers::aliyun::sts::{OidcRole, Role};
use crate::providers::credentials::chain::Load;

use super::source::{Contents, CredentialSource, Credentials, LoadContext};
use super::variables::{ACCESS_KEYS, OIDC_PROVIDER, OIDC_TOKEN_FILE, ROLE};

pub(super) static ACCESS_KEY: CredentialSource = CredentialSource {
    name: "ALIBABA_CLOUD_ACCESS_KEY_ID and …_SECRET; also as ALIBABACLOUD_…, ALICLOUD_…",
    has_profiles: false,
    load: Load::Now(load_access_key),
};

pub(super) static OIDC: CredentialSource = CredentialSource {
    name: "ALIBABA_CLOUD_OIDC_TOKEN_FILE, with …_OIDC_PROVIDER_ARN and …_ROLE_ARN",
    has_profiles: false,
    load: Load::Now(load_oidc),
};

fn load_access_key(context: &LoadContext<'_>) -> Result<Contents, Error> {
    let key = AccessKey::find(&context.cx.env, &ACCESS_KEYS)?;
    Ok(key.map(|key| Credentials::static_keys(key, &context.vendor)).into())
}

/// The name of a role alone sets up nothing: other tools assume roles by it too.
fn load_oidc(context: &LoadContext<'_>) -> Result<Contents, Error> {
    let env = &context.cx.env;
    let (token_file, provider) = match (OIDC_TOKEN_FILE.checked(env)?, OIDC_PROVIDER.checked(env)?) {
        (None, None) => return Ok(Contents::Nothing),
        (Some(token_file), Some(provider)) => (token_file, provider),
        (Some(_), None) => return Err(missing(OIDC_PROVIDER.name, OIDC_TOKEN_FILE.name)),
        (None, Some(_)) => return Err(missing(OIDC_TOKEN_FILE.name, OIDC_PROVIDER.name)),
    };
    let arn = ROLE.checked(env)?.ok_or_else(|| missing(ROLE.name, OIDC_TOKEN_FILE.name))?;
    let options = &context.vendor;
    let role = OidcRole {
        role: Role::new(arn, &options.session),
        provider: provider.to_owned(),
        token_file: token_file.into(),
    };
    let place = format!("the token that {} names", OIDC_TOKEN_FILE.name);
    Ok(Contents::Credentials(Credentials::web_identity(role, &place, options)))
}

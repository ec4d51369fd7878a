//! Where Alibaba Cloud's access keys are looked for.

use crate::config::{Account, Env, EnvVar, KeyPair, Keys, Login};
use crate::context::Context;
use crate::error::Error;

use super::api::Client;

/// The spellings of the access key's variables, in the order in which they win: the SDKs', the two
/// that the vendor's command line also reads, and Terraform's.
static SPELLINGS: [KeyPair; 4] = [
    KeyPair::of("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", Some("ALIBABA_CLOUD_SECURITY_TOKEN")),
    KeyPair::of("ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET", Some("ALIBABACLOUD_SECURITY_TOKEN")),
    KeyPair::of("ALICLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY_SECRET", Some("ALICLOUD_SECURITY_TOKEN")),
    KeyPair::of("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", Some("ALICLOUD_SECURITY_TOKEN")),
];

pub(super) static VARIABLES: &[EnvVar] = &[
    EnvVar {
        name: "ALIBABA_CLOUD_ACCESS_KEY_ID",
        help: "access key id; also ALIBABACLOUD_…, ALICLOUD_…, and Terraform's ALICLOUD_ACCESS_KEY",
    },
    EnvVar {
        name: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        help: "its secret; also ALIBABACLOUD_…, ALICLOUD_…, and Terraform's ALICLOUD_SECRET_KEY",
    },
    EnvVar {
        name: "ALIBABA_CLOUD_SECURITY_TOKEN",
        help: "the STS token of temporary keys; also ALIBABACLOUD_…, ALICLOUD_…",
    },
];

pub(super) static OPTIONS: &[EnvVar] = &[EnvVar {
    name: super::sign::VARIABLE,
    help: "signature of requests: rpc (HMAC-SHA1, the default) or acs3 (ACS3-HMAC-SHA256)",
}];

/// An account's credentials: keys, or a way to have them issued.
#[derive(Debug)]
pub(super) struct Credentials {
    keys: Keys,
}

impl Credentials {
    /// The keys to sign with, fetched or renewed where they are temporary.
    pub(super) async fn keys(&self, _client: &Client) -> Result<Keys, Error> {
        Ok(self.keys.clone())
    }

    /// Where they were found.
    pub(super) fn origin(&self) -> &str {
        &self.keys.origin
    }
}

/// The credentials of this account; `None` where nothing is set up.
pub(super) async fn find(cx: &Context, account: &Account, _client: &Client) -> Result<Option<Credentials>, Error> {
    let keys = match &account.login {
        Login::Variables(names) => Keys::find(&cx.env, std::slice::from_ref(names))?,
        _ => from_environment(&cx.env)?,
    };
    Ok(keys.map(|keys| Credentials { keys }))
}

fn from_environment(env: &Env) -> Result<Option<Keys>, Error> {
    Keys::find(env, &SPELLINGS)
}

//! Where Alibaba Cloud's access keys are looked for.

use crate::config::{Env, EnvVar, KeyPair, Keys};
use crate::error::Error;

/// The spellings of the access key's variables, in the order in which they win: the SDKs', the two
/// that the vendor's command line also reads, and Terraform's.
static SPELLINGS: [KeyPair; 4] = [
    KeyPair {
        id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
        secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        token: Some("ALIBABA_CLOUD_SECURITY_TOKEN"),
    },
    KeyPair {
        id: "ALIBABACLOUD_ACCESS_KEY_ID",
        secret: "ALIBABACLOUD_ACCESS_KEY_SECRET",
        token: Some("ALIBABACLOUD_SECURITY_TOKEN"),
    },
    KeyPair {
        id: "ALICLOUD_ACCESS_KEY_ID",
        secret: "ALICLOUD_ACCESS_KEY_SECRET",
        token: Some("ALICLOUD_SECURITY_TOKEN"),
    },
    KeyPair {
        id: "ALICLOUD_ACCESS_KEY",
        secret: "ALICLOUD_SECRET_KEY",
        token: Some("ALICLOUD_SECURITY_TOKEN"),
    },
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

/// The access key that is set up here, if one is.
pub(super) fn find(env: &Env) -> Result<Option<Keys>, Error> {
    Keys::find(env, &SPELLINGS)
}

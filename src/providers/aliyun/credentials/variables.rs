//! The variables that Alibaba Cloud's tools read, by the names they have there.

use crate::config::{Env, EnvVar, KeyVariables};
use crate::providers::credentials::chain::Wanted;

/// The spellings of the access key's variables, in the order in which they win: the SDKs', the two
/// that the vendor's command line also reads, and Terraform's.
pub(super) static KEYS: [KeyVariables; 4] = [
    KeyVariables::of(
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        Some("ALIBABA_CLOUD_SECURITY_TOKEN"),
    ),
    KeyVariables::of(
        "ALIBABACLOUD_ACCESS_KEY_ID",
        "ALIBABACLOUD_ACCESS_KEY_SECRET",
        Some("ALIBABACLOUD_SECURITY_TOKEN"),
    ),
    KeyVariables::of("ALICLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY_SECRET", Some("ALICLOUD_SECURITY_TOKEN")),
    KeyVariables::of("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", Some("ALICLOUD_SECURITY_TOKEN")),
];

pub(super) const OIDC_TOKEN_FILE: &str = "ALIBABA_CLOUD_OIDC_TOKEN_FILE";
pub(super) const OIDC_PROVIDER: &str = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN";
pub(super) const ROLE: &str = "ALIBABA_CLOUD_ROLE_ARN";
pub(super) const SESSION: &str = "ALIBABA_CLOUD_ROLE_SESSION_NAME";
pub(super) const CLI_FILE: &str = "ALIBABA_CLOUD_CONFIG_FILE";
pub(super) const NO_CLI_FILE: &str = "ALIBABA_CLOUD_CLI_PROFILE_DISABLED";
pub(super) const IGNORE_PROFILE: &str = "ALIBABA_CLOUD_IGNORE_PROFILE";
pub(super) const INI_FILE: &str = "ALIBABA_CLOUD_CREDENTIALS_FILE";
pub(super) const NO_METADATA: &str = "ALIBABA_CLOUD_ECS_METADATA_DISABLED";
pub(super) const NO_METADATA_V1: &str = "ALIBABA_CLOUD_IMDSV1_DISABLED";
pub(super) const METADATA_ROLE: &str = "ALIBABA_CLOUD_ECS_METADATA";
pub(super) const NO_PROCESSES: &str = "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS";
pub(super) const URI: &str = "ALIBABA_CLOUD_CREDENTIALS_URI";
const PROFILES: [&str; 3] = ["ALIBABA_CLOUD_PROFILE", "ALIBABACLOUD_PROFILE", "ALICLOUD_PROFILE"];

pub(in super::super) static VARIABLES: &[EnvVar] = &[
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
    EnvVar { name: OIDC_TOKEN_FILE, help: "file with an identity provider's token, to assume a role with" },
    EnvVar { name: OIDC_PROVIDER, help: "that identity provider" },
    EnvVar { name: ROLE, help: "that role" },
    EnvVar {
        name: "ALIBABA_CLOUD_PROFILE",
        help: "profile of ~/.aliyun/config.json or ~/.alibabacloud/credentials; also ALIBABACLOUD_…, ALICLOUD_…",
    },
    EnvVar { name: METADATA_ROLE, help: "role of this ECS instance, to spare the look-up" },
    EnvVar { name: URI, help: "address that gives temporary keys; http: only on this machine" },
];

pub(in super::super) static OPTIONS: &[EnvVar] = &[
    EnvVar {
        name: crate::providers::aliyun::sign::VARIABLE,
        help: "signature of requests: rpc (HMAC-SHA1, the default) or acs3 (ACS3-HMAC-SHA256)",
    },
    EnvVar { name: SESSION, help: "name under which roles are assumed, instead of certls" },
    EnvVar { name: CLI_FILE, help: "instead of ~/.aliyun/config.json" },
    EnvVar { name: NO_CLI_FILE, help: "true: leave that file alone; likewise ALIBABA_CLOUD_IGNORE_PROFILE" },
    EnvVar { name: INI_FILE, help: "instead of ~/.alibabacloud/credentials" },
    EnvVar { name: NO_METADATA, help: "true: do not ask the metadata service of this ECS instance" },
    EnvVar { name: NO_METADATA_V1, help: "true: ask it in its second version only" },
    EnvVar { name: NO_PROCESSES, help: "true: run no program that a profile names, and ask no address" },
    EnvVar {
        name: crate::providers::aliyun::endpoints::STS_REGION,
        help: "region whose STS is asked, instead of the central one",
    },
    EnvVar {
        name: crate::providers::aliyun::endpoints::VPC_ENDPOINT_ENABLED,
        help: "true: ask that region's STS inside its network",
    },
];

/// The profile that the environment names.
pub(super) fn profile(env: &Env) -> Option<Wanted> {
    PROFILES.into_iter().find_map(|variable| {
        let name = env.get(variable)?.to_owned();
        Some(Wanted { name, variable: Some(variable) })
    })
}

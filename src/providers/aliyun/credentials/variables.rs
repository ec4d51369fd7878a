//! The variables that Alibaba Cloud's tools read, by the names they have there.

use crate::config::{EnvVar, KeyVariables};
use crate::providers::aliyun::{endpoints, sign};

const ACCESS_KEY_ID: EnvVar = EnvVar {
    name: "ALIBABA_CLOUD_ACCESS_KEY_ID",
    help: "access key id; also ALIBABACLOUD_…, ALICLOUD_…, and Terraform's ALICLOUD_ACCESS_KEY",
};
const ACCESS_KEY_SECRET: EnvVar = EnvVar {
    name: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    help: "its secret; also ALIBABACLOUD_…, ALICLOUD_…, and Terraform's ALICLOUD_SECRET_KEY",
};
const SECURITY_TOKEN: EnvVar = EnvVar {
    name: "ALIBABA_CLOUD_SECURITY_TOKEN",
    help: "the STS token of temporary keys; also ALIBABACLOUD_…, ALICLOUD_…",
};
pub(super) const OIDC_TOKEN_FILE: EnvVar = EnvVar {
    name: "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
    help: "file with an identity provider's token, to assume a role with",
};
pub(super) const OIDC_PROVIDER: EnvVar =
    EnvVar { name: "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", help: "that identity provider" };
pub(super) const ROLE: EnvVar = EnvVar { name: "ALIBABA_CLOUD_ROLE_ARN", help: "that role" };
const PROFILE: EnvVar = EnvVar {
    name: "ALIBABA_CLOUD_PROFILE",
    help: "profile of ~/.aliyun/config.json or ~/.alibabacloud/credentials; also ALIBABACLOUD_…, ALICLOUD_…",
};
pub(super) const METADATA_ROLE: EnvVar =
    EnvVar { name: "ALIBABA_CLOUD_ECS_METADATA", help: "role of this ECS instance, to spare the look-up" };
pub(super) const URI: EnvVar = EnvVar {
    name: "ALIBABA_CLOUD_CREDENTIALS_URI",
    help: "address that gives temporary keys; http: only on this machine",
};

/// The two variables that a new user sets.
pub(crate) const QUICKSTART: [&str; 2] = [ACCESS_KEY_ID.name, ACCESS_KEY_SECRET.name];

/// The variables that hold credentials, or name where they are.
pub(crate) static CREDENTIALS: &[EnvVar] = &[
    ACCESS_KEY_ID,
    ACCESS_KEY_SECRET,
    SECURITY_TOKEN,
    OIDC_TOKEN_FILE,
    OIDC_PROVIDER,
    ROLE,
    PROFILE,
    METADATA_ROLE,
    URI,
];

pub(super) const SESSION: EnvVar =
    EnvVar { name: "ALIBABA_CLOUD_ROLE_SESSION_NAME", help: "name under which roles are assumed, instead of certls" };
pub(super) const CLI_FILE: EnvVar =
    EnvVar { name: "ALIBABA_CLOUD_CONFIG_FILE", help: "instead of ~/.aliyun/config.json" };
pub(super) const NO_CLI_FILE: EnvVar = EnvVar {
    name: "ALIBABA_CLOUD_CLI_PROFILE_DISABLED",
    help: "true: leave that file alone; likewise ALIBABA_CLOUD_IGNORE_PROFILE",
};
pub(super) const INI_FILE: EnvVar =
    EnvVar { name: "ALIBABA_CLOUD_CREDENTIALS_FILE", help: "instead of ~/.alibabacloud/credentials" };
pub(super) const NO_METADATA: EnvVar = EnvVar {
    name: "ALIBABA_CLOUD_ECS_METADATA_DISABLED",
    help: "true: do not ask the metadata service of this ECS instance",
};
pub(super) const NO_METADATA_V1: EnvVar =
    EnvVar { name: "ALIBABA_CLOUD_IMDSV1_DISABLED", help: "true: ask it in its second version only" };
pub(super) const NO_PROCESSES: EnvVar = EnvVar {
    name: "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS",
    help: "true: run no program that a profile names, and ask no address",
};

/// The other variables.
pub(crate) static SETTINGS: &[EnvVar] = &[
    EnvVar {
        name: sign::VARIABLE,
        help: "signature of requests: rpc (HMAC-SHA1, the default) or acs3 (ACS3-HMAC-SHA256)",
    },
    SESSION,
    CLI_FILE,
    NO_CLI_FILE,
    INI_FILE,
    NO_METADATA,
    NO_METADATA_V1,
    NO_PROCESSES,
    EnvVar { name: endpoints::STS_REGION, help: "region whose STS is asked, instead of the central one" },
    EnvVar { name: endpoints::VPC_ENDPOINT_ENABLED, help: "true: ask that region's STS inside its network" },
];

/// The spellings of the access key's variables, in the order in which they win: the SDKs', the two that the vendor's
/// command line also reads, and Terraform's.
pub(super) static ACCESS_KEYS: [KeyVariables; 4] = [
    KeyVariables::of(ACCESS_KEY_ID.name, ACCESS_KEY_SECRET.name, Some(SECURITY_TOKEN.name)),
    KeyVariables::of(
        "ALIBABACLOUD_ACCESS_KEY_ID",
        "ALIBABACLOUD_ACCESS_KEY_SECRET",
        Some("ALIBABACLOUD_SECURITY_TOKEN"),
    ),
    KeyVariables::of("ALICLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY_SECRET", Some(ALICLOUD_SECURITY_TOKEN)),
    KeyVariables::of("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", Some(ALICLOUD_SECURITY_TOKEN)),
];
const ALICLOUD_SECURITY_TOKEN: &str = "ALICLOUD_SECURITY_TOKEN";

/// The spellings of the profile's variable, in the order in which they win.
pub(super) static PROFILES: [&EnvVar; 3] = [
    &PROFILE,
    &EnvVar { name: "ALIBABACLOUD_PROFILE", help: PROFILE.help },
    &EnvVar { name: "ALICLOUD_PROFILE", help: PROFILE.help },
];

/// The spellings of the switch that leaves the command line's file alone.
pub(super) static IGNORE_CLI_FILE: [&EnvVar; 2] =
    [&NO_CLI_FILE, &EnvVar { name: "ALIBABA_CLOUD_IGNORE_PROFILE", help: NO_CLI_FILE.help }];

/// Variables that other tools read, and what is read here.
pub(super) static OTHER_TOOLS: &[(&str, &str)] = &[
    ("ALIYUN_ACCESS_KEY_ID", ACCESS_KEY_ID.name),
    ("ALIYUN_ACCESS_KEY_SECRET", ACCESS_KEY_SECRET.name),
    ("ALIYUN_ACCESS_KEY", ACCESS_KEY_ID.name),
    ("ALIYUN_SECRET_KEY", ACCESS_KEY_SECRET.name),
    ("ACCESS_KEY_ID", ACCESS_KEY_ID.name),
    ("ACCESS_KEY_SECRET", ACCESS_KEY_SECRET.name),
    ("Ali_Key", ACCESS_KEY_ID.name),
    ("Ali_Secret", ACCESS_KEY_SECRET.name),
    ("ALIBABACLOUD_OIDC_TOKEN_FILE", OIDC_TOKEN_FILE.name),
    ("ALICLOUD_OIDC_TOKEN_FILE", OIDC_TOKEN_FILE.name),
    ("ALIBABACLOUD_CREDENTIALS_URI", URI.name),
];

//! The variables that Huawei Cloud's tools read, by the names they have there.

use crate::config::{EnvVar, KeyVariables};

pub(super) static TOKENS: [&str; 2] = ["HW_AUTH_TOKEN", "OS_AUTH_TOKEN"];

/// The spellings of the access key's variables, in the order in which they win: the SDKs', the one
/// of the API pages' samples, and Terraform's.
pub(super) static KEYS: [KeyVariables; 3] = [
    KeyVariables::of("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", Some("HUAWEICLOUD_SDK_SECURITY_TOKEN")),
    KeyVariables::of("CLOUD_SDK_AK", "CLOUD_SDK_SK", None),
    KeyVariables::of("HW_ACCESS_KEY", "HW_SECRET_KEY", Some("HW_SECURITY_TOKEN")),
];

/// Name, password and domain of a user: the vendor's spelling, and that of `OpenStack`.
pub(super) static USERS: [[&str; 3]; 2] =
    [["HW_USER_NAME", "HW_USER_PASSWORD", "HW_DOMAIN_NAME"], ["OS_USERNAME", "OS_PASSWORD", "OS_DOMAIN_NAME"]];

/// The clients of `OpenStack` know the domain by more than one name.
pub(super) static OS_DOMAINS: [&str; 3] = ["OS_DOMAIN_NAME", "OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME"];

pub(super) static PROJECT_IDS: [&str; 3] = ["HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID", "OS_PROJECT_ID"];

pub(super) const INI_FILE: &str = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";

pub(in super::super) static VARIABLES: &[EnvVar] = &[
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

pub(in super::super) static OPTIONS: &[EnvVar] = &[
    EnvVar {
        name: "HUAWEICLOUD_SDK_PROJECT_ID",
        help: "project of the one region that --region names, to spare the look-up; also HW_PROJECT_ID, OS_PROJECT_ID",
    },
    EnvVar { name: INI_FILE, help: "instead of ~/.huaweicloud/credentials" },
];

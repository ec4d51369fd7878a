//! The variables that Huawei Cloud's tools read, by the names they have there.

use crate::config::{EnvVar, KeyVariables};

const TOKEN: EnvVar = EnvVar { name: "HW_AUTH_TOKEN", help: "a project's token; also OS_AUTH_TOKEN" };
const ACCESS_KEY: EnvVar =
    EnvVar { name: "HUAWEICLOUD_SDK_AK", help: "access key id; also CLOUD_SDK_AK, and Terraform's HW_ACCESS_KEY" };
const SECRET_KEY: EnvVar =
    EnvVar { name: "HUAWEICLOUD_SDK_SK", help: "its secret; also CLOUD_SDK_SK, and Terraform's HW_SECRET_KEY" };
const SECURITY_TOKEN: EnvVar =
    EnvVar { name: "HUAWEICLOUD_SDK_SECURITY_TOKEN", help: "the token of temporary keys; also HW_SECURITY_TOKEN" };
const USER_NAME: EnvVar = EnvVar { name: "HW_USER_NAME", help: "IAM user, instead of an access key; also OS_USERNAME" };
const USER_PASSWORD: EnvVar = EnvVar { name: "HW_USER_PASSWORD", help: "its password; also OS_PASSWORD" };
const DOMAIN_NAME: EnvVar = EnvVar {
    name: "HW_DOMAIN_NAME",
    help: "its account name; also OS_DOMAIN_NAME, OS_USER_DOMAIN_NAME, OS_PROJECT_DOMAIN_NAME",
};

const AGENCY_NAME: EnvVar = EnvVar {
    name: AGENCY[0],
    help: "agency that is assumed with the access key or the user, in the account of HW_ASSUME_ROLE_DOMAIN_NAME or _ID",
};

/// The variables of an agency in another account: its name, and the name or the id of the account.
pub(super) static AGENCY: [&str; 3] =
    ["HW_ASSUME_ROLE_AGENCY_NAME", "HW_ASSUME_ROLE_DOMAIN_NAME", "HW_ASSUME_ROLE_DOMAIN_ID"];

/// The two variables that a new user sets.
pub(crate) const QUICKSTART: [&str; 2] = [ACCESS_KEY.name, SECRET_KEY.name];

/// The variables that hold credentials.
pub(crate) static CREDENTIALS: &[EnvVar] =
    &[TOKEN, ACCESS_KEY, SECRET_KEY, SECURITY_TOKEN, USER_NAME, USER_PASSWORD, DOMAIN_NAME, AGENCY_NAME];

const PROJECT_ID: EnvVar = EnvVar {
    name: "HUAWEICLOUD_SDK_PROJECT_ID",
    help: "project of the one region that --region names, to spare the look-up; also HW_PROJECT_ID, OS_PROJECT_ID",
};
pub(super) const INI_FILE: EnvVar =
    EnvVar { name: "HUAWEICLOUD_SDK_CREDENTIALS_FILE", help: "instead of ~/.huaweicloud/credentials" };
pub(super) const NO_METADATA: EnvVar = EnvVar {
    name: "CERTLS_HUAWEI_METADATA_DISABLED",
    help: "true: do not ask the metadata service of this ECS instance",
};

/// The addresses of the IAM that knows the account, by the names that Terraform, the SDKs and `OpenStack` give it.
pub(super) const HW_AUTH_URL: &str = "HW_AUTH_URL";
pub(super) const SDK_IAM_ENDPOINT: &str = "HUAWEICLOUD_SDK_IAM_ENDPOINT";
pub(super) const OS_AUTH_URL: &str = "OS_AUTH_URL";
/// The domain of the cloud.
pub(super) const CLOUD: &str = "HW_CLOUD";
/// The region that other tools work in. It narrows nothing here, but may be of another site.
pub(super) static REGION_NAMES: [&str; 3] = ["HW_REGION_NAME", "HUAWEICLOUD_SDK_REGION", "OS_REGION_NAME"];

const IAM_ADDRESS: EnvVar = EnvVar {
    name: HW_AUTH_URL,
    help: "IAM of the site or cloud that the keys are for; also HUAWEICLOUD_SDK_IAM_ENDPOINT, OS_AUTH_URL",
};
const CLOUD_DOMAIN: EnvVar = EnvVar { name: CLOUD, help: "domain of that cloud, such as myhuaweicloud.eu" };
const REGION: EnvVar = EnvVar {
    name: REGION_NAMES[0],
    help: "tells the site where its region is of one with accounts of its own; narrows nothing",
};

/// The other variables.
pub(crate) static SETTINGS: &[EnvVar] = &[PROJECT_ID, IAM_ADDRESS, CLOUD_DOMAIN, REGION, INI_FILE, NO_METADATA];

/// The spellings of a token's variable, in the order in which they win.
pub(super) static TOKENS: [&str; 2] = [TOKEN.name, "OS_AUTH_TOKEN"];

/// The spellings of the access key's variables, in the order in which they win: the SDKs', the one of the API pages'
/// samples, and Terraform's.
pub(super) static ACCESS_KEYS: [KeyVariables; 3] = [
    KeyVariables::of(ACCESS_KEY.name, SECRET_KEY.name, Some(SECURITY_TOKEN.name)),
    KeyVariables::of("CLOUD_SDK_AK", "CLOUD_SDK_SK", None),
    KeyVariables::of("HW_ACCESS_KEY", "HW_SECRET_KEY", Some("HW_SECURITY_TOKEN")),
];

const OS_DOMAIN_NAME: &str = "OS_DOMAIN_NAME";

/// Name, password and domain of a user: the vendor's spelling, and that of `OpenStack`.
pub(super) static USERS: [[&str; 3]; 2] =
    [[USER_NAME.name, USER_PASSWORD.name, DOMAIN_NAME.name], ["OS_USERNAME", "OS_PASSWORD", OS_DOMAIN_NAME]];

/// The clients of `OpenStack` know the domain by more than one name.
pub(super) static OS_DOMAINS: [&str; 3] = [OS_DOMAIN_NAME, "OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME"];

/// The spellings of the project's variable, in the order in which they win.
pub(super) static PROJECT_IDS: [&str; 3] = [PROJECT_ID.name, "HW_PROJECT_ID", "OS_PROJECT_ID"];

/// Variables that other tools read, and what is read here.
pub(super) static OTHER_TOOLS: &[(&str, &str)] = &[
    ("HUAWEICLOUD_ACCESS_KEY_ID", ACCESS_KEY.name),
    ("HUAWEICLOUD_SECRET_ACCESS_KEY", SECRET_KEY.name),
    ("HUAWEICLOUD_Username", USER_NAME.name),
    ("HUAWEICLOUD_Password", USER_PASSWORD.name),
    ("HUAWEICLOUD_DomainName", DOMAIN_NAME.name),
    ("HUAWEICLOUD_SDK_IDP_ID", ACCESS_KEY.name),
    ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", ACCESS_KEY.name),
    ("HUAWEICLOUD_OIDC_PROVIDER_URN", ACCESS_KEY.name),
    ("HUAWEI_ACCESS_KEY", ACCESS_KEY.name),
    ("OS_ACCESS_KEY", ACCESS_KEY.name),
    ("OS_SECRET_KEY", SECRET_KEY.name),
    ("HW_PROFILE", "`--profile`"),
    ("HW_SHARED_CONFIG_FILE", "~/.hcloud/config.json"),
];

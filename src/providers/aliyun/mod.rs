//! Alibaba Cloud.
//!
//! Owns what is particular to this vendor: its credentials, signatures, endpoints, error codes and products.

use super::cloud::Cloud;
use super::{Provider, ProviderInfo};
use session::AliyunSession;

mod client;
mod credentials;
mod endpoints;
mod errors;
mod issued_keys;
mod services;
mod session;
mod sign;
mod sts;

const ID: &str = "aliyun";

/// Alibaba Cloud as a provider.
pub(super) static CLOUD: &dyn Provider = &Cloud::<AliyunSession> {
    info: &ProviderInfo {
        id: ID,
        title: "Alibaba Cloud",
        regions: endpoints::REGIONS,
        example_region: "cn-hangzhou",
        other_endpoints: &[sts::ID, "metadata"],
        credential_variables: credentials::CREDENTIALS,
        other_variables: credentials::SETTINGS,
        account_keys: &[credentials::ROLE_ARN, sign::ACCOUNT_KEY],
        access_key_prefix: Some("LTAI"),
        quickstart_variables: credentials::QUICKSTART,
    },
    credential_sources: credentials::credential_sources,
    secret_variables: credentials::secret_variables,
    unread_credentials: credentials::unread,
    stores: services::STORES,
    usage_sources: services::USAGE_SOURCES,
};

//! Huawei Cloud.
//!
//! Owns what is particular to this vendor: its credentials, signature, endpoints, projects, error codes and products.

use super::cloud::Cloud;
use super::{Provider, ProviderInfo};
use session::HuaweiSession;

mod agency;
mod auth_scope;
mod client;
mod credentials;
mod endpoints;
mod errors;
mod iam;
mod services;
mod session;
mod sign;
mod site;
mod tokens;

const ID: &str = "huawei";

/// Huawei Cloud as a provider.
pub(super) static CLOUD: &dyn Provider = &Cloud::<HuaweiSession> {
    info: &ProviderInfo {
        id: ID,
        title: "Huawei Cloud",
        regions: endpoints::REGIONS,
        example_region: "cn-north-4",
        other_endpoints: &["iam", "metadata"],
        credential_variables: credentials::CREDENTIALS,
        other_variables: credentials::SETTINGS,
        account_keys: &[],
        access_key_prefix: None,
        quickstart_variables: credentials::QUICKSTART,
    },
    credential_sources: credentials::credential_sources,
    secret_variables: credentials::secret_variables,
    unread_credentials: credentials::unread,
    stores: services::STORES,
    usage_sources: services::USAGE_SOURCES,
};

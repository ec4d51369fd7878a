//! Huawei Cloud.
//!
//! Owns what is particular to this vendor: its credentials, signature, endpoints, projects, error codes and products.

use std::sync::Arc;

use async_trait::async_trait;

use crate::config::Account;
use crate::error::Error;
use crate::model::Identity;

use super::provider::{open_stores, open_usage};
use super::{Context, ProviderInfo, ScopedStore, ScopedUsage, ServiceInfo, Session, UsageSourceInfo};
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

pub(super) struct Provider;

static INFO: ProviderInfo = ProviderInfo {
    id: ID,
    title: "Huawei Cloud",
    regions: endpoints::REGIONS,
    other_endpoints: &["iam", "metadata"],
    credential_variables: credentials::CREDENTIALS,
    other_variables: credentials::SETTINGS,
    account_keys: &[],
    access_key_prefix: None,
    quickstart_variables: credentials::QUICKSTART,
};

#[async_trait]
impl super::Provider for Provider {
    fn info(&self) -> &'static ProviderInfo {
        &INFO
    }

    fn credential_sources(&self) -> Vec<&'static str> {
        credentials::credential_sources()
    }

    fn secret_variables(&self) -> Vec<&'static str> {
        credentials::secret_variables()
    }

    fn unread_credentials(&self, cx: &Context) -> Vec<String> {
        credentials::unread(cx)
    }

    fn services(&self) -> Vec<&'static ServiceInfo> {
        services::STORES.iter().map(|service| service.info()).collect()
    }

    fn usage_sources(&self) -> Vec<&'static UsageSourceInfo> {
        services::USAGE_SOURCES.iter().map(|source| source.info()).collect()
    }

    async fn connect(&self, cx: &Context, account: &Account) -> Result<Option<Arc<dyn Session>>, Error> {
        let session = HuaweiSession::connect(cx, account).await?;
        Ok(session.map(|session| Arc::new(session) as Arc<dyn Session>))
    }
}

#[async_trait]
impl Session for HuaweiSession {
    fn origin(&self) -> String {
        self.client().credentials().origin()
    }

    async fn identity(&self) -> Result<Identity, Error> {
        self.identity().await
    }

    async fn open_stores(&self, service: &str, regions: Option<&[String]>) -> Vec<ScopedStore> {
        open_stores(services::STORES, self, service, regions).await
    }

    async fn open_usage(&self, source: &str, regions: Option<&[String]>) -> Vec<ScopedUsage> {
        open_usage(services::USAGE_SOURCES, self, source, regions).await
    }
}

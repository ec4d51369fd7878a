//! Alibaba Cloud.
//!
//! Owns what is particular to this vendor: its credentials, signatures, endpoints, error codes and products.

use std::sync::Arc;

use async_trait::async_trait;

use crate::config::Account;
use crate::error::Error;
use crate::model::Identity;

use super::provider::{open_stores, open_usage};
use super::{Context, ProviderInfo, ScopedStore, ScopedUsage, ServiceInfo, Session, UsageSourceInfo};
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

pub(super) struct Provider;

static INFO: ProviderInfo = ProviderInfo {
    id: ID,
    title: "Alibaba Cloud",
    regions: endpoints::REGIONS,
    other_endpoints: &[sts::ID, "metadata"],
    credential_variables: credentials::CREDENTIALS,
    other_variables: credentials::SETTINGS,
    account_keys: &[credentials::ROLE_ARN, sign::ACCOUNT_KEY],
    access_key_prefix: Some("LTAI"),
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
        let session = AliyunSession::connect(cx, account).await?;
        Ok(session.map(|session| Arc::new(session) as Arc<dyn Session>))
    }
}

#[async_trait]
impl Session for AliyunSession {
    fn origin(&self) -> String {
        self.origin().to_owned()
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

//! A cloud made of its vendor's tables: one implementation of [`Provider`] and [`Session`] for all of them.

use std::sync::Arc;

use async_trait::async_trait;

use crate::config::Account;
use crate::error::Error;
use crate::model::Identity;

use super::Context;
use super::provider::{
    Provider, ProviderInfo, ScopedStore, ScopedUsage, Service, ServiceInfo, Session, UsageSource, UsageSourceInfo,
};

/// The tables of one vendor, whose accounts are `A`.
pub(super) struct Cloud<A: 'static> {
    pub info: &'static ProviderInfo,
    pub credential_sources: fn() -> Vec<&'static str>,
    pub secret_variables: fn() -> Vec<&'static str>,
    pub unread_credentials: fn(&Context) -> Vec<String>,
    /// The products that keep certificates, in the order of their names in help.
    pub stores: &'static [&'static dyn Service<A>],
    /// The products that use certificates.
    pub usage_sources: &'static [&'static dyn UsageSource<A>],
}

/// An account of a vendor that is logged in.
#[async_trait]
pub(super) trait LoggedIn: Sized + Send + Sync + 'static {
    /// See [`Provider::connect`].
    ///
    /// # Errors
    /// Where something is set up but broken.
    async fn connect(cx: &Context, account: &Account) -> Result<Option<Self>, Error>;
    /// See [`Session::origin`].
    fn origin(&self) -> String;
    /// See [`Session::identity`].
    ///
    /// # Errors
    /// Where the cloud refuses, or does not answer.
    async fn identity(&self) -> Result<Identity, Error>;
}

#[async_trait]
impl<A: LoggedIn> Provider for Cloud<A> {
    fn info(&self) -> &'static ProviderInfo {
        self.info
    }

    fn credential_sources(&self) -> Vec<&'static str> {
        (self.credential_sources)()
    }

    fn secret_variables(&self) -> Vec<&'static str> {
        (self.secret_variables)()
    }

    fn unread_credentials(&self, cx: &Context) -> Vec<String> {
        (self.unread_credentials)(cx)
    }

    fn services(&self) -> Vec<&'static ServiceInfo> {
        self.stores.iter().map(|service| service.info()).collect()
    }

    fn usage_sources(&self) -> Vec<&'static UsageSourceInfo> {
        self.usage_sources.iter().map(|source| source.info()).collect()
    }

    async fn connect(&self, cx: &Context, account: &Account) -> Result<Option<Arc<dyn Session>>, Error> {
        let Some(account) = A::connect(cx, account).await? else { return Ok(None) };
        Ok(Some(Arc::new(CloudSession { account, stores: self.stores, usage_sources: self.usage_sources })))
    }
}

/// An account, and the products that it can be asked for.
struct CloudSession<A: 'static> {
    account: A,
    stores: &'static [&'static dyn Service<A>],
    usage_sources: &'static [&'static dyn UsageSource<A>],
}

#[async_trait]
impl<A: LoggedIn> Session for CloudSession<A> {
    fn origin(&self) -> String {
        self.account.origin()
    }

    async fn identity(&self) -> Result<Identity, Error> {
        self.account.identity().await
    }

    async fn open_stores(&self, service: &str, regions: Option<&[String]>) -> Vec<ScopedStore> {
        match self.stores.iter().find(|known| known.info().id == service) {
            Some(service) => service.open(&self.account, regions).await,
            None => Vec::new(),
        }
    }

    async fn open_usage(&self, source: &str, regions: Option<&[String]>) -> Vec<ScopedUsage> {
        match self.usage_sources.iter().find(|known| known.info().id == source) {
            Some(source) => source.open(&self.account, regions).await,
            None => Vec::new(),
        }
    }
}

//! One account of Alibaba Cloud: its client, its credentials, and what is asked once and used by many.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::OnceCell;

use crate::config::{Account, Endpoint};
use crate::error::Error;
use crate::model::{Identity, Scope};
use crate::net::Reply;
use crate::providers::provider::{open_stores, open_usage};
use crate::providers::{Context, ScopedStore, ScopedUsage, Session};

use super::client::{Client, Operation};
use super::credentials::{self, Credentials};
use super::services::{RegionWire, STORES, USAGE_SOURCES};
use super::sign::Signature;
use super::{ID, sts};

/// How long records wait for the id of their account.
const ACCOUNT_ID_TIMEOUT: Duration = Duration::from_secs(5);

/// An account of Alibaba Cloud. Cloning it is cheap: all clones share what they have asked.
#[derive(Debug, Clone)]
pub(super) struct AliyunSession(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    client: Client,
    credentials: Credentials,
    identity: OnceCell<Identity>,
    account_id: OnceCell<Option<String>>,
    slb_regions: OnceCell<Result<Vec<RegionWire>, Error>>,
}

impl AliyunSession {
    /// Finds the account's credentials; `None` where nothing is set up.
    pub(super) async fn connect(cx: &Context, account: &Account) -> Result<Option<Self>, Error> {
        let client = Client {
            http: cx.http.clone(),
            endpoints: cx.endpoints.clone(),
            signature: Signature::Rpc,
            sts: sts::StsEndpoint::of(&cx.env),
        };
        let Some(credentials) = credentials::find(cx, account, &client).await? else {
            return Ok(None);
        };
        Ok(Some(Self(Arc::new(Inner {
            name: account.name.clone(),
            client: Client { signature: Signature::chosen(&cx.env, account)?, ..client },
            credentials,
            identity: OnceCell::new(),
            account_id: OnceCell::new(),
            slb_regions: OnceCell::new(),
        }))))
    }

    pub(super) fn client(&self) -> &Client {
        &self.0.client
    }

    pub(super) fn scope(&self, region: &str, service: &'static str) -> Scope {
        Scope { provider: ID, account: self.0.name.clone(), region: region.to_owned(), service, project: None }
    }

    /// Returns the id of the account, where the cloud tells it in time. A failure is remembered.
    pub(super) async fn account_id(&self) -> Option<String> {
        let request = async || match tokio::time::timeout(ACCOUNT_ID_TIMEOUT, self.identity()).await {
            Ok(Ok(identity)) => Some(identity.account_id),
            Ok(Err(error)) => {
                tracing::info!("the account id is unknown: {error}");
                None
            }
            Err(_) => None,
        };
        self.0.account_id.get_or_init(request).await.clone()
    }

    /// Returns the regions of SLB, which `list` requests once. A failure is remembered.
    pub(super) async fn slb_regions<F>(&self, list: impl FnOnce() -> F) -> Result<Vec<RegionWire>, Error>
    where
        F: Future<Output = Result<Vec<RegionWire>, Error>>,
    {
        self.0.slb_regions.get_or_init(list).await.clone()
    }

    /// Calls an operation with the account's keys.
    ///
    /// # Errors
    /// Where no keys could be had, the cloud refused, or no whole reply came.
    pub(super) async fn call(
        &self,
        operation: &Operation,
        endpoint: &Endpoint,
        params: &[(&str, &str)],
    ) -> Result<Reply, Error> {
        let keys = self.0.credentials.keys(&self.0.client).await?;
        self.0.client.call(&keys, operation, endpoint, params).await
    }
}

#[async_trait]
impl Session for AliyunSession {
    fn origin(&self) -> String {
        self.0.credentials.origin().to_owned()
    }

    async fn identity(&self) -> Result<Identity, Error> {
        self.0.identity.get_or_try_init(|| sts::caller_identity(self)).await.cloned()
    }

    async fn open_stores(&self, service: &str, regions: Option<&[String]>) -> Vec<ScopedStore> {
        open_stores(STORES, self, service, regions).await
    }

    async fn open_usage(&self, source: &str, regions: Option<&[String]>) -> Vec<ScopedUsage> {
        open_usage(USAGE_SOURCES, self, source, regions).await
    }
}

//! One account of Alibaba Cloud: its client, its credentials, and what is requested once and used by many.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::OnceCell;

use crate::config::{Account, Endpoint};
use crate::error::Error;
use crate::model::{Identity, Scope};
use crate::net::Reply;
use crate::providers::Context;
use crate::providers::cloud::LoggedIn;

use super::client::{Client, Operation};
use super::credentials::{self, Credentials};
use super::endpoints::{ListedRegion, StsEndpoint};
use super::sign::Signature;
use super::{ID, sts};

/// How long records wait for the id of their account.
const ACCOUNT_ID_TIMEOUT: Duration = Duration::from_secs(5);

/// An account of Alibaba Cloud. Cloning it is cheap: all clones share what they have requested.
#[derive(Debug, Clone)]
pub(super) struct AliyunSession(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    client: Client,
    credentials: Credentials,
    identity: OnceCell<Identity>,
    account_id: OnceCell<Option<String>>,
    slb_regions: OnceCell<Result<Vec<ListedRegion>, Error>>,
}

impl AliyunSession {
    /// Returns the client of the account.
    pub(super) fn client(&self) -> &Client {
        &self.0.client
    }

    /// Returns the scope of a service in a region of the account.
    pub(super) fn scope(&self, region: &str, service: &'static str) -> Scope {
        Scope { provider: ID, account: self.0.name.clone(), region: region.to_owned(), service, project: None }
    }

    /// Returns the id of the account, where the cloud sends it within 5 s of being asked. A failure is remembered.
    pub(super) async fn account_id(&self) -> Option<String> {
        let request = async || {
            let keys = self.0.credentials.keys(&self.0.client).await?;
            let request = || sts::caller_identity_within(&self.0.client, &keys, ACCOUNT_ID_TIMEOUT);
            self.0.identity.get_or_try_init(request).await.map(|identity| identity.account_id.clone())
        };
        let id = async || {
            let id: Result<String, Error> = request().await;
            id.inspect_err(|error| tracing::info!("the account id is unknown: {error}")).ok()
        };
        self.0.account_id.get_or_init(id).await.clone()
    }

    /// Returns the regions of SLB, which `list` requests once. A failure is remembered.
    ///
    /// # Errors
    /// The error of `list`.
    pub(super) async fn slb_regions<F>(&self, list: impl FnOnce() -> F) -> Result<Vec<ListedRegion>, Error>
    where
        F: Future<Output = Result<Vec<ListedRegion>, Error>>,
    {
        self.0.slb_regions.get_or_init(list).await.clone()
    }

    /// Calls an operation with the account's keys.
    ///
    /// # Errors
    /// Where no keys could be obtained, the cloud refused, or no whole reply came.
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
impl LoggedIn for AliyunSession {
    async fn connect(cx: &Context, account: &Account) -> Result<Option<Self>, Error> {
        let client = Client {
            http: cx.http.clone(),
            clock: cx.clock,
            endpoints: cx.endpoints.clone(),
            signature: Signature::Rpc,
            sts: StsEndpoint::of(&cx.env),
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

    fn origin(&self) -> String {
        self.0.credentials.origin().to_owned()
    }

    async fn identity(&self) -> Result<Identity, Error> {
        let request = async || {
            let keys = self.0.credentials.keys(&self.0.client).await?;
            sts::caller_identity(&self.0.client, &keys).await
        };
        self.0.identity.get_or_try_init(request).await.cloned()
    }
}

//! One call of an RPC-style operation: sign, send, tell success from refusal; again, if it pays.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::sync::OnceCell;

use crate::config::{Endpoint, Endpoints, Keys};
use crate::error::{Error, Kind};
use crate::model::Identity;
use crate::net::{Http, Redactor, Reply};

use super::credentials::Credentials;
use super::sign::{Signature, Unsigned};
use super::{ID, endpoints, errors, sts};

/// An operation of one of the vendor's products.
#[derive(Debug)]
pub(super) struct Operation {
    pub action: &'static str,
    pub version: &'static str,
    /// The RAM action that allows it; `None` where the vendor lists none.
    pub permission: Option<&'static str>,
}

/// The vendor's APIs, asked with whichever keys.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub http: Arc<Http>,
    pub endpoints: Endpoints,
    pub signature: Signature,
    pub sts: sts::Site,
}

/// The vendor's APIs, asked as one account.
#[derive(Debug)]
pub(super) struct Api {
    pub client: Client,
    pub credentials: Credentials,
    identity: OnceCell<Identity>,
    account_id: OnceCell<Option<String>>,
}

/// How long records wait to be told whose they are.
const IDENTITY_PATIENCE: Duration = Duration::from_secs(5);

impl Api {
    pub(super) fn new(client: Client, credentials: Credentials) -> Self {
        Self { client, credentials, identity: OnceCell::new(), account_id: OnceCell::new() }
    }

    /// Who the keys belong to; asked once, however many wait for it.
    pub(super) async fn identity(&self) -> Result<Identity, Error> {
        self.identity.get_or_try_init(|| sts::caller_identity(self)).await.cloned()
    }

    /// The id of the account, where the cloud tells it in time. That it does not is remembered.
    pub(super) async fn account_id(&self) -> Option<String> {
        let ask = async || match tokio::time::timeout(IDENTITY_PATIENCE, self.identity()).await {
            Ok(Ok(identity)) => Some(identity.account_id),
            Ok(Err(error)) => {
                tracing::info!("the account id is unknown: {error}");
                None
            }
            Err(_) => None,
        };
        self.account_id.get_or_init(ask).await.clone()
    }

    /// # Errors
    /// Where no keys could be had, the cloud refused, or no whole reply came.
    pub(super) async fn call(
        &self,
        operation: &Operation,
        endpoint: &Endpoint,
        params: &[(&str, &str)],
    ) -> Result<Reply, Error> {
        let keys = self.credentials.keys(&self.client).await?;
        self.client.call(&keys, operation, endpoint, params).await
    }
}

impl Client {
    /// The override of a service's endpoint, or the host that the vendor names.
    pub(super) fn endpoint(&self, service: &str, host: &str) -> Result<Endpoint, Error> {
        let overridden = self.endpoints.get(ID, service).cloned();
        overridden.or_else(|| endpoints::named(host)).ok_or_else(|| {
            Error::new(Kind::Reply, "the cloud named an endpoint outside aliyuncs.com; no key is sent there")
        })
    }

    /// # Errors
    /// Where the cloud refused, or no whole reply came.
    pub(super) async fn call(
        &self,
        keys: &Keys,
        operation: &Operation,
        endpoint: &Endpoint,
        params: &[(&str, &str)],
    ) -> Result<Reply, Error> {
        self.http.retrying(|| self.attempt(keys, operation, endpoint, params)).await
    }

    async fn attempt(
        &self,
        keys: &Keys,
        operation: &Operation,
        endpoint: &Endpoint,
        params: &[(&str, &str)],
    ) -> Result<Reply, Error> {
        let sent_at = Utc::now();
        let unsigned = Unsigned {
            endpoint,
            action: operation.action,
            version: operation.version,
            params,
            at: sent_at,
            nonce: &nonce()?,
        };
        let signed = self.signature.sign(&unsigned, keys)?;
        let region = params.iter().find(|(name, _)| *name == "RegionId").map_or("", |(_, region)| region);
        let label = format!("{ID} {} {region}", operation.action);
        let reply = self.http.send(label.trim_end(), signed.request).await?;
        // Some gateways answer 200 to what they refuse; no answer to these operations has a code.
        if reply.status.is_success() && !errors::is_refusal(&reply) {
            return Ok(reply);
        }
        let refusal = errors::Refusal {
            reply: &reply,
            sent_at,
            string_to_sign: &signed.string_to_sign,
            origin: &keys.origin,
            permission: operation.permission,
            // A server may echo the signature as well.
            redactor: &Redactor::new([&keys.id, &keys.secret, &signed.signature].into_iter().chain(&keys.token)),
        };
        Err(refusal.into_error())
    }
}

/// 128 random bits: a value that no request before or beside this one has used.
fn nonce() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::new(Kind::Internal, format!("this system has no random numbers: {error}")))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

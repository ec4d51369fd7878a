//! The RPC-style operations of Alibaba Cloud's products, called with any keys.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::clock::Clock;
use crate::config::{AccessKey, Endpoint, Endpoints};
use crate::error::{Error, Kind};
use crate::net::{Http, Reply};
use crate::providers::call::{Attempt, Call, Caller, Exchange, Signed};
use crate::providers::error_table::Access;

use super::endpoints::{ListedRegion, StsEndpoint};
use super::sign::{Signature, Unsigned};
use super::{ID, endpoints, errors};

/// An operation of one of the vendor's products.
#[derive(Debug)]
pub(super) struct Operation {
    pub action: &'static str,
    pub version: &'static str,
    /// The RAM action that allows it; `None` where the vendor lists none.
    pub permission: Option<&'static str>,
}

/// A way to the vendor's products, without credentials.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub http: Arc<Http>,
    pub clock: Clock,
    pub endpoints: Endpoints,
    pub signature: Signature,
    pub sts: StsEndpoint,
}

impl Client {
    /// Returns the override of a service's endpoint, or the endpoint at the host that the vendor names.
    ///
    /// # Errors
    /// Where the host is outside of the vendor's domain: no key is sent there.
    pub(super) fn endpoint(&self, service: &str, host: &str) -> Result<Endpoint, Error> {
        let overridden = self.endpoints.get(ID, service).cloned();
        overridden.or_else(|| endpoints::named(host)).ok_or_else(outside)
    }

    /// Returns the override of a service's endpoint, or the endpoint of a region that the vendor lists.
    ///
    /// # Errors
    /// As [`endpoint`](Self::endpoint), and where the list does not tell it.
    pub(super) fn region_endpoint(&self, service: &str, region: &ListedRegion) -> Result<Endpoint, Error> {
        if let Some(endpoint) = self.endpoints.get(ID, service) {
            return Ok(endpoint.clone());
        }
        let host = region.host(service)?;
        if endpoints::is_of_product(service, &host) { self.endpoint(service, &host) } else { Err(outside()) }
    }

    /// Returns what makes the calls.
    pub(super) fn caller(&self) -> Caller<'_> {
        Caller::new(&self.http, self.clock)
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// Where the cloud refused, or no whole reply came.
    pub(super) async fn call(
        &self,
        keys: &AccessKey,
        operation: &Operation,
        endpoint: &Endpoint,
        params: &[(&str, &str)],
    ) -> Result<Reply, Error> {
        self.call_with_secret(keys, operation, endpoint, params, None).await
    }

    /// Calls an operation that must be answered within `timeout` of being sent.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub(super) async fn call_within(
        &self,
        keys: &AccessKey,
        operation: &Operation,
        endpoint: &Endpoint,
        timeout: Duration,
    ) -> Result<Reply, Error> {
        let call = SignedCall { signature: self.signature, keys, operation, endpoint, params: &[], secret: None };
        self.caller().call_within(&call, timeout).await
    }

    /// Calls an operation one of whose parameters is a secret, beside those of the keys.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub(super) async fn call_with_secret(
        &self,
        keys: &AccessKey,
        operation: &Operation,
        endpoint: &Endpoint,
        params: &[(&str, &str)],
        secret: Option<&SecretString>,
    ) -> Result<Reply, Error> {
        let call = SignedCall { signature: self.signature, keys, operation, endpoint, params, secret };
        self.caller().call(&call).await
    }
}

fn outside() -> Error {
    Error::new(Kind::Reply, "the cloud named an endpoint outside aliyuncs.com; no key is sent there")
}

/// An operation that is signed with an access key.
struct SignedCall<'a> {
    signature: Signature,
    keys: &'a AccessKey,
    operation: &'a Operation,
    endpoint: &'a Endpoint,
    params: &'a [(&'a str, &'a str)],
    secret: Option<&'a SecretString>,
}

#[async_trait]
impl Call for SignedCall<'_> {
    fn label(&self) -> String {
        let region = self.params.iter().find(|(name, _)| *name == "RegionId").map_or("", |(_, region)| region);
        format!("{ID} {} {region}", self.operation.action).trim_end().to_owned()
    }

    async fn sign(&self, attempt: &Attempt) -> Result<Signed, Error> {
        let unsigned = Unsigned {
            endpoint: self.endpoint,
            action: self.operation.action,
            version: self.operation.version,
            params: self.params,
            at: attempt.at,
            nonce: &attempt.nonce,
        };
        let mut signed = self.signature.sign(&unsigned, self.keys)?;
        signed.secrets.extend(self.secret.cloned());
        Ok(signed)
    }

    fn classify(&self, exchange: &Exchange<'_>) -> Option<Error> {
        if exchange.reply.status.is_success() && !errors::is_refusal(exchange.reply) {
            return None;
        }
        let access = Access { origin: &self.keys.origin, permission: self.operation.permission };
        Some(errors::classify(exchange, access))
    }
}

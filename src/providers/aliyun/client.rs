//! One call of an RPC-style operation: sign, send, tell success from refusal, try again.

use std::sync::Arc;

use chrono::Utc;

use crate::config::{AccessKey, Endpoint, Endpoints};
use crate::error::{Error, Kind};
use crate::net::{Http, Redactor, Reply};

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
    pub sts: sts::StsEndpoint,
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
        keys: &AccessKey,
        operation: &Operation,
        endpoint: &Endpoint,
        params: &[(&str, &str)],
    ) -> Result<Reply, Error> {
        self.http.retrying(|| self.attempt(keys, operation, endpoint, params)).await
    }

    async fn attempt(
        &self,
        keys: &AccessKey,
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

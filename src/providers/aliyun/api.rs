//! One call of an RPC-style operation: sign, send, tell success from refusal; again, if it pays.

use std::sync::Arc;

use chrono::Utc;

use crate::config::{Endpoint, Keys};
use crate::error::{Error, Kind};
use crate::net::{Http, Redactor, Reply};

use super::errors;
use super::sign::{Signature, Unsigned};

/// An operation of one of the vendor's products.
#[derive(Debug)]
pub(super) struct Operation {
    pub action: &'static str,
    pub version: &'static str,
    /// The RAM action that allows it; `None` where the vendor lists none.
    pub permission: Option<&'static str>,
}

/// The vendor's APIs, asked as one account.
pub(super) struct Api {
    http: Arc<Http>,
    keys: Keys,
    signature: Signature,
    redactor: Redactor,
}

impl Api {
    pub(super) fn new(http: Arc<Http>, keys: Keys, signature: Signature) -> Self {
        let redactor = Redactor::new([&keys.id, &keys.secret].into_iter().chain(&keys.token));
        Self { http, keys, signature, redactor }
    }

    /// # Errors
    /// Where the cloud refused, or no whole reply came.
    pub(super) async fn call(&self, operation: &Operation, endpoint: &Endpoint, params: &[(&str, &str)]) -> Result<Reply, Error> {
        let region = params.iter().find(|(name, _)| *name == "RegionId").map_or("", |(_, region)| region);
        let label = format!("aliyun {} {region}", operation.action);
        self.http
            .retrying(|| self.attempt(&label, operation, endpoint, params))
            .await
    }

    async fn attempt(
        &self,
        label: &str,
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
        let signed = self.signature.sign(&unsigned, &self.keys)?;
        let reply = self.http.send(label.trim_end(), signed.request).await?;
        if reply.status.is_success() {
            return Ok(reply);
        }
        // A server may echo the signature as well.
        let mut redactor = self.redactor.clone();
        redactor.add(&signed.signature);
        let refusal = errors::Refusal {
            reply: &reply,
            sent_at,
            string_to_sign: &signed.string_to_sign,
            origin: &self.keys.origin,
            permission: operation.permission,
            redactor: &redactor,
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

//! Turns an operation into a signed request, in the vendor's older or newer way.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::config::{AccessKey, Account, AccountKey, Endpoint, Env};
use crate::error::{Error, Kind};
use crate::providers::call::Signed;

mod acs3;
mod rpc;

/// The variable that chooses the signature.
pub(super) const VARIABLE: &str = "CERTLS_ALIYUN_SIGNATURE";

/// The signature that one account uses.
pub(super) const ACCOUNT_KEY: AccountKey = AccountKey {
    name: "signature",
    check: |text| match Signature::named(text) {
        Some(_) => Ok(()),
        None => Err(unknown(text).with_hint("write \"rpc\" or \"acs3\"")),
    },
};

/// The way in which requests are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signature {
    /// RPC style, signature version 1.0, HMAC-SHA1.
    Rpc,
    /// ACS3-HMAC-SHA256.
    Acs3,
}

/// What is signed: an operation with its parameters, at an endpoint, at one moment, once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unsigned<'a> {
    pub endpoint: &'a Endpoint,
    pub action: &'a str,
    pub version: &'a str,
    pub params: &'a [(&'a str, &'a str)],
    pub at: DateTime<Utc>,
    /// Accepted only once by the cloud.
    pub nonce: &'a str,
}

impl Signature {
    fn named(name: &str) -> Option<Self> {
        match name {
            "rpc" => Some(Self::Rpc),
            "acs3" => Some(Self::Acs3),
            _ => None,
        }
    }

    /// Returns the signature of the account, or else of the environment.
    ///
    /// # Errors
    /// Where the name is not a signature's.
    pub(super) fn chosen(env: &Env, account: &Account) -> Result<Self, Error> {
        let Some(name) = account.provider_key(ACCOUNT_KEY.name).or_else(|| env.get(VARIABLE)) else {
            return Ok(Self::Rpc);
        };
        Self::named(name).ok_or_else(|| {
            let error = unknown(name);
            Error { message: format!("{VARIABLE}: {}", error.message), ..error }
                .with_hint(format!("set {VARIABLE} to rpc or acs3, or unset it"))
        })
    }

    /// Signs a request.
    ///
    /// # Errors
    /// Where the access key cannot stand in a header.
    pub(super) fn sign(self, unsigned: &Unsigned<'_>, keys: &AccessKey) -> Result<Signed, Error> {
        let signed = match self {
            Self::Rpc => rpc::sign(unsigned, keys),
            Self::Acs3 => acs3::sign(unsigned, keys),
        };
        signed.map_err(|_| {
            Error::new(Kind::Config, "the access key holds characters that no request can carry")
                .with_hint(format!("copy the key again into {}", keys.origin))
        })
    }
}

fn unknown(name: &str) -> Error {
    Error::new(Kind::Config, format!("unknown signature `{name}`"))
}

/// Returns the time as every request holds it: `2026-03-02T08:09:10Z`.
pub(super) fn timestamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    /// A signature that the vendor's own SDKs made.
    #[derive(Deserialize)]
    pub(super) struct Vector {
        pub name: String,
        pub signer: String,
        pub access_key_id: String,
        pub access_key_secret: String,
        pub security_token: Option<String>,
        pub method: String,
        pub host: String,
        pub params: BTreeMap<String, String>,
        #[serde(default)]
        pub headers: BTreeMap<String, String>,
        #[serde(default)]
        pub body: String,
        pub timestamp: String,
        pub nonce: String,
        pub canonical_request: Option<String>,
        pub string_to_sign: String,
        pub signature: String,
        pub authorization: Option<String>,
    }

    impl Vector {
        pub(super) fn params(&self) -> Vec<(&str, &str)> {
            self.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
        }

        /// Signs these parameters of the operation as certls does, with everything else of the SDK's request.
        pub(super) fn signed(
            &self,
            sign: impl Fn(&Unsigned<'_>, &AccessKey) -> Result<Signed, http::Error>,
            (action, version): (&str, &str),
            params: &[(&str, &str)],
        ) -> Signed {
            let keys = AccessKey {
                id: self.access_key_id.clone().into(),
                secret: self.access_key_secret.clone().into(),
                token: self.security_token.clone().map(Into::into),
                origin: String::new(),
            };
            let unsigned = Unsigned {
                endpoint: &Endpoint::of_host(&self.host).expect("a host"),
                action,
                version,
                params,
                at: DateTime::parse_from_rfc3339(&self.timestamp).expect("a time").to_utc(),
                nonce: &self.nonce,
            };
            sign(&unsigned, &keys).expect("signed")
        }
    }

    pub(super) fn vectors(signer: &str) -> Vec<Vector> {
        let all: Vec<Vector> =
            serde_json::from_str(include_str!("../../../../tests/vectors/aliyun-signatures.json")).expect("vectors");
        let wanted: Vec<Vector> = all.into_iter().filter(|vector| vector.signer == signer).collect();
        assert!(!wanted.is_empty(), "no vector of {signer}");
        wanted
    }
}

//! The verification of Alibaba Cloud's two signatures.
//!
//! - RPC 1.0, HMAC-SHA1: everything is a parameter of the query or the form, the signature too.
//! - ACS3-HMAC-SHA256: the call is in `x-acs-*` headers and the signature in `Authorization`.

use crate::server::Request;
use crate::wire::{self, Plus};
use chrono::{DateTime, NaiveDateTime, Utc};
use std::fmt::Write as _;

/// A signature scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Rpc,
    Acs3,
}

/// The claims of a signed request. Nothing of it is proven before [`Claim::is_signed_with`].
#[derive(Clone, Debug)]
pub struct Claim {
    pub scheme: Scheme,
    pub key_id: String,
    pub token: Option<String>,
    pub timestamp: String,
    pub nonce: String,
    pub action: String,
    pub version: String,
    /// Query and form together.
    pub params: Vec<(String, String)>,
    pub signature: String,
    /// The string to sign, as the server composes it from the received request.
    pub string_to_sign: String,
}

/// The error for a request that is not authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }
}

impl Claim {
    /// Returns the signature that this secret makes.
    pub fn expected(&self, secret: &str) -> String {
        match self.scheme {
            Scheme::Rpc => wire::hmac_sha1_base64(&format!("{secret}&"), &self.string_to_sign),
            Scheme::Acs3 => wire::hmac_sha256_hex(secret, &self.string_to_sign),
        }
    }

    /// Checks the signature against this secret.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        self.expected(secret) == self.signature
    }

    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        wire::find(&self.params, name)
    }

    /// Parses the timestamp, which both schemes write as `2026-03-02T08:09:10Z`.
    ///
    /// # Errors
    ///
    /// Returns the refusal of a timestamp in another form.
    pub fn time(&self) -> Result<DateTime<Utc>, Refusal> {
        NaiveDateTime::parse_from_str(&self.timestamp, "%Y-%m-%dT%H:%M:%SZ").map(|time| time.and_utc()).map_err(|_| {
            Refusal::new(400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.")
        })
    }

    /// Tells whether the reply is JSON. RPC replies are XML unless JSON is requested; ACS3 replies are always JSON.
    pub(crate) fn wants_json(&self) -> bool {
        self.scheme == Scheme::Acs3 || self.param("Format").is_some_and(|format| format.eq_ignore_ascii_case("json"))
    }
}

/// Reads the signature of a request, which is of either scheme.
///
/// # Errors
///
/// Returns the refusal of a request whose signature is missing or malformed.
pub fn read(request: &Request) -> Result<Claim, Refusal> {
    if request.header("authorization").is_some_and(|value| value.starts_with(ACS3)) {
        read_acs3(request)
    } else {
        read_rpc(request)
    }
}

/// Returns the parameters of query and form. The SDKs write a space as `+` or as `%20`.
pub(crate) fn params(request: &Request) -> Vec<(String, String)> {
    let mut params = wire::pairs(&request.query, Plus::Space);
    if request.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        params.extend(wire::pairs(&String::from_utf8_lossy(&request.body), Plus::Space));
    }
    params
}

fn read_rpc(request: &Request) -> Result<Claim, Refusal> {
    let params = params(request);
    let wanted = |name: &str| match wire::find(&params, name) {
        Some(value) if !value.is_empty() => Ok(value.to_owned()),
        _ => Err(incomplete(&format!("{name} is missing"))),
    };
    for (name, value) in [("SignatureMethod", "HMAC-SHA1"), ("SignatureVersion", "1.0")] {
        if wanted(name)? != value {
            return Err(incomplete(&format!("{name} is not {value}")));
        }
    }
    let signed = params.iter().filter(|(name, _)| name != "Signature").cloned().collect();
    let canonical = wire::canonical_query(signed);
    Ok(Claim {
        scheme: Scheme::Rpc,
        key_id: wanted("AccessKeyId")?,
        token: wire::find(&params, "SecurityToken").map(str::to_owned),
        timestamp: wanted("Timestamp")?,
        nonce: wanted("SignatureNonce")?,
        action: wanted("Action")?,
        version: wanted("Version")?,
        signature: wanted("Signature")?,
        string_to_sign: format!("{}&{}&{}", request.method, wire::encode("/"), wire::encode(&canonical)),
        params,
    })
}

const ACS3: &str = "ACS3-HMAC-SHA256";

fn read_acs3(request: &Request) -> Result<Claim, Refusal> {
    let authorization = request.header("authorization").unwrap_or_default();
    let fields: Vec<(&str, &str)> =
        authorization[ACS3.len()..].split(',').filter_map(|field| field.trim().split_once('=')).collect();
    let field = |name: &str| match fields.iter().find(|(key, _)| *key == name) {
        Some((_, value)) => Ok((*value).to_owned()),
        None => Err(incomplete(&format!("{name} is missing in Authorization"))),
    };
    let header = |name: &str| match request.header(name) {
        Some(value) => Ok(value.trim().to_owned()),
        None => Err(incomplete(&format!("{name} is missing"))),
    };
    let signed_headers = field("SignedHeaders")?;
    let body_hash = header("x-acs-content-sha256")?;
    if body_hash != wire::sha256_hex(&request.body) {
        return Err(Refusal::new(
            400,
            "SignatureDoesNotMatch",
            "The x-acs-content-sha256 header is not the hash of the body.",
        ));
    }
    let canonical = canonical_request(request, &signed_headers, &body_hash)?;
    Ok(Claim {
        scheme: Scheme::Acs3,
        key_id: field("Credential")?,
        token: request.header("x-acs-security-token").map(str::to_owned),
        timestamp: header("x-acs-date")?,
        nonce: header("x-acs-signature-nonce")?,
        action: header("x-acs-action")?,
        version: header("x-acs-version")?,
        params: params(request),
        signature: field("Signature")?,
        string_to_sign: format!("{ACS3}\n{}", wire::sha256_hex(canonical.as_bytes())),
    })
}

/// Returns the canonical request that ACS3 hashes: method, path, sorted query, the signed headers, their names, the body's hash.
fn canonical_request(request: &Request, signed_headers: &str, body_hash: &str) -> Result<String, Refusal> {
    let names: Vec<&str> = signed_headers.split(';').collect();
    for needed in ["host", "x-acs-date", "x-acs-content-sha256", "x-acs-signature-nonce"] {
        if !names.contains(&needed) {
            return Err(incomplete(&format!("{needed} is not signed")));
        }
    }
    // The documents sign every x-acs- header; one that is sent unsigned could be changed on the way.
    if let Some((name, _)) =
        request.headers.iter().find(|(name, _)| name.starts_with("x-acs-") && !names.contains(&name.as_str()))
    {
        return Err(incomplete(&format!("{name} is not signed")));
    }
    if !request.body.is_empty() && request.header("content-type").is_some() && !names.contains(&"content-type") {
        return Err(incomplete("content-type is not signed"));
    }
    let mut headers = String::new();
    for name in &names {
        let value = request.header(name).ok_or_else(|| incomplete(&format!("{name} is signed but was not sent")))?;
        let _ = writeln!(headers, "{name}:{}", value.trim());
    }
    let query = wire::canonical_query(wire::pairs(&request.query, Plus::Space));
    Ok(format!("{}\n{}\n{query}\n{headers}\n{signed_headers}\n{body_hash}", request.method, request.path))
}

fn incomplete(why: &str) -> Refusal {
    let message = format!("The request signature does not conform to Aliyun standards. {why}.");
    Refusal::new(400, "IncompleteSignature", message)
}

//! The verification of Huawei Cloud's SDK-HMAC-SHA256 signature.

use crate::server::Request;
use crate::wire::{self, Plus};
use chrono::{DateTime, NaiveDateTime, Utc};
use std::fmt::Write as _;

const ALGORITHM: &str = "SDK-HMAC-SHA256";
const DATE: &str = "%Y%m%dT%H%M%SZ";

/// The claims of a signed request. Nothing of it is proven before [`Claim::is_signed_with`].
#[derive(Clone, Debug)]
pub struct Claim {
    pub ak: String,
    pub date: String,
    pub signed_headers: Vec<String>,
    pub signature: String,
    /// The canonical request, as the gateway composes it from the received request.
    pub canonical_request: String,
    pub string_to_sign: String,
}

impl Claim {
    /// Returns the signature that this secret makes. The key is the secret itself; nothing is derived.
    pub fn expected(&self, sk: &str) -> String {
        wire::hmac_sha256_hex(sk, &self.string_to_sign)
    }

    /// Checks the signature against this secret.
    pub fn is_signed_with(&self, sk: &str) -> bool {
        self.expected(sk) == self.signature
    }

    pub(crate) fn signs(&self, header: &str) -> bool {
        self.signed_headers.iter().any(|name| name == header)
    }

    /// Parses the date of the request.
    pub fn time(&self) -> Option<DateTime<Utc>> {
        NaiveDateTime::parse_from_str(&self.date, DATE).ok().map(|time| time.and_utc())
    }
}

/// Formats a time as the signature and the gateway's messages have it.
pub fn compact(time: DateTime<Utc>) -> String {
    time.format(DATE).to_string()
}

/// Reads `Authorization: SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…`.
///
/// # Errors
///
/// Returns the gateway's message for a request whose signature is missing or malformed.
pub fn read(request: &Request) -> Result<Claim, String> {
    let authorization = request.header("authorization").ok_or("X-Auth-Token and Authorization are missing")?;
    let fields = authorization.strip_prefix(ALGORITHM).ok_or("decrypt token fail")?;
    let fields: Vec<(&str, &str)> = fields.split(',').filter_map(|field| field.trim().split_once('=')).collect();
    let field = |name: &str| match fields.iter().find(|(key, _)| *key == name) {
        Some((_, value)) => Ok((*value).to_owned()),
        None => Err(format!("{name} is missing in Authorization")),
    };
    let signed_headers: Vec<String> = field("SignedHeaders")?.split(';').map(str::to_owned).collect();
    let date = request.header("x-sdk-date").ok_or("x-sdk-date is missing")?.trim().to_owned();
    if !signed_headers.iter().any(|name| name == "x-sdk-date") {
        return Err("x-sdk-date is not signed".to_owned());
    }
    let canonical_request = canonical_request(request, &signed_headers)?;
    Ok(Claim {
        ak: field("Access")?,
        signature: field("Signature")?,
        string_to_sign: format!("{ALGORITHM}\n{date}\n{}", wire::sha256_hex(canonical_request.as_bytes())),
        date,
        signed_headers,
        canonical_request,
    })
}

/// Returns method, path, sorted query, the signed headers, their names and the body's hash, a line each.
fn canonical_request(request: &Request, signed_headers: &[String]) -> Result<String, String> {
    let mut headers = String::new();
    for name in signed_headers {
        let value = request.header(name).ok_or_else(|| format!("{name} is signed but was not sent"))?;
        let _ = writeln!(headers, "{name}:{}", value.trim());
    }
    let body_hash = match request.header("x-sdk-content-sha256") {
        Some(given) => given.to_owned(),
        None => wire::sha256_hex(&request.body),
    };
    Ok([
        request.method.to_uppercase(),
        canonical_path(&request.path),
        // Only %20 is a space here: Huawei's SDKs never send a plus for one.
        wire::canonical_query(wire::pairs(&request.query, Plus::Plus)),
        headers,
        signed_headers.join(";"),
        body_hash,
    ]
    .join("\n"))
}

/// Returns the path with every segment escaped anew. The slash at the end is part of the signature only, not of the
/// path on the wire.
fn canonical_path(path: &str) -> String {
    let segments: Vec<String> =
        path.split('/').map(|segment| wire::encode(&wire::decode(segment, Plus::Plus))).collect();
    let path = segments.join("/");
    if path.ends_with('/') { path } else { path + "/" }
}

//! SDK-HMAC-SHA256, the signature of requests with an access key.
//!
//! Reference: <https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html>

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use crate::config::{AccessKey, Endpoint};
use crate::hex::hex;
use crate::net::encode::{encode, query};
use crate::providers::call::{Signed, key_secrets};
use crate::providers::digest::{hmac_sha256, sha256_hex};

use super::auth_scope::TokenScope;

const ALGORITHM: &str = "SDK-HMAC-SHA256";
/// A request for `path` at an endpoint, at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unsigned<'a> {
    pub endpoint: &'a Endpoint,
    /// Not percent-encoded.
    pub path: &'a str,
    pub query: &'a [(&'a str, &'a str)],
    pub token_scope: TokenScope<'a>,
    /// The JSON of a `POST` request; `None` for `GET`.
    pub body: Option<&'a str>,
    pub at: DateTime<Utc>,
}

/// Returns the signed request. The headers that name host, time, and project or account are signed; proxies may change
/// the others.
///
/// # Errors
/// Where the access key cannot stand in a header.
pub(super) fn sign(unsigned: &Unsigned<'_>, keys: &AccessKey) -> Result<Signed, http::Error> {
    let (method, body) = unsigned.body.map_or(("GET", ""), |body| ("POST", body));
    let (host, date) = (unsigned.endpoint.host(), timestamp(unsigned.at));
    let mut headers = vec![("host", host.as_str()), ("x-sdk-date", &date)];
    headers.extend(match unsigned.token_scope {
        TokenScope::Domain => None,
        TokenScope::Account(id) => Some(("x-domain-id", id)),
        TokenScope::Project(id) => Some(("x-project-id", id)),
    });
    headers.extend(keys.token.as_ref().map(|token| ("x-security-token", token.expose_secret())));
    let query = canonical_query(unsigned.query);
    let canonical_request = canonical_request(method, unsigned.path, &query, &mut headers, body);
    let string_to_sign = string_to_sign(&date, &canonical_request);
    let signature = signature(&keys.secret, &string_to_sign);
    let authorization = authorization(&keys.id, &headers, &signature);
    headers.push(("authorization", &authorization));
    let mut request =
        http::Request::builder().method(method).uri(unsigned.endpoint.at(&encoded_path(unsigned.path), &query));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    if unsigned.body.is_some() {
        request = request.header("content-type", "application/json;charset=utf8");
    }
    Ok(Signed {
        request: request.body(body.to_owned())?,
        signed_text: canonical_request,
        signature: signature.into(),
        secrets: key_secrets(keys),
    })
}

/// Returns the time as every request holds it: `20260301T123456Z`.
fn timestamp(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// ```text
/// CanonicalRequest = HTTPRequestMethod + "\n" + CanonicalURI + "\n" + CanonicalQueryString + "\n"
///                  + CanonicalHeaders + "\n" + SignedHeaders + "\n" + HexEncode(Hash(RequestPayload))
/// ```
/// Each canonical header is `name:value\n`, ordered by name, so an empty line follows them.
fn canonical_request(method: &str, path: &str, query: &str, headers: &mut [(&str, &str)], body: &str) -> String {
    headers.sort_unstable();
    let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}:{}", value.trim())).collect();
    let (uri, signed, hash) = (canonical_uri(path), signed_headers(headers), sha256_hex(body));
    format!("{method}\n{uri}\n{query}\n{}\n\n{signed}\n{hash}", lines.join("\n"))
}

fn encoded_path(path: &str) -> String {
    path.split('/').map(encode).collect::<Vec<_>>().join("/")
}

/// The encoded path with a slash at its end, which the request itself does not have.
fn canonical_uri(path: &str) -> String {
    let mut uri = encoded_path(path);
    if !uri.ends_with('/') {
        uri.push('/');
    }
    uri
}

/// Ordered by name, and the values of one name by their characters before encoding.
pub(super) fn canonical_query(pairs: &[(&str, &str)]) -> String {
    let mut pairs = pairs.to_vec();
    pairs.sort_unstable();
    query(pairs)
}

fn signed_headers(headers: &[(&str, &str)]) -> String {
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    names.join(";")
}

/// ```text
/// StringToSign = Algorithm + "\n" + RequestDateTime + "\n" + HexEncode(Hash(CanonicalRequest))
/// ```
fn string_to_sign(date: &str, canonical_request: &str) -> String {
    format!("{ALGORITHM}\n{date}\n{}", sha256_hex(canonical_request))
}

/// ```text
/// Signature = HexEncode(HMAC-SHA256(Secret Access Key, StringToSign))
/// ```
fn signature(secret: &SecretString, string_to_sign: &str) -> String {
    hex(&hmac_sha256(secret.expose_secret().as_bytes(), string_to_sign))
}

/// ```text
/// Authorization: Algorithm Access=…, SignedHeaders=…, Signature=…
/// ```
fn authorization(id: &SecretString, headers: &[(&str, &str)], signature: &str) -> String {
    let (id, signed) = (id.expose_secret(), signed_headers(headers));
    format!("{ALGORITHM} Access={id}, SignedHeaders={signed}, Signature={signature}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    /// A signature that the vendor's own SDK made.
    #[derive(Deserialize)]
    struct Vector {
        name: String,
        via: String,
        ak: String,
        sk: String,
        security_token: Option<String>,
        method: String,
        host: String,
        path: String,
        query: Vec<(String, String)>,
        wire_uri: String,
        headers: BTreeMap<String, String>,
        signed_headers: Vec<String>,
        body: String,
        date: String,
        canonical_request: String,
        string_to_sign: String,
        authorization: String,
    }

    fn vectors() -> Vec<Vector> {
        serde_json::from_str(include_str!("../../../tests/vectors/huawei-signatures.json")).expect("vectors")
    }

    fn pairs(query: &[(String, String)]) -> Vec<(&str, &str)> {
        query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    #[test]
    fn every_canonical_request_string_to_sign_and_authorization_is_the_sdks_own() {
        for vector in vectors() {
            let lowered: BTreeMap<String, &String> =
                vector.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
            let mut headers: Vec<(&str, &str)> =
                vector.signed_headers.iter().map(|name| (name.as_str(), lowered[name].as_str())).collect();
            let path = percent_encoding::percent_decode_str(&vector.path).decode_utf8_lossy();
            let query = canonical_query(&pairs(&vector.query));
            let method = vector.method.to_ascii_uppercase();
            let canonical = canonical_request(&method, &path, &query, &mut headers, &vector.body);
            assert_eq!(canonical, vector.canonical_request, "{}", vector.name);
            let text = string_to_sign(&vector.date, &canonical);
            assert_eq!(text, vector.string_to_sign, "{}", vector.name);
            let made = signature(&vector.sk.clone().into(), &text);
            let header = authorization(&vector.ak.clone().into(), &headers, &made);
            assert_eq!(header, vector.authorization, "{}", vector.name);
        }
    }

    #[test]
    fn the_request_on_the_wire_is_the_one_that_was_signed() {
        let ours = |vector: &Vector| vector.method == "GET" && vector.via == "client";
        for vector in vectors().into_iter().filter(ours) {
            let at = chrono::NaiveDateTime::parse_from_str(&vector.date, "%Y%m%dT%H%M%SZ").expect("a date").and_utc();
            let keys = AccessKey {
                id: vector.ak.clone().into(),
                secret: vector.sk.clone().into(),
                token: vector.security_token.clone().map(Into::into),
                origin: String::new(),
            };
            let unsigned = Unsigned {
                body: None,
                endpoint: &Endpoint::of_host(&vector.host).expect("a host"),
                path: &percent_encoding::percent_decode_str(&vector.path).decode_utf8_lossy(),
                query: &pairs(&vector.query),
                token_scope: match (vector.headers.get("X-Project-Id"), vector.headers.get("X-Domain-Id")) {
                    (Some(id), _) => TokenScope::Project(id),
                    (None, Some(id)) => TokenScope::Account(id),
                    (None, None) => TokenScope::Domain,
                },
                at,
            };
            let signed = sign(&unsigned, &keys).expect("signed");
            let sent = signed.request.uri().path_and_query().map(ToString::to_string);
            assert_eq!(sent, Some(vector.wire_uri), "{}", vector.name);
            // The vendor's own lines, less the headers that its SDK signs and certls leaves to proxies.
            let lines = |text: &str| -> Vec<String> { text.lines().map(str::to_owned).collect() };
            let theirs = lines(&vector.canonical_request);
            let (ours, last) = (lines(&signed.signed_text), theirs.len() - 2);
            for (number, line) in ours.iter().enumerate().filter(|(number, _)| *number != ours.len() - 2) {
                assert!(theirs.contains(line), "{} line {number}: {line}\n{:?}", vector.name, theirs[last]);
            }
        }
    }
}

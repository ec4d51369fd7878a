//! RPC style, signature version 1.0 with HMAC-SHA1.
//!
//! Everything travels in the form body of a POST, so that no key id and no token stands in an address.
//! Reference: <https://help.aliyun.com/zh/sdk/product-overview/rpc-mechanism>

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use secrecy::{ExposeSecret, SecretString};

use crate::config::AccessKey;
use crate::net::encode::{encode, query};
use crate::providers::call::{Signed, key_secrets};
use crate::providers::digest::hmac_sha1;

use super::{Unsigned, timestamp};

const METHOD: &str = "POST";

/// Returns the signed request.
///
/// # Errors
/// Where the access key cannot stand in a header.
pub(super) fn sign(unsigned: &Unsigned<'_>, keys: &AccessKey) -> Result<Signed, http::Error> {
    let timestamp = timestamp(unsigned.at);
    let mut params = unsigned.params.to_vec();
    params.extend([
        ("AccessKeyId", keys.id.expose_secret()),
        ("Action", unsigned.action),
        ("Format", "json"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureNonce", unsigned.nonce),
        ("SignatureVersion", "1.0"),
        ("Timestamp", &timestamp),
        ("Version", unsigned.version),
    ]);
    if let Some(token) = &keys.token {
        params.push(("SecurityToken", token.expose_secret()));
    }
    let string_to_sign = string_to_sign(METHOD, &mut params);
    let signature = signature(&keys.secret, &string_to_sign);
    params.push(("Signature", &signature));
    let request = http::Request::builder()
        .method(METHOD)
        .uri(unsigned.endpoint.at("/", ""))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(query(params))?;
    Ok(Signed { request, signed_text: string_to_sign, signature: signature.into(), secrets: key_secrets(keys) })
}

/// ```text
/// StringToSign = HTTPMethod + "&" + encode("/") + "&" + encode(CanonicalizedQueryString)
/// ```
/// where the canonicalized query string holds all parameters, ordered by name, byte by byte.
fn string_to_sign(method: &str, params: &mut [(&str, &str)]) -> String {
    params.sort_unstable();
    let canonicalized = query(params.iter().copied());
    format!("{method}&{}&{}", encode("/"), encode(&canonicalized))
}

/// ```text
/// Signature = Base64(HMAC-SHA1(AccessKeySecret + "&", StringToSign))
/// ```
fn signature(secret: &SecretString, string_to_sign: &str) -> String {
    let key = SecretString::from(format!("{}&", secret.expose_secret()));
    BASE64_STANDARD.encode(hmac_sha1(key.expose_secret().as_bytes(), string_to_sign))
}

#[cfg(test)]
mod tests {
    use super::super::tests::vectors;
    use super::*;

    #[test]
    fn every_string_to_sign_and_signature_is_the_sdks_own() {
        for vector in vectors("rpc-hmac-sha1") {
            let mut params = vector.params();
            let text = string_to_sign(&vector.method, &mut params);
            assert_eq!(text, vector.string_to_sign, "{}", vector.name);
            let made = signature(&vector.access_key_secret.clone().into(), &text);
            assert_eq!(made, vector.signature, "{}", vector.name);
        }
    }

    #[test]
    fn whole_requests_are_signed_as_the_sdk_signs_them() {
        let ours = [
            "Action",
            "Format",
            "Version",
            "Timestamp",
            "SignatureNonce",
            "SecurityToken",
            "AccessKeyId",
            "SignatureMethod",
            "SignatureVersion",
        ];
        let mut compared = 0;
        for vector in vectors("rpc-hmac-sha1") {
            // Format is ours to choose; the SDKs that write it as we do, and POST, sign the whole request alike.
            let alike = vector.method == "POST" && vector.params.get("Format").is_some_and(|format| format == "json");
            if !alike || vector.params.contains_key("SignatureType") {
                continue;
            }
            let own: Vec<_> = vector.params().into_iter().filter(|(name, _)| !ours.contains(name)).collect();
            let operation = (vector.params["Action"].as_str(), vector.params["Version"].as_str());
            let signed = vector.signed(sign, operation, &own);
            assert_eq!(signed.signed_text, vector.string_to_sign, "{}", vector.name);
            let sent = format!("Signature={}", encode(&vector.signature));
            assert!(signed.request.body().ends_with(&sent), "{}", vector.name);
            assert_eq!(signed.request.uri().query(), None, "{}", vector.name);
            compared += 1;
        }
        assert!(compared > 0, "no whole request compared");
    }
}

//! The verification of signatures, checked with signatures that the vendors' own SDKs made.

use clouds::server::Request;
use clouds::{aliyun, huawei, wire};
use percent_encoding::percent_encode;
use serde_json::Value;

pub(crate) fn vectors(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(format!("{}/../vectors/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Returns the request of a vector of Huawei Cloud, with its signature.
pub(crate) fn huawei_request(vector: &Value) -> Request {
    let mut headers = headers(vector);
    headers.push(("authorization".into(), text(vector, "authorization")));
    let uri = text(vector, "wire_uri");
    let (path, query) = uri.split_once('?').unwrap_or((uri.as_str(), ""));
    Request {
        method: text(vector, "method"),
        host: text(vector, "host"),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: text(vector, "body").into_bytes(),
    }
}

fn headers(vector: &Value) -> Vec<(String, String)> {
    let Some(headers) = vector["headers"].as_object() else {
        return Vec::new();
    };
    headers.iter().map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned())).collect()
}

fn text(vector: &Value, field: &str) -> String {
    vector[field].as_str().unwrap_or_default().to_owned()
}

fn spoiled(signature: &str) -> String {
    let other = if signature.starts_with('a') { "b" } else { "a" };
    format!("{other}{}", &signature[1..])
}

#[test]
fn aliyun_accepts_every_vector_and_no_changed_one() {
    let mut vectors = [vectors("aliyun-signatures.json"), vectors("aliyun-services.json")].concat();
    // The object storage has a signature of its own, which is not simulated.
    vectors.retain(|vector| vector["signer"] != "oss4-hmac-sha256");
    assert!(vectors.len() >= 115);
    for vector in &vectors {
        let name = text(vector, "name");
        let secret = text(vector, "access_key_secret");
        let mut headers = headers(vector);
        for (field, header) in [("authorization", "authorization"), ("content_type", "content-type")] {
            if let Some(value) = vector[field].as_str() {
                headers.push((header.into(), value.into()));
            }
        }
        let request = Request {
            method: text(vector, "method"),
            host: text(vector, "host"),
            path: text(vector, "path"),
            query: text(vector, "query_string"),
            headers,
            body: text(vector, "body").into_bytes(),
        };
        let claim = aliyun::auth::read(&request).unwrap_or_else(|why| panic!("{name}: {why:?}"));
        assert_eq!(claim.string_to_sign, text(vector, "string_to_sign"), "{name}");
        assert_eq!(claim.signature, text(vector, "signature"), "{name}");
        assert_eq!(claim.key_id, text(vector, "access_key_id"), "{name}");
        assert_eq!(claim.token.as_deref(), vector["security_token"].as_str(), "{name}");
        assert!(claim.is_signed_with(&secret), "{name}");
        assert!(!claim.is_signed_with(&format!("{secret}x")), "{name}");
        let mut changed = claim.clone();
        changed.signature = spoiled(&claim.signature);
        assert!(!changed.is_signed_with(&secret), "{name}");
        claim.time().unwrap();

        // RPC: the same parameters in a form body, with either way of writing a space, sign the same.
        if claim.scheme == aliyun::auth::Scheme::Rpc && request.body.is_empty() {
            let form = Request {
                query: String::new(),
                body: request.query.replace('+', "%20").into_bytes(),
                headers: vec![("content-type".into(), "application/x-www-form-urlencoded".into())],
                ..request
            };
            let claim = aliyun::auth::read(&form).unwrap();
            assert!(claim.is_signed_with(&secret), "{name} as a form");
        }
    }
}

#[test]
fn huawei_accepts_every_vector_and_no_changed_one() {
    let mut vectors = vectors("huawei-signatures.json");
    vectors.extend(self::vectors("huawei-services.json"));
    assert!(vectors.len() >= 96);
    for vector in &vectors {
        let name = text(vector, "name");
        let sk = text(vector, "sk");
        let request = huawei_request(vector);
        let claim = huawei::auth::read(&request).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(claim.canonical_request, text(vector, "canonical_request"), "{name}");
        assert_eq!(claim.string_to_sign, text(vector, "string_to_sign"), "{name}");
        assert_eq!(claim.ak, text(vector, "ak"), "{name}");
        assert!(claim.is_signed_with(&sk), "{name}");
        assert!(!claim.is_signed_with(&format!("{sk}x")), "{name}");
        let mut changed = claim.clone();
        changed.signature = spoiled(&claim.signature);
        assert!(!changed.is_signed_with(&sk), "{name}");
        claim.time().unwrap();

        // Escaping the path on the wire does not change the signature.
        let escaped = percent_encode(request.path.as_bytes(), percent_encoding::CONTROLS).to_string();
        let claim = huawei::auth::read(&Request { path: escaped, ..request }).unwrap();
        assert!(claim.is_signed_with(&sk), "{name} escaped");
    }
}

#[test]
fn encoding_is_rfc_3986() {
    assert_eq!(wire::encode("a b*+/~-_.中"), "a%20b%2A%2B%2F~-_.%E4%B8%AD");
}

//! Requests to Alibaba Cloud's products, signed with the key `testid`.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::Utc;

use crate::client::bare;
use clouds::aliyun::auth;
use clouds::server::Request;
use clouds::wire;

/// A call of a product, before it is signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unsigned<'a> {
    pub method: &'a str,
    pub host: &'a str,
    pub path: &'a str,
    pub version: &'a str,
    pub action: &'a str,
    /// Escaped.
    pub query: &'a str,
    /// Escaped; empty for no form.
    pub form: &'a str,
}

impl<'a> Unsigned<'a> {
    /// Creates a POST with the parameters in the query.
    pub(crate) fn new(host: &'a str, version: &'a str, action: &'a str, query: &'a str) -> Self {
        Self { method: "POST", host, path: "/", version, action, query, form: "" }
    }

    /// Creates a GET at `/`.
    pub(crate) fn get(host: &'a str, version: &'a str, action: &'a str, query: &'a str) -> Self {
        Self { method: "GET", ..Self::new(host, version, action, query) }
    }

    /// Creates a GET at a path.
    pub(crate) fn at(host: &'a str, path: &'a str, version: &'a str, action: &'a str, query: &'a str) -> Self {
        Self { path, ..Self::get(host, version, action, query) }
    }

    /// Creates a POST with the parameters in a form.
    pub(crate) fn form(host: &'a str, version: &'a str, action: &'a str, form: &'a str) -> Self {
        Self { form, ..Self::new(host, version, action, "") }
    }

    fn bare(&self) -> Request {
        let mut request = bare(self.method, self.host, self.path, self.query);
        if !self.form.is_empty() {
            request.body = self.form.as_bytes().to_vec();
            request.headers.push(("content-type".into(), "application/x-www-form-urlencoded".into()));
        }
        request
    }

    /// Signs the call by ACS3.
    pub(crate) fn acs3(&self) -> Request {
        self.acs3_with("testid", "testsecret", None)
    }

    /// Signs the call by ACS3 with these keys.
    pub(crate) fn acs3_with(&self, key_id: &str, secret: &str, token: Option<&str>) -> Request {
        let mut request = self.bare();
        let own = [
            ("x-acs-action", self.action.to_owned()),
            ("x-acs-version", self.version.to_owned()),
            ("x-acs-date", now()),
            ("x-acs-content-sha256", wire::sha256_hex(self.form.as_bytes())),
            ("x-acs-signature-nonce", nonce()),
        ];
        let token = token.map(|token| ("x-acs-security-token", token.to_owned()));
        request.headers.extend(own.into_iter().chain(token).map(|(name, value)| (name.to_owned(), value)));
        request.headers.sort();
        let names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
        let start = format!("ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={},Signature=", names.join(";"));
        request.headers.push(("authorization".into(), format!("{start}x")));
        let signature = auth::read(&request).unwrap().expected(secret);
        request.headers.last_mut().unwrap().1 = start + &signature;
        request
    }

    /// Signs the call by RPC 1.0, with the parameters of the signature in the query.
    pub(crate) fn rpc(&self) -> Request {
        let mut request = self.bare();
        let own = format!(
            "AccessKeyId=testid&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&Format=JSON&Action={}&Version={}&SignatureNonce={}&Timestamp={}",
            self.action,
            self.version,
            nonce(),
            wire::encode(&now())
        );
        let query = if self.query.is_empty() { own } else { format!("{own}&{}", self.query) };
        request.query = format!("{query}&Signature=x");
        let signature = auth::read(&request).unwrap().expected("testsecret");
        request.query = format!("{query}&Signature={}", wire::encode(&signature));
        request
    }
}

fn now() -> String {
    Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn nonce() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("nonce-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

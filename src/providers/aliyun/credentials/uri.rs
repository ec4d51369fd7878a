//! An address that gives out temporary keys, as a side-car or an agent offers it.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::providers::aliyun::client::Client;
use crate::providers::aliyun::issued_keys::IssuedWire;
use crate::providers::credentials::chain::Load;
use crate::providers::credentials::signing_keys::KeyIssuer;
use crate::providers::credentials::source_error::{broken, of_source};
use crate::providers::credentials::temporary_keys::IssuedKeys;

use super::source::{Contents, CredentialSource, Credentials, LoadContext};
use super::variables::URI;

pub(super) static SOURCE: CredentialSource =
    CredentialSource { name: URI.name, has_profiles: false, load: Load::Now(load) };

/// The address. Its path and query may be secrets.
pub(super) struct Uri(SecretString);

impl fmt::Debug for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Uri")
    }
}

fn load(context: &LoadContext<'_>) -> Result<Contents, Error> {
    let Some(address) = URI.get(&context.cx.env) else { return Ok(Contents::Nothing) };
    let uri = Uri::parse(&address.to_owned().into(), URI.name)?;
    let origin = format!("the address that {} names", URI.name);
    Ok(Contents::Credentials(Credentials::issued_by(uri, origin, &context.vendor)))
}

impl Uri {
    /// # Errors
    /// Where it is neither `https` nor on this machine. `origin` is where it stands.
    pub(super) fn parse(address: &SecretString, origin: &str) -> Result<Self, Error> {
        let wrong = |why: &str| {
            broken(origin, &format!("the address for keys cannot be used: {why}"))
                .with_hint("it must be https://…, or http:// to this machine (127.0.0.1, [::1], localhost)")
        };
        let url = Url::parse(address.expose_secret().trim()).map_err(|_| wrong("it is not a URL"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it holds a user's name"));
        }
        // An endpoint is the part of it that decides: scheme and host.
        Endpoint::parse(&url.origin().ascii_serialization()).map_err(|why| wrong(&why))?;
        Ok(Self(url.as_str().to_owned().into()))
    }
}

#[async_trait]
impl KeyIssuer<Client> for Uri {
    async fn issue(&self, client: &Client, origin: &str, _: DateTime<Utc>) -> Result<IssuedKeys, Error> {
        let attempt = || async {
            let request = http::Request::builder()
                .uri(self.0.expose_secret())
                .body(String::new())
                .map_err(|_| Error::new(Kind::Config, "the address for keys is not a URL"))?;
            let reply = client.http.send("aliyun credentials URI", request).await?;
            if !reply.status.is_success() {
                let refusal = reply.status_error();
                let kind = if refusal.kind == Kind::Request { Kind::Credentials } else { refusal.kind };
                return Err(Error { kind, ..refusal });
            }
            reply.json::<IssuedWire>()?.issued()
        };
        client.http.retrying(attempt).await.map_err(|error| of_source(origin, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_not_fetched_in_the_clear_from_elsewhere() {
        let parse = |text: &str| Uri::parse(&text.to_owned().into(), "X");
        for good in ["https://keys.example/a?b=c", "http://127.0.0.1:8080/x", "http://localhost/", "http://[::1]:1/y"] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for bad in ["http://keys.example/planted", "ftp://127.0.0.1/planted", "https://u:planted@h/", "planted", ""] {
            let error = parse(bad).expect_err(bad);
            assert!(!error.message.contains("planted"), "{}", error.message);
        }
    }
}

//! An address that gives out temporary keys, as a side-car or an agent offers it.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::providers::credentials::temporary_keys::Issued;

use super::super::issued_keys::IssuedWire;
use super::variables::URI;
use super::{Client, Credentials, Found, Issuer, Search, broken};

/// The address. Its path and query may be secrets.
pub(super) struct Uri(SecretString);

impl fmt::Debug for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Uri")
    }
}

pub(super) fn find(search: &Search) -> Result<Found<Credentials>, Error> {
    let Some(address) = search.env.get(URI) else { return Ok(Found::Nothing) };
    let uri = Uri::parse(&address.to_owned().into(), URI)?;
    let origin = format!("the address that {URI} names");
    Ok(Found::Credentials(Credentials::of(Issuer::Uri(uri), origin)))
}

impl Uri {
    /// # Errors
    /// Where it is neither `https` nor on this machine. `origin` is where it stands.
    pub(super) fn parse(address: &SecretString, origin: &str) -> Result<Self, Error> {
        let wrong = |why: &str| {
            broken(origin, &format!("the address for keys cannot be used: {why}"))
                .with_hint("it must be https://…, or http:// to this machine (127.0.0.1, [::1], localhost)")
        };
        let url = Url::parse(address.expose_secret().trim()).map_err(|_| wrong("it is no URL"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it holds a user's name"));
        }
        // An endpoint is the part of it that decides: scheme and host.
        Endpoint::parse(&url.origin().ascii_serialization()).map_err(|why| wrong(&why))?;
        Ok(Self(url.as_str().to_owned().into()))
    }

    pub(super) async fn keys(&self, client: &Client) -> Result<Issued, Error> {
        let ask = || async {
            let request = http::Request::builder()
                .uri(self.0.expose_secret())
                .body(String::new())
                .map_err(|_| Error::new(Kind::Config, "the address for keys is no URL"))?;
            let reply = client.http.send("aliyun credentials URI", request).await?;
            if !reply.status.is_success() {
                let refusal = reply.status_error();
                let kind = if refusal.kind == Kind::Request { Kind::Credentials } else { refusal.kind };
                return Err(Error { kind, ..refusal });
            }
            reply.json::<IssuedWire>()?.issued("the server there")
        };
        client.http.retrying(ask).await
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

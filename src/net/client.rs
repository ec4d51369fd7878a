//! One attempt at one signed request: at most so many in flight, so long, and so large a reply.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use crate::config::{Env, Net, Proxy};
use crate::error::{Error, Kind};

use super::limiter::RequestLimiter;
use super::{retry, tls, transport_error};

/// The largest reply that is read, in bytes. A full page of Huawei's 2,000 certificates, each with the longest
/// chain and key that the API stores, is about 150 MiB.
const BODY_LIMIT: usize = 256 * 1024 * 1024;

/// A signed request, to be sent once.
pub type Request = http::Request<String>;

/// A reply, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Sends requests. Shared by all accounts, so that the limits of the run hold for all of them.
#[derive(Debug)]
pub struct Http {
    proxied: OnceLock<reqwest::Client>,
    /// For endpoints that no proxy may see: on this machine, or in its own network.
    direct: OnceLock<reqwest::Client>,
    /// Reading the trusted roots is most of what a short run does: once, however many clients.
    tls: rustls::ClientConfig,
    proxy: Proxy,
    net: Net,
    in_flight: RequestLimiter,
}

impl Http {
    /// # Errors
    /// Where the trusted roots or the CA bundle cannot be read, or the environment names an unusable proxy.
    pub fn new(net: &Net, env: &Env) -> Result<Self, Error> {
        Ok(Self {
            proxied: OnceLock::new(),
            direct: OnceLock::new(),
            tls: tls::config(env, net.ca_bundle.as_deref())?,
            proxy: Proxy::of(env)?,
            in_flight: RequestLimiter::new(net.concurrency),
            net: net.clone(),
        })
    }

    /// Repeats `attempt` until it succeeds, fails for good, or the tries are used up. Each attempt must sign anew.
    ///
    /// # Errors
    /// The error of the last try.
    pub async fn retrying<T, F: Future<Output = Result<T, Error>>>(
        &self,
        attempt: impl FnMut() -> F,
    ) -> Result<T, Error> {
        retry::retrying(self.net.retries, attempt).await
    }

    /// Sends `request` once. `label` names it in the log; addresses and bodies are not logged.
    ///
    /// # Errors
    /// Where no whole reply came back. A reply with an error status is not an error here.
    pub async fn send(&self, label: &str, request: Request) -> Result<Reply, Error> {
        self.send_within(label, request, None).await
    }

    /// Sends `request` once. `timeout` limits the whole exchange, from when its turn has come.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_within(&self, label: &str, request: Request, timeout: Option<Duration>) -> Result<Reply, Error> {
        let host = request.uri().host().unwrap_or_default();
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        let client = if host == "localhost" || address.is_ok_and(|address| address.is_loopback()) {
            self.client(&self.direct, reqwest::ClientBuilder::new().no_proxy())?
        } else {
            self.client(&self.proxied, self.proxied_builder()?)?
        };
        self.send_by(client, label, request, timeout).await
    }

    /// Sends `request` once, past every proxy, and waits at most `timeout` for the whole reply.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_direct(&self, label: &str, request: Request, timeout: Duration) -> Result<Reply, Error> {
        let client = self.client(&self.direct, reqwest::ClientBuilder::new().no_proxy())?;
        self.send_by(client, label, request, Some(timeout.min(self.net.read_timeout))).await
    }

    /// Returns the longest time that a connection may take.
    pub fn connect_timeout(&self) -> Duration {
        self.net.connect_timeout
    }

    async fn send_by(
        &self,
        client: &reqwest::Client,
        label: &str,
        request: Request,
        timeout: Option<Duration>,
    ) -> Result<Reply, Error> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let authority = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let mut request = reqwest::Request::try_from(request)
            .map_err(|_| Error::new(Kind::Internal, format!("the address of {label} is malformed")))?;
        *request.timeout_mut() = timeout;
        let _permit = self.in_flight.acquire(&authority).await;
        let begun = Instant::now();
        tracing::debug!(host, "{label}: sent");
        let result = exchange(client, request).await.map_err(|failed| failed.into_error(&host, timeout, &self.net));
        let ms = begun.elapsed().as_millis();
        match &result {
            Ok(reply) => tracing::info!(host, ms, status = reply.status.as_u16(), bytes = reply.body.len(), "{label}"),
            Err(error) => tracing::info!(host, ms, "{label}: {error}"),
        }
        result
    }

    /// Returns the builder of the client whose requests go through the proxy.
    fn proxied_builder(&self) -> Result<reqwest::ClientBuilder, Error> {
        let builder = reqwest::ClientBuilder::new();
        Ok(match &self.proxy {
            Proxy::System => builder,
            Proxy::Never => builder.no_proxy(),
            Proxy::Through { url, exceptions } => {
                let proxy = reqwest::Proxy::all(url)
                    .map_err(|_| Error::new(Kind::Config, "the address of the proxy cannot be used"))?;
                builder.no_proxy().proxy(proxy.no_proxy(reqwest::NoProxy::from_string(exceptions)))
            }
        })
    }

    /// Returns the client in `place`, which is built at its first use.
    fn client<'a>(
        &self,
        place: &'a OnceLock<reqwest::Client>,
        builder: reqwest::ClientBuilder,
    ) -> Result<&'a reqwest::Client, Error> {
        if let Some(client) = place.get() {
            return Ok(client);
        }
        let fresh = builder
            .tls_backend_preconfigured(self.tls.clone())
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.net.connect_timeout)
            .read_timeout(self.net.read_timeout)
            .pool_idle_timeout(Duration::from_secs(60))
            .user_agent(concat!("certls/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| transport_error::Failed::Send(error).into_error("this machine", None, &self.net))?;
        Ok(place.get_or_init(|| fresh))
    }
}

async fn exchange(client: &reqwest::Client, request: reqwest::Request) -> Result<Reply, transport_error::Failed> {
    let response = client.execute(request).await.map_err(transport_error::Failed::Send)?;
    let status = response.status();
    let headers = response.headers().clone();
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.try_next().await.map_err(transport_error::Failed::Body)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(transport_error::Failed::TooLarge(BODY_LIMIT));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Reply { status, headers, body })
}

impl Reply {
    /// Returns the value of a header, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the time of the server's clock, by its `Date` header.
    pub fn date(&self) -> Option<DateTime<Utc>> {
        let date = DateTime::parse_from_rfc2822(self.header("date")?).ok()?;
        Some(date.to_utc())
    }

    /// Parses the body of a successful reply as JSON.
    ///
    /// # Errors
    /// Where it is something else. The message says what it is, and never holds any of it.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        // Both vendors answer with objects only; serde would also fill structures from an array.
        let is_array = self.body.trim_ascii_start().first() == Some(&b'[');
        if is_array {
            let status = self.status.as_u16();
            return Err(Error::new(
                Kind::Reply,
                format!("the answer ({status}) is a list where an object is expected"),
            ));
        }
        serde_json::from_slice(&self.body).map_err(|error| {
            let what = match self.body.trim_ascii_start().first() {
                None => "an empty body".to_owned(),
                Some(b'<') => format!("a page that is not JSON ({})", self.media_type()),
                Some(_) if error.is_eof() => "JSON that breaks off".to_owned(),
                Some(_) if error.is_data() => format!("JSON of an unknown shape at column {}", error.column()),
                Some(_) => format!("something that is not JSON ({})", self.media_type()),
            };
            Error::new(Kind::Reply, format!("the answer ({}) is {what}", self.status.as_u16()))
        })
    }

    fn media_type(&self) -> &str {
        let whole = self.header("content-type").unwrap_or("no content type");
        whole.split(';').next().unwrap_or(whole).trim()
    }

    /// Returns the error that the status and the headers of HTTP tell of, whatever the body says.
    pub fn status_error(&self) -> Error {
        let status = self.status.as_u16();
        if self.status.is_redirection() {
            return Error::new(
                Kind::Reply,
                format!("the server redirects ({status}); a signed request is never sent on"),
            )
            .with_hint("name the right address with `--endpoint`, or look at the proxy in between");
        }
        let kind = match status {
            401 => Kind::Credentials,
            403 => Kind::Denied,
            407 => Kind::Network,
            408 | 429 => Kind::Throttled,
            500.. => Kind::Unavailable,
            _ => Kind::Request,
        };
        let reason = self.status.canonical_reason().unwrap_or("an unknown status");
        let mut error = Error::new(kind, format!("the server answered {status} {reason}"));
        error.retry_after = retry::requested_wait(&self.headers);
        error
    }
}

//! One attempt at one signed request: at most so many in flight, so long, and so large a reply.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use crate::config::{Env, Net, Proxy};
use crate::error::{Error, Kind};

use super::body::BodyMemory;
use super::connections::{ConnectionLimit, Connections, Route};
use super::limiter::RequestLimiter;
use super::proxy::Proxies;
use super::transport_error::{Failed, Peer};
use super::{retry, tls};

/// A whole reply may take so many times as long as the first or any further byte of it.
const WHOLE_REPLY: u32 = 4;

/// How long a connection without a request is kept.
const IDLE: Duration = Duration::from_secs(60);

/// A signed request, to be sent once.
pub type Request = http::Request<String>;

/// A reply, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// The memory of a large body, which only one reply at a time may have.
    _large: Option<OwnedSemaphorePermit>,
}

/// Sends requests. Shared by all accounts, so that the limits of the run hold for all of them.
#[derive(Debug)]
pub struct Http {
    connections: Connections,
    bodies: BodyMemory,
    proxies: Proxies,
    /// Reading the trusted roots is most of what a short run does: once, however many clients.
    tls: rustls::ClientConfig,
    net: Net,
    in_flight: RequestLimiter,
    /// How far this machine's clock is ahead of a cloud's: the smallest difference that was seen.
    clock_difference: Mutex<Option<TimeDelta>>,
}

impl Http {
    /// # Errors
    /// Where the trusted roots or the CA bundle cannot be read, or the environment names an unusable proxy.
    pub fn new(net: &Net, env: &Env) -> Result<Self, Error> {
        let limit = ConnectionLimit::of_system(net.concurrency);
        Ok(Self {
            connections: Connections::new(limit),
            bodies: BodyMemory::new(limit.in_flight),
            proxies: Proxies::new(Proxy::of(env)?),
            tls: tls::config(env, net.ca_bundle.as_deref())?,
            in_flight: RequestLimiter::new(limit.in_flight),
            net: net.clone(),
            clock_difference: Mutex::default(),
        })
    }

    /// Compares this machine's clock with that of a reply, whose request was signed and whose body was read at these
    /// times.
    pub fn compare_clock(&self, reply: &Reply, before: DateTime<Utc>, after: DateTime<Utc>) {
        let Some(theirs) = reply.date() else { return };
        let ahead = match theirs {
            theirs if theirs < before => before - theirs,
            theirs if theirs > after => after - theirs,
            _ => TimeDelta::zero(),
        };
        let mut least = self.clock_difference.lock().unwrap_or_else(PoisonError::into_inner);
        *least = Some(least.map_or(ahead, |least| if ahead.abs() < least.abs() { ahead } else { least }));
    }

    /// Returns how far this machine's clock is ahead of the clouds'; the one that agrees best with it counts. `None`
    /// where no reply told the time.
    pub fn clock_difference(&self) -> Option<TimeDelta> {
        *self.clock_difference.lock().unwrap_or_else(PoisonError::into_inner)
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
        let is_here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        let route = if is_here { Route::Direct } else { Route::Proxied };
        self.send_by(route, label, request, timeout).await
    }

    /// Sends `request` once, past every proxy, and waits at most `timeout` for the whole reply.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_direct(&self, label: &str, request: Request, timeout: Duration) -> Result<Reply, Error> {
        self.send_by(Route::Direct, label, request, Some(timeout.min(self.net.read_timeout))).await
    }

    /// Returns the longest time that a connection may take.
    pub fn connect_timeout(&self) -> Duration {
        self.net.connect_timeout
    }

    async fn send_by(
        &self,
        route: Route,
        label: &str,
        request: Request,
        timeout: Option<Duration>,
    ) -> Result<Reply, Error> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let proxy = (route == Route::Proxied).then(|| self.proxies.of(request.uri())).flatten();
        let authority = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let mut request = reqwest::Request::try_from(request)
            .map_err(|_| Error::new(Kind::Internal, format!("the address of {label} is malformed")))?;
        *request.timeout_mut() = timeout;
        let peer = Peer { host: &host, proxy: proxy.as_deref(), timeout, net: &self.net };
        let permit = self.in_flight.acquire(&authority).await;
        let lease = self.connections.lease(route, &authority, |idle| self.client(route, idle));
        let lease = lease.map_err(|error| Failed::Send(error).into_error(&peer))?;
        if lease.has_closed {
            // The tasks of the connections close them when they are next polled.
            tokio::task::yield_now().await;
        }
        let begun = Instant::now();
        tracing::debug!(host, "{label}: sent");
        let limit = self.net.read_timeout.saturating_mul(WHOLE_REPLY);
        let result = self.exchange(&lease.client, request, begun, limit, timeout.is_some()).await;
        let result = result.map_err(|failed| failed.into_error(&peer));
        let ms = begun.elapsed().as_millis();
        match &result {
            Ok(reply) => {
                permit.answered();
                tracing::info!(host, ms, status = reply.status.as_u16(), bytes = reply.body.len(), "{label}");
            }
            Err(error) => tracing::info!(host, ms, "{label}: {error}"),
        }
        result
    }

    /// Returns a client of one host that keeps so many idle connections.
    fn client(&self, route: Route, idle: usize) -> Result<reqwest::Client, reqwest::Error> {
        let builder = match route {
            Route::Proxied => self.proxies.builder()?,
            Route::Direct => reqwest::ClientBuilder::new().no_proxy(),
        };
        builder
            .tls_backend_preconfigured(self.tls.clone())
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.net.connect_timeout)
            .read_timeout(self.net.read_timeout)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(idle)
            .user_agent(concat!("certls/", env!("CARGO_PKG_VERSION")))
            .build()
    }

    async fn exchange(
        &self,
        client: &reqwest::Client,
        request: reqwest::Request,
        begun: Instant,
        limit: Duration,
        is_optional: bool,
    ) -> Result<Reply, Failed> {
        let response = client.execute(request).await.map_err(Failed::Send)?;
        let status = response.status();
        let headers = response.headers().clone();
        let body = self.bodies.read(response.bytes_stream(), begun, limit, is_optional).await?;
        Ok(Reply { status, headers, body: body.bytes, _large: body.large })
    }
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
            408 => Kind::Timeout,
            429 => Kind::Throttled,
            500.. => Kind::Unavailable,
            _ => Kind::Request,
        };
        let reason = self.status.canonical_reason().unwrap_or("an unknown status");
        let mut error = Error::new(kind, format!("the server answered {status} {reason}"));
        error.retry_after = retry::requested_wait(&self.headers);
        error
    }
}

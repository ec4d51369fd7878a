//! The metadata service of a cloud's machines, which gives out the keys of the machine's role.
//!
//! A service that is not there (refused, no route, no connection within a second, 404) means that nothing is set up.
//! One that accepts a connection and does not answer as it should is broken: the request is repeated, then fails.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::pending;
use http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpStream;

use crate::config::{Endpoint, EnvVar};
use crate::error::{Error, Kind};
use crate::net::{Http, Reply, Request};
use crate::providers::{Context, ProbeLimit};

use super::source_error::{broken, of_source};

/// The name of the service in `--endpoint`.
pub(crate) const ENDPOINT: &str = "metadata";

/// The service in words.
const NAME: &str = "the ECS metadata service";

/// How long a connection may take: the service is on this host, or not there at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a whole reply may take.
const REPLY_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a token is good: the longest time that both vendors allow, in seconds.
const TOKEN_LIFETIME: &str = "21600";

/// What is particular to one cloud's metadata service.
#[derive(Debug)]
pub(crate) struct MetadataService {
    /// The id of the provider.
    pub provider: &'static str,
    pub address: Ipv4Addr,
    /// The path that a `PUT` request gets a token from.
    pub token_path: &'static str,
    /// The header that carries the token.
    pub token_header: &'static str,
    /// The header that carries how long the token is to last, in seconds.
    pub lifetime_header: &'static str,
    /// What the machine needs to get keys, in words, such as `agency`.
    pub needs: &'static str,
    /// The variable that forbids requests to the service.
    pub switch: &'static EnvVar,
}

impl MetadataService {
    /// Returns the error of a profile that demands keys of the machine, where the environment forbids it. `origin` is
    /// the profile in words.
    pub(crate) fn forbidden(&self, origin: &str) -> Error {
        broken(origin, &format!("it wants this instance's {}, but {} is set", self.needs, self.switch.name))
            .with_hint(format!("unset {}, or use another profile", self.switch.name))
    }
}

/// A metadata service that may be requested.
#[derive(Debug, Clone)]
pub(crate) struct Metadata {
    service: &'static MetadataService,
    endpoint: Endpoint,
}

/// A metadata service that answers.
pub(crate) struct MetadataSession<'a> {
    metadata: &'a Metadata,
    http: &'a Http,
    token: Result<SecretString, StatusCode>,
}

impl Metadata {
    /// Returns the service; `None` where the environment forbids requests to it.
    pub(crate) fn enabled(service: &'static MetadataService, cx: &Context) -> Option<Self> {
        if service.switch.is_on(&cx.env) {
            return None;
        }
        let overridden = cx.endpoints.get(service.provider, ENDPOINT).cloned();
        let endpoint = overridden.or_else(|| Endpoint::of_metadata(service.address))?;
        Some(Self { service, endpoint })
    }

    /// Connects and fetches a token. Returns `None` where nothing is there.
    ///
    /// The limit ends a search that is optional: what has not connected by then is not there.
    ///
    /// # Errors
    /// Where the service is there, but broken.
    pub(crate) async fn open<'a>(
        &'a self,
        http: &'a Http,
        limit: Option<&ProbeLimit>,
    ) -> Result<Option<MetadataSession<'a>>, Error> {
        if !self.connects(http, limit).await? {
            return Ok(None);
        }
        let request = http::Request::put(self.endpoint.at(self.service.token_path, ""))
            .header(self.service.lifetime_header, TOKEN_LIFETIME);
        let has_answered = AtomicBool::new(false);
        let reply = tokio::select! {
            biased;
            reply = self.send(http, request, &has_answered) => reply?,
            extra = reached(limit, &has_answered) => return Err(self.silent(extra)),
        };
        let token = String::from_utf8_lossy(&reply.body).trim().to_owned();
        // A page that answers in its place, as a network without a log-in shows it, is no token.
        let is_token =
            !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) && !token.starts_with('<');
        let token = if reply.status.is_success() && is_token { Ok(token.into()) } else { Err(reply.status) };
        Ok(Some(MetadataSession { metadata: self, http, token }))
    }

    /// Returns the error of a search that nobody set up: the hint is for machines that need no keys of the service.
    pub(crate) fn search_error(&self, error: Error) -> Error {
        let MetadataService { needs, switch, .. } = self.service;
        let hint = format!("set {}=true if this machine has no {needs}", switch.name);
        let has_hint = error.hint.is_some();
        let error = of_source(NAME, error);
        if has_hint { error } else { error.with_hint(hint) }
    }

    /// Returns whether the service accepts a connection in time.
    async fn connects(&self, http: &Http, limit: Option<&ProbeLimit>) -> Result<bool, Error> {
        let label = self.label();
        let address = self.endpoint.host_and_port();
        let timeout = CONNECT_TIMEOUT.min(http.connect_timeout());
        let has_answered = AtomicBool::new(false);
        let connected = tokio::select! {
            biased;
            connected = tokio::time::timeout(timeout, TcpStream::connect(address)) => connected,
            extra = reached(limit, &has_answered) => {
                let ms = extra.as_millis();
                tracing::info!("{label}: no connection {ms} ms after everything else was read: not set up");
                return Ok(false);
            }
        };
        match connected {
            Ok(Ok(_)) => Ok(true),
            Ok(Err(error)) if is_absence(&error) => {
                tracing::info!("{label}: {error}: not set up");
                Ok(false)
            }
            Ok(Err(error)) => {
                let message = format!("no connection to the metadata service: {error}");
                Err(Error::new(Kind::Network, message))
            }
            Err(_) => {
                tracing::info!("{label}: no connection within {} ms: not set up", timeout.as_millis());
                Ok(false)
            }
        }
    }

    /// Sends a request until the service answers something else than that it is in trouble.
    async fn send(
        &self,
        http: &Http,
        request: http::request::Builder,
        has_answered: &AtomicBool,
    ) -> Result<Reply, Error> {
        let request: Request = request
            .body(String::new())
            .map_err(|_| Error::new(Kind::Reply, "the metadata service gave a token that is not a header's value"))?;
        let attempt = || async {
            let result = http.send_direct(&self.label(), request.clone(), REPLY_TIMEOUT).await;
            if !matches!(&result, Err(error) if error.kind == Kind::Timeout) {
                has_answered.store(true, Ordering::Relaxed);
            }
            let reply = result?;
            match reply.status_error() {
                refusal if !reply.status.is_success() && refusal.kind.is_retryable() => Err(refusal),
                _ => Ok(reply),
            }
        };
        http.retrying(attempt).await
    }

    fn silent(&self, extra: Duration) -> Error {
        let ms = extra.as_millis();
        tracing::info!("{}: connected, but no response {ms} ms after everything else was read", self.label());
        let message = format!("it accepted a connection, but had not responded {ms} ms after everything else was read");
        Error::new(Kind::Timeout, message)
    }

    fn label(&self) -> String {
        format!("{} {ENDPOINT}", self.service.provider)
    }
}

/// Returns the error of keys that the user set up. `origin` is their source in words.
pub(crate) fn source_error(origin: &str, error: Error) -> Error {
    of_source(origin, of_source(NAME, error))
}

impl MetadataSession<'_> {
    /// Returns the status of the reply that had no token; `None` where there is one.
    pub(crate) fn token_refusal(&self) -> Option<StatusCode> {
        self.token.as_ref().err().copied()
    }

    /// Requests a path, with the token if there is one; `None` where the service has no such path.
    ///
    /// # Errors
    /// Where the service is broken.
    pub(crate) async fn get(&self, path: &str) -> Result<Option<Reply>, Error> {
        let mut request = http::Request::get(self.metadata.endpoint.at(path, ""));
        if let Ok(token) = &self.token {
            request = request.header(self.metadata.service.token_header, token.expose_secret());
        }
        let reply = self.metadata.send(self.http, request, &AtomicBool::new(true)).await?;
        Ok((reply.status != StatusCode::NOT_FOUND).then_some(reply))
    }

    /// Returns the error of a reply that refuses the request.
    pub(crate) fn refused(&self, status: StatusCode) -> Error {
        let MetadataService { needs, switch, .. } = self.metadata.service;
        Error::new(Kind::Credentials, format!("it refuses ({})", status.as_u16()))
            .with_hint(format!("look at the instance's metadata options and its {needs}, or set {}=true", switch.name))
    }
}

/// Returns how much longer than everything else the search took, once it has reached its limit without an answer.
async fn reached(limit: Option<&ProbeLimit>, has_answered: &AtomicBool) -> Duration {
    match limit {
        Some(limit) => {
            let extra = limit.reached().await;
            if has_answered.load(Ordering::Relaxed) { pending().await } else { extra }
        }
        None => pending().await,
    }
}

/// Whether a connection failed because nothing is there.
fn is_absence(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkDown, NetworkUnreachable,
        PermissionDenied, TimedOut,
    };
    matches!(
        error.kind(),
        AddrNotAvailable
            | ConnectionRefused
            | ConnectionReset
            | HostUnreachable
            | NetworkDown
            | NetworkUnreachable
            | PermissionDenied
            | TimedOut
    )
}

//! Turns failures of the transport into errors, in words that a person can act on. URLs are left out of the messages: a
//! query may hold a signature.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use chrono::DateTime;
use rustls::CertificateError;
use rustls::pki_types::UnixTime;

use crate::config::Net;
use crate::duration;
use crate::error::{Error, Kind};

use super::body;

/// The other end of a connection.
#[derive(Debug)]
pub(super) struct Peer<'a> {
    pub host: &'a str,
    /// The proxy that leads there.
    pub proxy: Option<&'a str>,
    /// The limit of the whole exchange, where it had one.
    pub timeout: Option<Duration>,
    pub net: &'a Net,
}

#[derive(Debug)]
pub(super) enum Failed {
    /// The request could not be sent, or no reply began.
    Send(reqwest::Error),
    /// The reply began, but could not be read to its end.
    Body(body::Failed<reqwest::Error>),
}

impl From<body::Failed<reqwest::Error>> for Failed {
    fn from(failed: body::Failed<reqwest::Error>) -> Self {
        Self::Body(failed)
    }
}

impl Failed {
    /// Returns the error for a request to this peer.
    pub(super) fn into_error(self, peer: &Peer<'_>) -> Error {
        let host = peer.host;
        match self {
            Self::Send(error) | Self::Body(body::Failed::Stream(error))
                if error.is_timeout() && !error.is_connect() =>
            {
                let limit = peer.timeout.map_or(peer.net.read_timeout, |timeout| timeout.min(peer.net.read_timeout));
                Error::new(Kind::Timeout, format!("no response within {} from {host}", duration::write_std(limit)))
            }
            Self::Body(body::Failed::TooLarge(limit)) => {
                Error::new(Kind::Reply, format!("the answer of {host} is larger than {} MiB", limit >> 20))
            }
            Self::Body(body::Failed::TooSlow(limit)) => {
                let limit = duration::write_std(limit);
                Error::new(Kind::Timeout, format!("the response of {host} was not whole after {limit}"))
            }
            Self::Body(body::Failed::Stream(error)) => {
                Error::new(Kind::Network, format!("the answer of {host} broke off: {}", words(&error)))
            }
            Self::Send(error) => unsent(&error, peer),
        }
    }
}

/// Returns the error for a request that no reply came to.
fn unsent(error: &reqwest::Error, peer: &Peer<'_>) -> Error {
    let host = peer.host;
    if let Some(tls) = cause::<rustls::Error>(error) {
        return refused_handshake(tls, peer);
    }
    if error.is_timeout() {
        let limit = duration::write_std(peer.net.connect_timeout);
        let way = peer.proxy.map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default();
        return Error::new(Kind::Timeout, format!("no connection to {host}{way} within {limit}"))
            .with_hint("look at this machine's network and proxy, or allow more with `--connect-timeout`");
    }
    if causes(error).filter_map(as_io).any(is_out_of_files) {
        return Error::new(Kind::Network, format!("no connection to {host}: this process may open no further file"))
            .with_hint("allow more open files (`ulimit -n`), or ask less at once with `--concurrency 4`");
    }
    if let Some(proxy) = peer.proxy.filter(|_| error.is_connect()) {
        return no_tunnel(error, host, proxy);
    }
    let message = if error.is_connect() && mentions(error, "dns error") {
        format!("the name {host} cannot be resolved")
    } else if error.is_connect() {
        format!("no connection to {host}: {}", words(error))
    } else {
        format!("the connection to {host} broke: {}", words(error))
    };
    Error::new(Kind::Network, message)
}

/// Returns the error for a proxy that did not lead to the host.
fn no_tunnel(error: &reqwest::Error, host: &str, proxy: &str) -> Error {
    const ADDRESS: &str = "look at the address of the proxy in HTTPS_PROXY, or name hosts that need none in NO_PROXY";
    let (message, hint) = if mentions(error, "proxy authorization required") {
        let message = format!("the proxy {proxy} requires a user and a password (407), or refuses those it was given");
        (message, "write http://USER:PASSWORD@HOST:PORT in HTTPS_PROXY, special characters percent-encoded")
    } else if mentions(error, "tunnel error: unsuccessful") {
        let message = format!("the proxy {proxy} refuses to connect to {host}");
        (message, "ask the proxy's administrator to allow this host, or name it in NO_PROXY")
    } else if mentions(error, "dns error") {
        (format!("the name of the proxy, {proxy}, cannot be resolved"), ADDRESS)
    } else if mentions(error, "tunnel error: unexpected end of file") {
        (format!("the proxy {proxy} closed the connection to {host}"), ADDRESS)
    } else {
        (format!("no connection to the proxy {proxy}, which leads to {host}: {}", words(error)), ADDRESS)
    };
    Error::new(Kind::Network, message).with_hint(hint)
}

/// Returns the error for a TLS handshake that failed.
fn refused_handshake(error: &rustls::Error, peer: &Peer<'_>) -> Error {
    const CLOCK: &str = "if this machine's clock is wrong, set it (for example by NTP); if it is right, the server or a \
                         proxy that inspects TLS has to renew its certificate";
    let host = peer.host;
    let tls = |message: String| Error::new(Kind::Tls, message);
    match error {
        rustls::Error::InvalidCertificate(why) => {
            let invalid = |why: &str| tls(format!("certificate verification failed for {host}: {why}"));
            match why {
                CertificateError::NotValidYetContext { time, not_before } => {
                    let why =
                        format!("it is valid from {}, and this machine's clock says {}", at(*not_before), at(*time));
                    invalid(&why).with_hint(CLOCK)
                }
                CertificateError::ExpiredContext { time, not_after } => {
                    let why =
                        format!("it was valid until {}, and this machine's clock says {}", at(*not_after), at(*time));
                    invalid(&why).with_hint(CLOCK)
                }
                CertificateError::NotValidYet => {
                    invalid("it is not valid yet by this machine's clock").with_hint(CLOCK)
                }
                CertificateError::Expired => invalid("it has expired by this machine's clock").with_hint(CLOCK),
                CertificateError::UnknownIssuer => invalid("it is not signed by an authority that is trusted here"),
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    invalid("it is for another name")
                        .with_hint("look at `--endpoint` and HTTPS_PROXY: another server may answer in its place")
                }
                CertificateError::Revoked => invalid("it is revoked"),
                CertificateError::BadSignature => invalid("its signature is wrong"),
                _ => invalid("it is malformed, or not for a server"),
            }
        }
        rustls::Error::InvalidMessage(_) => tls(format!("{host} does not speak TLS"))
            .with_hint("look at `--endpoint` and HTTPS_PROXY: a server of plain HTTP answers there"),
        rustls::Error::PeerIncompatible(_) => tls(format!("{host} offers no version or cipher of TLS that is safe"))
            .with_hint("if a proxy here inspects TLS, it has to offer TLS 1.2 or later"),
        rustls::Error::AlertReceived(_) => tls(format!("{host} broke off the TLS handshake"))
            .with_hint("look at `--endpoint` and HTTPS_PROXY: the server there may not know this name"),
        _ => tls(format!("the TLS handshake with {host} failed")),
    }
}

/// Writes a time as RFC 3339 does.
fn at(time: UnixTime) -> String {
    let time = i64::try_from(time.as_secs()).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    time.map_or_else(|| "an impossible time".to_owned(), |time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |error| (*error).source())
}

/// Returns the innermost cause: the operating system's own words, or what those of the libraries mean. None holds an
/// address.
fn words(error: &reqwest::Error) -> String {
    const MEANINGS: [(&str, &str); 6] = [
        ("connection closed before message completed", "the server closed it without an answer"),
        ("end of file before message length reached", "the server closed the connection"),
        ("unexpected EOF", "the server closed the connection"),
        ("close_notify", "the server closed the connection"),
        ("invalid HTTP", "the server does not speak HTTP"),
        ("gzip", "it is not compressed as it says"),
    ];
    let innermost = causes(error).last().map_or_else(|| "unknown reason".to_owned(), ToString::to_string);
    let meaning = MEANINGS.iter().find(|(words, _)| innermost.contains(words) || mentions(error, words));
    meaning.map_or(innermost, |(_, meaning)| (*meaning).to_owned())
}

fn mentions(error: &reqwest::Error, words: &str) -> bool {
    causes(error).any(|cause| cause.to_string().contains(words))
}

fn as_io<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a io::Error> {
    error.downcast_ref()
}

/// Returns whether the system refuses a further file, by the codes that all Unixes share (ENFILE, EMFILE).
fn is_out_of_files(error: &io::Error) -> bool {
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}

/// Returns the cause of this type, also where an `io::Error` carries it.
fn cause<T: StdError + 'static>(error: &reqwest::Error) -> Option<&T> {
    causes(error)
        .find_map(|cause| std::iter::successors(Some(cause), |cause| carried(*cause)).find_map(|c| c.downcast_ref()))
}

fn carried<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match as_io(error)?.get_ref() {
        Some(inner) => Some(inner),
        None => None,
    }
}

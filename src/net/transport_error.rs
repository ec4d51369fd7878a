//! Turns failures of the transport into errors. URLs are left out of the messages: a query may hold a signature.

use std::error::Error as StdError;
use std::time::Duration;

use crate::config::Net;
use crate::duration;
use crate::error::{Error, Kind};

pub(super) enum Failed {
    /// The request could not be sent, or no reply began.
    Send(reqwest::Error),
    /// The reply began, but did not end.
    Body(reqwest::Error),
    /// The reply is longer than this many bytes.
    TooLarge(usize),
}

impl Failed {
    /// Returns the error for a request to `host`. `timeout` is the limit of the whole exchange, where it had one.
    pub(super) fn into_error(self, host: &str, timeout: Option<Duration>, net: &Net) -> Error {
        let error = match self {
            Self::Send(error) | Self::Body(error) if error.is_timeout() && !error.is_connect() => {
                let limit = timeout.map_or(net.read_timeout, |timeout| timeout.min(net.read_timeout));
                return Error::new(
                    Kind::Timeout,
                    format!("no response within {} from {host}", duration::write_std(limit)),
                );
            }
            Self::TooLarge(limit) => {
                return Error::new(Kind::Reply, format!("the answer of {host} is larger than {} MiB", limit >> 20));
            }
            Self::Body(error) => {
                return Error::new(Kind::Network, format!("the answer of {host} broke off: {}", root_cause(&error)));
            }
            Self::Send(error) => error,
        };
        if let Some(tls) = cause::<rustls::Error>(&error) {
            return Error::new(Kind::Tls, format!("certificate verification failed for {host}: {tls}"));
        }
        if error.is_timeout() {
            let limit = duration::write_std(net.connect_timeout);
            return Error::new(Kind::Timeout, format!("no connection to {host} within {limit}"))
                .with_hint("look at this machine's network and proxy, or allow more with `--connect-timeout`");
        }
        let message = if error.is_connect() && mentions(&error, "dns error") {
            format!("the name {host} cannot be resolved")
        } else if error.is_connect() {
            format!("no connection to {host}: {}", root_cause(&error))
        } else {
            format!("the connection to {host} broke: {}", root_cause(&error))
        };
        Error::new(Kind::Network, message)
    }
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |error| (*error).source())
}

/// The innermost cause: the operating system's own words, without an address.
fn root_cause(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "unknown reason".to_owned(), ToString::to_string)
}

fn mentions(error: &reqwest::Error, words: &str) -> bool {
    causes(error).any(|cause| cause.to_string().contains(words))
}

/// The cause of this type, also where an `io::Error` carries it.
fn cause<T: StdError + 'static>(error: &reqwest::Error) -> Option<&T> {
    causes(error).find_map(|cause| {
        let carried = cause
            .downcast_ref::<std::io::Error>()
            .and_then(|io| io.get_ref())
            .and_then(|inner| inner.downcast_ref::<T>());
        cause.downcast_ref::<T>().or(carried)
    })
}

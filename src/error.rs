//! The one error type of certls: what failed, the kind of failure, its cause, and what to do next.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A failure, as a value that can be printed, put into JSON and turned into an exit code.
///
/// The message is one line of plain words. The vendor's code and request id stand beside it, never
/// in it, so that every output shows them in the same way.
#[derive(Debug, Clone)]
pub struct Error {
    pub kind: Kind,
    pub message: String,
    /// The vendor's own error code, as sent.
    pub code: Option<String>,
    /// The vendor's id of the request, which their support asks for first.
    pub request_id: Option<String>,
    /// The next step for the reader; `None` for the hint of its kind.
    pub hint: Option<Cow<'static, str>>,
    /// The time that the server asked to wait before the next request.
    pub retry_after: Option<Duration>,
    /// The error that caused it, which `-v` prints.
    pub source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

/// The kinds of failure. A kind decides the scope's status, whether a try is repeated, and the default hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line contradicts itself. User action: correct the flags.
    Usage,
    /// A variable or file is wrong. User action: correct the one that is named.
    Config,
    /// The cloud does not accept the credentials. User action: replace them.
    Credentials,
    /// This machine's clock and the cloud's are too far apart. User action: set the clock.
    Clock,
    /// The credentials are good, but may not do this. User action: grant the action that is named.
    Denied,
    /// The cloud has no such region for this account. User action: correct the name.
    Region,
    /// Too many requests. User action: wait, or lower `--concurrency`.
    Throttled,
    /// The cloud could not answer just now. User action: try again later.
    Unavailable,
    /// No connection, or one that broke. User action: look at network and proxy.
    Network,
    /// The server's certificate could not be verified. User action: name the private CA with `--ca-bundle`.
    Tls,
    /// No answer in time. User action: raise the timeout that is named.
    Timeout,
    /// The request was refused as wrong. User action: report it; certls should not have sent it.
    Request,
    /// The response cannot be understood. User action: look for a proxy that answers in the cloud's place.
    Reply,
    /// Standard output or a file cannot be written. User action: make room, or choose another place.
    Output,
    /// A fault of certls itself. User action: report it.
    Internal,
}

impl Kind {
    /// Returns the word that JSON has in `error.kind`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Config => "config",
            Self::Credentials => "credentials",
            Self::Clock => "clock",
            Self::Denied => "denied",
            Self::Region => "region",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Network => "network",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Request => "request",
            Self::Reply => "reply",
            Self::Output => "output",
            Self::Internal => "internal",
        }
    }

    /// Returns whether the same request, signed anew, may succeed a moment later.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Throttled | Self::Unavailable | Self::Network | Self::Timeout)
    }

    /// Returns whether the user must correct flags, variables or files, so that another try changes nothing.
    pub fn is_configuration(self) -> bool {
        matches!(self, Self::Usage | Self::Config | Self::Region)
    }

    /// Returns the next step for every error of this kind.
    fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::Usage | Self::Config | Self::Output => return None,
            Self::Credentials => "replace the access key, token or password of this account",
            Self::Clock => "set this machine's clock (for example by NTP) and run again",
            Self::Denied => "ask the account's administrator for read access to its certificates",
            Self::Region => "name a region of this account, or leave out `--region` for all of them",
            Self::Throttled => "wait a minute, or ask less at once with `--concurrency 4`",
            Self::Unavailable => "the cloud is in trouble: run again later",
            Self::Network => "look at this machine's network, and at HTTPS_PROXY and NO_PROXY",
            Self::Tls => "if a proxy here inspects TLS, name its CA file with `--ca-bundle`",
            Self::Timeout => "allow more time with `--read-timeout` or `--timeout`",
            Self::Request => "please report this, with the code and the request id",
            Self::Reply => "something may answer in the cloud's place: look at HTTPS_PROXY and `--endpoint`",
            Self::Internal => "please report this as a bug of certls",
        })
    }
}

impl Error {
    /// Returns an error with a message of one line, and nothing else.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            code: None,
            request_id: None,
            hint: None,
            retry_after: None,
            source: None,
        }
    }

    /// Returns the first error of certls in a chain of causes, which knows the kind of failure and the next step.
    pub fn in_chain(error: &anyhow::Error) -> Option<&Self> {
        // A context is found by its type only through `anyhow::Error` itself, a cause only in the chain.
        error.downcast_ref().or_else(|| error.chain().find_map(|cause| cause.downcast_ref()))
    }

    /// Adds the next step, in place of the kind's own.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the cause. Its text is printed under `-v`, so that it must hold no secret and no signed URL.
    #[must_use]
    pub fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// Returns the next step for the reader.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref().or_else(|| self.kind.hint())
    }

    /// Returns the message, followed by what the vendor's support asks for: `message (Code, request ID)`.
    pub fn with_vendor_ids(&self) -> impl fmt::Display {
        let request = self.request_id.as_ref().map(|id| format!("request {id}"));
        let ids: Vec<&str> = [self.code.as_deref(), request.as_deref()].into_iter().flatten().collect();
        if ids.is_empty() { self.message.clone() } else { format!("{} ({})", self.message, ids.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use anyhow::Context as _;

    use super::*;

    #[test]
    fn the_first_error_of_a_chain_is_found_wherever_it_stands() {
        let own = || Error::new(Kind::Config, "wrong").with_source(io::Error::other("cause"));
        let kind = |error: &anyhow::Error| Error::in_chain(error).map(|error| error.kind);
        assert_eq!(kind(&own().into()), Some(Kind::Config));
        assert_eq!(kind(&anyhow::Error::from(own()).context("while it was read")), Some(Kind::Config));
        let failed: Result<(), _> = Err(io::Error::other("cause"));
        assert_eq!(kind(&failed.with_context(own).expect_err("an error").context("outer")), Some(Kind::Config));
        assert_eq!(anyhow::Error::from(own()).chain().count(), 2);
    }
}

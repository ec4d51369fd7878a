//! One call of a vendor's API: sign → send → classify → retry, once for all clouds.
//!
//! A vendor says how a request is signed and what its refusals mean; everything else is here. Every attempt is signed
//! anew, with the time and a nonce of its own, since a server accepts a nonce only once.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::clock::Clock;
use crate::config::AccessKey;
use crate::error::{Error, Kind};
use crate::net::{Http, Redactor, Reply, Request};

/// A call, as its vendor signs and understands it.
#[async_trait]
pub(super) trait Call: Sync {
    /// Returns the name of the call in the log, without any secret.
    fn label(&self) -> String;
    /// Builds the request of one attempt.
    ///
    /// # Errors
    /// Where no credentials could be obtained, or they cannot be sent.
    async fn sign(&self, attempt: &Attempt) -> Result<Signed, Error>;
    /// Returns the error that a reply tells of; `None` for a success.
    fn classify(&self, exchange: &Exchange<'_>) -> Option<Error>;
}

/// What differs from attempt to attempt.
#[derive(Debug)]
pub(super) struct Attempt {
    pub at: DateTime<Utc>,
    /// 32 hex digits that no other request has.
    pub nonce: String,
}

/// A request that is ready to be sent.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "the vendors call it the text to sign, or string to sign")]
pub(super) struct Signed {
    pub request: Request,
    /// The text that the signature was computed over, which the cloud echoes where its own differs; empty where nothing
    /// was signed.
    pub signed_text: String,
    /// Empty where nothing was signed.
    pub signature: SecretString,
    /// Whatever else in the request must never be shown.
    pub secrets: Vec<SecretString>,
}

/// A reply, and the request that it answers.
pub(super) struct Exchange<'a> {
    pub reply: &'a Reply,
    pub sent_at: DateTime<Utc>,
    pub signed_text: &'a str,
    secrets: Vec<&'a SecretString>,
}

impl Exchange<'_> {
    /// Returns a redactor of all secrets of the request: a server may echo any of them.
    pub(super) fn redactor(&self) -> Redactor {
        Redactor::new(self.secrets.iter().copied())
    }
}

/// Makes calls, at the times of a clock and with nonces of one source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller<'a> {
    http: &'a Http,
    clock: Clock,
    nonce: fn() -> Result<String, Error>,
}

impl<'a> Caller<'a> {
    /// Returns a caller whose nonces are random.
    pub(super) fn new(http: &'a Http, clock: Clock) -> Self {
        Self { http, clock, nonce: random_nonce }
    }

    /// Makes a call, and repeats it where it failed for the moment.
    ///
    /// # Errors
    /// Where it could not be signed, the cloud refused it, or no whole reply came.
    pub(super) async fn call(&self, call: &impl Call) -> Result<Reply, Error> {
        self.http.retrying(|| self.attempt(call, None)).await
    }

    /// Makes a call each of whose attempts must be answered within `timeout` of being sent, and repeats it only where the
    /// cloud answered that it could not. For what others wait for.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub(super) async fn call_within(&self, call: &impl Call, timeout: Duration) -> Result<Reply, Error> {
        let attempt = || async {
            match self.attempt(call, Some(timeout)).await {
                Err(error) if matches!(error.kind, Kind::Timeout | Kind::Network) => Ok(Err(error)),
                Err(error) => Err(error),
                Ok(reply) => Ok(Ok(reply)),
            }
        };
        self.http.retrying(attempt).await?
    }

    /// Makes one attempt, which must be answered within `timeout` of being sent. For what is optional.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub(super) async fn call_once(&self, call: &impl Call, timeout: Duration) -> Result<Reply, Error> {
        self.attempt(call, Some(timeout)).await
    }

    async fn attempt(&self, call: &impl Call, timeout: Option<Duration>) -> Result<Reply, Error> {
        let nonce = (self.nonce)()?;
        let attempt = Attempt { at: self.clock.now(), nonce };
        let Signed { request, signed_text, signature, secrets } = call.sign(&attempt).await?;
        let reply = self.http.send_within(&call.label(), request, timeout).await?;
        self.http.compare_clock(&reply, attempt.at, self.clock.now());
        let secrets = secrets.iter().chain([&signature]).collect();
        let exchange = Exchange { reply: &reply, sent_at: attempt.at, signed_text: &signed_text, secrets };
        match call.classify(&exchange) {
            Some(error) => Err(error),
            None => Ok(reply),
        }
    }
}

/// Returns what of an access key must not be shown.
pub(super) fn key_secrets(keys: &AccessKey) -> Vec<SecretString> {
    [&keys.id, &keys.secret].into_iter().chain(&keys.token).cloned().collect()
}

/// Returns 128 random bits in hex.
fn random_nonce() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::new(Kind::Internal, format!("the system's random numbers are unavailable: {error}")))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::Mutex;

    use super::*;
    use crate::config::{Env, Net};

    /// A server on this machine that answers one request after another, the last reply for ever.
    fn server(replies: &'static [&'static str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        std::thread::spawn(move || {
            for (index, stream) in listener.incoming().enumerate() {
                let mut stream = stream.expect("a connection");
                let _ = stream.read(&mut [0; 4096]);
                let body = replies[index.min(replies.len() - 1)];
                if body == "silence" {
                    std::thread::sleep(Duration::from_secs(5));
                }
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        url
    }

    fn http(retries: usize) -> Http {
        let timeout = Duration::from_secs(20);
        let net = Net { ca_bundle: None, connect_timeout: timeout, read_timeout: timeout, retries, concurrency: 4 };
        Http::new(&net, &Env::default()).expect("a client")
    }

    fn caller(http: &Http) -> Caller<'_> {
        Caller::new(http, Clock::new(|| DateTime::from_timestamp(1_800_000_000, 0).expect("a time")))
    }

    struct Probe {
        url: String,
        nonces: Mutex<Vec<String>>,
    }

    impl Probe {
        fn new(replies: &'static [&'static str]) -> Self {
            Self { url: server(replies), nonces: Mutex::default() }
        }

        fn attempts(&self) -> usize {
            let mut nonces = self.nonces.lock().expect("nonces").clone();
            let all = nonces.len();
            nonces.sort();
            nonces.dedup();
            assert_eq!(nonces.len(), all, "a nonce was used twice");
            all
        }
    }

    #[async_trait]
    impl Call for Probe {
        fn label(&self) -> String {
            "probe".to_owned()
        }

        async fn sign(&self, attempt: &Attempt) -> Result<Signed, Error> {
            assert_eq!((attempt.nonce.len(), attempt.at.timestamp()), (32, 1_800_000_000));
            self.nonces.lock().expect("nonces").push(attempt.nonce.clone());
            Ok(Signed {
                request: http::Request::get(&self.url).body(String::new()).expect("a request"),
                signed_text: "text".to_owned(),
                signature: "the-signature".to_owned().into(),
                secrets: vec!["the-secret".to_owned().into()],
            })
        }

        fn classify(&self, exchange: &Exchange<'_>) -> Option<Error> {
            assert_eq!((exchange.signed_text, exchange.sent_at.timestamp()), ("text", 1_800_000_000));
            let text = String::from_utf8_lossy(&exchange.reply.body).into_owned();
            let kind = match text.split(' ').next()? {
                "busy" => Kind::Throttled,
                "denied" => Kind::Denied,
                _ => return None,
            };
            Some(Error::new(kind, exchange.redactor().line(&text)))
        }
    }

    #[tokio::test]
    async fn an_attempt_that_failed_for_the_moment_is_signed_anew() {
        let probe = Probe::new(&["busy", "busy", "good"]);
        let reply = caller(&http(3)).call(&probe).await.expect("a reply");
        assert_eq!((reply.body.as_slice(), probe.attempts()), (b"good".as_slice(), 3));
        let probe = Probe::new(&["busy"]);
        let error = caller(&http(1)).call(&probe).await.expect_err("too busy");
        assert_eq!((error.kind, probe.attempts()), (Kind::Throttled, 2));
    }

    #[tokio::test]
    async fn a_refusal_is_final_and_shows_no_secret() {
        let probe = Probe::new(&["denied the-secret, the-signature"]);
        let error = caller(&http(3)).call(&probe).await.expect_err("denied");
        assert_eq!((error.message.as_str(), probe.attempts()), ("denied ***, ***", 1));
    }

    #[tokio::test]
    async fn a_single_attempt_has_a_timeout_of_its_own() {
        let probe = Probe::new(&["silence"]);
        let error = caller(&http(3)).call_once(&probe, Duration::from_millis(200)).await.expect_err("no reply");
        assert_eq!((error.kind, probe.attempts()), (Kind::Timeout, 1));
        assert_eq!(error.message, "no response within 200ms from 127.0.0.1");
        let probe = Probe::new(&["busy", "good"]);
        assert!(caller(&http(3)).call_once(&probe, Duration::from_secs(5)).await.is_err());
    }
}

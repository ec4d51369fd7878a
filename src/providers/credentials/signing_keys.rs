//! The access keys that an account signs with: set up by the user, or issued by a service and renewed.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::clock::Clock;
use crate::config::AccessKey;
use crate::error::Error;

use super::temporary_keys::{IssuedKeys, TemporaryKeys};

/// A way to get keys. `X` is the client that requests are sent with.
#[async_trait]
pub(crate) trait KeyIssuer<X: Sync>: fmt::Debug + Send + Sync {
    /// Returns keys that are good at `now`. `origin` is the source in words, for errors.
    ///
    /// # Errors
    /// Where no keys could be had.
    async fn issue(&self, client: &X, origin: &str, now: DateTime<Utc>) -> Result<IssuedKeys, Error>;
    /// Returns the key that the user set up, with which others may be issued.
    fn static_key(&self) -> Option<&AccessKey> {
        None
    }
}

/// An access key, or a way to have one issued.
pub(crate) struct SigningKeys<X> {
    issuer: Box<dyn KeyIssuer<X>>,
    origin: String,
    cached: TemporaryKeys,
    clock: Clock,
}

impl<X> fmt::Debug for SigningKeys<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeys")
            .field("issuer", &self.issuer)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// A key that does not expire.
#[derive(Debug)]
struct StaticKeys(AccessKey);

#[async_trait]
impl<X: Sync> KeyIssuer<X> for StaticKeys {
    async fn issue(&self, _: &X, _: &str, _: DateTime<Utc>) -> Result<IssuedKeys, Error> {
        Ok(IssuedKeys { keys: self.0.clone(), expires_at: None })
    }

    fn static_key(&self) -> Option<&AccessKey> {
        Some(&self.0)
    }
}

impl<X: Sync> SigningKeys<X> {
    /// Keys that the user set up.
    pub(crate) fn static_keys(keys: AccessKey, clock: Clock) -> Self {
        let origin = keys.origin.clone();
        Self::issued_by(StaticKeys(keys), origin, clock)
    }

    /// Keys that are issued when they are needed. `origin` is the source in words.
    pub(crate) fn issued_by(issuer: impl KeyIssuer<X> + 'static, origin: String, clock: Clock) -> Self {
        Self { issuer: Box::new(issuer), origin, cached: TemporaryKeys::new(clock), clock }
    }

    /// The same, beginning with keys that were issued already.
    #[must_use]
    pub(crate) fn starting_with(mut self, mut issued: IssuedKeys) -> Self {
        issued.keys.origin.clone_from(&self.origin);
        self.cached = TemporaryKeys::starting_with(issued, self.clock);
        self
    }

    /// Returns the keys to sign with, issued or renewed where they are temporary.
    ///
    /// # Errors
    /// Where no keys could be had.
    pub(crate) async fn keys(&self, client: &X) -> Result<AccessKey, Error> {
        self.cached.keys(|now| self.issue(client, now)).await
    }

    /// Returns fresh keys, past the cache.
    ///
    /// # Errors
    /// Where no keys could be had.
    pub(crate) async fn issue(&self, client: &X, now: DateTime<Utc>) -> Result<IssuedKeys, Error> {
        let mut issued = self.issuer.issue(client, &self.origin, now).await?;
        issued.keys.origin.clone_from(&self.origin);
        Ok(issued)
    }

    /// Returns where the keys come from, in words.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the key that the user set up, with which others may be issued.
    pub(crate) fn static_key(&self) -> Option<&AccessKey> {
        self.issuer.static_key()
    }
}

//! Access keys that expire: kept while they last, replaced before they expire.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::config::AccessKey;
use crate::error::{Error, Kind};

/// Keys are replaced this long before they expire, so that a request under way does not outlive them.
const MARGIN: TimeDelta = TimeDelta::minutes(3);

/// Keys that a service issued.
#[derive(Debug, Clone)]
pub(crate) struct IssuedKeys {
    pub keys: AccessKey,
    /// `None` where the service did not tell.
    pub expires_at: Option<DateTime<Utc>>,
}

impl IssuedKeys {
    /// Makes keys of the fields in a service's answer; `expiry` is a time of RFC 3339.
    ///
    /// # Errors
    /// Where half of the key is missing, or the expiry is not a time.
    pub(crate) fn parse(
        id: Option<SecretString>,
        secret: Option<SecretString>,
        token: Option<SecretString>,
        expiry: Option<&str>,
    ) -> Result<Self, Error> {
        let (Some(id), Some(secret)) = (id, secret) else {
            return Err(Error::new(Kind::Reply, "the answer has no complete access key"));
        };
        let expires_at = expiry
            .map(DateTime::parse_from_rfc3339)
            .transpose()
            .map_err(|_| Error::new(Kind::Reply, "the expiry of the keys is not a time"))?;
        let keys = AccessKey { id, secret, token, origin: String::new() };
        Ok(Self { keys, expires_at: expires_at.map(|time| time.to_utc()) })
    }

    /// Returns these keys if they have not expired at `now`.
    pub(crate) fn check_expiry(&self, now: DateTime<Utc>) -> Option<&Self> {
        self.expires_at.is_none_or(|expires_at| now < expires_at).then_some(self)
    }
}

/// Keys that were issued, and the moment to replace them.
#[derive(Debug)]
struct Cached {
    keys: AccessKey,
    renew_at: Option<DateTime<Utc>>,
}

impl Cached {
    fn new(IssuedKeys { keys, expires_at }: IssuedKeys, now: DateTime<Utc>) -> Self {
        // Keys that last shorter than a few margins would be fetched for every request.
        let renew_at = expires_at.map(|expires_at| expires_at - MARGIN.min((expires_at - now) / 4));
        Self { keys, renew_at }
    }
}

/// The keys that were issued last.
#[derive(Debug)]
pub(crate) struct TemporaryKeys {
    cached: Mutex<Option<Cached>>,
    clock: Clock,
}

impl TemporaryKeys {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { cached: Mutex::default(), clock }
    }

    /// Begins with keys that were fetched already.
    pub(crate) fn starting_with(issued: IssuedKeys, clock: Clock) -> Self {
        Self { cached: Mutex::new(Some(Cached::new(issued, clock.now()))), clock }
    }

    /// Returns the cached keys, or those that `fetch` returns where they are about to expire. Callers that wait at the
    /// same time share one fetch.
    ///
    /// # Errors
    /// The error of `fetch`.
    pub(crate) async fn keys<F>(&self, fetch: impl FnOnce(DateTime<Utc>) -> F) -> Result<AccessKey, Error>
    where
        F: Future<Output = Result<IssuedKeys, Error>>,
    {
        let mut cached = self.cached.lock().await;
        let now = self.clock.now();
        if let Some(good) = cached.as_ref().filter(|cached| cached.renew_at.is_none_or(|at| now < at)) {
            return Ok(good.keys.clone());
        }
        let fresh = Cached::new(fetch(now).await?, self.clock.now());
        let keys = fresh.keys.clone();
        *cached = Some(fresh);
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issued(expiry: Option<&str>) -> Result<IssuedKeys, Error> {
        let secret = || Some(SecretString::from("x"));
        IssuedKeys::parse(secret(), secret(), None, expiry)
    }

    /// Always noon.
    fn noon() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-03-02T12:00:00Z").expect("a time").to_utc()
    }

    async fn fetches(expiry: Option<&str>) -> usize {
        let (cache, mut fetches) = (TemporaryKeys::new(Clock::new(noon)), 0);
        for _ in 0..3 {
            let count = &mut fetches;
            let fetch = |_| async move {
                *count += 1;
                issued(expiry)
            };
            cache.keys(fetch).await.expect("keys");
        }
        fetches
    }

    #[tokio::test]
    async fn keys_are_fetched_again_only_when_they_are_about_to_expire() {
        assert_eq!(fetches(None).await, 1);
        assert_eq!(fetches(Some("2026-03-02T13:00:00Z")).await, 1);
        assert_eq!(fetches(Some("2026-03-02T12:01:00Z")).await, 1);
        assert_eq!(fetches(Some("2026-03-02T11:59:59Z")).await, 3);
    }

    #[test]
    fn half_a_key_and_an_expiry_that_is_not_a_time_are_errors() {
        let secret = || Some(SecretString::from("x"));
        assert!(IssuedKeys::parse(secret(), None, None, None).is_err());
        assert!(IssuedKeys::parse(None, secret(), None, None).is_err());
        assert!(issued(Some("soon")).is_err());
        assert!(issued(Some("2026-03-02T12:00:00Z")).expect("keys").check_expiry(noon()).is_none());
        assert!(issued(None).expect("keys").check_expiry(noon()).is_some());
    }
}

//! AccessKey that end: kept while they last, fetched anew before they do.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use crate::config::AccessKey;
use crate::error::Error;

/// AccessKey are replaced this long before they end, so that a request under way does not outlive them.
const MARGIN: TimeDelta = TimeDelta::minutes(3);

/// Temporary keys, and when they end.
#[derive(Debug, Clone)]
pub(in crate::providers) struct Issued {
    pub keys: AccessKey,
    /// `None` where whoever issued them did not say.
    pub until: Option<DateTime<Utc>>,
}

/// AccessKey that are held, and the moment to ask for others.
#[derive(Debug)]
struct Held {
    keys: AccessKey,
    renew_at: Option<DateTime<Utc>>,
}

/// The keys that were issued last.
#[derive(Debug, Default)]
pub(in crate::providers) struct Renewal(Mutex<Option<Held>>);

impl Renewal {
    /// Begins with keys that were fetched already.
    pub(in crate::providers) fn starting_with(issued: Issued) -> Self {
        Self(Mutex::new(Some(Held::from(issued))))
    }

    /// The keys that are still good, or those that `fetch` brings: once, however many wait for them.
    pub(in crate::providers) async fn keys<F>(&self, fetch: impl FnOnce() -> F) -> Result<AccessKey, Error>
    where
        F: Future<Output = Result<Issued, Error>>,
    {
        let mut held = self.0.lock().await;
        if let Some(good) = held.as_ref().filter(|held| held.renew_at.is_none_or(|at| Utc::now() < at)) {
            return Ok(good.keys.clone());
        }
        let fresh = Held::from(fetch().await?);
        let keys = fresh.keys.clone();
        *held = Some(fresh);
        Ok(keys)
    }
}

impl From<Issued> for Held {
    fn from(Issued { keys, until }: Issued) -> Self {
        let now = Utc::now();
        // AccessKey that live shorter than a few margins would be fetched for every request.
        let renew_at = until.map(|until| until - MARGIN.min((until - now) / 4));
        Self { keys, renew_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn fetched(lifetimes: &[Option<TimeDelta>]) -> usize {
        let (renewal, mut fetched) = (Renewal::default(), 0);
        for lifetime in lifetimes {
            let until = lifetime.map(|lifetime| Utc::now() + lifetime);
            let text = || "x".to_owned();
            let keys = AccessKey { id: text().into(), secret: text().into(), token: None, origin: text() };
            let count = &mut fetched;
            let fetch = || async move {
                *count += 1;
                Ok(Issued { keys, until })
            };
            renewal.keys(fetch).await.expect("keys");
        }
        fetched
    }

    #[tokio::test]
    async fn keys_are_fetched_again_only_when_they_are_about_to_end() {
        assert_eq!(fetched(&[None, None]).await, 1);
        assert_eq!(fetched(&[Some(TimeDelta::hours(1)); 3]).await, 1);
        assert_eq!(fetched(&[Some(TimeDelta::seconds(60)); 3]).await, 1);
        assert_eq!(fetched(&[Some(TimeDelta::seconds(-1)); 3]).await, 3);
    }
}

//! Keys that end: kept while they last, fetched anew before they do.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use crate::config::Keys;
use crate::error::Error;

/// Keys are replaced this long before they end, so that a request under way does not outlive them.
const MARGIN: TimeDelta = TimeDelta::minutes(3);

/// Temporary keys, and when they end.
#[derive(Debug, Clone)]
pub(super) struct Issued {
    pub keys: Keys,
    /// `None` where whoever issued them did not say.
    pub until: Option<DateTime<Utc>>,
}

/// The keys that were issued last.
#[derive(Debug, Default)]
pub(super) struct Renewal {
    issued: Mutex<Option<Issued>>,
}

impl Renewal {
    /// The keys that are still good, or those that `fetch` brings: once, however many wait for them.
    pub(super) async fn keys<F>(&self, fetch: impl FnOnce() -> F) -> Result<Keys, Error>
    where
        F: Future<Output = Result<Issued, Error>>,
    {
        let mut issued = self.issued.lock().await;
        let now = Utc::now();
        if let Some(good) = issued.as_ref().filter(|issued| issued.until.is_none_or(|until| until - now > MARGIN)) {
            return Ok(good.keys.clone());
        }
        let fresh = fetch().await?;
        let keys = fresh.keys.clone();
        *issued = Some(fresh);
        Ok(keys)
    }
}

//! When to try again, and how long to wait before.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use chrono::{DateTime, Utc};
use http::HeaderMap;

use crate::error::Error;

const FIRST_WAIT: Duration = Duration::from_millis(300);
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// A server that asks for a longer pause is not waited for: its scope fails as throttled.
const LONGEST_ASKED_WAIT: Duration = Duration::from_secs(60);

/// Exponential back-off with jitter, or what the server asked for where that is longer.
pub(super) async fn retrying<T, F: Future<Output = Result<T, Error>>>(
    retries: usize,
    attempt: impl FnMut() -> F,
) -> Result<T, Error> {
    let waits = ExponentialBuilder::new()
        .with_min_delay(FIRST_WAIT)
        .with_max_delay(LONGEST_WAIT)
        .with_max_times(retries)
        .with_jitter();
    attempt
        .retry(waits)
        .sleep(tokio::time::sleep)
        .when(|error: &Error| error.kind.is_retryable())
        .adjust(|error, wait| pause(wait, error.retry_after))
        .notify(|error, wait| tracing::info!("{error}; trying again in {} ms", wait.as_millis()))
        .await
}

/// How long to wait, or `None` to give up.
fn pause(wait: Option<Duration>, asked: Option<Duration>) -> Option<Duration> {
    match asked {
        Some(asked) if asked > LONGEST_ASKED_WAIT => None,
        Some(asked) => wait.map(|wait| wait.max(asked)),
        None => wait,
    }
}

/// What the server asks for: `x-acs-retry-after` in milliseconds (Alibaba Cloud's own), or
/// `Retry-After` in seconds or as a date (RFC 9110, 10.2.3).
pub(super) fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    let header = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(ms) = header("x-acs-retry-after").and_then(|text| text.parse().ok()) {
        return Some(Duration::from_millis(ms));
    }
    let text = header("retry-after")?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    (date.to_utc() - Utc::now()).to_std().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &'static str, value: &'static str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(name, http::HeaderValue::from_static(value));
        asked_wait(&headers)
    }

    #[test]
    fn the_servers_wish_is_read_in_its_own_unit() {
        assert_eq!(asked("x-acs-retry-after", "1500"), Some(Duration::from_millis(1500)));
        assert_eq!(asked("retry-after", "2"), Some(Duration::from_secs(2)));
        assert_eq!(asked("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"), None);
        assert_eq!(asked("retry-after", "soon"), None);
    }

    #[test]
    fn the_longer_of_back_off_and_wish_counts() {
        let second = Duration::from_secs(1);
        assert_eq!(pause(Some(second), None), Some(second));
        assert_eq!(pause(Some(second), Some(second * 3)), Some(second * 3));
        assert_eq!(pause(Some(second * 3), Some(second)), Some(second * 3));
        assert_eq!(pause(Some(second), Some(second * 61)), None);
        assert_eq!(pause(None, Some(second)), None);
    }
}

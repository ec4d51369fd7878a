//! When to try again, and how long to wait before.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use chrono::DateTime;
use http::HeaderMap;

use crate::error::Error;

const MIN_DELAY: Duration = Duration::from_millis(300);
const MAX_DELAY: Duration = Duration::from_secs(20);
/// A server that wants a longer pause is not waited for: its scope fails as throttled.
const MAX_REQUESTED_DELAY: Duration = Duration::from_secs(60);

/// Repeats `attempt` with exponential back-off and jitter, or after the delay that the server requested where that is
/// longer.
///
/// # Errors
/// The error of the last attempt.
pub(super) async fn retrying<T, F: Future<Output = Result<T, Error>>>(
    retries: usize,
    attempt: impl FnMut() -> F,
) -> Result<T, Error> {
    let waits = ExponentialBuilder::new()
        .with_min_delay(MIN_DELAY)
        .with_max_delay(MAX_DELAY)
        .with_max_times(retries)
        .with_jitter();
    attempt
        .retry(waits)
        .sleep(tokio::time::sleep)
        .when(|error: &Error| error.kind.is_retryable())
        .adjust(|error, delay| delay_until_retry(delay, error.retry_after))
        .notify(|error, delay| tracing::info!("{error}; trying again in {} ms", delay.as_millis()))
        .await
}

/// Returns the delay before the next attempt; `None` to give up.
fn delay_until_retry(backoff: Option<Duration>, requested: Option<Duration>) -> Option<Duration> {
    match requested {
        Some(requested) if requested > MAX_REQUESTED_DELAY => None,
        Some(requested) => backoff.map(|backoff| backoff.max(requested)),
        None => backoff,
    }
}

/// Returns the delay that a server requests: `Retry-After` in seconds, or as a date, which is compared with the
/// server's own `Date` (RFC 9110, 10.2.3).
pub(super) fn requested_wait(headers: &HeaderMap) -> Option<Duration> {
    let header = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let text = header("retry-after")?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text: &str| DateTime::parse_from_rfc2822(text).ok();
    (date(text)? - date(header("date")?)?).to_std().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requested(headers: &[(&'static str, &'static str)]) -> Option<Duration> {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().expect(name), http::HeaderValue::from_static(value)));
        requested_wait(&headers.collect())
    }

    #[test]
    fn the_requested_delay_is_in_seconds_or_a_date_of_the_servers_clock() {
        let date = ("date", "Wed, 21 Oct 2015 07:27:50 GMT");
        let later = ("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT");
        assert_eq!(requested(&[("retry-after", "2")]), Some(Duration::from_secs(2)));
        assert_eq!(requested(&[date, later]), Some(Duration::from_secs(10)));
        assert_eq!(requested(&[later]), None);
        assert_eq!(requested(&[date, ("retry-after", "Wed, 21 Oct 2015 07:00:00 GMT")]), None);
        assert_eq!(requested(&[("retry-after", "soon")]), None);
        assert_eq!(requested(&[("x-acs-retry-after", "1500")]), None, "a vendor's header");
    }

    #[test]
    fn the_longer_of_backoff_and_request_counts() {
        let second = Duration::from_secs(1);
        assert_eq!(delay_until_retry(Some(second), None), Some(second));
        assert_eq!(delay_until_retry(Some(second), Some(second * 3)), Some(second * 3));
        assert_eq!(delay_until_retry(Some(second * 3), Some(second)), Some(second * 3));
        assert_eq!(delay_until_retry(Some(second), Some(second * 61)), None);
        assert_eq!(delay_until_retry(None, Some(second)), None);
    }
}

//! The end of a run, and the one place where a part of it is cut off or panics.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::Instant;

use crate::duration;
use crate::error::{Error, Kind};

/// When a run ends, whether or not it is done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    at: Instant,
    limit: Duration,
}

impl Deadline {
    pub(super) fn after(limit: Duration) -> Self {
        Self { at: Instant::now() + limit, limit }
    }

    pub(super) fn has_passed(self) -> bool {
        Instant::now() >= self.at
    }

    /// Returns the error of a part of the run that the deadline cut off.
    pub(super) fn timeout_error(self) -> Error {
        Error::new(
            Kind::Timeout,
            format!("not done when the run's time ({}) was over", duration::write_std(self.limit)),
        )
        .with_hint("allow the run more time with `--timeout`")
    }

    /// Runs a part of the scan. The deadline ends it, and a panic in it costs this part only.
    pub(super) async fn guard<T>(self, part: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        match tokio::time::timeout_at(self.at, AssertUnwindSafe(part).catch_unwind()).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(Error::new(Kind::Internal, "certls met a fault of its own while it read this scope")),
            Err(_) => Err(self.timeout_error()),
        }
    }
}

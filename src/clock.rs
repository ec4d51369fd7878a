//! The clock, handed to whatever needs the current time; the only place that reads the system's own.

use chrono::{DateTime, Utc};

/// A source of the current time.
#[derive(Clone, Copy, Debug)]
pub struct Clock(fn() -> DateTime<Utc>);

impl Clock {
    /// Returns a clock that reads the time from `now`.
    pub const fn new(now: fn() -> DateTime<Utc>) -> Self {
        Self(now)
    }

    /// Returns the system's clock.
    pub fn system() -> Self {
        Self(Utc::now)
    }

    /// Returns the current time.
    pub fn now(self) -> DateTime<Utc> {
        (self.0)()
    }
}

//! The clock: an argument of everything that depends on the time, so that tests choose it.

use std::fmt;

use chrono::{DateTime, Utc};

/// A source of the present time.
#[derive(Clone, Copy)]
pub struct Clock(fn() -> DateTime<Utc>);

impl Clock {
    /// Returns the clock of this machine.
    pub fn system() -> Self {
        Self(Utc::now)
    }

    /// Returns a clock that shows what `now` returns.
    pub fn new(now: fn() -> DateTime<Utc>) -> Self {
        Self(now)
    }

    /// Returns the present time.
    pub fn now(self) -> DateTime<Utc> {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

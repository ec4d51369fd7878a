//! How far this machine's clock and a cloud's are apart, in words.

use chrono::TimeDelta;

use crate::error::{Error, Kind};

/// The error for a clock that is `ahead` of the cloud's, or behind it where that is negative.
pub(super) fn clock_error(ahead: TimeDelta) -> Error {
    let side = if ahead < TimeDelta::zero() { "behind" } else { "ahead of" };
    let minutes = (ahead.num_seconds().abs() + 30) / 60;
    let amount = match minutes {
        1 => "1 minute".to_owned(),
        2..120 => format!("{minutes} minutes"),
        _ => format!("{} hours", (minutes + 30) / 60),
    };
    Error::new(Kind::Clock, format!("this machine's clock is {amount} {side} the cloud's"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_and_both_units() {
        let told = |minutes| clock_error(TimeDelta::minutes(minutes)).message;
        assert_eq!(told(20), "this machine's clock is 20 minutes ahead of the cloud's");
        assert_eq!(told(-1), "this machine's clock is 1 minute behind the cloud's");
        assert_eq!(told(-480), "this machine's clock is 8 hours behind the cloud's");
    }
}

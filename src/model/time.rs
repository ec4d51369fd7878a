//! Moments and spans of time as certls writes them.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// Returns a time as programs and notes have it: RFC 3339 in UTC, whole seconds.
pub fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Returns a time span in its largest unit, rounded down: `3 days`, `1 hour`, `less than a minute`.
pub fn in_words(span: TimeDelta) -> String {
    let (count, unit) = match (span.num_days(), span.num_hours(), span.num_minutes()) {
        (0, 0, 0) => return "less than a minute".to_owned(),
        (0, 0, minutes) => (minutes, "minute"),
        (0, hours, _) => (hours, "hour"),
        (days, ..) => (days, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_their_largest_unit() {
        for (seconds, words) in [
            (59, "less than a minute"),
            (60, "1 minute"),
            (7_199, "1 hour"),
            (7_200, "2 hours"),
            (86_399, "23 hours"),
            (3 * 86_400, "3 days"),
        ] {
            assert_eq!(in_words(TimeDelta::seconds(seconds)), words);
        }
    }
}

//! The limits of `check`: a remaining time, a share of the lifetime, or both, such as `30d,33%`.

use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;

use crate::duration;

const LIMIT_FORM: &str = "write a time, a share of the certificate's lifetime, or both, such as 30d, 33% or 30d,33%";
const SHARE_FORM: &str = "a share is more than 0% and less than 100%, with up to two decimals, such as 33% or 12.5%";

/// A share of a certificate's whole lifetime: more than 0 %, less than 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LifetimePercent {
    /// In hundredths of a percent, so that a limit and its text are equal without rounding.
    hundredths: u16,
}

impl LifetimePercent {
    const WHOLE: u16 = 10_000;

    /// Returns whether `part` is a smaller part of `whole` than this share, without rounding.
    fn is_more_than(self, part: TimeDelta, whole: TimeDelta) -> bool {
        nanoseconds(part) * i128::from(Self::WHOLE) < nanoseconds(whole) * i128::from(self.hundredths)
    }
}

fn nanoseconds(span: TimeDelta) -> i128 {
    i128::from(span.num_seconds()) * 1_000_000_000 + i128::from(span.subsec_nanos())
}

impl FromStr for LifetimePercent {
    type Err = String;

    /// Parses `33%`, `12.5%` or `0.25%`.
    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_suffix('%').ok_or(SHARE_FORM)?;
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let is_number = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_digit())
        };
        if !is_number(whole, 3) || !is_number(decimals, 2) {
            return Err(SHARE_FORM.to_owned());
        }
        let hundredths = format!("{whole}{decimals:0<2}").parse().ok().filter(|n| (1..Self::WHOLE).contains(n));
        hundredths.map(|hundredths| Self { hundredths }).ok_or_else(|| SHARE_FORM.to_owned())
    }
}

impl fmt::Display for LifetimePercent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, decimals) = (self.hundredths / 100, self.hundredths % 100);
        match decimals {
            0 => write!(f, "{whole}%"),
            tenths if tenths % 10 == 0 => write!(f, "{whole}.{}%", tenths / 10),
            _ => write!(f, "{whole}.{decimals:02}%"),
        }
    }
}

/// A limit of the remaining life of a certificate: a time, a share of its whole lifetime, or both, of which the shorter
/// counts. At least one of them is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    time: Option<TimeDelta>,
    share: Option<LifetimePercent>,
}

impl Threshold {
    /// Returns a limit of `days` and `percent`, for the defaults.
    pub(super) const fn of(days: u16, percent: u16) -> Self {
        assert!(days > 0 && percent > 0 && percent < 100);
        Self { time: Some(TimeDelta::days(days as i64)), share: Some(LifetimePercent { hundredths: percent * 100 }) }
    }

    /// Returns the remaining time, always positive.
    pub fn time(&self) -> Option<TimeDelta> {
        self.time
    }

    /// Returns the remaining share of the lifetime.
    pub fn share(&self) -> Option<LifetimePercent> {
        self.share
    }

    /// Returns whether `left` is shorter than this limit for a certificate that lives for `lifetime`; a time as long as
    /// the limit is enough.
    ///
    /// Without a lifetime only the time counts; `None` where the limit has no time either.
    pub fn is_undercut(&self, left: TimeDelta, lifetime: Option<TimeDelta>) -> Option<bool> {
        let by_time = self.time.map(|time| left < time);
        let by_share = self.share.zip(lifetime).map(|(share, lifetime)| share.is_more_than(left, lifetime));
        match (by_time, by_share) {
            // Shorter than the shorter of the two is shorter than both.
            (Some(by_time), Some(by_share)) => Some(by_time && by_share),
            (by_time, by_share) => by_time.or(by_share),
        }
    }
}

impl FromStr for Threshold {
    type Err = String;

    /// Parses `30d`, `33%`, `30d,33%` or `33%,30d`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut limit = Self { time: None, share: None };
        for part in text.split(',').map(str::trim) {
            if part.is_empty() {
                return Err(LIMIT_FORM.to_owned());
            }
            let is_first = if part.ends_with('%') {
                limit.share.replace(part.parse()?).is_none()
            } else {
                let is_number = part.bytes().all(|digit| digit.is_ascii_digit());
                let time = if is_number { Err(LIMIT_FORM.to_owned()) } else { duration::parse(part) }?;
                if time <= TimeDelta::zero() {
                    return Err("it must be longer than nothing".to_owned());
                }
                limit.time.replace(time).is_none()
            };
            if !is_first {
                return Err(format!("one time and one share are enough: {LIMIT_FORM}"));
            }
        }
        Ok(limit)
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.time.map(duration::write);
        let share = self.share.map(|share| share.to_string());
        let parts: Vec<String> = time.into_iter().chain(share).collect();
        f.write_str(&parts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn limits_are_read_in_either_order_and_written_in_one() {
        for (text, written) in [
            ("30d", "30d"),
            ("33%", "33%"),
            ("30d,33%", "30d,33%"),
            ("33%,30d", "30d,33%"),
            ("36h, 12.50%", "1d12h,12.5%"),
            ("2w,0.05%", "14d,0.05%"),
            ("99.99%", "99.99%"),
        ] {
            assert_eq!(text.parse::<Threshold>().map(|limit| limit.to_string()), Ok(written.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_limit_says_what_would_be() {
        for (text, part) in [
            ("", "30d,33%"),
            ("30", "30d,33%"),
            (",", "30d,33%"),
            ("30d,", "30d,33%"),
            ("30d,7d", "one time and one share"),
            ("30%,33%", "one time and one share"),
            ("0d", "longer than nothing"),
            ("0%", "more than 0%"),
            ("0.00%", "more than 0%"),
            ("100%", "less than 100%"),
            ("1.234%", "two decimals"),
            ("%", "more than 0%"),
            (".5%", "more than 0%"),
            ("5.%", "more than 0%"),
            ("-5%", "more than 0%"),
            ("1y", "no fixed length"),
        ] {
            let error = text.parse::<Threshold>().expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn the_shorter_of_time_and_share_counts() {
        let undercut = |limit: &str, left, lifetime: Option<i64>| {
            limit.parse::<Threshold>().expect(limit).is_undercut(TimeDelta::days(left), lifetime.map(TimeDelta::days))
        };
        assert_eq!(undercut("30d,10%", 29, Some(300)), Some(true));
        assert_eq!(undercut("30d,10%", 30, Some(300)), Some(false));
        assert_eq!(undercut("30d,10%", 29, Some(100)), Some(false));
        assert_eq!(undercut("30d,10%", 29, None), Some(true));
        assert_eq!(undercut("10%", 29, Some(300)), Some(true));
        assert_eq!(undercut("10%", 29, None), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read_as_the_same(seconds in 1..i64::MAX / 1_000, hundredths in 1..LifetimePercent::WHOLE, parts in 1..=3) {
            let time = TimeDelta::seconds(seconds);
            let limit = Threshold {
                time: (parts & 1 != 0).then_some(time),
                share: (parts & 2 != 0).then_some(LifetimePercent { hundredths }),
            };
            prop_assert_eq!(limit.to_string().parse(), Ok(limit));
        }

        #[test]
        fn no_text_makes_the_readers_panic(text in "[0-9wdhmsMy%.,+ -]{0,24}|\\PC{0,12}") {
            let _ = text.parse::<Threshold>();
        }
    }
}

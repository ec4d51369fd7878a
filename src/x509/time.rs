//! The two forms of time in a certificate: `UTCTime` and `GeneralizedTime`.

use super::der::Element;
use asn1_rs::Tag;
use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};

/// Returns the time of an element, to the second. More is accepted than RFC 5280 allows: no seconds, a fraction, a zone
/// other than `Z`. A time without a zone is not a known moment, and is `None`.
pub(super) fn read(element: &Element<'_>) -> Option<DateTime<Utc>> {
    let mut text = Text(element.content);
    let year = match element.primitive()? {
        // RFC 5280 4.1.2.5.1: the century turns at 50.
        Tag::UtcTime => match text.number()? {
            year @ 0..50 => 2000 + year,
            year => 1900 + year,
        },
        Tag::GeneralizedTime => text.number()? * 100 + text.number()?,
        _ => return None,
    };
    let date = NaiveDate::from_ymd_opt(year.try_into().ok()?, text.number()?, text.number()?)?;
    let (hour, minute) = (text.number()?, text.number()?);
    let second = if text.0.first()?.is_ascii_digit() { text.number()? } else { 0 };
    if element.is(Tag::GeneralizedTime) {
        text.skip_fraction()?;
    }
    let local = date.and_hms_opt(hour, minute, second)?;
    let moment = local.checked_sub_signed(text.zone()?)?.and_utc();
    // A zone can shift the time beyond the years of RFC 3339.
    (0..=9999).contains(&moment.year()).then_some(moment)
}

/// The unread part of the text.
struct Text<'a>(&'a [u8]);

impl Text<'_> {
    /// Reads the next two digits.
    fn number(&mut self) -> Option<u32> {
        let (digits, rest) = self.0.split_first_chunk::<2>()?;
        let [tens, ones] = digits.map(|digit| char::from(digit).to_digit(10));
        self.0 = rest;
        Some(tens? * 10 + ones?)
    }

    fn skip_fraction(&mut self) -> Option<()> {
        if let [b'.' | b',', fraction @ ..] = self.0 {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            self.0 = fraction.get(digits..).filter(|_| digits > 0)?;
        }
        Some(())
    }

    /// Reads how far the zone is ahead of UTC; it must end the text.
    fn zone(&mut self) -> Option<TimeDelta> {
        let (sign, rest) = self.0.split_first()?;
        self.0 = rest;
        let ahead = match sign {
            b'Z' => 0,
            b'+' => self.minutes()?,
            b'-' => -self.minutes()?,
            _ => return None,
        };
        self.0.is_empty().then_some(TimeDelta::minutes(ahead))
    }

    fn minutes(&mut self) -> Option<i64> {
        let (hours, minutes) = (self.number()?, self.number()?);
        (hours < 24 && minutes < 60).then_some(i64::from(hours * 60 + minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::super::der::{Elements, tlv};

    fn read(tag: u8, text: &str) -> Option<String> {
        let der = tlv(tag, text.as_bytes());
        let time = super::read(&Elements::of(&der).next().unwrap())?;
        Some(time.format("%Y-%m-%dT%H:%M:%S").to_string())
    }

    #[test]
    fn utc_times() {
        for (text, time) in [
            ("491231235959Z", "2049-12-31T23:59:59"),
            ("500101000000Z", "1950-01-01T00:00:00"),
            ("2402291200Z", "2024-02-29T12:00:00"),
            ("000229000000Z", "2000-02-29T00:00:00"),
            ("240101003000+0130", "2023-12-31T23:00:00"),
            ("2401010030-0130", "2024-01-01T02:00:00"),
        ] {
            assert_eq!(read(23, text).as_deref(), Some(time), "{text}");
        }
    }

    #[test]
    fn generalized_times() {
        for (text, time) in [
            ("20500101000000Z", "2050-01-01T00:00:00"),
            ("99991231235959Z", "9999-12-31T23:59:59"),
            ("205001010000Z", "2050-01-01T00:00:00"),
            ("20500101000000.5Z", "2050-01-01T00:00:00"),
            ("20500101000000,25+0800", "2049-12-31T16:00:00"),
            ("00000101000000Z", "0000-01-01T00:00:00"),
        ] {
            assert_eq!(read(24, text).as_deref(), Some(time), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_not_a_known_moment_is_rejected() {
        for text in [
            "",
            "Z",
            "240101",
            "240101000000",
            "2401010000",
            "240230000000Z",
            "241301000000Z",
            "240101240000Z",
            "240101006000Z",
            "240101000060Z",
            "240101000000Zx",
            "24010100000Z",
            "240101000000+01",
            "240101000000+0160",
            "2401010000٠٠Z",
            "-10101000000Z",
        ] {
            assert_eq!(read(23, text), None, "{text}");
        }
        for text in [
            "20500101000000",
            "20500101000000.Z",
            "2050010100Z",
            "205001010000000Z",
            "99991231235959-2359",
            "00000101000000+0001",
        ] {
            assert_eq!(read(24, text), None, "{text}");
        }
        assert_eq!(read(12, "491231235959Z"), None);
    }
}

//! The one grammar of durations, for flags and messages: `30d`, `1d12h`, `500ms`.

use chrono::TimeDelta;

/// The units with their length in milliseconds, the longest first. Months and years have no fixed length, so they are
/// not among them.
const UNITS: [(&str, i64); 6] =
    [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

const FORM: &str = "write a number and a unit (ms, s, m, h, d or w), such as 30d, 12h or 1d12h";
const NO_LENGTH: &str = "a month or a year has no fixed length: write days, such as 30d or 365d";
const TOO_LONG: &str = "this is longer than certls can count";

/// Reads numbers with the units `w`, `d`, `h`, `m` (minutes), `s` and `ms`, each at most once and the longest first,
/// such as `2w`, `30d`, `1d12h` or `0s`.
///
/// # Errors
/// A sentence that shows the right form.
pub(crate) fn parse(text: &str) -> Result<TimeDelta, String> {
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut total = 0_i64;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at(digits);
        let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, tail) = tail.split_at(letters);
        if matches!(unit, "M" | "mo" | "mon" | "month" | "months" | "y" | "Y" | "year" | "years") {
            return Err(NO_LENGTH.to_owned());
        }
        let length = units.find(|(name, _)| *name == unit).map(|(_, length)| *length).ok_or(FORM)?;
        if number.is_empty() {
            return Err(FORM.to_owned());
        }
        let sum = number.parse::<i64>().ok().and_then(|n| n.checked_mul(length)).and_then(|n| total.checked_add(n));
        total = sum.ok_or(TOO_LONG)?;
        rest = tail;
    }
    if text.is_empty() {
        return Err(FORM.to_owned());
    }
    TimeDelta::try_milliseconds(total).ok_or_else(|| TOO_LONG.to_owned())
}

/// Writes a duration in the form that [`parse`] reads, in days and shorter units: two weeks are `14d`.
pub(crate) fn write(duration: TimeDelta) -> String {
    let mut text = String::new();
    let mut rest = duration.num_milliseconds();
    for (unit, length) in &UNITS[1..] {
        if rest >= *length {
            text.push_str(&(rest / length).to_string());
            text.push_str(unit);
            rest %= length;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// Writes a duration of the standard library, as [`write`] does.
pub(crate) fn write_std(duration: std::time::Duration) -> String {
    write(TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let read = |text| parse(text).map(|duration| duration.num_milliseconds());
        for (text, seconds) in [
            ("30d", 2_592_000),
            ("12h", 43_200),
            ("2w", 1_209_600),
            ("90m", 5_400),
            ("45s", 45),
            ("1d12h", 129_600),
            ("1w1d1h1m1s", 694_861),
            ("0d", 0),
            ("007d", 604_800),
        ] {
            assert_eq!(read(text), Ok(seconds * 1_000), "{text}");
        }
        assert_eq!((read("500ms"), read("1s5ms")), (Ok(500), Ok(1_005)));
    }

    #[test]
    fn errors_show_the_right_form() {
        for text in
            ["", "30", "d", "1d12", "12h1d", "1d1d", "-1d", "+1d", "1.5d", "30 d", "30D", "1x", "３０d", "1dd", "d1"]
        {
            assert_eq!(parse(text).expect_err(text), FORM, "{text}");
        }
        for text in ["1M", "6mo", "1y", "2years"] {
            assert_eq!(parse(text).expect_err(text), NO_LENGTH, "{text}");
        }
        for text in ["99999999999999999999d", "9223372036854775807w", "9223372036854775807s"] {
            assert_eq!(parse(text).expect_err(text), TOO_LONG, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_written_duration_is_read_as_the_same(milliseconds in 1..i64::MAX / 1_000) {
            let duration = TimeDelta::milliseconds(milliseconds);
            prop_assert_eq!(parse(&write(duration)), Ok(duration));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[0-9wdhmsMy%.,+ -]{0,24}|\\PC{0,12}") {
            let _ = parse(&text);
        }
    }
}

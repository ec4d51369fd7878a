//! How text looks on a terminal: colours that only repeat what words say, and cloud text made harmless.

use std::borrow::Cow;
use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use chrono::{DateTime, Utc};

use crate::model::{Certificate, Status};

pub(super) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const HINT: Style = AnsiColor::Cyan.on_default();
pub(super) const HEADING: Style = Style::new().bold();

/// The days within which an expiry is painted as near.
pub(super) const SOON: i64 = 30;

/// The colour of a certificate's line.
pub(super) fn of(certificate: &Certificate, now: DateTime<Utc>) -> Style {
    let days_left = certificate.first_end().map(|end| (end - now).num_days());
    match (certificate.status(now), days_left) {
        _ if certificate.is_expired(now) => AnsiColor::Red.on_default(),
        (Status::Valid, Some(days)) if days < SOON => AnsiColor::Yellow.on_default(),
        (Status::Valid, _) => Style::new(),
        _ => Style::new().dimmed(),
    }
}

/// The colour of an account's line.
pub(super) fn of_account(is_well: bool) -> Style {
    if is_well { Style::new() } else { AnsiColor::Red.on_default() }
}

/// Text from a cloud with every character escaped that could move the cursor, turn the direction of
/// writing, or hide.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    escaped(text, is_harmful, |c, safe| {
        let _ = write!(safe, "{}", c.escape_unicode());
    })
}

/// The same as JSON escapes it, so that what was JSON still is.
pub(super) fn harmless_to_programs(text: &str) -> Cow<'_, str> {
    escaped(text, is_harmful, |c, safe| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(safe, "\\u{unit:04x}");
        }
    })
}

/// What hides or turns the direction of writing escaped, for text whose control characters somebody else looks after.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    let hides = |c: char| is_harmful(c) && !c.is_control();
    escaped(text, hides, |c, safe| {
        let _ = write!(safe, "{}", c.escape_unicode());
    })
}

fn escaped(text: &str, is_bad: impl Fn(char) -> bool, escape: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !text.chars().any(&is_bad) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_bad(c) {
            escape(c, &mut safe);
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Text from a cloud for programs to read: as it is, but for the characters that steer a terminal, should
/// it ever come to one. Line ends and tabs are the format's own matter.
pub(super) fn inert(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let escaped = |c: char| if steers(c) { c.escape_unicode().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escaped).collect())
}

fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{ffa0}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_deceive_is_escaped_and_what_is_language_stays() {
        assert_eq!(harmless("证书 α é"), "证书 α é");
        assert_eq!(harmless("a\x1b[31mb\nc"), "a\\u{1b}[31mb\\u{a}c");
        assert_eq!(harmless("x\u{202e}y\u{200b}z"), "x\\u{202e}y\\u{200b}z");
        let json = serde_json::to_string("\u{9b}31m\u{202e}\u{e0041}证").expect("JSON");
        assert_eq!(harmless_to_programs(&json), r#""\u009b31m\u202e\udb40\udc41证""#);
        let read: String = serde_json::from_str(&harmless_to_programs(&json)).expect("JSON still");
        assert_eq!(read, "\u{9b}31m\u{202e}\u{e0041}证");
    }
}

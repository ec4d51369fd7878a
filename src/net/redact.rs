//! Masks secrets in text that others wrote: servers echo what they were sent, in whichever encoding.

use std::borrow::Cow;
use std::collections::HashSet;

use secrecy::{ExposeSecret, SecretString};

const MASK: &str = "***";

/// Secrets of fewer characters are not masked: every credential that a cloud issues is longer, and plain words would be
/// masked as well.
const MIN_SECRET: usize = 4;

/// So many consecutive characters of a secret are masked, also where the rest of it is missing.
const MIN_RUN: usize = 12;

/// A run with fewer different characters is masked only as part of a whole secret.
const MIN_DISTINCT: usize = 4;

/// How often text is decoded: a server may encode twice what was encoded once when it was sent.
const MAX_DECODINGS: usize = 3;

/// The length of a line in bytes. Clouds' messages are shorter.
const MAX_LINE: usize = 1024;

/// The secrets of one request.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    /// Without white space, which a server may insert or drop.
    secrets: Vec<SecretString>,
}

impl Redactor {
    /// Returns a redactor that masks these secrets.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let mut redactor = Self::default();
        for secret in secrets {
            redactor.add(secret);
        }
        redactor
    }

    /// Masks `secret` as well: as it is, percent-encoded, with the escapes of JSON or HTML, with line ends in it, and
    /// every run of 12 of its characters.
    pub fn add(&mut self, secret: &SecretString) {
        let plain: String = secret.expose_secret().chars().filter(|c| !is_skipped(*c)).collect();
        if plain.chars().count() >= MIN_SECRET {
            self.secrets.push(plain.into());
        }
    }

    /// Returns `text` in one line of bounded length without any of the secrets. A line end would let a server forge
    /// lines of the log.
    pub fn line(&self, text: &str) -> String {
        // The end of a secret that is cut in two may be too short to be found, so more is masked than is kept.
        let masked = self.scrub(prefix(text, 2 * MAX_LINE));
        let kept = prefix(&masked, MAX_LINE);
        let parts: Vec<&str> = kept.split(['\r', '\n']).map(str::trim).filter(|part| !part.is_empty()).collect();
        let line = parts.join(" ");
        if kept.len() < masked.len() { line + "…" } else { line }
    }

    /// Returns `text` without any of the secrets.
    pub fn scrub<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.secrets.is_empty() {
            return Cow::Borrowed(text);
        }
        let patterns = Patterns::of(&self.secrets);
        let mut is_secret = vec![false; text.len()];
        let plain: Vec<Unit> =
            text.char_indices().map(|(start, char)| Unit { char, start, end: start + char.len_utf8() }).collect();
        // A form has a plus for a space, which a secret may hold.
        let without_plus: Vec<Unit> = plain.iter().filter(|unit| unit.char != '+').copied().collect();
        for mut units in [plain, without_plus] {
            for _ in 0..=MAX_DECODINGS {
                patterns.mark(&units, &mut is_secret);
                let decoded = decode(&units);
                if decoded.len() == units.len() {
                    break;
                }
                units = decoded;
            }
        }
        masked(text, &is_secret)
    }
}

/// Returns the beginning of `text`, of at most so many bytes.
fn prefix(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// `text` with a mask in place of each run of bytes that belongs to a secret.
fn masked<'a>(text: &'a str, is_secret: &[bool]) -> Cow<'a, str> {
    if !is_secret.contains(&true) {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut was_secret = false;
    for (at, char) in text.char_indices() {
        if !is_secret[at] {
            masked.push(char);
        } else if !was_secret {
            masked.push_str(MASK);
        }
        was_secret = is_secret[at];
    }
    Cow::Owned(masked)
}

/// Whether a server may insert or drop the character: a line end of folded text, and other white space.
fn is_skipped(char: char) -> bool {
    char.is_whitespace() || char.is_control()
}

/// A character of decoded text, and the bytes of the original that stand for it.
#[derive(Debug, Clone, Copy)]
struct Unit {
    char: char,
    start: usize,
    end: usize,
}

/// What is searched for.
struct Patterns {
    whole: Vec<Vec<char>>,
    /// Every run of the secrets that tells something of them: a row of zeros does not.
    runs: HashSet<Vec<char>>,
}

impl Patterns {
    fn of(secrets: &[SecretString]) -> Self {
        let mut patterns = Self { whole: Vec::new(), runs: HashSet::new() };
        for secret in secrets {
            let chars: Vec<char> = secret.expose_secret().chars().collect();
            let is_telling = |run: &&[char]| run.iter().collect::<HashSet<_>>().len() >= MIN_DISTINCT;
            patterns.runs.extend(chars.windows(MIN_RUN).filter(is_telling).map(<[char]>::to_vec));
            patterns.whole.push(chars);
        }
        patterns
    }

    /// Marks the bytes of the original that belong to a secret.
    fn mark(&self, units: &[Unit], is_secret: &mut [bool]) {
        let units: Vec<&Unit> = units.iter().filter(|unit| !is_skipped(unit.char)).collect();
        let chars: Vec<char> = units.iter().map(|unit| unit.char).collect();
        let mut mark = |at: usize, length: usize| {
            let (first, last) = (units[at], units[at + length - 1]);
            is_secret[first.start..last.end].fill(true);
        };
        if !self.runs.is_empty() {
            for (at, _) in chars.windows(MIN_RUN).enumerate().filter(|(_, run)| self.runs.contains(*run)) {
                mark(at, MIN_RUN);
            }
        }
        for whole in &self.whole {
            for (at, _) in chars.windows(whole.len()).enumerate().filter(|(_, run)| run == whole) {
                mark(at, whole.len());
            }
        }
    }
}

/// Undoes one encoding: percent-escapes, the escapes of JSON, and the character references of HTML.
fn decode(units: &[Unit]) -> Vec<Unit> {
    let mut decoded = Vec::with_capacity(units.len());
    let mut at = 0;
    while at < units.len() {
        let rest = &units[at..];
        let escape = match rest[0].char {
            '%' => percent_escape(rest),
            '\\' => json_escape(rest),
            '&' => html_reference(rest),
            _ => None,
        };
        let (char, length) = escape.unwrap_or((rest[0].char, 1));
        decoded.push(Unit { char, start: rest[0].start, end: rest[length - 1].end });
        at += length;
    }
    decoded
}

/// `%2B`, and the bytes of one character beyond ASCII: the character, and how many units it takes.
fn percent_escape(units: &[Unit]) -> Option<(char, usize)> {
    let byte = |at: usize| match units.get(at..at + 3)? {
        [Unit { char: '%', .. }, high, low] => u8::try_from(high.char.to_digit(16)? * 16 + low.char.to_digit(16)?).ok(),
        _ => None,
    };
    let mut bytes = Vec::new();
    while bytes.len() < 4 {
        bytes.push(byte(bytes.len() * 3)?);
        if let Some(char) = std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next()) {
            return Some((char, bytes.len() * 3));
        }
    }
    None
}

/// `\/`, `\n`, `\u002f`.
fn json_escape(units: &[Unit]) -> Option<(char, usize)> {
    match units.get(1)?.char {
        'u' => {
            let digits: String = units.get(2..6)?.iter().map(|unit| unit.char).collect();
            Some((char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?, 6))
        }
        'n' => Some(('\n', 2)),
        'r' => Some(('\r', 2)),
        't' => Some(('\t', 2)),
        escaped if escaped.is_ascii_punctuation() => Some((escaped, 2)),
        _ => None,
    }
}

/// `&amp;`, `&#47;`, `&#x2f;`.
fn html_reference(units: &[Unit]) -> Option<(char, usize)> {
    const MAX_REFERENCE: usize = 10;
    let name: String =
        units.iter().skip(1).take(MAX_REFERENCE).map(|unit| unit.char).take_while(|char| *char != ';').collect();
    let length = name.chars().count() + 2;
    if units.get(length - 1)?.char != ';' {
        return None;
    }
    let char = match name.as_str() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "sol" => '/',
        "plus" => '+',
        "equals" => '=',
        "percnt" => '%',
        "bsol" => '\\',
        number => {
            let number = number.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((char, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::encode::encode;

    fn scrub(secret: &str, text: &str) -> String {
        Redactor::new([&secret.to_owned().into()]).scrub(text).into_owned()
    }

    #[test]
    fn a_secret_is_masked_in_every_encoding_that_a_server_echoes() {
        let token = "CAIS+planted/token==";
        let once = encode(token);
        let twice = encode(&once);
        let lower = once.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d");
        let html = token.replace('/', "&#47;").replace('+', "&#x2b;").replace('=', "&equals;");
        let (json, unicode) = (token.replace('/', "\\/"), token.replace('/', "\\u002f"));
        let (folded, doubled) = (format!("{}\n {}", &token[..6], &token[6..]), token.replace('/', "\\\\/"));
        for form in [token, &once, &twice, &lower, &html, &json, &unicode, &folded, &doubled] {
            assert_eq!(scrub(token, &format!("bad <{form}> end")), "bad <***> end", "{form}");
        }
        assert_eq!(scrub("pass\"word\\", r#"{"p":"pass\"word\\"}"#), r#"{"p":"***"}"#);
        assert_eq!(scrub("two words é", "p=two+words+%C3%A9&x"), "p=***&x");
        assert!(matches!(Redactor::new([&token.to_owned().into()]).scrub("nothing here"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_part_of_a_secret_is_masked_and_a_word_of_it_is_not() {
        let token = "abcdefghijklmnopqrstuvwxyz";
        assert_eq!(scrub(token, "got abcdefghijklmnop… only"), "got ***… only");
        assert_eq!(scrub(token, "got ghijklmnopqr only"), "got *** only");
        assert_eq!(scrub(token, "got ghijklmnopq only"), "got ghijklmnopq only");
        assert_eq!(scrub("short", "short, shor, not-shorter"), "***, shor, not-***er");
        assert_eq!(scrub("abc", "abc"), "abc");
        let zeros = "key-000000000000000000000001";
        assert_eq!(scrub(zeros, &format!("<{zeros}> 0000000000000000")), "<***> 0000000000000000");
    }

    #[test]
    fn a_line_is_bounded_and_a_secret_at_its_end_is_still_masked() {
        let redactor = Redactor::new([&"abcdefghijklmnopqrstuvwxyz".to_owned().into()]);
        assert_eq!(redactor.line(" a\r\n b\n"), "a b");
        let text = format!("{}abcdefghijklmnopqrstuvwxyz{}", "x".repeat(MAX_LINE - 5), "y".repeat(MAX_LINE));
        let line = redactor.line(&text);
        assert!(line.ends_with("x***yy…"), "{}", &line[line.len() - 20..]);
        assert!(!line.contains('a'));
    }
}

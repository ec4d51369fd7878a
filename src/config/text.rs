//! Text that people write into variables and files: what of it cannot be meant, such as quotes and invisible characters.

use crate::error::{Error, Kind};

/// Returns what is wrong with a value, in words that follow its name: quotes around it, or a character that nobody sees.
/// `None` where nothing is.
pub(crate) fn flaw(text: &str) -> Option<String> {
    quotes(text).or_else(|| text.chars().find(|c| c.is_control() || is_invisible(*c)).map(holding))
}

/// As [`flaw`], for a key, a token or an id: these consist of visible ASCII characters.
pub(crate) fn key_flaw(text: &str) -> Option<String> {
    quotes(text).or_else(|| text.chars().find(|c| !c.is_ascii_graphic()).map(holding))
}

/// Returns what is wrong with a password, which may hold everything that can be typed.
pub(crate) fn password_flaw(text: &str) -> Option<String> {
    text.chars().find(|c| c.is_control()).map(holding)
}

/// Returns the error of a value with such a flaw. `name` is the variable, or the place in words.
pub(crate) fn flawed(name: &str, flaw: &str) -> Error {
    Error::new(Kind::Config, format!("{name} {flaw}")).with_hint(if flaw.contains("quote") {
        "write the value without quotes: where no shell reads it, they become part of it"
    } else {
        "write it again as plain text, without what an editor or a copy added"
    })
}

fn quotes(text: &str) -> Option<String> {
    const QUOTES: [char; 9] = ['"', '\'', '`', '“', '”', '„', '‘', '’', '＂'];
    match (text.starts_with(QUOTES), text.ends_with(QUOTES)) {
        (true, true) => Some("is in quotes".to_owned()),
        (true, false) => Some("begins with a quote".to_owned()),
        (false, true) => Some("ends with a quote".to_owned()),
        (false, false) => None,
    }
}

fn holding(c: char) -> String {
    let name = match c {
        '\r' => " (a carriage return, as files with Windows line ends have)",
        '\n' => " (a line end)",
        '\t' => " (a tab)",
        ' ' => " (a space)",
        c if c.is_whitespace() => " (a space of another kind)",
        c if c.is_control() => " (a control character)",
        c if is_invisible(c) => " (an invisible character)",
        _ => "",
    };
    format!("holds U+{:04X}{name}", u32::from(c))
}

/// Returns whether a character leaves no mark on a screen and is no plain space.
fn is_invisible(c: char) -> bool {
    matches!(
        u32::from(c),
        0x00a0 | 0x00ad | 0x034f | 0x061c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f
            | 0x2000..=0x200f | 0x2028..=0x202f | 0x205f..=0x206f | 0x2800 | 0x3164 | 0xfe00..=0xfe0f
            | 0xfeff | 0xffa0 | 0xfff0..=0xfffd | 0xe0000..=0xe0fff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_what_nobody_sees_are_named() {
        for (text, words) in [
            ("\"x\"", "is in quotes"),
            ("'x'", "is in quotes"),
            ("“x”", "is in quotes"),
            ("\"x", "begins with a quote"),
            ("x\"", "ends with a quote"),
            ("x\u{200b}", "U+200B (an invisible character)"),
            ("\u{feff}x", "U+FEFF"),
            ("x\ry", "U+000D (a carriage return"),
            ("x\u{fffd}", "U+FFFD"),
        ] {
            assert!(flaw(text).expect(text).contains(words), "{text:?}: {:?}", flaw(text));
            assert!(key_flaw(text).expect(text).contains(words), "{text:?}: {:?}", key_flaw(text));
        }
        for good in ["", "x", "张三", "a b", "it's", "acs:ram::1:role/x"] {
            assert_eq!(flaw(good), None, "{good}");
        }
        for (bad, words) in [("a b", "U+0020 (a space)"), ("a\u{a0}b", "U+00A0"), ("ключ", "U+043A")] {
            assert!(key_flaw(bad).expect(bad).contains(words), "{bad}");
        }
        assert_eq!((password_flaw("\"p w\u{a0}\""), password_flaw("p\r").is_some()), (None, true));
    }
}

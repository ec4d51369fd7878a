//! Escapes text that a cloud or a user chose, for the place where it is printed.

use std::borrow::Cow;
use std::fmt::Write;

/// Where text is printed, and so what is escaped in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// A terminal: control characters, and characters that hide or turn the direction of writing, as `\u{202e}`.
    Terminal,
    /// JSON, or a like format, on a terminal: the same characters as JSON escapes them, so that JSON stays JSON.
    Json,
    /// JSON in a file or pipe: control characters and line separators, as JSON escapes them.
    JsonControls,
    /// A line of the log: all that a terminal gets escaped, but for the beginning of the log's own colors. The log
    /// escapes those of others itself.
    Log,
    /// A file or pipe that may later reach a terminal: control characters but for tabs and line ends.
    Controls,
    /// A cell of a spreadsheet, which must not become a formula (OWASP, CSV injection).
    Formula,
    /// A line of tab-separated values.
    Tab,
    /// A cell of a Markdown table (GFM).
    Markdown,
    /// A label value of Prometheus' text format.
    Label,
    /// The text of a monitoring plugin, in which a bar begins performance data.
    Plugin,
}

impl Escape {
    /// Returns the text with everything escaped that does not belong there.
    pub(super) fn apply(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Terminal => replaced(text, is_harmful, push_unicode),
            Self::Json => replaced(text, is_harmful, push_json),
            Self::JsonControls => replaced(text, ends_lines_elsewhere, push_json),
            Self::Log => replaced(text, |c| is_harmful(c) && c != '\u{1b}', push_unicode),
            Self::Controls => replaced(text, is_control, push_unicode),
            Self::Formula if begins_formula(text) => format!("'{}", Self::Controls.apply(text)).into(),
            Self::Formula => Self::Controls.apply(text),
            Self::Tab => replaced(text, |c| is_control(c) || matches!(c, '\\' | '\t' | '\n' | '\r'), push_backslash),
            Self::Label => replaced(
                text,
                |c| c.is_control() || matches!(c, '\\' | '"' | '\u{2028}' | '\u{2029}'),
                // The format knows no other escapes.
                |c, safe| {
                    if matches!(c, '\n' | '\\' | '"') { push_backslash(c, safe) } else { push_escaped_unicode(c, safe) }
                },
            ),
            Self::Markdown => replaced(
                text,
                |c| is_harmful(c) || is_markup(c),
                |c, safe| {
                    if is_markup(c) { safe.extend(['\\', c]) } else { push_escaped_unicode(c, safe) }
                },
            ),
            Self::Plugin => replaced(
                text,
                |c| is_harmful(c) || c == '|',
                |c, safe| {
                    if c == '|' { safe.push('¦') } else { push_unicode(c, safe) }
                },
            ),
        }
    }
}

fn replaced(text: &str, is_bad: impl Fn(char) -> bool, push: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !text.chars().any(&is_bad) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_bad(c) {
            push(c, &mut safe);
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// `\u{1b}`
fn push_unicode(c: char, safe: &mut String) {
    let _ = write!(safe, "{}", c.escape_unicode());
}

/// `\u001b`, in one or two UTF-16 units.
fn push_json(c: char, safe: &mut String) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        let _ = write!(safe, "\\u{unit:04x}");
    }
}

/// `\t`, `\"`, and `\\u{1b}` for other control characters.
fn push_backslash(c: char, safe: &mut String) {
    match c {
        '\t' => safe.push_str("\\t"),
        '\n' => safe.push_str("\\n"),
        '\r' => safe.push_str("\\r"),
        '\\' | '"' => safe.extend(['\\', c]),
        other => push_escaped_unicode(other, safe),
    }
}

/// `\\u{1b}`, for formats in which a backslash begins an escape of their own.
fn push_escaped_unicode(c: char, safe: &mut String) {
    safe.push('\\');
    push_unicode(c, safe);
}

/// Whether a character may move the cursor, turn the direction of writing, or hide.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character is control in 8-bit terminals, or ends a line for some readers, though JSON leaves it as it is.
fn ends_lines_elsewhere(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}')
}

/// Whether a spreadsheet may take a cell for a formula: some pass over blanks before it, and take full-width signs.
fn begins_formula(text: &str) -> bool {
    const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(SIGNS)
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

fn is_markup(c: char) -> bool {
    matches!(c, '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '#' | '~' | '$' | '@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_no_text_that_deceives_and_all_languages() {
        let safe = |text: &'static str| Escape::Terminal.apply(text).into_owned();
        assert_eq!(safe("证书 α é"), "证书 α é");
        assert_eq!(safe("a\x1b[31mb\nc"), "a\\u{1b}[31mb\\u{a}c");
        assert_eq!(safe("x\u{202e}y\u{200b}z"), "x\\u{202e}y\\u{200b}z");
        assert_eq!(safe("x\u{fe0f}\u{e0100}\u{2800}\u{34f}y"), "x\\u{fe0f}\\u{e0100}\\u{2800}\\u{34f}y");
        assert_eq!(Escape::Log.apply("a\x1b\u{202e}\n\0"), "a\x1b\\u{202e}\\u{a}\\u{0}");
        assert_eq!(Escape::Controls.apply("a\x1b\t\u{202e}"), "a\\u{1b}\t\u{202e}");
    }

    #[test]
    fn json_stays_json() {
        let json = serde_json::to_string("\u{9b}31m\u{202e}\u{e0041}证").expect("JSON");
        let safe = Escape::Json.apply(&json);
        assert_eq!(safe, r#""\u009b31m\u202e\udb40\udc41证""#);
        let read: String = serde_json::from_str(&safe).expect("JSON still");
        assert_eq!(read, "\u{9b}31m\u{202e}\u{e0041}证");
    }

    #[test]
    fn each_format_has_its_own_marks() {
        for formula in ["=1+1", "+1", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u{3000}＝1", "＠x"] {
            assert_eq!(Escape::Formula.apply(formula), format!("'{formula}"));
        }
        assert_eq!(Escape::Formula.apply("a=b\x07"), "a=b\\u{7}");
        assert_eq!(Escape::Tab.apply("a\tb\\c\nd\re\x07\""), "a\\tb\\\\c\\nd\\re\\\\u{7}\"");
        assert_eq!(Escape::Label.apply("x\"y\\z\nw\tv\r"), "x\\\"y\\\\z\\nw\\\\u{9}v\\\\u{d}");
        assert_eq!(Escape::Markdown.apply("a|b_c\n"), "a\\|b\\_c\\\\u{a}");
        assert_eq!(Escape::Plugin.apply("a|b\nc"), "a¦b\\u{a}c");
    }
}

//! Everything about single certificates, laid out for reading: a line a field, and several for what is several.

use std::borrow::Cow;
use std::io;

use chrono::{DateTime, Utc};
use textwrap::WordSplitter;

use crate::model::{AlternativeName, Certificate, ChainElement, DistinguishedName, Use, rfc3339};

use super::check::nagios;
use super::columns::record_columns;
use super::escape::Escape;
use super::messages::time_until;
use super::value::Value;
use super::{Content, Details, Format, Report, style, table};

pub(super) static FORMAT: Format =
    Format { details: Some(write), check: Some(nagios::write), ..Format::new("text", Content::Styled) };

/// Writes each certificate, a line a field, then the list to choose from.
///
/// # Errors
/// Where the output cannot be written.
fn write(details: &Details<'_>, width: Option<u16>, out: &mut dyn io::Write) -> io::Result<()> {
    let Report { certificates, now, .. } = &details.single;
    for (number, certificate) in certificates.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        Layout { width, out }.write(certificate, *now)?;
    }
    if !certificates.is_empty() && !details.ambiguous.certificates.is_empty() {
        writeln!(out)?;
    }
    // The list to choose from is never cut: ids that are cut could not be told apart.
    table::write(&details.ambiguous, out)
}

/// Names on the left, values on the right, in lines that fit a terminal.
struct Layout<'a> {
    width: Option<u16>,
    out: &'a mut dyn io::Write,
}

/// The width of a value, however narrow the terminal is.
const MIN_VALUE_WIDTH: usize = 24;

impl Layout<'_> {
    /// Writes the fields of one certificate.
    ///
    /// # Errors
    /// Where the output cannot be written.
    fn write(&mut self, certificate: &Certificate, now: DateTime<Utc>) -> io::Result<()> {
        let wide = record_columns().map(|column| column.name.len()).max().unwrap_or_default();
        let mut unknown = Vec::new();
        for column in record_columns() {
            let value = (column.value)(certificate, now);
            if matches!(value, Value::Unknown | Value::Chain([])) {
                unknown.push(column.name);
            }
            self.field(column.name, wide, &lines(column.name, &value, now))?;
        }
        let unknown: Vec<Cow<'_, str>> = if unknown.is_empty() { Vec::new() } else { vec![unknown.join(", ").into()] };
        self.field("(unknown)", wide, &unknown)
    }

    /// Writes a name with the lines of its value.
    ///
    /// # Errors
    /// Where the output cannot be written.
    fn field(&mut self, name: &str, wide: usize, lines: &[Cow<'_, str>]) -> io::Result<()> {
        let room = self.width.map(|width| usize::from(width).saturating_sub(wide + GAP.len()).max(MIN_VALUE_WIDTH));
        let (bold, mut name) = (style::HEADING, name);
        for line in lines.iter().map(|line| Escape::Terminal.apply(line)) {
            for part in fitted(&line, room) {
                writeln!(self.out, "{bold}{name:wide$}{bold:#}{GAP}{part}")?;
                name = "";
            }
        }
        Ok(())
    }
}

/// Between a name and its value.
const GAP: &str = "  ";

/// A line, in several where it is too long; what has no gap in it stays whole, to be copied.
fn fitted(line: &str, room: Option<usize>) -> Vec<Cow<'_, str>> {
    let Some(room) = room else { return vec![line.into()] };
    let indent = " ".repeat(line.len() - line.trim_start().len());
    let options = textwrap::Options::new(room).break_words(false).word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(line, options.subsequent_indent(&indent))
}

/// What stands behind a field's name; nothing where nothing is known, or there is nothing.
fn lines<'a>(name: &str, value: &'a Value<'a>, now: DateTime<Utc>) -> Vec<Cow<'a, str>> {
    match value {
        Value::Names(names) => names.iter().map(AlternativeName::text).collect(),
        Value::Notes(notes) => notes.iter().map(|note| note.text.as_str().into()).collect(),
        Value::Map(map) => map.iter().map(|(key, value)| format!("{key}={value}").into()).collect(),
        Value::Chain(chain) => {
            chain.iter().enumerate().flat_map(|(index, element)| link(index, element, now)).collect()
        }
        Value::Uses(uses) if !uses.is_empty() => uses.iter().map(|used| listener(used).into()).collect(),
        Value::Time(end) if name == "not_after" => vec![until(*end, now).into()],
        other => vec![other.to_string()].into_iter().filter(|text| !text.is_empty()).map(Cow::from).collect(),
    }
}

/// One certificate of the chain, its number before it.
fn link<'a>(index: usize, element: &ChainElement, now: DateTime<Utc>) -> Vec<Cow<'a, str>> {
    let name =
        |name: &Option<DistinguishedName>| name.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string);
    let start = element.not_before.map_or_else(|| "unknown".to_owned(), rfc3339);
    let end = element.not_after.map_or_else(|| "unknown".to_owned(), |end| until(end, now));
    vec![
        format!("{}  {}", index + 1, name(&element.subject)).into(),
        format!("   issued by  {}", name(&element.issuer)).into(),
        format!("   not before {start}").into(),
        format!("   not after  {end}").into(),
        format!("   SHA-256    {}", element.fingerprint_sha256).into(),
    ]
}

fn until(end: DateTime<Utc>, now: DateTime<Utc>) -> String {
    format!("{} ({})", rfc3339(end), time_until(end, now))
}

/// `lb-1:443 https default`, and the listener's id where it has one.
fn listener(used: &Use) -> String {
    let (Some(balancer), Some(port), Some(protocol)) = (&used.load_balancer_id, used.port, &used.protocol) else {
        return used.to_string();
    };
    let role = used.role.map(|role| format!(" {}", role.name())).unwrap_or_default();
    let id = used.listener_id.as_ref().map(|id| format!(" (listener {id})")).unwrap_or_default();
    format!("{balancer}:{port} {protocol}{role}{id}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NoteCode;

    #[test]
    fn long_lines_are_broken_between_words_and_long_words_never() {
        let long = "   a note that goes on; 0123456789012345678901234567890123456789";
        assert_eq!(fitted(long, None), [long]);
        let wrapped = ["   a note that goes", "   on;", "   0123456789012345678901234567890123456789"];
        assert_eq!(fitted(long, Some(20)), wrapped);
        assert_eq!(fitted("证书 证书", Some(6)), ["证书", "证书"]);
        assert_eq!(fitted("098b2f68-af1c-41a9-8efd-69958722af62:443", Some(20)).len(), 1);
    }

    #[test]
    fn a_value_stands_behind_its_name_on_the_first_line_only() {
        let mut certificate = Certificate { name: Some("shop".to_owned()), ..Certificate::default() };
        certificate.note(NoteCode::WeakKey, "the first of two notes");
        certificate.note(NoteCode::Sm2Pair, "another");
        let mut out = Vec::new();
        let mut plain = anstream::StripStream::new(&mut out as &mut dyn io::Write);
        Layout { width: Some(0), out: &mut plain }.write(&certificate, DateTime::UNIX_EPOCH).expect("written");
        let text = String::from_utf8(out).expect("text");
        let expected = "notes                      the first of two notes\n                           another\n";
        assert!(text.contains(expected) && text.contains("name                       shop\n"), "{text}");
        assert!(text.contains("(unknown)                  account_id, id,\n"), "{text}");
    }
}

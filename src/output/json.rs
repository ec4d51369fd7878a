//! One JSON document a run.

use std::io;

use serde::Serialize;

use super::escape::Escape;
use super::format::AfterFailure;
use super::{Content, Format, document};

pub(super) static FORMAT: Format = Format {
    after_failure: AfterFailure::Made,
    records: Some(|report, out| write(&document::inventory(report), out)),
    check: Some(|report, out| write(&document::check(report), out)),
    accounts: Some(|accounts, _, out| write(&document::accounts(accounts), out)),
    ..Format::new("json", Content::Data)
};

/// Writes a document.
///
/// # Errors
/// Where the output cannot be written.
fn write(document: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut Printed(out), document)?;
    out.write_all(b"\n")
}

/// JSON in which no character moves a terminal's cursor, or ends a line for the programs that know more line ends than
/// JSON does.
pub(super) struct Printed<'a>(pub &'a mut dyn io::Write);

impl io::Write for Printed<'_> {
    // The serialiser writes whole pieces of strings, so that no character is split between two writes.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.0.write_all(Escape::JsonControls.apply(text).as_bytes())?,
            Err(_) => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_json_is_a_line_everywhere() {
        let text = "a\u{7f}\u{85}\u{9b}31m\u{2028}\u{2029}证\n";
        let mut printed = Vec::new();
        write(&[text], &mut printed).expect("written");
        let printed = String::from_utf8(printed).expect("text");
        assert_eq!(printed, "[\n  \"a\\u007f\\u0085\\u009b31m\\u2028\\u2029证\\n\"\n]\n");
        assert_eq!(serde_json::from_str::<Vec<String>>(&printed).expect("JSON"), [text]);
    }
}

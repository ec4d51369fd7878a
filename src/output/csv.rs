//! Comma-separated values (RFC 4180) for spreadsheets: in UTF-8 that they recognise, with formulas defused.

use std::io;

use ::csv::{Terminator, WriterBuilder};

use super::columns::for_programs;
use super::escape::Escape;
use super::value::Value;
use super::{Content, Format, Report};

pub(super) static FORMAT: Format =
    Format { has_byte_order_mark: true, records: Some(write), ..Format::new("csv", Content::Data) };

/// Writes a line a certificate.
///
/// # Errors
/// Where the output cannot be written.
fn write(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    let columns = report.columns_or(for_programs(report.table.extra));
    if report.table.header {
        writer.write_record(columns.iter().map(|column| column.name))?;
    }
    for certificate in &report.certificates {
        writer.write_record(columns.iter().map(|column| cell(&(column.value)(certificate, report.now))))?;
    }
    writer.flush()
}

/// Returns the text of a cell. A number is never a formula, whatever its sign.
fn cell(value: &Value<'_>) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        other => Escape::Formula.apply(&other.to_string()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text_and_numbers_stay() {
        assert_eq!(cell(&"=1+1".into()), "'=1+1");
        assert_eq!(cell(&Value::Number(-3)), "-3");
    }
}

//! Comma-separated values (RFC 4180) for spreadsheets: in UTF-8 that they recognise, with formulas defused.

use std::io;

use super::Report;
use super::columns::{Value, for_programs};
use super::style::inert;

/// Without it the commonest spreadsheet takes UTF-8 for the machine's own old encoding.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

pub(super) struct Format;

impl super::Format for Format {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all(BYTE_ORDER_MARK)?;
        let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
        let columns = report.columns_or(for_programs(report.style.extra));
        if report.style.header {
            writer.write_record(columns.iter().map(|column| column.name))?;
        }
        for certificate in &report.certificates {
            writer.write_record(columns.iter().map(|column| defused(&(column.value)(certificate, report.now))))?;
        }
        writer.flush()
    }
}

/// The text of a cell that no spreadsheet takes for a formula. Numbers are none, whatever their sign.
fn defused(value: &Value<'_>) -> String {
    let text = inert(&value.to_string()).into_owned();
    let is_formula = !matches!(value, Value::Number(_)) && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text_and_numbers_stay() {
        for formula in ["=1+1", "+1", "-cmd", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(defused(&formula.into()), format!("'{formula}"));
        }
        assert_eq!(defused(&"a=b".into()), "a=b");
        assert_eq!(defused(&Value::Number(-3)), "-3");
    }
}

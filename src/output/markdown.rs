//! A Markdown table (GFM), to paste into a ticket or a wiki.

use std::io;

use super::columns::for_people;
use super::escape::Escape;
use super::{Content, Format, Report};

pub(super) static FORMAT: Format = Format { records: Some(write), ..Format::new("markdown", Content::Styled) };

/// Writes a line a certificate.
///
/// # Errors
/// Where the output cannot be written.
fn write(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let columns = report.columns_or(for_people(report.table.extra));
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    if report.table.header {
        writeln!(out, "{}", line(columns.iter().map(|column| column.title().to_owned()).collect()))?;
        writeln!(out, "{}", line(vec!["---".to_owned(); columns.len()]))?;
    }
    for certificate in &report.certificates {
        let values = columns.iter().map(|column| column.cell(certificate, report.now));
        let cells = values.map(|value| Escape::Markdown.apply(&value).into_owned());
        writeln!(out, "{}", line(cells.collect()))?;
    }
    Ok(())
}

//! Tab-separated values for `cut` and `awk`: a line a certificate, without quotes.

use std::io;

use super::columns::for_programs;
use super::escape::Escape;
use super::{Content, Format, Report};

pub(super) static FORMAT: Format = Format { records: Some(write), ..Format::new("tsv", Content::Data) };

/// Writes a line a certificate.
///
/// # Errors
/// Where the output cannot be written.
fn write(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let columns = report.columns_or(for_programs(report.table.extra));
    if report.table.header {
        writeln!(out, "{}", columns.iter().map(|column| column.name).collect::<Vec<_>>().join("\t"))?;
    }
    for certificate in &report.certificates {
        let values = columns.iter().map(|column| (column.value)(certificate, report.now).to_string());
        let cells: Vec<String> = values.map(|value| Escape::Tab.apply(&value).into_owned()).collect();
        writeln!(out, "{}", cells.join("\t"))?;
    }
    Ok(())
}

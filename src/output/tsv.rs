//! Tab-separated values for `cut` and `awk`: a line a certificate, without quotes.

use std::io;

use super::Report;
use super::columns::for_programs;
use super::style::inert;

pub(super) struct Format;

impl super::Format for Format {
    fn name(&self) -> &'static str {
        "tsv"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let columns = report.columns_or(for_programs(report.style.extra));
        if report.style.header {
            writeln!(out, "{}", columns.iter().map(|column| column.name).collect::<Vec<_>>().join("\t"))?;
        }
        for certificate in &report.certificates {
            let cells = columns.iter().map(|column| escaped(&(column.value)(certificate, report.now).to_string()));
            writeln!(out, "{}", cells.collect::<Vec<_>>().join("\t"))?;
        }
        Ok(())
    }
}

/// What would end a cell or a line, as most readers of such files write it.
fn escaped(text: &str) -> String {
    inert(text).replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

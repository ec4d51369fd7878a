//! A Markdown table (GFM), to paste into a ticket or a wiki.

use std::io;

use super::style::harmless;
use super::{Report, table};

pub(super) struct Format;

impl super::Format for Format {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn is_for_people(&self) -> bool {
        true
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let columns = report.columns_or(table::columns(report.style.extra));
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        if report.style.header {
            writeln!(out, "{}", line(columns.iter().map(|column| column.heading().to_owned()).collect()))?;
            writeln!(out, "{}", line(vec!["---".to_owned(); columns.len()]))?;
        }
        for certificate in &report.certificates {
            let cells = columns.iter().map(|column| escaped(&(column.value)(certificate, report.now).to_string()));
            writeln!(out, "{}", line(cells.collect()))?;
        }
        Ok(())
    }
}

/// Text that is no markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in harmless(text).chars() {
        if matches!(c, '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '#' | '~') {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}

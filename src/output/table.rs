//! A table for people: a line a certificate, soonest expiry first.

use std::io;

use comfy_table::{ContentArrangement, Row, Table};

use super::columns::{self, Column};
use super::style::{self, harmless};
use super::Report;

/// Heading and column, in their order.
static SHOWN: &[(&str, &str)] = &[
    ("NAME", "name"),
    ("COVERS", "names"),
    ("EXPIRES", "expires"),
    ("ON", "expiry_date"),
    ("CLOUD", "provider"),
    ("REGION", "region"),
    ("ACCOUNT", "account"),
    ("ID", "id"),
];

pub(super) struct Format;

impl super::Format for Format {
    fn name(&self) -> &'static str {
        "table"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        if report.certificates.is_empty() {
            return Ok(());
        }
        let shown: Vec<(&str, &Column)> =
            SHOWN.iter().filter_map(|(heading, name)| Some((*heading, columns::by_name(name)?))).collect();
        let mut table = Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        if let Some(width) = report.width {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        table.set_header(shown.iter().map(|(heading, _)| *heading));
        for certificate in &report.certificates {
            let cells = shown.iter().map(|(_, column)| {
                let text = (column.value)(certificate, report.now).to_string();
                harmless(if text.is_empty() { "-" } else { &text }).into_owned()
            });
            let mut row = Row::from(cells);
            row.max_height(1);
            table.add_row(row);
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        let heading = std::iter::once(style::HEADING);
        let styles = heading.chain(report.certificates.iter().map(|certificate| style::of(certificate, report.now)));
        for (line, style) in table.lines().zip(styles) {
            writeln!(out, "{style}{}{style:#}", line.trim_end())?;
        }
        Ok(())
    }
}

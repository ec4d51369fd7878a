//! A table for people: a line a certificate, soonest expiry first.
//!
//! On a terminal it fits: long names end in `…`, and what matters least is left out where even that
//! is too wide. Anywhere else it is whole.

use std::io;

use comfy_table::{ColumnConstraint, ContentArrangement, Row, Table, Width};
use unicode_width::UnicodeWidthStr;

use super::Report;
use super::columns;
use super::style::{self, harmless};

/// A column of the table.
struct Shown {
    heading: &'static str,
    column: &'static str,
    /// The width to which it may be cut; whole where there is none.
    least: Option<usize>,
    /// The higher, the sooner it is left out of a narrow terminal; 0 stays.
    spare: u8,
}

static SHOWN: &[Shown] = &[
    Shown { heading: "NAME", column: "name", least: Some(8), spare: 0 },
    Shown { heading: "COVERS", column: "names", least: Some(10), spare: 0 },
    Shown { heading: "EXPIRES", column: "expires", least: None, spare: 0 },
    Shown { heading: "ON", column: "expiry_date", least: None, spare: 4 },
    Shown { heading: "CLOUD", column: "provider", least: None, spare: 2 },
    Shown { heading: "REGION", column: "region", least: None, spare: 1 },
    Shown { heading: "ACCOUNT", column: "account", least: Some(7), spare: 3 },
    Shown { heading: "ID", column: "id", least: Some(10), spare: 5 },
];

/// Between two columns.
const GAP: u16 = 2;

pub(super) struct Format;

impl super::Format for Format {
    fn name(&self) -> &'static str {
        "table"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        if report.certificates.is_empty() {
            return Ok(());
        }
        let mut columns: Vec<(&Shown, Vec<String>)> = SHOWN.iter().map(|shown| (shown, cells(shown, report))).collect();
        let mut table = Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        if let Some(width) = report.width {
            leave_out(&mut columns, width.into());
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        table.set_header(columns.iter().map(|(shown, _)| shown.heading));
        for number in 0..report.certificates.len() {
            let mut row = Row::from(columns.iter().filter_map(|(_, cells)| cells.get(number)));
            row.max_height(1);
            table.add_row(row);
        }
        for (column, (shown, cells)) in table.column_iter_mut().zip(&columns) {
            column.set_padding((0, GAP)).set_constraint(match shown.least {
                None => ColumnConstraint::ContentWidth,
                Some(least) => {
                    let least = u16::try_from(least.min(widest(shown, cells))).unwrap_or(u16::MAX);
                    ColumnConstraint::LowerBoundary(Width::Fixed(least.saturating_add(GAP)))
                }
            });
        }
        let heading = std::iter::once(style::HEADING);
        let styles = heading.chain(report.certificates.iter().map(|certificate| style::of(certificate, report.now)));
        for (line, style) in table.lines().zip(styles) {
            writeln!(out, "{style}{}{style:#}", line.trim_end())?;
        }
        Ok(())
    }
}

fn cells(shown: &Shown, report: &Report<'_>) -> Vec<String> {
    let Some(column) = columns::by_name(shown.column) else { return Vec::new() };
    let text = |certificate| match (column.value)(certificate, report.now).to_string() {
        text if text.is_empty() => "-".to_owned(),
        text => harmless(&text).into_owned(),
    };
    report.certificates.iter().map(|certificate| text(certificate)).collect()
}

/// Takes columns away until the rest fits, each cut as far as it may be.
fn leave_out(columns: &mut Vec<(&Shown, Vec<String>)>, width: usize) {
    let need = |columns: &[(&Shown, Vec<String>)]| -> usize {
        let widths = columns.iter().map(|(shown, cells)| {
            let widest = widest(shown, cells);
            shown.least.map_or(widest, |least| least.min(widest)) + usize::from(GAP)
        });
        widths.sum()
    };
    while need(columns) > width {
        let spare = columns.iter().enumerate().filter(|(_, (shown, _))| shown.spare > 0);
        let Some((next, _)) = spare.max_by_key(|(_, (shown, _))| shown.spare) else { return };
        columns.remove(next);
    }
}

/// The columns of a terminal that the widest cell takes.
fn widest(shown: &Shown, cells: &[String]) -> usize {
    cells.iter().map(|cell| cell.width()).chain([shown.heading.width()]).max().unwrap_or_default()
}

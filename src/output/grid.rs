//! Rows and columns for people, fitted into a terminal and whole anywhere else.
//!
//! On a terminal long cells end in `…`, and where even that is too wide the columns that matter least are left out.

use std::io;

use anstyle::Style;
use comfy_table::{ColumnConstraint, ContentArrangement, Row, Table, Width};
use unicode_width::UnicodeWidthStr;

use super::style::{self, harmless};

/// A column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub heading: &'static str,
    /// The width to which it may be cut; whole where there is none.
    pub least: Option<usize>,
    /// The higher, the sooner it is left out of a narrow terminal; 0 stays.
    pub spare: u8,
}

/// Between two columns.
const GAP: u16 = 2;

/// A column with its cells.
type Filled = (Column, Vec<String>);

/// Writes a heading and a line a row, each in its style.
pub(super) fn write(
    columns: impl IntoIterator<Item = Filled>,
    styles: &[Style],
    header: bool,
    width: Option<u16>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut columns: Vec<Filled> =
        columns.into_iter().map(|(column, cells)| (column, cells.iter().map(|cell| shown(cell)).collect())).collect();
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    if let Some(width) = width {
        leave_out(&mut columns, width.into());
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    if header {
        let mut heading = Row::from(columns.iter().map(|(column, _)| column.heading.to_uppercase()));
        heading.max_height(1);
        table.set_header(heading);
    }
    for number in 0..styles.len() {
        let mut row = Row::from(columns.iter().filter_map(|(_, cells)| cells.get(number)));
        row.max_height(1);
        table.add_row(row);
    }
    for (column, filled) in table.column_iter_mut().zip(&columns) {
        let least = u16::try_from(needed(filled)).unwrap_or(u16::MAX).saturating_add(GAP);
        let constraint = filled.0.least.map(|_| ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        column.set_padding((0, GAP)).set_constraint(constraint.unwrap_or(ColumnConstraint::ContentWidth));
    }
    for (line, style) in table.lines().zip(header.then_some(&style::HEADING).into_iter().chain(styles)) {
        writeln!(out, "{style}{}{style:#}", line.trim_end())?;
    }
    Ok(())
}

fn shown(cell: &str) -> String {
    if cell.is_empty() { "-".to_owned() } else { harmless(cell).into_owned() }
}

/// Takes columns away until the rest fits, each cut as far as it may be.
fn leave_out(columns: &mut Vec<Filled>, width: usize) {
    let all = |columns: &[Filled]| columns.iter().map(|filled| needed(filled) + usize::from(GAP)).sum::<usize>();
    while all(columns) > width {
        let spare = columns.iter().enumerate().filter(|(_, (column, _))| column.spare > 0);
        let Some((next, _)) = spare.max_by_key(|(_, (column, _))| column.spare) else { return };
        columns.remove(next);
    }
}

/// The columns of a terminal without which a column is left out.
fn needed((column, cells): &Filled) -> usize {
    let widest = cells.iter().map(|cell| cell.width()).chain([column.heading.width()]).max().unwrap_or_default();
    column.least.map_or(widest, |least| least.min(widest))
}

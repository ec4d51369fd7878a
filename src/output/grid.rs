//! Rows and columns for people, fitted into a terminal and whole anywhere else.
//!
//! On a terminal long cells end in `…`, and where even that is too wide the columns that matter least are left out.

use std::io;

use anstyle::Style;
use comfy_table::{ColumnConstraint, ContentArrangement, Row, Table, Width};
use unicode_width::UnicodeWidthStr;

use super::escape::Escape;
use super::style;

/// A column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub heading: &'static str,
    /// The width to which it may be cut; `None` where it may not.
    pub min_width: Option<usize>,
    /// The highest is dropped first from a narrow terminal; 0 is never dropped.
    pub drop_order: u8,
}

/// Between two columns.
const GAP: u16 = 2;

/// A column with its cells.
type Filled = (Column, Vec<String>);

/// Writes a heading and a line a row, each in its style.
///
/// # Errors
/// Where the output cannot be written.
pub(super) fn write(
    columns: impl IntoIterator<Item = Filled>,
    styles: &[Style],
    header: bool,
    width: Option<u16>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let columns: Vec<Filled> =
        columns.into_iter().map(|(column, cells)| (column, cells.iter().map(|cell| shown(cell)).collect())).collect();
    let mut line_styles = header.then_some(&style::HEADING).into_iter().chain(styles);
    let mut write = |line: &str| {
        let style = line_styles.next().copied().unwrap_or_default();
        writeln!(out, "{style}{}{style:#}", line.trim_end())
    };
    match width {
        Some(width) => fitted(columns, styles.len(), header, width).iter().try_for_each(|line| write(line)),
        None => whole(&columns, styles.len(), header).try_for_each(|line| write(&line)),
    }
}

/// The lines as they fit into a terminal.
fn fitted(mut columns: Vec<Filled>, rows: usize, header: bool, width: u16) -> Vec<String> {
    // No more than a terminal's width of a cell can be seen; what lays it out need not carry more.
    for cell in columns.iter_mut().flat_map(|(_, cells)| cells) {
        if let Some((end, _)) = cell.char_indices().nth(usize::from(width) + 1) {
            cell.truncate(end);
        }
    }
    leave_out(&mut columns, width.into());
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    let line = |cells: Vec<&str>| {
        let mut row = Row::from(cells);
        row.max_height(1);
        row
    };
    let headings: Vec<String> = columns.iter().map(|(column, _)| column.heading.to_uppercase()).collect();
    if header {
        table.set_header(line(headings.iter().map(String::as_str).collect()));
    }
    for number in 0..rows {
        table.add_row(line(columns.iter().filter_map(|(_, cells)| Some(cells.get(number)?.as_str())).collect()));
    }
    for (column, filled) in table.column_iter_mut().zip(&columns) {
        let least = u16::try_from(needed(filled)).unwrap_or(u16::MAX).saturating_add(GAP);
        let constraint = filled.0.min_width.map(|_| ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        column.set_padding((0, GAP)).set_constraint(constraint.unwrap_or(ColumnConstraint::ContentWidth));
    }
    table.lines().collect()
}

/// The lines with nothing left out, however wide. What is right of a cell that is far wider than others moves to the
/// right in its own line only.
fn whole(columns: &[Filled], rows: usize, header: bool) -> impl Iterator<Item = String> {
    let widths: Vec<usize> = columns.iter().map(usual_width).collect();
    let line = move |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| {
            let gap = width.saturating_sub(cell.width()) + usize::from(GAP);
            format!("{cell}{}", " ".repeat(gap))
        });
        padded.collect::<String>()
    };
    let headings: Vec<String> = columns.iter().map(|(column, _)| column.heading.to_uppercase()).collect();
    let heading = header.then(|| line(headings.iter().map(String::as_str).collect()));
    let row = move |number: usize| {
        line(columns.iter().filter_map(|(_, cells)| cells.get(number).map(String::as_str)).collect())
    };
    heading.into_iter().chain((0..rows).map(row))
}

/// The width of a column, of which wider cells than people can take in at a glance are no part.
fn usual_width((column, cells): &Filled) -> usize {
    const MAX_WIDTH: usize = 80;
    let widths = cells.iter().map(|cell| cell.width()).filter(|width| *width <= MAX_WIDTH);
    widths.chain([column.heading.width()]).max().unwrap_or_default()
}

fn shown(cell: &str) -> String {
    if cell.is_empty() { "-".to_owned() } else { Escape::Terminal.apply(cell).into_owned() }
}

/// Takes columns away until the rest fits, each cut as far as it may be.
fn leave_out(columns: &mut Vec<Filled>, width: usize) {
    let all = |columns: &[Filled]| columns.iter().map(|filled| needed(filled) + usize::from(GAP)).sum::<usize>();
    while all(columns) > width {
        let droppable = columns.iter().enumerate().filter(|(_, (column, _))| column.drop_order > 0);
        let Some((next, _)) = droppable.max_by_key(|(_, (column, _))| column.drop_order) else { return };
        columns.remove(next);
    }
}

/// The columns of a terminal without which a column is left out.
fn needed(filled: &Filled) -> usize {
    let widest = widest(filled);
    filled.0.min_width.map_or(widest, |least| least.min(widest))
}

fn widest((column, cells): &Filled) -> usize {
    cells.iter().map(|cell| cell.width()).chain([column.heading.width()]).max().unwrap_or_default()
}

//! A table for people: a line a certificate, soonest expiry first.

use std::io;

use super::columns::{TableColumn, for_people};
use super::{Content, Format, Report, accounts, grid, style};

pub(super) static FORMAT: Format =
    Format { records: Some(write), accounts: Some(accounts::write), ..Format::new("table", Content::Styled) };

/// The width to which a column may be cut that a table shows only where it was chosen.
const CHOSEN_MIN_WIDTH: usize = 8;

/// Writes a line a certificate.
///
/// # Errors
/// Where the output cannot be written.
pub(super) fn write(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    if report.certificates.is_empty() {
        return Ok(());
    }
    let columns = report.columns_or(for_people(report.table.extra)).into_iter().map(|column| {
        let TableColumn { min_width, drop_order, .. } = column.table.unwrap_or(TableColumn {
            position: 0,
            min_width: Some(CHOSEN_MIN_WIDTH),
            drop_order: 0,
            is_extra: true,
        });
        // A column that was chosen is never dropped, but may be cut.
        let drop_order = if report.table.columns.is_some() { 0 } else { drop_order };
        let cells = report.certificates.iter().map(|certificate| column.cell(certificate, report.now));
        (grid::Column { heading: column.title(), min_width, drop_order }, cells.collect())
    });
    let styles: Vec<_> = report.certificates.iter().map(|certificate| style::of(certificate, report.now)).collect();
    grid::write(columns, &styles, report.table.header, report.width, out)
}

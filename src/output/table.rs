//! A table for people: a line a certificate, soonest expiry first.

use std::io;

use super::columns::{self, Column};
use super::{Report, grid, style};

/// A column that people are shown.
struct Shown {
    name: &'static str,
    /// The width to which it may be cut.
    least: Option<usize>,
    /// How soon it is left out of a narrow terminal: the higher, the sooner.
    spare: u8,
    /// Whether it is shown only where a command is about it.
    is_extra: bool,
}

/// The order in which columns are shown unasked.
static SHOWN: &[Shown] = &[
    Shown { name: "name", least: Some(10), spare: 0, is_extra: false },
    Shown { name: "match", least: None, spare: 2, is_extra: true },
    Shown { name: "matches", least: Some(13), spare: 0, is_extra: true },
    Shown { name: "names", least: Some(18), spare: 0, is_extra: true },
    Shown { name: "expires", least: None, spare: 0, is_extra: false },
    Shown { name: "expiry_date", least: None, spare: 4, is_extra: false },
    Shown { name: "superseded_by", least: Some(8), spare: 0, is_extra: true },
    Shown { name: "used_by_count", least: None, spare: 0, is_extra: true },
    Shown { name: "used_by", least: Some(20), spare: 0, is_extra: true },
    Shown { name: "provider", least: None, spare: 2, is_extra: false },
    Shown { name: "region", least: None, spare: 1, is_extra: false },
    Shown { name: "account", least: Some(7), spare: 3, is_extra: false },
    Shown { name: "id", least: Some(10), spare: 5, is_extra: false },
];

pub(super) struct Format;

impl super::Format for Format {
    fn name(&self) -> &'static str {
        "table"
    }

    fn is_for_people(&self) -> bool {
        true
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        if report.certificates.is_empty() {
            return Ok(());
        }
        let filled = report.columns_or(columns(report.style.extra)).into_iter().map(|column| {
            let shown = SHOWN.iter().find(|shown| shown.name == column.name);
            // A column that was asked for stays, and may be cut.
            let least = shown.map_or(Some(8), |shown| shown.least);
            let spare = shown.filter(|_| report.style.columns.is_none()).map_or(0, |shown| shown.spare);
            let cells =
                report.certificates.iter().map(|certificate| (column.value)(certificate, report.now).to_string());
            (grid::Column { heading: column.heading(), least, spare }, cells.collect())
        });
        let styles: Vec<_> = report.certificates.iter().map(|certificate| style::of(certificate, report.now)).collect();
        grid::write(filled, &styles, report.style.header, report.width, out)
    }
}

/// The columns that are shown unasked, with these among them.
pub(super) fn columns(extra: &[&str]) -> impl Iterator<Item = &'static Column> {
    let shown = SHOWN.iter().filter(|shown| !shown.is_extra || extra.contains(&shown.name));
    shown.filter_map(|shown| columns::by_name(shown.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_that_is_shown_is_one() {
        let extra: Vec<&str> = SHOWN.iter().map(|shown| shown.name).collect();
        assert_eq!(columns(&extra).map(|column| column.name).collect::<Vec<_>>(), extra);
        assert_eq!(columns(&[]).count(), SHOWN.iter().filter(|shown| !shown.is_extra).count());
    }
}

//! A table for people: a line a certificate, soonest expiry first.

use std::io;

use super::columns::{self, Column};
use super::{Report, grid, style};

/// The columns that are shown unasked, the width to which each may be cut, and how soon it is left
/// out of a narrow terminal: the higher, the sooner.
static SHOWN: &[(&str, Option<usize>, u8)] = &[
    ("name", Some(8), 0),
    ("match", None, 0),
    ("matches", Some(12), 0),
    ("names", Some(10), 0),
    ("expires", None, 0),
    ("expiry_date", None, 4),
    ("superseded_by", Some(13), 0),
    ("used_by_count", None, 0),
    // Wide enough for a load balancer of each cloud, its port and the role.
    ("used_by", Some(36), 0),
    ("provider", None, 2),
    ("region", None, 1),
    ("account", Some(7), 3),
    ("id", Some(10), 5),
];

/// Those of them that are shown only where a command is about them.
static EXTRA: &[&str] = &["match", "matches", "names", "superseded_by", "used_by_count", "used_by"];

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
            let shown = SHOWN.iter().find(|(name, ..)| *name == column.name);
            // A column that was asked for stays, and may be cut.
            let (least, spare) = match (shown, report.style.columns) {
                (Some((_, least, spare)), None) => (*least, *spare),
                (Some((_, least, _)), Some(_)) => (*least, 0),
                (None, _) => (Some(8), 0),
            };
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
    let shown = SHOWN.iter().filter(|(name, ..)| extra.contains(name) || !EXTRA.contains(name));
    shown.filter_map(|(name, ..)| columns::by_name(name))
}

//! A table for people: a line a certificate, soonest expiry first.

use std::io;

use super::grid::{self, Column};
use super::{Report, columns, style};

/// The columns of the grid, and what is in them.
static SHOWN: &[(Column, &str)] = &[
    (Column { heading: "NAME", least: Some(8), spare: 0 }, "name"),
    (Column { heading: "COVERS", least: Some(10), spare: 0 }, "names"),
    (Column { heading: "EXPIRES", least: None, spare: 0 }, "expires"),
    (Column { heading: "ON", least: None, spare: 4 }, "expiry_date"),
    (Column { heading: "CLOUD", least: None, spare: 2 }, "provider"),
    (Column { heading: "REGION", least: None, spare: 1 }, "region"),
    (Column { heading: "ACCOUNT", least: Some(7), spare: 3 }, "account"),
    (Column { heading: "ID", least: Some(10), spare: 5 }, "id"),
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
        let filled = SHOWN.iter().filter_map(|(shown, name)| {
            let column = columns::by_name(name)?;
            let cells = report.certificates.iter().map(|certificate| (column.value)(certificate, report.now).to_string());
            Some((*shown, cells.collect()))
        });
        let styles: Vec<_> = report.certificates.iter().map(|certificate| style::of(certificate, report.now)).collect();
        grid::write(filled, &styles, report.width, out)
    }
}

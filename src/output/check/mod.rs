//! The report of `check`, and its own format.

pub(super) mod nagios;
mod report;

pub use nagios::unknown_line;
pub use report::CheckReport;

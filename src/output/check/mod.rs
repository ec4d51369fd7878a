//! The report of `check`, and its own format.

pub(super) mod nagios;
mod report;

pub use nagios::unknown;
pub use report::CheckReport;

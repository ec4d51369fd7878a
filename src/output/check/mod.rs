//! What `check` found, and its own format.

mod nagios;
mod report;

pub use report::{FORMATS, Verdict, unknown};

//! The tests of `certls check`.

mod bounds;
mod chains;
mod no_verdict;
mod plugin_output;
mod verdicts;

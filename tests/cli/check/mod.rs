//! The tests of `certls check`.

mod chains;
mod no_verdict;
mod plugin_output;
mod verdicts;

//! The tests of `certls check`.

mod no_verdict;
mod plugin_output;
mod verdicts;

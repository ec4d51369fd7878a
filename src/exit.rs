//! The exit codes, a line each.

use crate::error::Error;
use crate::model::{ScopeReport, State, is_complete};

/// The exit code of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Complete: every scope answered.
    Ok = 0,
    /// Nothing could be read.
    Failed = 1,
    /// The command line, the environment or the configuration is wrong.
    Usage = 2,
    /// Some scopes failed; what was read was printed.
    Incomplete = 3,
    /// `show`, `which`: nothing found.
    NotFound = 4,
    /// Ctrl-C.
    Interrupted = 130,
}

/// The meaning of each code: of most commands, and of `check`. Help and README print it.
pub static TABLE: &[(u8, &str, &str)] = &[
    (0, "complete", "OK"),
    (1, "failed: nothing could be read", "WARNING"),
    (2, "usage or configuration", "CRITICAL"),
    (
        3,
        "incomplete: some scopes failed; what was read was printed",
        "UNKNOWN: failed, incomplete, interrupted, or a usage error",
    ),
    (4, "`show`, `which`: nothing found of what was named, or of a part", "–"),
    (130, "interrupted", "–"),
];

/// The codes of `check`, which are those of monitoring plugins.
impl Exit {
    pub const WARNING: Self = Self::Failed;
    pub const CRITICAL: Self = Self::Usage;
    /// Failed, incomplete, interrupted, or a usage error.
    pub const UNKNOWN: Self = Self::Incomplete;

    /// Returns the code of a monitoring state.
    pub fn of_state(state: State) -> Self {
        match state {
            State::Ok => Self::Ok,
            State::Warning => Self::WARNING,
            State::Critical => Self::CRITICAL,
            State::Unknown => Self::UNKNOWN,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// Returns the code of an error that ended the run: that of the first error of certls in its chain.
    pub fn of_error(error: &anyhow::Error) -> Self {
        let is_configuration = Error::in_chain(error).is_some_and(|error| error.kind.is_configuration());
        if is_configuration { Self::Usage } else { Self::Failed }
    }

    /// Returns the code of a scan.
    pub fn of(scopes: &[ScopeReport]) -> Self {
        let is_read = |report: &ScopeReport| report.error.is_none() || report.certificates > 0;
        if is_complete(scopes) {
            Self::Ok
        } else if scopes.iter().any(is_read) {
            Self::Incomplete
        } else if scopes.iter().filter_map(|report| report.error.as_ref()).all(|error| error.kind.is_configuration()) {
            Self::Usage
        } else {
            Self::Failed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_states_are_those_of_the_plugin_interface() {
        let codes = State::ALL.map(|state| (state.name(), Exit::of_state(state) as u8));
        assert_eq!(codes, [("OK", 0), ("WARNING", 1), ("UNKNOWN", 3), ("CRITICAL", 2)]);
    }
}

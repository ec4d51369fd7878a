//! Errors of credential sources: each names the source that it comes from.

use crate::error::{Error, Kind};

/// Returns the error of a source that is set up, but broken. `origin` is the source in words.
pub(crate) fn broken(origin: &str, what: &str) -> Error {
    Error::new(Kind::Config, format!("{origin}: {what}"))
}

/// Returns the error of a source in which a key is missing. `next_step` is the hint.
pub(crate) fn missing(origin: &str, key: &str, next_step: impl Into<String>) -> Error {
    broken(origin, &format!("`{key}` is missing")).with_hint(next_step.into())
}

/// Returns the same error, with the source that it comes from in front.
pub(crate) fn of_source(origin: &str, error: Error) -> Error {
    Error { message: format!("{origin}: {}", error.message), ..error }
}

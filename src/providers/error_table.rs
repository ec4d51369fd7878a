//! Explains refusals by a vendor's table of error codes: the kind of failure, and the next step for the reader.
//!
//! A vendor keeps its table, the wire form of its refusals, and the few codes that need more than a row.

use chrono::TimeDelta;

use crate::error::{Error, Kind};

use super::call::Exchange;

/// An error code, what it means, and the next step.
#[derive(Debug)]
pub(super) struct Row {
    pub code: Code,
    pub kind: Kind,
    /// `{origin}` stands for the source of the credentials, `{permission}` for the action that allows the call; a hint
    /// whose action is not known is left out.
    pub hint: Option<&'static str>,
}

/// The codes that a row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    Exact(&'static str),
    /// The code itself, and all that begin with it and a full stop.
    Family(&'static str),
}

/// A vendor's error codes. The first row that matches counts.
#[derive(Debug)]
pub(super) struct ErrorTable {
    pub rows: &'static [Row],
    /// The hint for a call that is denied by a code without a hint of its own.
    pub denied: &'static str,
}

/// What a refusal says, in whichever form its vendor sends it. Nothing of it is redacted yet.
#[derive(Debug, Default)]
pub(super) struct Refusal {
    pub code: Option<String>,
    pub message: String,
    pub request_id: Option<String>,
}

/// The call that was refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Access<'a> {
    /// The source of the credentials.
    pub origin: &'a str,
    /// The action that allows the call; `None` where the vendor lists none.
    pub permission: Option<&'static str>,
}

impl ErrorTable {
    /// Returns the error for a refusal: `special`, or by the row of its code, or by the status of HTTP.
    pub(super) fn explain(
        &self,
        exchange: &Exchange<'_>,
        access: Access<'_>,
        refusal: &Refusal,
        special: Option<Error>,
    ) -> Error {
        let redactor = exchange.redactor();
        let fallback = exchange.reply.status_error();
        let mut error = match (special, &refusal.code) {
            (Some(special), _) => special,
            (None, Some(code)) => self.error_of(code, &redactor.line(&refusal.message), access, &fallback),
            // A page of a gateway, not an answer of the cloud: no right is missing.
            (None, None) if fallback.kind == Kind::Denied => Error { kind: Kind::Reply, ..fallback.clone() },
            (None, None) => fallback.clone(),
        };
        error.code = refusal.code.as_ref().map(|code| redactor.line(code));
        error.request_id = refusal.request_id.as_ref().map(|id| redactor.line(id));
        error.retry_after = error.retry_after.or(fallback.retry_after);
        error
    }

    fn error_of(&self, code: &str, message: &str, access: Access<'_>, fallback: &Error) -> Error {
        let row = self.rows.iter().find(|row| row.code.matches(code));
        let message = if message.is_empty() { &fallback.message } else { message };
        let kind = row.map_or(fallback.kind, |row| row.kind);
        let hint = row.and_then(|row| row.hint).or((kind == Kind::Denied).then_some(self.denied));
        match hint.and_then(|hint| access.hint(hint)) {
            Some(hint) => Error::new(kind, message).with_hint(hint),
            None => Error::new(kind, message),
        }
    }
}

impl Code {
    fn matches(self, code: &str) -> bool {
        match self {
            Self::Exact(exact) => code == exact,
            Self::Family(family) => {
                code.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
        }
    }
}

impl Access<'_> {
    /// Fills a hint in; `None` where it names an action that is not known.
    fn hint(&self, hint: &str) -> Option<String> {
        const PERMISSION: &str = "{permission}";
        if hint.contains(PERMISSION) && self.permission.is_none() {
            return None;
        }
        Some(hint.replace("{origin}", self.origin).replace(PERMISSION, self.permission.unwrap_or_default()))
    }

    /// Returns the error for a signature that the cloud computed over the same text, with another result. `secret` is
    /// the vendor's name of the secret half of a key.
    pub(super) fn wrong_secret(&self, secret: &str) -> Error {
        let message = format!("the {secret} is wrong: the cloud signed the same request, with another result");
        Error::new(Kind::Credentials, message).with_hint(self.copy_secret())
    }

    /// Returns the next step where only the secret can be wrong.
    pub(super) fn copy_secret(&self) -> String {
        format!("copy the secret that belongs to {}", self.origin)
    }
}

/// Returns the error for a signature over another request than the cloud received.
pub(super) fn rewritten_request() -> Error {
    Error::new(Kind::Request, "the signature does not match: the cloud received another request than was sent")
        .with_hint("look for a proxy that rewrites requests")
}

/// Returns the error for a clock that is `ahead` of the cloud's, or behind it where that is negative; `None` where the
/// difference is not known.
pub(crate) fn clock_error(ahead: Option<TimeDelta>) -> Error {
    let Some(ahead) = ahead else {
        return Error::new(Kind::Clock, "this machine's clock and the cloud's are too far apart");
    };
    let side = if ahead < TimeDelta::zero() { "behind" } else { "ahead of" };
    let minutes = (ahead.num_seconds().abs() + 30) / 60;
    let amount = match minutes {
        1 => "1 minute".to_owned(),
        2..120 => format!("{minutes} minutes"),
        120..2880 => format!("{} hours", (minutes + 30) / 60),
        _ => format!("{} days", (minutes + 720) / 1440),
    };
    Error::new(Kind::Clock, format!("this machine's clock is {amount} {side} the cloud's"))
}

#[cfg(test)]
mod tests {
    use super::*;

    static TABLE: ErrorTable = ErrorTable {
        rows: &[
            Row { code: Code::Exact("Key.Off"), kind: Kind::Credentials, hint: Some("enable it in {origin}") },
            Row { code: Code::Family("Key"), kind: Kind::Credentials, hint: None },
            Row { code: Code::Family("Busy"), kind: Kind::Throttled, hint: None },
            Row { code: Code::Exact("No"), kind: Kind::Denied, hint: None },
        ],
        denied: "allow `{permission}`",
    };

    const ACCESS: Access<'_> = Access { origin: "the file", permission: Some("slb:List") };

    fn explain(code: &str, message: &str, access: Access<'_>) -> (Kind, String, Option<String>) {
        let fallback = Error::new(Kind::Denied, "the server answered 403 Forbidden");
        let error = TABLE.error_of(code, message, access, &fallback);
        (error.kind, error.message, error.hint.map(Into::into))
    }

    #[test]
    fn the_first_row_of_a_code_counts() {
        let hint = |text: &str| Some(text.to_owned());
        assert_eq!(
            explain("Key.Off", "off", ACCESS),
            (Kind::Credentials, "off".to_owned(), hint("enable it in the file"))
        );
        assert_eq!(explain("Key.Other", "other", ACCESS).2, None);
        assert_eq!(explain("Busy.User", "slow down", ACCESS).0, Kind::Throttled);
        assert_eq!(explain("Key", "", ACCESS).1, "the server answered 403 Forbidden");
        // Neither a family nor a code is matched by its beginning alone.
        assert_eq!(explain("Keys", "x", ACCESS).0, Kind::Denied);
        assert_eq!(explain("No.More", "x", ACCESS).2, hint("allow `slb:List`"));
    }

    #[test]
    fn a_denied_call_names_the_action_that_allows_it() {
        for code in ["No", "Unknown"] {
            assert_eq!(explain(code, "no", ACCESS).2.as_deref(), Some("allow `slb:List`"));
            assert_eq!(explain(code, "no", Access { permission: None, ..ACCESS }).2, None);
        }
    }

    #[test]
    fn a_clock_is_ahead_or_behind_in_minutes_or_hours() {
        let message = |minutes| clock_error(Some(TimeDelta::minutes(minutes))).message;
        assert_eq!(message(20), "this machine's clock is 20 minutes ahead of the cloud's");
        assert_eq!(message(-1), "this machine's clock is 1 minute behind the cloud's");
        assert_eq!(message(-480), "this machine's clock is 8 hours behind the cloud's");
        assert_eq!(message(20 * 1440), "this machine's clock is 20 days ahead of the cloud's");
        assert_eq!(clock_error(None).message, "this machine's clock and the cloud's are too far apart");
    }

    #[test]
    fn a_wrong_secret_is_told_with_its_source() {
        let error = ACCESS.wrong_secret("access key secret");
        assert!(error.message.starts_with("the access key secret is wrong: "), "{}", error.message);
        assert_eq!(error.hint(), Some("copy the secret that belongs to the file"));
    }
}

//! The words of a run: errors and hints on standard error, and time in words.

use std::io::Write;

use chrono::{DateTime, Utc};

use crate::error::Error;
use crate::model::{Certificate, ScopeReport, Status};

use super::style::{self, harmless};
use super::summary::{self, Summary};

/// Standard error, for people.
#[derive(Debug)]
pub struct Messages<W>(W);

impl<W: Write> Messages<W> {
    pub fn new(stream: W) -> Self {
        Self(stream)
    }

    /// Tells an error in one line, and the next step in another.
    pub fn error(&mut self, error: &Error) {
        self.failure("", error);
    }

    /// Tells of the scopes that could not be read, and gives account of all.
    pub fn scan(&mut self, shown: usize, scopes: &[ScopeReport]) {
        for (places, error) in summary::failures(scopes) {
            self.failure(&format!("{places}: "), error);
        }
        for (places, error) in summary::usage_failures(scopes) {
            let place = format!("{places}: which listeners use a certificate is unknown: ");
            self.said("warning", style::WARNING, &place, error);
        }
        for (places, error) in summary::ca_list_failures(scopes) {
            let place = format!("{places}: whether a CA certificate's id begins so as well is unknown: ");
            self.said("warning", style::WARNING, &place, error);
        }
        for (places, error) in summary::limitations(scopes) {
            self.said("warning", style::WARNING, &format!("{places}: "), error);
        }
        self.line(&Summary { shown, scopes }.to_string());
    }

    /// Tells how many certificates a filter left out because nobody knows when they expire.
    pub fn left_out(&mut self, unknown: usize) {
        if unknown > 0 {
            self.note(&format!("{} of unknown expiry left out", summary::counted(unknown, "certificate")));
        }
    }

    /// Tells how many certificates a filter selected though what it judges by could not be read.
    pub fn undecided(&mut self, undecided: usize) {
        if undecided > 0 {
            let what = summary::counted(undecided, "certificate");
            self.note(&format!(
                "{what} listed though what the filter judges by could not be read; see the notes in JSON"
            ));
        }
    }

    /// Tells how many of the certificates that are shown were renewed elsewhere.
    pub fn superseded(&mut self, superseded: usize) {
        if superseded > 0 {
            let what = summary::counted(superseded, "certificate");
            self.note(&format!("{what} superseded by a longer-lived one; see `--superseded`"));
        }
    }

    /// Tells that nothing of what was named is in the scopes that were asked.
    pub fn not_found(&mut self, told: &str, scopes: &[ScopeReport]) {
        let answered = scopes.iter().filter(|report| report.error.is_none()).count();
        let all = summary::counted(scopes.len(), "scope");
        let looked =
            if answered == scopes.len() { format!("{all} asked") } else { format!("{answered} of {all} read") };
        let red = style::ERROR;
        self.line(&format!("{red}error:{red:#} {} ({looked})", harmless(told)));
    }

    /// Tells the next step.
    pub fn hint(&mut self, hint: &str) {
        let cyan = style::HINT;
        self.line(&format!("{cyan}hint:{cyan:#} {}", lines(hint)));
    }

    /// Tells what is not as a user may have meant it, and how to go on.
    pub fn note(&mut self, note: &str) {
        self.line(&format!("note: {}", harmless(note)));
    }

    /// Tells an error of one account.
    pub fn account(&mut self, provider: &str, name: &str, error: &Error) {
        self.failure(&format!("{provider} {}: ", harmless(name)), error);
    }

    /// Tells why one account may have more than can be read.
    pub fn account_limitation(&mut self, provider: &str, name: &str, error: &Error) {
        self.said("warning", style::WARNING, &format!("{provider} {}: ", harmless(name)), error);
    }

    fn failure(&mut self, place: &str, error: &Error) {
        self.said("error", style::ERROR, place, error);
    }

    fn said(&mut self, word: &str, style: anstyle::Style, place: &str, error: &Error) {
        self.line(&format!(
            "{style}{word}:{style:#} {}{}",
            harmless(place),
            lines(&error.with_vendor_ids().to_string())
        ));
        if let Some(hint) = error.hint() {
            self.hint(hint);
        }
    }

    fn line(&mut self, text: &str) {
        // Who closed standard error does not want to hear of it.
        let _ = writeln!(self.0, "{text}");
    }
}

/// Harmless text that keeps its own line ends: only certls writes any.
fn lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(harmless).collect();
    lines.join("\n")
}

/// What is left of a certificate's life, or how long it has been over.
pub(super) fn time_left(certificate: &Certificate, now: DateTime<Utc>) -> String {
    match (certificate.status(now), certificate.not_after) {
        (Status::NotYetValid, _) => "not yet valid".to_owned(),
        (_, None) => "unknown".to_owned(),
        (_, Some(end)) => time_until(end, now),
    }
}

/// How long a moment lies ahead, or how long something that ended then has been over.
pub(super) fn time_until(end: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let left = end - now;
    let days = |days: u64| summary::counted(days, "day");
    match (now > end, left.num_days().unsigned_abs()) {
        (true, 0) => "expired today".to_owned(),
        (true, left) => format!("expired {} ago", days(left)),
        (false, 0) => "today".to_owned(),
        (false, left) => format!("in {}", days(left)),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn time_is_told_in_whole_days() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
        let told = |hours| {
            let not_after = Some(now + TimeDelta::hours(hours));
            time_left(&Certificate { not_after, ..Certificate::default() }, now)
        };
        assert_eq!(told(5), "today");
        assert_eq!(told(25), "in 1 day");
        assert_eq!(told(24 * 9 + 1), "in 9 days");
        assert_eq!(told(-1), "expired today");
        assert_eq!(told(-24 * 3), "expired 3 days ago");
        assert_eq!(told(-25), "expired 1 day ago");
        assert_eq!(time_left(&Certificate::default(), now), "unknown");
    }
}

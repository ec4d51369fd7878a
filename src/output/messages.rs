//! The messages of a run on standard error: errors with hints, notes and the summary; and time in words.

use std::io::Write;

use chrono::{DateTime, TimeDelta, Utc};

use crate::error::Error;
use crate::model::{Certificate, ScopeReport, Status, is_complete};

use super::escape::Escape;
use super::style;
use super::summary::{self, Failures, Summary};

/// The certificates of a scan, and the scopes that they came from.
#[derive(Debug, Clone, Copy)]
pub struct Scanned<'a> {
    pub shown: usize,
    /// How many were read, from which those that are shown were selected.
    pub total: usize,
    pub scopes: &'a [ScopeReport],
}

/// What came of the files.
#[derive(Debug, Default)]
pub struct Written {
    /// An error for each target that could not be written.
    pub failed: Vec<Error>,
    /// What users should know of the others.
    pub notes: Vec<String>,
}

impl<'a> Scanned<'a> {
    /// Returns a scan of which everything that was looked for is shown.
    pub fn all(shown: usize, scopes: &'a [ScopeReport]) -> Self {
        Self { shown, total: shown, scopes }
    }
}

/// Standard error, for people.
#[derive(Debug)]
pub struct Messages<W> {
    stream: W,
    /// Whether errors are printed with their causes.
    verbose: bool,
}

impl<W: Write> Messages<W> {
    pub fn new(stream: W, verbose: bool) -> Self {
        Self { stream, verbose }
    }

    /// Prints an error in one line, and the next step in another.
    pub fn error(&mut self, error: &Error) {
        self.failure("", error);
    }

    /// Prints the error that ended the run: its message, under `-v` its causes, and the next step.
    pub fn fatal(&mut self, error: &anyhow::Error) {
        let own = Error::in_chain(error);
        let outermost = error.to_string();
        let message = match own {
            Some(own) if own.message == outermost => own.with_vendor_ids().to_string(),
            _ => outermost,
        };
        self.diagnostic("error", style::ERROR, "", &message);
        self.causes(error.as_ref());
        if let Some(hint) = own.and_then(Error::hint) {
            self.hint(hint);
        }
    }

    /// Prints the errors of the scopes that could not be read, and the summary: where `quiet`, only if there are any.
    pub fn scan(&mut self, scanned: &Scanned<'_>, quiet: bool) {
        let Scanned { shown, total, scopes } = *scanned;
        self.failures(&summary::failures(scopes), |messages, places, error| {
            messages.failure(&format!("{places}: "), error);
        });
        self.failures(&summary::usage_failures(scopes), |messages, places, error| {
            messages.warning(&format!("{places}: which listeners use a certificate is unknown: "), error);
        });
        self.failures(&summary::ca_list_failures(scopes), |messages, places, error| {
            messages.warning(&format!("{places}: whether a CA certificate's id begins so as well is unknown: "), error);
        });
        self.failures(&summary::limitations(scopes), |messages, places, error| {
            messages.warning(&format!("{places}: "), error);
        });
        if !(quiet && is_complete(scopes)) {
            self.line(&Summary { shown, total, scopes }.to_string());
        }
    }

    fn failures(&mut self, failures: &Failures<'_>, print: impl Fn(&mut Self, &str, &Error)) {
        for (places, error) in &failures.named {
            print(self, places, error);
        }
        if failures.further > 0 {
            let scopes = summary::counted(failures.further, "more scope");
            self.note(&format!("the same for {scopes}, each in its own words: `-o json` tells all of them"));
        }
    }

    /// Prints which files could not be written, and what is to be known of the others.
    pub fn written(&mut self, written: &Written) {
        for error in &written.failed {
            self.error(error);
        }
        for note in &written.notes {
            self.note(note);
        }
    }

    /// Prints how many certificates a filter left out because their expiry is unknown.
    pub fn left_out(&mut self, unknown: usize) {
        if unknown > 0 {
            self.note(&format!("{} of unknown expiry left out", summary::counted(unknown, "certificate")));
        }
    }

    /// Prints how many certificates a filter selected though what it judges by could not be read.
    pub fn undecided(&mut self, undecided: usize) {
        if undecided > 0 {
            let what = summary::counted(undecided, "certificate");
            self.note(&format!(
                "{what} listed though what the filter judges by could not be read; see the notes in JSON"
            ));
        }
    }

    /// Prints how many of the certificates that are shown are superseded.
    pub fn superseded(&mut self, superseded: usize) {
        if superseded > 0 {
            let what = summary::counted(superseded, "certificate");
            self.note(&format!("{what} superseded by a longer-lived one; see `--superseded`"));
        }
    }

    /// Prints that something was not found in the scopes that were asked.
    pub fn not_found(&mut self, message: &str, scopes: &[ScopeReport]) {
        let answered = scopes.iter().filter(|report| report.error.is_none()).count();
        let all = summary::counted(scopes.len(), "scope");
        let searched =
            if answered == scopes.len() { format!("{all} asked") } else { format!("{answered} of {all} read") };
        let red = style::ERROR;
        self.line(&format!("{red}error:{red:#} {} ({searched})", Escape::Terminal.apply(message)));
    }

    /// Prints the next step.
    pub fn hint(&mut self, hint: &str) {
        let cyan = style::HINT;
        self.line(&format!("{cyan}hint:{cyan:#} {}", lines(hint)));
    }

    /// Prints what may not be as the user expects.
    pub fn note(&mut self, note: &str) {
        self.line(&format!("note: {}", Escape::Terminal.apply(note)));
    }

    /// Prints what only matters to those who want to know more, under `-v`.
    pub fn detail(&mut self, note: &str) {
        if self.verbose {
            self.note(note);
        }
    }

    /// Prints an error of one account.
    pub fn account(&mut self, provider: &str, name: &str, error: &Error) {
        self.failure(&format!("{provider} {name}: "), error);
    }

    /// Prints why one account may have more than can be read.
    pub fn account_limitation(&mut self, provider: &str, name: &str, error: &Error) {
        self.warning(&format!("{provider} {name}: "), error);
    }

    /// Prints what is wrong with a file that was read all the same.
    pub fn file_warning(&mut self, error: &Error) {
        self.warning("", error);
    }

    fn failure(&mut self, place: &str, error: &Error) {
        self.typed("error", style::ERROR, place, error);
    }

    fn warning(&mut self, place: &str, error: &Error) {
        self.typed("warning", style::WARNING, place, error);
    }

    fn typed(&mut self, word: &str, style: anstyle::Style, place: &str, error: &Error) {
        self.diagnostic(word, style, place, &error.with_vendor_ids().to_string());
        self.causes(error);
        if let Some(hint) = error.hint() {
            self.hint(hint);
        }
    }

    fn diagnostic(&mut self, word: &str, style: anstyle::Style, place: &str, message: &str) {
        self.line(&format!("{style}{word}:{style:#} {}{}", Escape::Terminal.apply(place), lines(message)));
    }

    /// Prints the causes under `-v`: each that says more than the message before it.
    fn causes(&mut self, error: &(dyn std::error::Error + 'static)) {
        if !self.verbose {
            return;
        }
        let mut printed = error.to_string();
        for cause in std::iter::successors(error.source(), |cause| cause.source()) {
            let message = cause.to_string();
            if !printed.contains(&message) {
                self.line(&format!("caused by: {}", lines(&message)));
                printed = message;
            }
        }
    }

    fn line(&mut self, text: &str) {
        // Nothing is left to say to a reader who closed standard error.
        let _ = writeln!(self.stream, "{text}");
    }
}

/// Escapes each line; the line ends themselves are certls' own.
fn lines(text: &str) -> String {
    text.split('\n').map(|line| Escape::Terminal.apply(line)).collect::<Vec<_>>().join("\n")
}

/// Returns the rest of a certificate's life in words, or how long ago it ended.
pub(super) fn time_left(certificate: &Certificate, now: DateTime<Utc>) -> String {
    // An issuer that ends first counts from the days on in which an end is near.
    let is_near = |end: &DateTime<Utc>| *end - now < TimeDelta::days(style::SOON);
    let issuer_end = certificate.issuer_end().filter(is_near);
    match (certificate.status(now), certificate.not_after, issuer_end) {
        (Status::Expired, Some(end), _) => time_until(end, now),
        (_, _, Some(end)) => format!("issuer {}", time_until(end, now)),
        (Status::NotYetValid, ..) => "not yet valid".to_owned(),
        (_, None, _) => "unknown".to_owned(),
        (_, Some(end), _) => time_until(end, now),
    }
}

/// Returns the time until a moment in words, or how long ago something that ended then has expired.
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
    use super::*;
    use crate::error::Kind;

    fn fatal(verbose: bool, error: &anyhow::Error) -> String {
        let mut printed = Vec::new();
        Messages::new(anstream::StripStream::new(&mut printed as &mut dyn Write), verbose).fatal(error);
        String::from_utf8(printed).expect("text")
    }

    #[test]
    fn causes_are_printed_under_verbose_where_they_say_more() {
        let cause = std::io::Error::other(Error::new(Kind::Network, "refused").with_source(std::fmt::Error));
        let mut own = Error::new(Kind::Config, "ca.pem: refused").with_hint("correct it").with_source(cause);
        own.code = Some("Code".to_owned());
        let own = anyhow::Error::from(own);
        assert_eq!(fatal(false, &own), "error: ca.pem: refused (Code)\nhint: correct it\n");
        let formatting = std::fmt::Error.to_string();
        assert_eq!(
            fatal(true, &own),
            format!("error: ca.pem: refused (Code)\ncaused by: {formatting}\nhint: correct it\n")
        );
        let outer = own.context("it was not \u{202e}started");
        assert_eq!(fatal(false, &outer), "error: it was not \\u{202e}started\nhint: correct it\n");
        assert_eq!(
            fatal(true, &outer),
            format!(
                "error: it was not \\u{{202e}}started\ncaused by: ca.pem: refused\ncaused by: {formatting}\n\
                hint: correct it\n"
            )
        );
    }

    #[test]
    fn time_is_written_in_whole_days() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
        let left = |hours| {
            let not_after = Some(now + TimeDelta::hours(hours));
            time_left(&Certificate { not_after, ..Certificate::default() }, now)
        };
        assert_eq!(left(5), "today");
        assert_eq!(left(25), "in 1 day");
        assert_eq!(left(24 * 9 + 1), "in 9 days");
        assert_eq!(left(-1), "expired today");
        assert_eq!(left(-24 * 3), "expired 3 days ago");
        assert_eq!(left(-25), "expired 1 day ago");
        assert_eq!(time_left(&Certificate::default(), now), "unknown");
        let issuer = |days| {
            let at = |days| Some(now + TimeDelta::days(days));
            time_left(&Certificate { not_after: at(179), chain_not_after: at(days), ..Certificate::default() }, now)
        };
        assert_eq!([-3, 1, 29].map(issuer), ["issuer expired 3 days ago", "issuer in 1 day", "issuer in 29 days"]);
        assert_eq!([30, 900].map(issuer), ["in 179 days", "in 179 days"]);
    }
}

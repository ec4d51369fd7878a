//! What `check` found: its formats, and what they are made from.

use std::io;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::error::Error;
use crate::model::{Certificate, Judgement, ScopeReport, State, Thresholds, is_complete};

use crate::output::columns::Record;
use crate::output::json::{self, Scope};
use crate::output::{Report, Style, Target, by_name};

use super::nagios;

/// The formats of `check`.
pub const FORMATS: [&str; 3] = ["text", "json", "prometheus"];

/// Tells in one line why there is no verdict.
///
/// # Errors
/// Where the output cannot be written.
pub fn unknown(told: &str, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{}", nagios::unknown(told))
}

/// The verdict over an inventory.
#[derive(Debug)]
pub struct Verdict<'a> {
    pub state: State,
    /// Every certificate that was judged, soonest expiry first.
    pub judged: Vec<(&'a Certificate, Judgement)>,
    pub scopes: &'a [ScopeReport],
    pub thresholds: Thresholds,
    pub now: DateTime<Utc>,
    /// Why an output could not be written, for each that could not.
    pub unwritten: Vec<Error>,
}

impl<'a> Verdict<'a> {
    pub(super) fn count(&self, state: State) -> usize {
        self.judged.iter().filter(|(_, judgement)| judgement.state == state).count()
    }

    pub(super) fn failed_scopes(&self) -> usize {
        self.scopes.iter().filter(|report| report.error.is_some()).count()
    }

    pub(super) fn superseded(&self) -> usize {
        self.judged.iter().filter(|(certificate, _)| certificate.superseded_by.is_some()).count()
    }

    /// The certificates that are not OK.
    pub(super) fn problems(&self) -> impl Iterator<Item = &(&'a Certificate, Judgement)> {
        self.judged.iter().filter(|(_, judgement)| judgement.state != State::Ok)
    }

    /// # Errors
    /// Where the output cannot be written.
    pub fn write(&self, target: &Target, out: &mut dyn io::Write) -> io::Result<()> {
        match target.format.as_str() {
            "text" => nagios::write(self, out),
            "json" => self.json(out),
            other => {
                let certificates = self.judged.iter().map(|(certificate, _)| *certificate).collect();
                let report =
                    Report { certificates, scopes: self.scopes, now: self.now, style: Style::OWN, width: None };
                by_name(other).write(&report, out)
            }
        }
    }

    fn json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let problem = |(certificate, judgement): &(&'a Certificate, Judgement)| Problem {
            state: judgement.state.name(),
            reason: judgement.reason.clone(),
            certificate: Record(certificate, self.now),
        };
        let told = Told {
            complete: is_complete(self.scopes),
            state: self.state.name(),
            warning: self.thresholds.warning().to_string(),
            critical: self.thresholds.critical().to_string(),
            counts: Counts {
                certificates: self.judged.len(),
                ok: self.count(State::Ok),
                warning: self.count(State::Warning),
                critical: self.count(State::Critical),
                unknown: self.count(State::Unknown),
            },
            problems: self.problems().map(problem).collect(),
            scopes: self.scopes.iter().map(Scope::from).collect(),
        };
        json::document(told, self.now, out)
    }
}

#[derive(Serialize)]
struct Told<'a> {
    complete: bool,
    state: &'static str,
    warning: String,
    critical: String,
    counts: Counts,
    problems: Vec<Problem<'a>>,
    scopes: Vec<Scope<'a>>,
}

#[derive(Serialize)]
struct Counts {
    certificates: usize,
    ok: usize,
    warning: usize,
    critical: usize,
    unknown: usize,
}

#[derive(Serialize)]
struct Problem<'a> {
    state: &'static str,
    reason: String,
    certificate: Record<'a>,
}

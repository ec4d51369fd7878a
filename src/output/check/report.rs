//! The verdict over an inventory, and what it was made from.

use chrono::{DateTime, Utc};

use crate::error::Error;
use crate::model::{Certificate, Judgement, ScopeReport, State, Thresholds};
use crate::output::label::Label;
use crate::output::summary::{self, Failures};

/// The verdict over an inventory.
#[derive(Debug)]
pub struct CheckReport<'a> {
    pub state: State,
    /// Every certificate that was judged, soonest expiry first.
    pub judged: Vec<(&'a Certificate, Judgement)>,
    pub scopes: &'a [ScopeReport],
    pub thresholds: Thresholds,
    pub now: DateTime<Utc>,
    /// Labels of every metric.
    pub labels: &'a [Label],
    /// An error for each output that could not be written.
    pub unwritten: Vec<Error>,
}

impl<'a> CheckReport<'a> {
    pub(in crate::output) fn count(&self, state: State) -> usize {
        self.judged.iter().filter(|(_, judgement)| judgement.state == state).count()
    }

    pub(super) fn failed_scopes(&self) -> usize {
        self.scopes.iter().filter(|report| report.error.is_some()).count()
    }

    /// Returns why uses are unknown that the verdict depends on.
    pub(super) fn usage_failures(&self) -> Failures<'_> {
        if self.usage_failed_scopes() > 0 { summary::usage_failures(self.scopes) } else { Failures::default() }
    }

    /// Returns how many scopes have unknown uses, where the verdict depends on them.
    pub(super) fn usage_failed_scopes(&self) -> usize {
        let is_blind = |report: &&ScopeReport| report.is_usage_requested && report.usage_error.is_some();
        self.scopes.iter().filter(is_blind).count()
    }

    pub(super) fn superseded(&self) -> usize {
        self.judged.iter().filter(|(certificate, _)| certificate.superseded_by.is_some()).count()
    }

    /// Returns the certificates that are not OK.
    pub(in crate::output) fn problems(&self) -> impl Iterator<Item = &(&'a Certificate, Judgement)> {
        self.judged.iter().filter(|(_, judgement)| judgement.state != State::Ok)
    }
}

//! The search for the certificates that a user's selectors mean.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

use crate::model::{Certificate, Kinds, Scope, ScopeReport, Selector};
use crate::providers::Context;

use super::deadline::Deadline;
use super::plan::Planned;
use super::query::{Query, UsageMode};
use super::reporter::Listener;
use super::scan::{ScanResult, scan};

/// Hands on what is read, and notes which selectors it matches.
struct MatchTracker<'a> {
    /// The selectors that nothing matches yet.
    unmatched: Vec<&'a Selector>,
    /// The selectors that no whole id or fingerprint matches yet.
    without_exact_match: Vec<&'a Selector>,
    listener: &'a mut dyn Listener,
}

impl Listener for MatchTracker<'_> {
    fn page(&mut self, page: Vec<Certificate>) -> ControlFlow<()> {
        self.unmatched.retain(|selector| !page.iter().any(|certificate| selector.may_match(certificate)));
        self.without_exact_match
            .retain(|selector| !page.iter().any(|certificate| selector.matches_exactly(certificate)));
        self.listener.page(page)
    }

    fn progress(&mut self, done: usize, scopes: usize, certificates: usize) {
        self.listener.progress(done, scopes, certificates);
    }
}

/// Searches the lists of server certificates, then the separate lists of CA certificates: only where a selector has
/// no exact match, since not every user may read them. They fail as an error only where a selector has no match.
///
/// Everything is listed even where all are found by their ids: no cloud knows the beginning of an id or a fingerprint,
/// and only the others tell whether a certificate is superseded.
pub(super) async fn find(
    cx: &Context,
    accounts: &[Planned<'_>],
    selectors: &[Selector],
    deadline: Deadline,
    listener: &mut dyn Listener,
) -> ControlFlow<(), ScanResult> {
    let may_match = |certificate: &Certificate| selectors.iter().any(|selector| selector.may_match(certificate));
    let usage = UsageMode::Where(&may_match);
    let ids: BTreeSet<_> = selectors.iter().filter(|s| s.may_be_id()).map(|s| s.text.clone()).collect();
    let all: Vec<&Selector> = selectors.iter().collect();
    let mut tracker = MatchTracker { unmatched: all.clone(), without_exact_match: all, listener };
    let servers = Query {
        kinds: Kinds::Server,
        usage,
        lookup_ids: ids.into_iter().collect(),
        keep: Kinds::All,
        ca_lists_only: false,
    };
    let first = scan(cx, accounts, &servers, deadline, &mut tracker).await?;
    if tracker.without_exact_match.is_empty() || first.reports.is_empty() || deadline.has_passed() {
        return ControlFlow::Continue(first);
    }
    let is_all_matched = tracker.unmatched.is_empty();
    let authorities = Query { kinds: Kinds::Ca, usage, lookup_ids: Vec::new(), keep: Kinds::Ca, ca_lists_only: true };
    let mut second = scan(cx, accounts, &authorities, deadline, &mut tracker).await?;
    if is_all_matched {
        for report in &mut second.reports {
            report.ca_list_error = report.error.take();
        }
    }
    let reports = merge(first.reports, second.reports);
    ControlFlow::Continue(ScanResult { reports, absent: first.absent })
}

/// Merges the reports of two scans of the same scopes. A scope that failed in either has failed; a report of all
/// regions counts for every scope of its service.
fn merge(first: Vec<ScopeReport>, second: Vec<ScopeReport>) -> Vec<ScopeReport> {
    let mut reports = first;
    let places: HashMap<Scope, usize> =
        reports.iter().enumerate().map(|(place, report)| (report.scope.clone(), place)).collect();
    for again in second {
        let is_placeholder = again.scope.region == Scope::ALL_REGIONS && again.scope.project.is_none();
        let parts: Vec<usize> = match places.get(&again.scope) {
            Some(place) if !is_placeholder => vec![*place],
            _ if is_placeholder => (0..reports.len()).filter(|at| reports[*at].scope.is_beside(&again.scope)).collect(),
            _ => Vec::new(),
        };
        if parts.is_empty() {
            reports.push(again);
            continue;
        }
        for part in parts {
            let report = &mut reports[part];
            report.certificates += again.certificates;
            report.error = report.error.take().or(again.error.clone());
            report.usage_error = report.usage_error.take().or(again.usage_error.clone());
            report.ca_list_error = report.ca_list_error.take().or(again.ca_list_error.clone());
        }
    }
    reports.sort_by(|a, b| a.scope.cmp(&b.scope));
    reports
}

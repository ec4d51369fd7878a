//! The search for certificates that a user points at.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use crate::model::{Certificate, Kinds, Reference, Scope, ScopeReport};

use super::collect::{Asked, Gathering, Read, gather};
use super::{AskUsage, Deadline, Listener, Wanted};

/// Passes on what is read, and sees which references are met by it.
struct Meeting<'a> {
    /// The references that nothing fits, and those that nothing is named by to the letter.
    unmet: Vec<&'a Reference>,
    loose: Vec<&'a Reference>,
    listener: &'a mut dyn Listener,
}

impl Listener for Meeting<'_> {
    fn page(&mut self, page: Vec<Certificate>) -> ControlFlow<()> {
        self.unmet.retain(|reference| !page.iter().any(|certificate| reference.fits(certificate)));
        self.loose.retain(|reference| !page.iter().any(|certificate| reference.names(certificate)));
        self.listener.page(page)
    }

    fn progress(&mut self, done: usize, scopes: usize, certificates: usize) {
        self.listener.progress(done, scopes, certificates);
    }
}

/// Looks everywhere among the certificates of servers, and among those of authorities, which some clouds keep
/// in lists of their own: only where a reference is not met by a whole id or fingerprint, since not
/// everybody may read them, and as an error only where it is not met at all.
///
/// Everything is listed, also where all are found by their ids: a beginning or a fingerprint is known by
/// no cloud, and whether a certificate is superseded only the others tell.
pub(super) async fn find(
    asked: &Asked<'_>,
    references: &[Reference],
    deadline: Deadline,
    listener: &mut dyn Listener,
) -> Gathering {
    let fits = |certificate: &Certificate| references.iter().any(|reference| reference.fits(certificate));
    let usage = AskUsage::Where(&fits);
    let ids: BTreeSet<_> = references.iter().filter(|r| r.may_be_id()).map(|r| r.text.clone()).collect();
    let open: Vec<&Reference> = references.iter().collect();
    let mut meeting = Meeting { unmet: open.clone(), loose: open, listener };
    let wanted = Wanted { kinds: Kinds::Server, usage };
    let servers = Read { wanted, ids: ids.into_iter().collect(), kept: Kinds::All, only_apart: false };
    let first = gather(asked, &servers, deadline, &mut meeting).await;
    if meeting.loose.is_empty() || first.reports.is_empty() || deadline.left().is_zero() {
        return first;
    }
    let is_all_met = meeting.unmet.is_empty();
    let wanted = Wanted { kinds: Kinds::Ca, usage };
    let authorities = Read { wanted, ids: Vec::new(), kept: Kinds::Ca, only_apart: true };
    let mut second = gather(asked, &authorities, deadline, &mut meeting).await;
    if is_all_met {
        for report in &mut second.reports {
            report.authorities = report.error.take();
        }
    }
    Gathering { reports: merged(first.reports, second.reports), absent: first.absent }
}

/// A scope that could not be read either time was not read. One that only stands in for others tells of them all.
fn merged(first: Vec<ScopeReport>, second: Vec<ScopeReport>) -> Vec<ScopeReport> {
    let mut reports = first;
    for again in second {
        let is_part = |report: &ScopeReport| {
            let is_standing_in = again.scope.region == Scope::ALL_REGIONS && again.scope.project.is_none();
            report.scope == again.scope || is_standing_in && report.scope.is_beside(&again.scope)
        };
        let mut parts = reports.iter_mut().filter(|report| is_part(report)).peekable();
        if parts.peek().is_none() {
            drop(parts);
            reports.push(again);
            continue;
        }
        for report in parts {
            report.certificates += again.certificates;
            report.error = report.error.take().or(again.error.clone());
            report.usage = report.usage.take().or(again.usage.clone());
            report.authorities = report.authorities.take().or(again.authorities.clone());
        }
    }
    reports.sort_by(|a, b| a.scope.cmp(&b.scope));
    reports
}

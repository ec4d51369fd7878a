//! The search for certificates that a user points at.

use std::ops::ControlFlow;

use crate::model::{Certificate, Kinds, Reference, ScopeReport};

use super::collect::{Asked, Gathering, gather};
use super::{AskUsage, Deadline, Listener, Wanted};

/// Passes on what is read, and sees which references are met by it.
struct Meeting<'a> {
    open: Vec<&'a Reference>,
    listener: &'a mut dyn Listener,
}

impl Listener for Meeting<'_> {
    fn page(&mut self, page: Vec<Certificate>) -> ControlFlow<()> {
        self.open.retain(|reference| !page.iter().any(|certificate| reference.fits(certificate)));
        self.listener.page(page)
    }

    fn progress(&mut self, done: usize, scopes: usize, certificates: usize) {
        self.listener.progress(done, scopes, certificates);
    }
}

/// Looks everywhere among the certificates of servers, and where something is still missing among those
/// of authorities, which some clouds keep in lists of their own.
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
    let ids = references.iter().filter(|reference| reference.may_be_id()).map(|reference| reference.text.clone());
    let mut meeting = Meeting { open: references.iter().collect(), listener };
    let servers = Wanted { kinds: Kinds::Server, usage: AskUsage::Where(&fits), ids: ids.collect() };
    let first = gather(asked, &servers, deadline, &mut meeting).await;
    if meeting.open.is_empty() || first.reports.is_empty() {
        return first;
    }
    let authorities = Wanted { kinds: Kinds::Ca, usage: AskUsage::Where(&fits), ids: Vec::new() };
    let second = gather(asked, &authorities, deadline, &mut meeting).await;
    Gathering { reports: merged(first.reports, second.reports), absent: first.absent }
}

/// A scope that could not be read either time was not read.
fn merged(first: Vec<ScopeReport>, second: Vec<ScopeReport>) -> Vec<ScopeReport> {
    let mut reports = first;
    for again in second {
        match reports.iter_mut().find(|report| report.scope == again.scope) {
            Some(report) => {
                report.certificates += again.certificates;
                report.error = report.error.take().or(again.error);
                report.usage = report.usage.take().or(again.usage);
            }
            None => reports.push(again),
        }
    }
    reports.sort_by(|a, b| a.scope.cmp(&b.scope));
    reports
}

//! The summary of a scan: what was asked, what answered, and what did not.

use std::collections::BTreeSet;
use std::fmt;

use crate::error::{Error, Kind};
use crate::model::{ScopeReport, ScopeStatus};

/// `412 certificates · 2 clouds, 3 accounts, 57 scopes: 55 read, 1 denied, 1 timed out`.
pub(super) struct Summary<'a> {
    pub shown: usize,
    pub scopes: &'a [ScopeReport],
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clouds: BTreeSet<_> = self.scopes.iter().map(|report| report.scope.provider).collect();
        let accounts: BTreeSet<_> =
            self.scopes.iter().map(|report| (report.scope.provider, &report.scope.account)).collect();
        write!(
            f,
            "{} · {}, {}, {}: ",
            counted(self.shown, "certificate"),
            counted(clouds.len(), "cloud"),
            counted(accounts.len(), "account"),
            counted(self.scopes.len(), "scope"),
        )?;
        let count = |status| self.scopes.iter().filter(|report| report.status() == status).count();
        if count(ScopeStatus::Ok) == self.scopes.len() {
            return f.write_str("all read");
        }
        let outcomes = [
            (ScopeStatus::Ok, "read"),
            (ScopeStatus::Denied, "denied"),
            (ScopeStatus::Throttled, "throttled"),
            (ScopeStatus::Timeout, "timed out"),
            (ScopeStatus::Failed, "failed"),
        ];
        let outcomes = outcomes.iter().map(|(status, word)| (count(*status), word));
        let counts: Vec<String> =
            outcomes.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        f.write_str(&counts.join(", "))
    }
}

/// A part of a scope's report that may be an error.
type Part = fn(&ScopeReport) -> Option<&Error>;

/// Returns the errors of failed scopes, equal ones once, with their places.
pub(super) fn failures(scopes: &[ScopeReport]) -> Vec<(String, &Error)> {
    alike(scopes, |report| report.error.as_ref())
}

/// Returns the errors of usage sources, equal ones once, with their places.
pub(super) fn usage_failures(scopes: &[ScopeReport]) -> Vec<(String, &Error)> {
    alike(scopes, |report| report.usage_error.as_ref())
}

/// Returns the errors of separate lists of CA certificates, equal ones once, with their places.
pub(super) fn ca_list_failures(scopes: &[ScopeReport]) -> Vec<(String, &Error)> {
    alike(scopes, |report| report.ca_list_error.as_ref())
}

/// The scopes of accounts that may keep more than their scopes, for the same reason.
pub(super) fn limitations(scopes: &[ScopeReport]) -> Vec<(String, &Error)> {
    alike(scopes, |report| report.limitation.as_ref())
}

fn alike(scopes: &[ScopeReport], part: Part) -> Vec<(String, &Error)> {
    let are_alike =
        |a: &ScopeReport, b: &ScopeReport| a.scope.is_beside(&b.scope) && part(a).map(failure) == part(b).map(failure);
    let mut groups: Vec<Vec<&ScopeReport>> = Vec::new();
    for report in scopes.iter().filter(|report| part(report).is_some()) {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| are_alike(first, report))) {
            Some(group) => group.push(report),
            None => groups.push(vec![report]),
        }
    }
    groups.iter().filter_map(|group| Some((places(group)?, part(group.first()?)?))).collect()
}

/// What errors have in common that are printed once.
fn failure(error: &Error) -> (Kind, &str, Option<&str>, Option<&str>) {
    (error.kind, &error.message, error.code.as_deref(), error.hint())
}

/// `aliyun shop cn-hangzhou slb`; of several, `aliyun shop slb in 3 regions (cn-beijing, …)`.
fn places(group: &[&ScopeReport]) -> Option<String> {
    let first = &group.first()?.scope;
    if group.len() == 1 {
        return Some(first.to_string());
    }
    let regions: BTreeSet<&str> = group
        .iter()
        .map(|report| report.scope.project.as_ref().map_or(report.scope.region.as_str(), |project| &project.name))
        .collect();
    let regions: Vec<&str> = regions.into_iter().collect();
    let (provider, account, service) = (first.provider, &first.account, first.service);
    Some(format!("{provider} {account} {service} in {} regions ({})", regions.len(), regions.join(", ")))
}

/// Returns a number with its noun: `1 scope`, `2 scopes`.
pub(super) fn counted<N: Copy + fmt::Display + PartialEq + From<u8>>(number: N, what: &str) -> String {
    if number == N::from(1) { format!("1 {what}") } else { format!("{number} {what}s") }
}

//! The summary of a scan: what was asked, what answered, and what did not.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use crate::error::Error;
use crate::model::{ScopeReport, ScopeStatus};

/// `5 of 412 certificates · 2 clouds, 3 accounts, 57 scopes: 55 read, 1 denied, 1 timed out`.
pub(super) struct Summary<'a> {
    pub shown: usize,
    /// How many certificates were read, from which those that are shown were selected.
    pub total: usize,
    pub scopes: &'a [ScopeReport],
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clouds: BTreeSet<_> = self.scopes.iter().map(|report| report.scope.provider).collect();
        let accounts: BTreeSet<_> =
            self.scopes.iter().map(|report| (report.scope.provider, &report.scope.account)).collect();
        write!(
            f,
            "{} · {}, {}, {}: {}",
            self.certificates(),
            counted(clouds.len(), "cloud"),
            counted(accounts.len(), "account"),
            counted(self.scopes.len(), "scope"),
            self.outcomes(),
        )
    }
}

impl Summary<'_> {
    fn certificates(&self) -> String {
        let is_nothing_read = self.total == 0 && self.scopes.iter().all(|report| report.error.is_some());
        match (self.shown, self.total) {
            _ if is_nothing_read => "no certificate read".to_owned(),
            (shown, total) if shown == total => counted(shown, "certificate"),
            (shown, total) => format!("{shown} of {}", counted(total, "certificate")),
        }
    }

    fn outcomes(&self) -> String {
        let count = |status| self.scopes.iter().filter(|report| report.status() == status).count();
        let uses_unknown = self.scopes.iter().filter(|report| report.usage_error.is_some()).count();
        let outcomes = [
            (ScopeStatus::Ok, "read"),
            (ScopeStatus::Denied, "denied"),
            (ScopeStatus::Throttled, "throttled"),
            (ScopeStatus::Timeout, "timed out"),
            (ScopeStatus::Failed, "failed"),
        ];
        let outcomes = outcomes.iter().map(|(status, word)| (count(*status), word));
        let mut counts: Vec<String> =
            outcomes.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        if count(ScopeStatus::Ok) == self.scopes.len() && uses_unknown == 0 {
            return "all read".to_owned();
        }
        if uses_unknown > 0 {
            counts.push(format!("uses unknown in {uses_unknown}"));
        }
        counts.join(", ")
    }
}

/// A part of a scope's report that may be an error.
type Part = fn(&ScopeReport) -> Option<&Error>;

/// Errors of scopes, equal ones once.
#[derive(Default)]
pub(super) struct Failures<'a> {
    /// The first of the errors, each with its places.
    pub named: Vec<(String, &'a Error)>,
    /// How many scopes failed for other reasons, which are too many to be read.
    pub further: usize,
}

/// Returns the errors of failed scopes.
pub(super) fn failures(scopes: &[ScopeReport]) -> Failures<'_> {
    alike(scopes, |report| report.error.as_ref())
}

/// Returns the errors of usage sources.
pub(super) fn usage_failures(scopes: &[ScopeReport]) -> Failures<'_> {
    alike(scopes, |report| report.usage_error.as_ref())
}

/// Returns the errors of separate lists of CA certificates.
pub(super) fn ca_list_failures(scopes: &[ScopeReport]) -> Failures<'_> {
    alike(scopes, |report| report.ca_list_error.as_ref())
}

/// Returns why accounts may keep more than their scopes.
pub(super) fn limitations(scopes: &[ScopeReport]) -> Failures<'_> {
    alike(scopes, |report| report.limitation.as_ref())
}

/// What errors have in common that are printed once: the place beside the region, and what is printed of them.
type Group<'a> = ((&'static str, &'a str, &'static str), (&'static str, &'a str, Option<&'a str>, Option<&'a str>));

fn alike(scopes: &[ScopeReport], part: Part) -> Failures<'_> {
    const MAX_GROUPS: usize = 20;
    let service = |report: &ScopeReport| (report.scope.provider, report.scope.account.clone(), report.scope.service);
    let mut numbers: HashMap<Group<'_>, usize> = HashMap::new();
    let mut groups: Vec<Vec<&ScopeReport>> = Vec::new();
    let mut sizes: HashMap<_, usize> = HashMap::new();
    for report in scopes {
        *sizes.entry(service(report)).or_default() += 1;
        let Some(error) = part(report) else { continue };
        let place = (report.scope.provider, report.scope.account.as_str(), report.scope.service);
        let failure = (error.kind.name(), error.message.as_str(), error.code.as_deref(), error.hint());
        let next = groups.len();
        let number = *numbers.entry((place, failure)).or_insert(next);
        match groups.get_mut(number) {
            Some(group) => group.push(report),
            None => groups.push(vec![report]),
        }
    }
    let (named, further) = groups.split_at(groups.len().min(MAX_GROUPS));
    let named = named.iter().filter_map(|group| {
        let first = group.first()?;
        let is_whole = sizes.get(&service(first)) == Some(&group.len());
        Some((places(group, is_whole)?, part(first)?))
    });
    Failures { named: named.collect(), further: further.iter().map(Vec::len).sum() }
}

/// `aliyun shop cn-hangzhou slb`; of several, `aliyun shop slb in 3 regions (cn-beijing, …)`; of many that are all there
/// are, `aliyun shop slb in all 27 regions`.
fn places(group: &[&ScopeReport], is_whole: bool) -> Option<String> {
    const MAX_NAMES_OF_ALL: usize = 3;
    const MAX_NAMES: usize = 20;
    let first = &group.first()?.scope;
    if group.len() == 1 {
        return Some(first.to_string());
    }
    let regions: BTreeSet<&str> = group
        .iter()
        .map(|report| report.scope.project.as_ref().map_or(report.scope.region.as_str(), |project| &project.name))
        .collect();
    let place = format!("{} {} {} in", first.provider, first.account, first.service);
    let number = regions.len();
    if is_whole && number > MAX_NAMES_OF_ALL {
        return Some(format!("{place} all {number} regions"));
    }
    let names = regions.iter().copied().take(MAX_NAMES).collect::<Vec<_>>().join(", ");
    let more = if number > MAX_NAMES { format!(" and {} more", number - MAX_NAMES) } else { String::new() };
    Some(format!("{place} {number} regions ({names}{more})"))
}

/// Returns a number with its noun: `1 scope`, `2 scopes`.
pub(super) fn counted<N: Copy + fmt::Display + PartialEq + From<u8>>(number: N, what: &str) -> String {
    if number == N::from(1) { format!("1 {what}") } else { format!("{number} {what}s") }
}

//! The scopes that certificates are read from, the outcome of each, and the order of certificates.

use std::cmp::Ordering;
use std::fmt;

use crate::error::{Error, Kind};

use super::Certificate;

/// One place that keeps certificates: a service in a region of an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    pub provider: &'static str,
    pub account: String,
    /// [`Scope::ALL_REGIONS`] where the regions themselves could not be listed.
    pub region: String,
    pub service: &'static str,
    /// The vendor's project, where a region may hold several.
    pub project: Option<Project>,
}

/// A part of a region with resources of its own. Ordered by name; two projects may share one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Project {
    pub name: String,
    pub id: String,
}

impl Scope {
    /// The region of a scope whose regions could not be listed.
    pub const ALL_REGIONS: &'static str = "all";

    /// Returns whether both are scopes of one service of one account.
    pub fn is_beside(&self, other: &Self) -> bool {
        (self.provider, &self.account, self.service) == (other.provider, &other.account, other.service)
    }
}

impl Certificate {
    /// Returns a record of which only the place is known: the one that a scope's records begin with.
    pub fn in_scope(scope: &Scope, account_id: Option<String>) -> Self {
        Self {
            provider: scope.provider,
            service: scope.service,
            account: scope.account.clone(),
            account_id,
            region: scope.region.clone(),
            ..Self::default()
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { provider, account, region, service, project } = self;
        write!(f, "{provider} {account} {region} {service}")?;
        match project {
            Some(project) if project.name != *region => write!(f, " (project {})", project.name),
            _ => Ok(()),
        }
    }
}

/// The outcome of one scope.
#[derive(Debug)]
pub struct ScopeReport {
    pub scope: Scope,
    /// The cloud's own id of the account, where some certificate of it tells it.
    pub account_id: Option<String>,
    /// The number of certificates that were read, also where a later page failed.
    pub certificates: usize,
    pub error: Option<Error>,
    /// Why the uses of its certificates are unknown, where usage sources were read.
    pub usage_error: Option<Error>,
    /// Whether the uses were requested, so that not knowing them leaves the scope incomplete.
    pub is_usage_requested: bool,
    /// Why the account may keep certificates beside those of its scopes, where it may.
    pub limitation: Option<Error>,
    /// Why its separate list of CA certificates could not be searched, where only that failed.
    pub ca_list_error: Option<Error>,
}

/// The outcome of a scope in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeStatus {
    Ok,
    Denied,
    Throttled,
    Timeout,
    Failed,
}

impl ScopeStatus {
    /// The outcomes of scopes that could not be read to their end.
    pub const FAILURES: [Self; 4] = [Self::Denied, Self::Throttled, Self::Timeout, Self::Failed];

    /// Returns the word that JSON carries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::Timeout => "timeout",
            Self::Failed => "failed",
        }
    }
}

impl ScopeReport {
    /// Returns the report of a scope of which nothing could be read.
    pub fn failed(scope: Scope, error: Error) -> Self {
        Self {
            scope,
            account_id: None,
            certificates: 0,
            error: Some(error),
            usage_error: None,
            is_usage_requested: false,
            limitation: None,
            ca_list_error: None,
        }
    }

    /// Returns the outcome in one word.
    pub fn status(&self) -> ScopeStatus {
        match self.error.as_ref().map(|error| error.kind) {
            None => ScopeStatus::Ok,
            Some(Kind::Denied) => ScopeStatus::Denied,
            Some(Kind::Throttled) => ScopeStatus::Throttled,
            Some(Kind::Timeout) => ScopeStatus::Timeout,
            Some(_) => ScopeStatus::Failed,
        }
    }
}

/// Returns whether every scope was read to its end, with the uses where they were requested. Without any scope nothing is
/// known.
pub fn is_complete(scopes: &[ScopeReport]) -> bool {
    let is_whole =
        |report: &ScopeReport| report.error.is_none() && !(report.is_usage_requested && report.usage_error.is_some());
    !scopes.is_empty() && scopes.iter().all(is_whole)
}

/// Compares by expiry: the soonest first, unknown expiry last; ties by place, then by identity.
pub fn soonest_first(a: &Certificate, b: &Certificate) -> Ordering {
    Sort::default().compare((a, a.not_after), (b, b.not_after))
}

/// A direction to sort in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sort {
    /// The greatest value first. Unknown values stay last, and ties are broken as in the other direction.
    pub reverse: bool,
}

impl Sort {
    /// Compares two certificates by a value of each, unknown values last; ties by place, then by identity.
    pub fn compare<K: Ord>(self, a: (&Certificate, Option<K>), b: (&Certificate, Option<K>)) -> Ordering {
        let by_value = match (a.1, b.1) {
            (Some(a), Some(b)) if self.reverse => b.cmp(&a),
            (Some(a), Some(b)) => a.cmp(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        by_value.then_with(|| identity(a.0).cmp(&identity(b.0)))
    }

    /// Sorts by `key`, which is computed once for each certificate.
    pub fn sort<'a, K: Ord>(self, certificates: &mut [&'a Certificate], key: impl Fn(&'a Certificate) -> Option<K>) {
        let mut keyed: Vec<_> = certificates.iter().map(|&certificate| (certificate, key(certificate))).collect();
        keyed.sort_by(|(a, x), (b, y)| self.compare((a, x.as_ref()), (b, y.as_ref())));
        for (slot, (certificate, _)) in certificates.iter_mut().zip(keyed) {
            *slot = certificate;
        }
    }
}

/// Returns the place and the name of a certificate, then what distinguishes certificates of one id.
fn identity(c: &Certificate) -> impl Ord {
    let place = (c.provider, &c.account, &c.region);
    (place, &c.name, &c.id, c.service, &c.project_id, &c.fingerprint_sha256, &c.fingerprint_sha1)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn certificate(id: &str, not_after: Option<i64>) -> Certificate {
        let not_after = not_after.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        Certificate { id: Some(id.to_owned()), not_after, ..Certificate::default() }
    }

    #[test]
    fn the_unknown_are_last_and_ties_are_broken_alike_in_both_directions() {
        let all = [
            certificate("e", None),
            certificate("d", None),
            certificate("c", Some(9)),
            certificate("b", Some(5)),
            certificate("a", Some(5)),
        ];
        let sorted = |reverse| {
            let mut certificates: Vec<_> = all.iter().collect();
            Sort { reverse }.sort(&mut certificates, |certificate| certificate.not_after);
            certificates.iter().filter_map(|certificate| certificate.id.as_deref()).collect::<String>()
        };
        assert_eq!(sorted(false), "abcde");
        assert_eq!(sorted(true), "cabde");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_order_of_arrival_never_shows(
            rows in proptest::collection::vec(("[ab]", proptest::option::of(0..3_i64)), 0..8), reverse: bool,
        ) {
            let all: Vec<_> = rows.iter().map(|(id, not_after)| certificate(id, *not_after)).collect();
            let sorted = |mut certificates: Vec<_>| {
                Sort { reverse }.sort(&mut certificates, |certificate: &Certificate| certificate.not_after);
                certificates.iter().map(|c| (c.id.clone(), c.not_after)).collect::<Vec<_>>()
            };
            prop_assert_eq!(sorted(all.iter().collect()), sorted(all.iter().rev().collect()));
        }
    }
}

//! Where certificates are read from, what became of each place, and the order of what was read.

use std::cmp::Ordering;
use std::fmt;

use crate::error::{Error, Kind};

use super::Certificate;

/// One place where certificates are kept: a service in a region of an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    pub provider: &'static str,
    pub account: String,
    /// [`Scope::ALL_REGIONS`] where the regions themselves could not be listed.
    pub region: String,
    pub service: &'static str,
    /// The vendor's name of the project, where a region holds several.
    pub project: Option<String>,
}

impl Scope {
    /// The region of a scope whose regions could not be listed.
    pub const ALL_REGIONS: &'static str = "all";
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { provider, account, region, service, project } = self;
        write!(f, "{provider} {account} {region} {service}")?;
        match project {
            Some(project) if project != region => write!(f, " (project {project})"),
            _ => Ok(()),
        }
    }
}

/// What became of one scope.
#[derive(Debug)]
pub struct ScopeReport {
    pub scope: Scope,
    /// How many certificates were read there, also where a later page failed.
    pub certificates: usize,
    pub error: Option<Error>,
}

/// A scope's outcome in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeStatus {
    Ok,
    Denied,
    Throttled,
    Timeout,
    Failed,
}

impl ScopeStatus {
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

/// Whether every scope was read to its end.
pub fn is_complete(scopes: &[ScopeReport]) -> bool {
    scopes.iter().all(|report| report.error.is_none())
}

/// Soonest expiry first, unknown expiry last; ties by where a certificate is, then by what it is.
pub fn soonest_first(a: &Certificate, b: &Certificate) -> Ordering {
    let expiry = match (a.not_after, b.not_after) {
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    expiry.then_with(|| identity(a).cmp(&identity(b)))
}

/// Where a certificate is, and what it is.
fn identity(c: &Certificate) -> impl Ord {
    (c.provider, &c.account, &c.region, &c.name, &c.id)
}

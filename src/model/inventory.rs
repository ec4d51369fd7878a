//! What one run read, and from where.

use std::cmp::Ordering;
use std::collections::HashSet;
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

/// Everything that a run read, in an order that does not depend on who answered first.
#[derive(Debug, Default)]
pub struct Inventory {
    pub certificates: Vec<Certificate>,
    pub scopes: Vec<ScopeReport>,
}

impl Inventory {
    /// Orders both lists, soonest expiry first, and drops what an endpoint listed twice.
    ///
    /// A central endpoint that does not know a region may answer with another region's list; an id
    /// names one certificate within a region of an account, so the second is the same one.
    pub fn new(mut certificates: Vec<Certificate>, mut scopes: Vec<ScopeReport>) -> Self {
        scopes.sort_by(|a, b| a.scope.cmp(&b.scope));
        certificates.sort_by(soonest_first);
        let mut seen = HashSet::new();
        certificates.retain(|c| {
            c.id.is_none() || seen.insert((c.provider, c.service, c.account.clone(), c.region.clone(), c.id.clone()))
        });
        Self { certificates, scopes }
    }

    pub fn is_complete(&self) -> bool {
        self.failed().next().is_none()
    }

    /// The scopes that could not be read to the end.
    pub fn failed(&self) -> impl Iterator<Item = (&Scope, &Error)> {
        self.scopes.iter().filter_map(|report| Some((&report.scope, report.error.as_ref()?)))
    }
}

/// Soonest expiry first, unknown expiry last; ties by where a certificate is, then by what it is.
fn soonest_first(a: &Certificate, b: &Certificate) -> Ordering {
    let expiry = match (a.not_after, b.not_after) {
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    let identity = |c: &Certificate| (c.provider, c.account.clone(), c.region.clone(), c.name.clone(), c.id.clone());
    expiry.then_with(|| identity(a).cmp(&identity(b)))
}

//! The documents of `list`, `which`, `show`, `check` and `accounts`, for every format that serialises them.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use crate::error::Error;
use crate::model::{AccountReport, Certificate, Judgement, ScopeReport, State, is_complete, rfc3339};

use super::check::CheckReport;
use super::columns::record_columns;
use super::value::Value;
use super::{AccountList, Report};

/// Raised when a key changes its meaning or goes; new keys do not raise it.
const SCHEMA_VERSION: u32 = 1;

/// What every document begins with, then the keys of its own.
#[derive(Serialize)]
pub(super) struct Document<T> {
    schema_version: u32,
    generated_at: String,
    #[serde(flatten)]
    own: T,
}

impl<T> Document<T> {
    fn new(now: DateTime<Utc>, own: T) -> Self {
        Self { schema_version: SCHEMA_VERSION, generated_at: rfc3339(now), own }
    }
}

/// Returns the document of `list`, `which` and `show`.
pub(super) fn inventory<'a>(report: &Report<'a>) -> Document<impl Serialize + use<'a>> {
    let inventory = Inventory {
        complete: is_complete(report.scopes),
        certificates: report.certificates.iter().map(|certificate| Record(certificate, report.now)).collect(),
        scopes: report.scopes.iter().map(Scope::from).collect(),
    };
    Document::new(report.now, inventory)
}

/// Returns the document of `check`.
pub(super) fn check<'a>(report: &CheckReport<'a>) -> Document<impl Serialize + use<'a>> {
    let check = Check {
        complete: is_complete(report.scopes),
        state: report.state.name(),
        warning: report.thresholds.warning().to_string(),
        critical: report.thresholds.critical().to_string(),
        counts: Counts {
            certificates: report.judged.len(),
            ok: report.count(State::Ok),
            warning: report.count(State::Warning),
            critical: report.count(State::Critical),
            unknown: report.count(State::Unknown),
        },
        problems: report.problems().map(|judged| Problem::new(judged, report.now)).collect(),
        scopes: report.scopes.iter().map(Scope::from).collect(),
    };
    Document::new(report.now, check)
}

/// Returns the document of `accounts`.
pub(super) fn accounts(list: &AccountList) -> Document<impl Serialize + use<'_>> {
    Document::new(list.now, Accounts { accounts: list.accounts.iter().map(AccountEntry::from).collect() })
}

/// A certificate as one object, and which of the hosts that were asked for it covers, where some were.
pub(super) struct Record<'a>(pub &'a Certificate, pub DateTime<Utc>);

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(certificate, now) = self;
        let keys = record_columns().map(|column| (column.name, (column.value)(certificate, *now)));
        let matches = (!certificate.matches.is_empty()).then_some(("matches", Value::Matches(&certificate.matches)));
        serializer.collect_map(keys.chain(matches))
    }
}

#[derive(Serialize)]
struct Inventory<'a> {
    complete: bool,
    certificates: Vec<Record<'a>>,
    scopes: Vec<Scope<'a>>,
}

#[derive(Serialize)]
struct Check<'a> {
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

impl<'a> Problem<'a> {
    fn new((certificate, judgement): &(&'a Certificate, Judgement), now: DateTime<Utc>) -> Self {
        let Judgement { state, reason } = judgement;
        Self { state: state.name(), reason: reason.clone(), certificate: Record(certificate, now) }
    }
}

#[derive(Serialize)]
struct Accounts<'a> {
    accounts: Vec<AccountEntry<'a>>,
}

#[derive(Serialize)]
struct AccountEntry<'a> {
    name: &'a str,
    provider: &'static str,
    credentials: Option<&'a str>,
    account_id: Option<&'a str>,
    account_name: Option<&'a str>,
    regions: &'a [String],
    errors: Vec<Failure<'a>>,
}

impl<'a> From<&'a AccountReport> for AccountEntry<'a> {
    fn from(account: &'a AccountReport) -> Self {
        let identity = account.identity.as_ref();
        Self {
            name: &account.name,
            provider: account.provider,
            credentials: account.credentials.as_deref(),
            account_id: identity.map(|identity| identity.account_id.as_str()),
            account_name: identity.and_then(|identity| identity.name.as_deref()),
            regions: &account.regions,
            errors: account.errors.iter().map(Failure::from).collect(),
        }
    }
}

#[derive(Serialize)]
struct Scope<'a> {
    provider: &'static str,
    account: &'a str,
    region: &'a str,
    service: &'static str,
    project: Option<&'a str>,
    project_id: Option<&'a str>,
    status: &'static str,
    certificates: usize,
    error: Option<Failure<'a>>,
    usage_error: Option<Failure<'a>>,
    limitation: Option<Failure<'a>>,
}

impl<'a> From<&'a ScopeReport> for Scope<'a> {
    fn from(report: &'a ScopeReport) -> Self {
        Self {
            provider: report.scope.provider,
            account: &report.scope.account,
            region: &report.scope.region,
            service: report.scope.service,
            project: report.scope.project.as_ref().map(|project| project.name.as_str()),
            project_id: report.scope.project.as_ref().map(|project| project.id.as_str()),
            status: report.status().name(),
            certificates: report.certificates,
            error: report.error.as_ref().map(Failure::from),
            usage_error: report.usage_error.as_ref().map(Failure::from),
            limitation: report.limitation.as_ref().map(Failure::from),
        }
    }
}

#[derive(Serialize)]
struct Failure<'a> {
    kind: &'static str,
    code: Option<&'a str>,
    message: &'a str,
    hint: Option<&'a str>,
    request_id: Option<&'a str>,
}

impl<'a> From<&'a Error> for Failure<'a> {
    fn from(error: &'a Error) -> Self {
        Self {
            kind: error.kind.name(),
            code: error.code.as_deref(),
            message: &error.message,
            hint: error.hint(),
            request_id: error.request_id.as_deref(),
        }
    }
}

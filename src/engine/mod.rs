//! Reads every scope at the same time and collects what comes back.

mod accounts;
mod deadline;
mod lookup;
mod pages;
mod plan;
mod probes;
mod query;
mod reporter;
mod runtime;
mod scan;
mod usage;

use std::ops::ControlFlow;

use crate::error::Error;
use crate::model::{ScopeReport, Selector};
use crate::providers::{self, Context};
use crate::settings::Settings;

pub use accounts::accounts;
use deadline::Deadline;
use plan::Planned;
use query::Query;
pub use query::{ScanQuery, UsageMode};
pub use reporter::Listener;
use runtime::run;
use scan::ScanResult;

/// Reads everything that the settings name. Returns a report for each scope, in the scopes' order; a scope that failed
/// is one of them.
///
/// # Errors
/// Where nothing could be read at all: no credentials are set up.
pub fn scan(
    cx: &Context,
    settings: &Settings,
    query: &ScanQuery<'_>,
    listener: &mut dyn Listener,
) -> Result<Vec<ScopeReport>, Error> {
    let ScanQuery { kinds, usage } = *query;
    let query = Query { kinds, usage, lookup_ids: Vec::new(), keep: kinds, ca_lists_only: false };
    scan_planned(cx, settings, async |accounts, deadline| scan::scan(cx, accounts, &query, deadline, listener).await)
}

/// Reads the certificates that the selectors mean, and all others beside them.
///
/// # Errors
/// As [`scan`].
pub fn find(
    cx: &Context,
    settings: &Settings,
    selectors: &[Selector],
    listener: &mut dyn Listener,
) -> Result<Vec<ScopeReport>, Error> {
    scan_planned(cx, settings, async |accounts, deadline| {
        lookup::find(cx, accounts, selectors, deadline, listener).await
    })
}

/// Scans the planned accounts. Where none of them is set up, the error says why.
fn scan_planned<F>(cx: &Context, settings: &Settings, mut scan: F) -> Result<Vec<ScopeReport>, Error>
where
    F: AsyncFnMut(&[Planned<'_>], Deadline) -> ControlFlow<(), ScanResult>,
{
    let accounts = plan::plan(settings)?;
    run(async {
        let deadline = Deadline::after(settings.timeout);
        let absent = match scan(&accounts, deadline).await {
            ControlFlow::Break(()) => return Ok(Vec::new()),
            ControlFlow::Continue(result) if result.reports.is_empty() => result.absent,
            ControlFlow::Continue(result) => return Ok(result.reports),
        };
        // A named profile may be missing in one cloud, but not in every cloud: now it is required.
        let required = plan::required_profile_accounts(settings);
        let accounts: Vec<_> = plan::replan_with(&accounts, &required);
        match scan(&accounts, deadline).await {
            ControlFlow::Continue(result) if result.reports.is_empty() => Err(plan::no_credentials(cx, &absent)),
            ControlFlow::Continue(result) => Ok(result.reports),
            ControlFlow::Break(()) => Ok(Vec::new()),
        }
    })?
}

/// Returns the error for when none of the accounts is set up.
pub fn no_credentials(cx: &Context, settings: &Settings) -> Error {
    let providers: Vec<_> =
        settings.accounts.iter().filter_map(|account| providers::by_id(&account.provider)).collect();
    plan::no_credentials(cx, &providers)
}

//! Reads every scope at the same time and collects what comes back. Holds the only runtime of the program.

mod accounts;
mod lookup;
mod pages;
mod plan;
mod probes;
mod reporter;
mod scan;
mod usage;

use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::Instant;

use crate::duration;
use crate::error::{Error, Kind};
use crate::model::{Certificate, Kinds, ScopeReport, Selector};
use crate::providers::{self, Context};
use crate::settings::Settings;

pub use accounts::accounts;
use plan::Planned;
use scan::{Query, ScanResult};

/// Hears of a scan while it goes on.
pub trait Listener {
    /// Takes certificates of one scope, as they arrive. A break ends the scan.
    fn page(&mut self, page: Vec<Certificate>) -> ControlFlow<()>;
    /// Takes how far the scan is, about ten times a second.
    fn progress(&mut self, done: usize, scopes: usize, certificates: usize);
}

/// What is read of every scope.
#[derive(Clone, Copy)]
pub struct ScanQuery<'a> {
    pub kinds: Kinds,
    pub usage: UsageMode<'a>,
}

/// When usage sources are asked who uses the certificates of a scope.
#[derive(Clone, Copy)]
pub enum UsageMode<'a> {
    Never,
    /// At the same time as its certificates are read.
    Always,
    /// Once the scope has sent a certificate like this.
    Where(&'a dyn Fn(&Certificate) -> bool),
}

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
    scan_planned(settings, async |accounts, deadline| scan::scan(cx, accounts, &query, deadline, listener).await)
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
    scan_planned(settings, async |accounts, deadline| lookup::find(cx, accounts, selectors, deadline, listener).await)
}

/// When a run ends, whether or not it is done.
#[derive(Debug, Clone, Copy)]
struct Deadline {
    at: Instant,
    limit: Duration,
}

impl Deadline {
    fn after(limit: Duration) -> Self {
        Self { at: Instant::now() + limit, limit }
    }

    fn has_passed(self) -> bool {
        Instant::now() >= self.at
    }

    /// Returns the error of a part of the run that the deadline cut off.
    fn timeout_error(self) -> Error {
        Error::new(
            Kind::Timeout,
            format!("not done when the run's time ({}) was over", duration::write_std(self.limit)),
        )
        .with_hint("allow the run more time with `--timeout`")
    }

    /// Runs a part of the scan. The deadline ends it, and a panic in it costs this part only.
    async fn guard<T>(self, part: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        match tokio::time::timeout_at(self.at, AssertUnwindSafe(part).catch_unwind()).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(Error::new(Kind::Internal, "certls met a fault of its own while it read this scope")),
            Err(_) => Err(self.timeout_error()),
        }
    }
}

/// Scans the planned accounts. Where none of them is set up, the error says why.
fn scan_planned<F>(settings: &Settings, mut scan: F) -> Result<Vec<ScopeReport>, Error>
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
            ControlFlow::Continue(result) if result.reports.is_empty() => Err(plan::no_credentials(&absent)),
            ControlFlow::Continue(result) => Ok(result.reports),
            ControlFlow::Break(()) => Ok(Vec::new()),
        }
    })?
}

/// Returns the error for when none of the accounts is set up.
pub fn no_credentials(settings: &Settings) -> Error {
    let providers: Vec<_> =
        settings.accounts.iter().filter_map(|account| providers::by_id(&account.provider)).collect();
    plan::no_credentials(&providers)
}

fn run<T>(work: impl Future<Output = T>) -> Result<T, Error> {
    const NAME_LOOKUPS: usize = 8;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(NAME_LOOKUPS)
        .build()
        .map_err(|error| Error::new(Kind::Internal, format!("cannot start the async runtime: {error}")))?;
    let done = runtime.block_on(work);
    // A name that is still being resolved must not hold up the end.
    runtime.shutdown_background();
    Ok(done)
}

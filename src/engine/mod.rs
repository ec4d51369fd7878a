//! Asks every scope at once and gathers what comes back. Holds the only runtime of the program.

mod accounts;
mod collect;
mod find;
mod pages;
mod plan;
mod usage;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crate::context::Context;
use crate::error::{Error, Kind};
use crate::model::{Certificate, Kinds, Reference, ScopeReport};
use crate::providers;
use crate::settings::Settings;

pub use accounts::accounts;
use collect::{Asked, Gathering, Read};

/// Who hears of a scan while it goes on.
pub trait Listener {
    /// Certificates of one scope, as they arrive. A break ends the scan.
    fn page(&mut self, page: Vec<Certificate>) -> ControlFlow<()>;
    /// How far the scan is; told about ten times a second.
    fn progress(&mut self, done: usize, scopes: usize, certificates: usize);
}

/// What is wanted of every scope.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub kinds: Kinds,
    pub usage: AskUsage<'a>,
}

/// Where the listeners that use the certificates are asked for.
#[derive(Clone, Copy)]
pub enum AskUsage<'a> {
    Never,
    /// In every scope, at the same time as its certificates.
    Always,
    /// In the scopes that hold a certificate like this, once it is seen.
    Where(&'a dyn Fn(&Certificate) -> bool),
}

/// Reads what is wanted of everything that the settings name. A scope that fails is a value in
/// what comes back, which is in the scopes' order.
///
/// # Errors
/// Where nothing could be asked at all: no credentials are set up.
pub fn scan(
    cx: &Context,
    settings: &Settings,
    wanted: &Wanted<'_>,
    listener: &mut dyn Listener,
) -> Result<Vec<ScopeReport>, Error> {
    let read = Read { wanted: *wanted, ids: Vec::new(), kept: wanted.kinds, only_apart: false };
    asked(cx, settings, async |asked, deadline| collect::gather(&asked, &read, deadline, listener).await)
}

/// Reads the certificates that are pointed at, wherever they are, and those beside them.
///
/// # Errors
/// As [`scan`].
pub fn find(
    cx: &Context,
    settings: &Settings,
    references: &[Reference],
    listener: &mut dyn Listener,
) -> Result<Vec<ScopeReport>, Error> {
    asked(cx, settings, async |asked, deadline| find::find(&asked, references, deadline, listener).await)
}

/// When a run ends, done or not.
#[derive(Clone, Copy)]
struct Deadline {
    begun: Instant,
    limit: Duration,
}

impl Deadline {
    fn in_time(limit: Duration) -> Self {
        Self { begun: Instant::now(), limit }
    }

    fn left(self) -> Duration {
        self.limit.saturating_sub(self.begun.elapsed())
    }

    /// The error of a scope that the end of the run cut off.
    fn passed(self) -> Error {
        let limit = humantime::format_duration(self.limit);
        Error::new(Kind::Timeout, format!("not done when the run's time ({limit}) was over"))
            .with_hint("allow the run more time with `--timeout`")
    }
}

/// Asks the accounts that are set up; where none is, says why.
fn asked<F>(cx: &Context, settings: &Settings, mut ask: F) -> Result<Vec<ScopeReport>, Error>
where
    F: AsyncFnMut(Asked<'_>, Deadline) -> Gathering,
{
    let accounts = plan::plan(settings)?;
    run(async {
        let deadline = Deadline::in_time(settings.timeout);
        let Gathering { reports, absent } = ask(Asked { cx, accounts: &accounts }, deadline).await;
        if !reports.is_empty() {
            return Ok(reports);
        }
        // A cloud may lack the profile that was named, but not every cloud.
        let required = plan::by_profile(settings);
        let again: Vec<_> = plan::again(&accounts, &required);
        let Gathering { reports, .. } = ask(Asked { cx, accounts: &again }, deadline).await;
        if reports.is_empty() { Err(plan::no_credentials(&absent)) } else { Ok(reports) }
    })?
}

/// The error for when none of the accounts is set up.
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
        .map_err(|error| Error::new(Kind::Internal, format!("this system allows no runtime: {error}")))?;
    let done = runtime.block_on(work);
    // A name that is still being looked up must not hold up the end.
    runtime.shutdown_background();
    Ok(done)
}

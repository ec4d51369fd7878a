//! What commands that read certificates have in common: scan with progress, and keep or print what arrives.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

use crate::analysis::mark_superseded;
use crate::engine::{self, Listener, ScanQuery, UsageMode};
use crate::error::Error;
use crate::model::{Certificate, Filter, Kinds, ScopeReport, Selector, soonest_first};
use crate::output::{BackgroundStdout, Format, Printable, Progress, Report, TableOptions};
use crate::providers;

use super::Run;

/// Returns the query for every certificate of these kinds, and for its uses where they are asked for.
pub(super) fn everything(kinds: Kinds, usage: bool) -> ScanQuery<'static> {
    ScanQuery { kinds, usage: if usage { UsageMode::Always } else { UsageMode::Never } }
}

/// Certificates, soonest expiry first, with notes on those that are superseded, and the scopes they came from.
pub(super) struct Inventory {
    pub certificates: Vec<Certificate>,
    pub scopes: Vec<ScopeReport>,
}

/// Returns the next step where nothing was found in scopes that were all read, and the clouds keep certificates in
/// services that were not asked.
pub(super) fn unasked_hint(scopes: &[ScopeReport]) -> Option<String> {
    if scopes.iter().any(|report| report.error.is_some()) {
        return None;
    }
    let asked: BTreeSet<(&str, &str)> =
        scopes.iter().map(|report| (report.scope.provider, report.scope.service)).collect();
    let is_asked = |provider: &str| asked.iter().any(|(asked, _)| *asked == provider);
    let providers = providers::ALL.iter().filter(|provider| is_asked(provider.info().id));
    let unasked: Vec<&str> = providers
        .flat_map(|provider| provider.services().into_iter().map(|service| (provider.info().id, service.id)))
        .filter(|store| !asked.contains(store))
        .map(|(_, service)| service)
        .collect();
    let services = unasked.join(",");
    (!unasked.is_empty())
        .then(|| format!("`--service {services}` looks into what was not asked, `--service all` everywhere"))
}

/// Keeps the certificates that arrive.
struct Collector {
    certificates: Vec<Certificate>,
    progress: Progress,
}

impl Listener for Collector {
    fn page(&mut self, page: Vec<Certificate>) -> ControlFlow<()> {
        self.certificates.extend(page);
        ControlFlow::Continue(())
    }

    fn progress(&mut self, done: usize, scopes: usize, certificates: usize) {
        self.progress.show(done, scopes, certificates);
    }
}

/// Scans everything that a query names.
///
/// # Errors
/// As [`engine::scan`].
pub(super) fn scan(run: &Run, query: &ScanQuery<'_>) -> Result<Inventory, Error> {
    collect(run, |listener| engine::scan(&run.cx, &run.settings, query, listener))
}

/// Scans for the certificates that selectors name, and everything beside them.
///
/// # Errors
/// As [`engine::find`].
pub(super) fn find(run: &Run, selectors: &[Selector]) -> Result<Inventory, Error> {
    collect(run, |listener| engine::find(&run.cx, &run.settings, selectors, listener))
}

/// Runs a scan, and keeps what arrives.
///
/// # Errors
/// As the scan.
fn collect(
    run: &Run,
    scan: impl FnOnce(&mut dyn Listener) -> Result<Vec<ScopeReport>, Error>,
) -> Result<Inventory, Error> {
    let progress = Progress::new(run.streams.stderr.is_terminal());
    let mut collector = Collector { certificates: Vec::new(), progress };
    let mut scopes = scan(&mut collector)?;
    let mut certificates = collector.certificates;
    tell_account_ids(&mut scopes, &certificates);
    certificates.sort_by(soonest_first);
    mark_superseded(&mut certificates, run.now);
    Ok(Inventory { certificates, scopes })
}

/// Tells each scope the id of its account, which only certificates carry: scopes of two accounts may be alike but for it.
fn tell_account_ids(scopes: &mut [ScopeReport], certificates: &[Certificate]) {
    let known = certificates.iter().filter_map(|c| Some(((c.provider, c.account.as_str()), c.account_id.as_ref()?)));
    let ids: HashMap<(&str, &str), &String> = known.collect();
    for report in scopes {
        let id = ids.get(&(report.scope.provider, report.scope.account.as_str()));
        report.account_id = id.map(|id| (*id).clone());
    }
}

/// Prints the certificates that arrive, and keeps none.
struct Printer<'a> {
    run: &'a Run,
    filter: &'a Filter,
    format: &'a Format,
    stdout: BackgroundStdout,
    shown: usize,
    total: usize,
    left_out: usize,
    undecided: usize,
    progress: Progress,
}

impl Listener for Printer<'_> {
    fn page(&mut self, mut page: Vec<Certificate>) -> ControlFlow<()> {
        // Successors on other pages are not known yet.
        let Run { now, streams, .. } = *self.run;
        mark_superseded(&mut page, now);
        let certificates: Vec<&Certificate> = page.iter().filter(|c| self.filter.matches(c, now)).collect();
        self.shown += certificates.len();
        self.total += page.len();
        self.undecided += certificates.iter().filter(|certificate| self.filter.is_undecided(certificate)).count();
        self.left_out += page.iter().filter(|c| self.filter.excluded_for_unknown_expiry(c)).count();
        let table = TableOptions::default();
        let report = Report { certificates, scopes: &[], now, table, labels: &[], width: None };
        let mut lines = Vec::new();
        // Writing to memory does not fail.
        let _ = report.write(self.format, streams.stdout.width(), &mut lines);
        self.stdout.write(lines)
    }

    fn progress(&mut self, done: usize, scopes: usize, certificates: usize) {
        self.progress.show(done, scopes, certificates);
    }
}

/// What was printed, and where it came from.
pub(super) struct Streamed {
    pub shown: usize,
    pub total: usize,
    /// How many certificates were left out because their expiry is unknown.
    pub left_out: usize,
    /// How many were printed though what the filter judges by could not be read.
    pub undecided: usize,
    pub scopes: Vec<ScopeReport>,
}

/// Prints each page as it arrives. A successor is known only where it is on the same page.
///
/// # Errors
/// As [`engine::scan`], and where standard output cannot be written.
pub(super) fn stream(run: &Run, query: &ScanQuery<'_>, filter: &Filter, format: &Format) -> Result<Streamed, Error> {
    // Progress and lines would overwrite one another where both go to the terminal.
    let shows_progress = run.streams.stderr.is_terminal() && !run.streams.stdout.is_terminal();
    let mut printer = Printer {
        run,
        filter,
        format,
        stdout: BackgroundStdout::open(run.streams.stdout, format.content)?,
        shown: 0,
        total: 0,
        left_out: 0,
        undecided: 0,
        progress: Progress::new(shows_progress),
    };
    let scopes = engine::scan(&run.cx, &run.settings, query, &mut printer);
    let Printer { shown, total, left_out, undecided, stdout, .. } = printer;
    stdout.finish()?;
    Ok(Streamed { shown, total, left_out, undecided, scopes: scopes? })
}

//! What commands that read certificates do alike: scan, with progress, and keep or print what comes.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use crate::analysis::mark_superseded;
use crate::engine::{self, Listener, ScanQuery, UsageMode};
use crate::error::Error;
use crate::model::{Certificate, Filter, Kinds, ScopeReport, soonest_first};
use crate::output::{self, Format, Printed, Progress, Report, Style, Terminal};
use crate::providers;

use super::{Run, World};

/// Everything of these kinds, and who uses it where that was asked for.
pub(super) fn everything(kinds: Kinds, usage: bool) -> ScanQuery<'static> {
    ScanQuery { kinds, usage: if usage { UsageMode::Always } else { UsageMode::Never } }
}

/// Certificates, soonest expiry first, and the scopes they came from. Those that are superseded say so.
pub(super) struct Inventory {
    pub certificates: Vec<Certificate>,
    pub scopes: Vec<ScopeReport>,
}

/// Returns the next step where nothing was found in scopes that were all read, and the clouds keep certificates in services that were not asked.
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

/// Keeps what comes.
struct Keep {
    certificates: Vec<Certificate>,
    progress: Progress,
}

impl Listener for Keep {
    fn page(&mut self, page: Vec<Certificate>) -> ControlFlow<()> {
        self.certificates.extend(page);
        ControlFlow::Continue(())
    }

    fn progress(&mut self, done: usize, scopes: usize, certificates: usize) {
        self.progress.show(done, scopes, certificates);
    }
}

/// Reads with `read` until everything has arrived.
pub(super) fn whole(
    world: &World,
    read: impl FnOnce(&mut dyn Listener) -> Result<Vec<ScopeReport>, Error>,
) -> Result<Inventory, Error> {
    let mut kept = Keep { certificates: Vec::new(), progress: Progress::new(world.stderr.is_terminal()) };
    let scopes = read(&mut kept)?;
    let mut certificates = kept.certificates;
    certificates.sort_by(soonest_first);
    mark_superseded(&mut certificates);
    Ok(Inventory { certificates, scopes })
}

/// Prints what comes, and keeps nothing.
struct Print<'a> {
    now: DateTime<Utc>,
    filter: &'a Filter,
    format: &'a dyn Format,
    stdout: Terminal,
    out: &'a mut dyn Write,
    shown: usize,
    left_out: usize,
    undecided: usize,
    failed: Option<io::Error>,
    progress: Progress,
}

impl Listener for Print<'_> {
    fn page(&mut self, mut page: Vec<Certificate>) -> ControlFlow<()> {
        // Successors on other pages are not known yet.
        mark_superseded(&mut page);
        let certificates: Vec<&Certificate> =
            page.iter().filter(|certificate| self.filter.matches(certificate, self.now)).collect();
        self.shown += certificates.len();
        self.undecided += certificates.iter().filter(|certificate| self.filter.is_undecided(certificate)).count();
        self.left_out += page.iter().filter(|certificate| self.filter.excluded_for_unknown_expiry(certificate)).count();
        let report = Report { certificates, scopes: &[], now: self.now, style: Style::OWN, width: None };
        match output::print_report(&report, self.format, self.stdout, self.out).and_then(|()| self.out.flush()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    fn progress(&mut self, done: usize, scopes: usize, certificates: usize) {
        self.progress.show(done, scopes, certificates);
    }
}

/// What was printed, and where it came from.
pub(super) struct Streamed {
    pub shown: usize,
    /// How many were left out because nobody knows when they expire.
    pub left_out: usize,
    /// How many were printed though what the filter judges by could not be read.
    pub undecided: usize,
    pub scopes: Vec<ScopeReport>,
}

/// Prints each page as it arrives. A successor is known only where it is on the same page. `None` where the reader left.
pub(super) fn streamed(
    world: &World,
    run: &Run,
    wanted: &ScanQuery<'_>,
    filter: &Filter,
    format: &dyn Format,
) -> Result<Option<Streamed>, Error> {
    // Progress and lines would overwrite one another where both go to the terminal.
    let on_terminal = world.stderr.is_terminal() && !world.stdout.is_terminal();
    let mut outcome = None;
    let printed = output::print(world.stdout, output::Text::Plain, |out| {
        let progress = Progress::new(on_terminal);
        let mut print = Print {
            now: run.now,
            filter,
            format,
            stdout: world.stdout,
            out,
            shown: 0,
            left_out: 0,
            undecided: 0,
            failed: None,
            progress,
        };
        let scopes = engine::scan(&run.cx, &run.settings, wanted, &mut print);
        let (shown, left_out, undecided) = (print.shown, print.left_out, print.undecided);
        outcome = Some(scopes.map(|scopes| Streamed { shown, left_out, undecided, scopes }));
        print.failed.map_or(Ok(()), Err)
    })?;
    match printed {
        Printed::Closed => Ok(None),
        Printed::Whole => outcome.transpose(),
    }
}

//! `certls check`: says whether any certificate expires soon.

use clap::Args;

use crate::cli::{FilterArgs, NetArgs, ScopeArgs, TargetParser, UsageArgs};
use crate::error::{Error, Kind};
use crate::exit::Exit;
use crate::model::{Filter, State, Threshold, Thresholds, UseFilter, is_complete, judge, worst};
use crate::output::check::CheckReport;
use crate::output::{self, Subject, Target};

use super::Run;
use super::inventory::{self, Inventory};

/// Say whether any certificate expires soon: for cron, Nagios, Icinga and CI
///
/// A LIMIT is a time that must be left (30d), a share of the certificate's whole life (33%), or both
/// with a comma: then the shorter of the two counts, so that one setting suits every lifetime. With
/// the defaults, a certificate of 398 days is WARNING below 30 days and CRITICAL below 7; one of 90
/// days below 29.7 and 7; one of 47 days below 15.5 and 4.7; one of 6 days below 2 days and 14 hours.
///
/// An expired certificate is CRITICAL, one whose expiry is unknown is UNKNOWN, and so is a scan in
/// which something could not be read. The worst counts: CRITICAL, UNKNOWN, WARNING, OK, which exit
/// with 2, 3, 1 and 0. Help, version and wrong usage exit with 3, as monitoring plugins do.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// WARNING when less than this is left
    #[arg(short, long, value_name = "LIMIT", default_value_t = Thresholds::default().warning(), help_heading = "Limits")]
    warning: Threshold,
    /// CRITICAL when less than this is left
    #[arg(short, long, value_name = "LIMIT", default_value_t = Thresholds::default().critical(), help_heading = "Limits")]
    critical: Threshold,
    /// WARNING when another certificate for the same names lives longer: this one was forgotten at renewal
    #[arg(long, help_heading = "Limits")]
    warn_superseded: bool,
    #[command(flatten)]
    pub(super) scope: ScopeArgs,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    usage: UsageArgs,
    /// Leave out the certificates that no listener uses; asks as --usage does
    #[arg(long, conflicts_with_all = ["used", "unused"], help_heading = "Selection")]
    ignore_unused: bool,
    /// Format of the output; with =FILE it replaces that file, and repeats [default: text]
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = TargetParser(Subject::Check), help_heading = "Output")]
    outputs: Vec<Target>,
    /// Print nothing when all is OK
    #[arg(short, long, help_heading = "Output")]
    quiet: bool,
    #[command(flatten)]
    pub(super) net: NetArgs,
}

impl Check {
    /// Judges the certificates and prints the verdict.
    ///
    /// # Errors
    /// Where there is no verdict.
    pub(super) fn run(&self, run: &Run) -> anyhow::Result<Exit> {
        let thresholds = Thresholds::new(self.warning, self.critical)?.with_superseded(self.warn_superseded);
        let targets = Target::all(&self.outputs, Subject::Check)?;
        let query = inventory::everything(self.filter.kinds(), self.ignore_unused || self.usage.is_asked());
        let inventory = inventory::scan(run, &query)?;
        let filter = self.filter();
        require_named(&filter, &inventory)?;
        Ok(self.print(run, &targets, judged(run, thresholds, &filter, &inventory)))
    }

    fn filter(&self) -> Filter {
        let by_usage = self.ignore_unused.then_some(UseFilter::NotUnused);
        Filter { usage: by_usage.or(self.usage.filter()), ..self.filter.filter() }
    }

    /// Writes the files, then standard output, and returns the exit code.
    fn print(&self, run: &Run, targets: &[Target], mut report: CheckReport<'_>) -> Exit {
        report.unwritten = output::write_files(targets, &report);
        if !report.unwritten.is_empty() {
            // The readers of that file see an old verdict, so that this one is not OK; CRITICAL stays CRITICAL.
            report.state = report.state.max(State::Unknown);
        }
        let is_silent = self.quiet && report.state == State::Ok;
        let printed = if is_silent { Ok(()) } else { output::print(targets, &run.streams, &report) };
        // The verdict is the exit code, also where the reader of the text left.
        let unprinted = printed.err().filter(|error| !output::is_pipe_closed(error));
        let mut messages = run.streams.messages();
        if !targets.iter().any(is_printed_text) && !is_complete(report.scopes) {
            // The text of the plugin names the scopes that failed on standard output; other formats do not.
            messages.scan(report.judged.len(), report.scopes);
        }
        for error in report.unwritten.iter().chain(&unprinted) {
            messages.error(error);
        }
        let unprinted_state = if unprinted.is_some() { State::Unknown } else { State::Ok };
        Exit::of_state(report.state.max(unprinted_state))
    }
}

fn is_printed_text(target: &Target) -> bool {
    target.file.is_none() && target.format == Subject::Check.default_format()
}

/// Requires a certificate that a name in the filter means: one that is gone must not pass for one that is OK.
///
/// # Errors
/// Where every scope was read and no certificate is meant.
fn require_named(filter: &Filter, inventory: &Inventory) -> Result<(), Error> {
    let is_named = |certificate| filter.matches_ignoring_expiry(certificate);
    if !filter.is_by_name() || !is_complete(&inventory.scopes) || inventory.certificates.iter().any(is_named) {
        return Ok(());
    }
    Err(Error::new(Kind::Usage, "no certificate is like what was named")
        .with_hint("correct `--name`, `--id`, `--domain` or `--tag`; `certls list` shows what there is"))
}

/// Judges the certificates that the filter selects.
fn judged<'a>(run: &Run, thresholds: Thresholds, filter: &Filter, inventory: &'a Inventory) -> CheckReport<'a> {
    let scopes = inventory.scopes.as_slice();
    // A certificate of unknown expiry may expire tomorrow: it is judged, not left out.
    let is_judged =
        |certificate| filter.matches(certificate, run.now) || filter.excluded_for_unknown_expiry(certificate);
    let certificates = inventory.certificates.iter().filter(|certificate| is_judged(certificate));
    let judged: Vec<_> =
        certificates.map(|certificate| (certificate, judge(certificate, run.now, &thresholds))).collect();
    let incomplete = !is_complete(scopes) || filter.usage_unknown(scopes);
    let state = worst(judged.iter().map(|(_, judgement)| judgement.state), incomplete);
    CheckReport { state, judged, scopes, thresholds, now: run.now, unwritten: Vec::new() }
}

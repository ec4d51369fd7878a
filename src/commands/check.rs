//! `certls check`: says whether any certificate expires soon.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Args;

use crate::cli::{FilterArgs, LabelArgs, NetArgs, ScopeArgs, TargetParser, UsageArgs, seconds};
use crate::error::{Error, Kind};
use crate::exit::Exit;
use crate::model::{
    Certificate, Filter, Judgement, State, Threshold, Thresholds, UseFilter, is_complete, judge, worst,
};
use crate::output::check::CheckReport;
use crate::output::{self, Outputs, Scanned, Subject, Target, Written};
use crate::signals;

use super::Run;
use super::inventory::{self, Inventory};

/// Say whether any certificate expires soon: for cron, Nagios, Icinga and CI
///
/// A LIMIT is a time that must be left (30d), a share of the certificate's whole life (33%), or both
/// with a comma: then the shorter of the two counts, so that one setting suits every lifetime. With
/// the defaults, a certificate of 398 days is WARNING below 30 days and CRITICAL below 7; one of 90
/// days below 29.7 and 7; one of 47 days below 15.5 and 4.7; one of 6 days below 2 days and 14 hours.
/// A share needs the start of the certificate: Alibaba Cloud SLB does not tell it. Where no other record
/// of the same certificate does (`--service all` asks CAS too), only the time counts there.
///
/// An expired certificate is CRITICAL, one whose expiry is unknown is UNKNOWN, and so is a scan in
/// which something could not be read. The worst counts: CRITICAL, UNKNOWN, WARNING, OK, which exit
/// with 2, 3, 1 and 0. Help, version and wrong usage exit with 3, as monitoring plugins do.
#[derive(Debug, Args)]
#[command(version)]
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
    #[command(flatten)]
    labels: LabelArgs,
    /// As --timeout, in seconds, as monitoring plugins have it
    #[arg(short = 't', value_name = "SECONDS", value_parser = seconds, conflicts_with = "timeout", help_heading = "Network")]
    seconds: Option<Duration>,
    #[command(flatten)]
    net: NetArgs,
}

impl Check {
    /// Returns how to ask.
    pub(super) fn net(&self) -> NetArgs {
        NetArgs { timeout: self.seconds.unwrap_or(self.net.timeout), ..self.net.clone() }
    }

    /// Judges the certificates and prints the verdict.
    ///
    /// # Errors
    /// Where there is no verdict.
    pub(super) fn run(&self, run: &Run) -> anyhow::Result<Exit> {
        let thresholds = Thresholds::new(self.warning, self.critical)?.with_superseded(self.warn_superseded);
        let outputs = Outputs::open(&self.outputs, Subject::Check, run.settings.timeout)?;
        let labels = self.labels.labels()?;
        let query = inventory::everything(self.filter.kinds(), self.ignore_unused || self.usage.is_asked());
        let inventory = inventory::scan(run, &query)?;
        let filter = self.filter();
        require_named(&self.filter.named(), &filter, &inventory)?;
        let report = CheckReport { labels, ..judged(run, thresholds, &filter, &inventory) };
        let unknown = without_start(&report, &inventory.certificates);
        if unknown > 0 {
            run.streams.messages().detail(&format!(
                "of {unknown} of the certificates the start is unknown: no share of the lifetime counts for them"
            ));
        }
        Ok(print(run, &outputs, report, inventory.certificates.len()))
    }

    fn filter(&self) -> Filter {
        let by_usage = self.ignore_unused.then_some(UseFilter::NotUnused);
        Filter { usage: by_usage.or(self.usage.filter()), ..self.filter.filter() }
    }
}

/// Writes the files, then standard output, and returns the exit code. `total` certificates were read.
fn print(run: &Run, outputs: &Outputs, mut report: CheckReport<'_>, total: usize) -> Exit {
    let Written { failed, notes } = outputs.write_files(&report);
    report.unwritten = failed;
    if !report.unwritten.is_empty() {
        // The readers of that file see an old verdict, so that this one is not OK; CRITICAL stays CRITICAL.
        report.state = report.state.max(State::Unknown);
    }
    let is_silent = run.quiet && report.state == State::Ok;
    signals::forget_line();
    let printed = if is_silent { Ok(()) } else { outputs.print(&run.streams, &report) };
    // The verdict is the exit code, also where the reader of the text left.
    let unprinted = printed.err().filter(|error| !output::is_pipe_closed(error));
    let mut messages = run.streams.messages();
    if outputs.stdout() != Some(Subject::Check.default_format()) && !is_complete(report.scopes) {
        // The text of the plugin names the scopes that failed on standard output; other formats do not.
        messages.scan(&Scanned { shown: report.judged.len(), total, scopes: report.scopes }, false);
    }
    for error in report.unwritten.iter().chain(&unprinted) {
        messages.error(error);
    }
    for note in &notes {
        messages.note(note);
    }
    let unprinted_state = if unprinted.is_some() { State::Unknown } else { State::Ok };
    Exit::of_state(report.state.max(unprinted_state))
}

/// Requires a certificate that a name in the filter means: one that is gone must not pass for one that is OK.
///
/// # Errors
/// Where every scope was read and no certificate is meant.
fn require_named(named: &str, filter: &Filter, inventory: &Inventory) -> Result<(), Error> {
    let is_named = |certificate| filter.matches_ignoring_expiry(certificate);
    if !filter.is_by_name() || !is_complete(&inventory.scopes) || inventory.certificates.iter().any(is_named) {
        return Ok(());
    }
    Err(Error::new(Kind::Usage, format!("no certificate {named}"))
        .with_hint("`certls list` shows what there is, `certls list --service all` also what is not read by default"))
}

/// Returns the starts of certificates by their fingerprints: one API tells a certificate's start, another does not.
fn starts(certificates: &[Certificate]) -> HashMap<&str, DateTime<Utc>> {
    let known = certificates.iter().filter_map(|certificate| Some((certificate, certificate.not_before?)));
    known.flat_map(|(certificate, start)| fingerprints(certificate).map(move |print| (print, start))).collect()
}

fn fingerprints(certificate: &Certificate) -> impl Iterator<Item = &str> {
    [&certificate.fingerprint_sha256, &certificate.fingerprint_sha1].into_iter().flatten().map(String::as_str)
}

/// Returns how many certificates were judged without their start, though a limit is a share of the lifetime.
fn without_start(report: &CheckReport<'_>, all: &[Certificate]) -> usize {
    let limits = [report.thresholds.warning(), report.thresholds.critical()];
    if limits.iter().all(|limit| limit.share().is_none()) {
        return 0;
    }
    let starts = starts(all);
    let is_unknown = |certificate: &Certificate| {
        certificate.not_before.is_none() && !fingerprints(certificate).any(|print| starts.contains_key(print))
    };
    report.judged.iter().filter(|(certificate, _)| is_unknown(certificate)).count()
}

/// Judges a certificate. Where its own record does not tell its start, so that a share of its lifetime could not be
/// judged, that of another record of the same certificate counts.
fn judge_with(
    starts: &HashMap<&str, DateTime<Utc>>,
    certificate: &Certificate,
    now: DateTime<Utc>,
    thresholds: &Thresholds,
) -> Judgement {
    let other = || fingerprints(certificate).find_map(|print| starts.get(print).copied());
    match certificate.not_before.is_none().then(other).flatten() {
        Some(start) => judge(&Certificate { not_before: Some(start), ..certificate.clone() }, now, thresholds),
        None => judge(certificate, now, thresholds),
    }
}

/// Judges the certificates that the filter selects.
fn judged<'a>(run: &Run, thresholds: Thresholds, filter: &Filter, inventory: &'a Inventory) -> CheckReport<'a> {
    let scopes = inventory.scopes.as_slice();
    // A certificate of unknown expiry may expire tomorrow: it is judged, not left out.
    let is_judged =
        |certificate| filter.matches(certificate, run.now) || filter.excluded_for_unknown_expiry(certificate);
    let certificates = inventory.certificates.iter().filter(|certificate| is_judged(certificate));
    let starts = starts(&inventory.certificates);
    let judged: Vec<_> =
        certificates.map(|certificate| (certificate, judge_with(&starts, certificate, run.now, &thresholds))).collect();
    let incomplete = !is_complete(scopes) || filter.usage_unknown(scopes);
    let state = worst(judged.iter().map(|(_, judgement)| judgement.state), incomplete);
    CheckReport { state, judged, scopes, thresholds, now: run.now, labels: &[], unwritten: Vec::new() }
}

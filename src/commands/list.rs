//! `certls list`: the inventory.

use clap::Args;

use crate::cli::{FilterArgs, NetArgs, OutputArgs, ScopeArgs, SortArgs, UsageArgs};
use crate::engine::ScanQuery;
use crate::exit::Exit;
use crate::model::{Filter, ScopeReport, Sort};
use crate::output::columns::{NAMES, SUPERSEDED_BY, USED_BY_COUNT};
use crate::output::{Column, Format, Outputs, Report, Scanned};

use super::Run;
use super::inventory::{self, Streamed};

/// List every certificate of every region, soonest expiry first
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(super) scope: ScopeArgs,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    usage: UsageArgs,
    /// Only certificates that were renewed elsewhere: another one for the same names, among all scopes asked, lives longer
    #[arg(long, help_heading = "Selection")]
    superseded: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    sort: SortArgs,
    #[command(flatten)]
    pub(super) net: NetArgs,
}

impl List {
    /// Prints the inventory.
    ///
    /// # Errors
    /// Where the run could not do its work at all, or standard output cannot be written.
    pub(super) fn run(&self, run: &Run) -> anyhow::Result<Exit> {
        let outputs = self.output.open(run.settings.timeout)?;
        let query = inventory::everything(self.filter.kinds(), self.usage.is_asked());
        let filter = Filter { usage: self.usage.filter(), superseded: self.superseded, ..self.filter.filter() };
        match outputs.streamed() {
            Some(format) if !self.superseded => stream(run, &query, &filter, format),
            _ => self.print(run, &query, &filter, &outputs),
        }
    }

    /// Prints the whole inventory, sorted.
    ///
    /// # Errors
    /// Where the run could not do its work at all, or standard output cannot be written.
    fn print(&self, run: &Run, query: &ScanQuery<'_>, filter: &Filter, outputs: &Outputs) -> anyhow::Result<Exit> {
        let inventory = inventory::scan(run, query)?;
        let mut certificates: Vec<_> =
            inventory.certificates.iter().filter(|certificate| filter.matches(certificate, run.now)).collect();
        let sort = Sort { reverse: self.sort.reverse };
        sort.sort(&mut certificates, |certificate| self.sort.column.sort_key(certificate, run.now));
        let extra = self.extra_columns();
        let columns = self.output.columns();
        let table = self.output.table_options(&columns, &extra);
        let labels = self.output.labels()?;
        let report = Report { certificates, scopes: &inventory.scopes, now: run.now, table, labels, width: None };
        let written = outputs.write(&run.streams, &report)?;
        let mut messages = run.streams.messages();
        messages.left_out(inventory.certificates.iter().filter(|c| filter.excluded_for_unknown_expiry(c)).count());
        messages.undecided(report.certificates.iter().filter(|certificate| filter.is_undecided(certificate)).count());
        if !self.superseded && !run.quiet {
            messages.superseded(report.certificates.iter().filter(|c| c.superseded_by.is_some()).count());
        }
        let (shown, total) = (report.certificates.len(), inventory.certificates.len());
        messages.scan(&Scanned { shown, total, scopes: &inventory.scopes }, run.quiet);
        messages.written(&written);
        Ok(if written.failed.is_empty() { exit(filter, &inventory.scopes) } else { Exit::Failed })
    }

    /// Returns the columns that a list shows beside the usual ones.
    fn extra_columns(&self) -> Vec<&'static Column> {
        let extra = [(true, NAMES), (self.usage.is_asked(), USED_BY_COUNT), (self.superseded, SUPERSEDED_BY)];
        extra.into_iter().filter(|(is_shown, _)| *is_shown).map(|(_, column)| column).collect()
    }
}

/// Prints each page as it arrives.
///
/// # Errors
/// Where the run could not do its work at all, or standard output cannot be written.
fn stream(run: &Run, query: &ScanQuery<'_>, filter: &Filter, format: &Format) -> anyhow::Result<Exit> {
    let streamed = inventory::stream(run, query, filter, format)?;
    let mut messages = run.streams.messages();
    messages.left_out(streamed.left_out);
    messages.undecided(streamed.undecided);
    let Streamed { shown, total, scopes, .. } = &streamed;
    messages.scan(&Scanned { shown: *shown, total: *total, scopes }, run.quiet);
    Ok(exit(filter, &streamed.scopes))
}

/// Returns the exit code. A selection by usage is incomplete where usage is unknown.
fn exit(filter: &Filter, scopes: &[ScopeReport]) -> Exit {
    match Exit::of(scopes) {
        Exit::Ok if filter.usage_unknown(scopes) => Exit::Incomplete,
        exit => exit,
    }
}

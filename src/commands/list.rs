//! `certls list`: the inventory.

use clap::Args;

use crate::cli::{FilterArgs, NetArgs, OutputArgs, ScopeArgs, SortArgs, UsageArgs};
use crate::engine;
use crate::error::Error;
use crate::exit::Exit;
use crate::model::{Filter, ScopeReport, Sort};
use crate::output::{self, Printed, Report, Target};

use super::{World, inventory};

/// List every certificate of every region, soonest expiry first
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    usage: UsageArgs,
    /// Only what was renewed elsewhere: another certificate for the same names, among all that is asked, lives longer
    #[arg(long, help_heading = "Selection")]
    superseded: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    sort: SortArgs,
    #[command(flatten)]
    net: NetArgs,
}

impl List {
    pub(super) fn run(self, world: &World) -> Result<Exit, Error> {
        let run = world.prepare(&self.scope, &self.net)?;
        let query = inventory::everything(self.filter.kinds(), self.usage.is_asked());
        let filter = Filter { usage: self.usage.filter(), superseded: self.superseded, ..self.filter.filter() };
        let targets = self.output.targets()?;
        let extra = [(true, "names"), (self.usage.is_asked(), "used_by_count"), (self.superseded, "superseded_by")];
        let extra: Vec<&str> = extra.into_iter().filter(|(is_shown, _)| *is_shown).map(|(_, name)| name).collect();
        let style = self.output.style(&extra);
        if let [Target { format, file: None }] = targets.as_slice()
            && output::by_name(format).is_streamed()
            && !self.superseded
        {
            let Some(told) = inventory::streamed(world, &run, &query, &filter, output::by_name(format))? else {
                return Ok(Exit::Ok);
            };
            let mut words = world.words();
            words.left_out(told.left_out);
            words.undecided(told.undecided);
            words.scan(told.shown, &told.scopes);
            return Ok(exit(&filter, &told.scopes));
        }
        let inventory = inventory::whole(world, |listener| engine::scan(&run.cx, &run.settings, &query, listener))?;
        let mut certificates: Vec<_> =
            inventory.certificates.iter().filter(|certificate| filter.matches(certificate, run.now)).collect();
        let sort = Sort { reverse: self.sort.reverse };
        sort.sort(&mut certificates, |certificate| self.sort.column.key(certificate, run.now));
        let report = Report { certificates, scopes: &inventory.scopes, now: run.now, style, width: None };
        let written = output::write_reports(&targets, world.stdout, &report);
        if written.stdout == Printed::Closed && written.failed.is_empty() {
            return Ok(Exit::Ok);
        }
        let mut words = world.words();
        words.left_out(
            inventory.certificates.iter().filter(|certificate| filter.excluded_for_unknown_expiry(certificate)).count(),
        );
        words.undecided(
            inventory.certificates.iter().filter(|c| filter.matches(c, run.now) && filter.is_undecided(c)).count(),
        );
        if !self.superseded {
            words.superseded(report.certificates.iter().filter(|c| c.superseded_by.is_some()).count());
        }
        words.scan(report.certificates.len(), &inventory.scopes);
        written.failed.iter().for_each(|error| words.error(error));
        Ok(if written.failed.is_empty() { exit(&filter, &inventory.scopes) } else { Exit::Failed })
    }
}

/// A selection by usage is not complete where usage could not be told.
fn exit(filter: &Filter, scopes: &[ScopeReport]) -> Exit {
    match Exit::of(scopes) {
        Exit::Ok if filter.usage_unknown(scopes) => Exit::Incomplete,
        exit => exit,
    }
}

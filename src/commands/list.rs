//! `certls list`: the inventory.

use clap::Args;

use crate::cli::{FilterArgs, NetArgs, OutputArgs, ScopeArgs, UsageArgs};
use crate::engine;
use crate::error::Error;
use crate::exit::Exit;
use crate::model::{Filter, ScopeReport, Sort};
use crate::output::{self, Printed, Report, Style, Target};

use super::{World, scan};

/// List every certificate of every region, soonest expiry first
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    usage: UsageArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    net: NetArgs,
}

impl List {
    pub(super) fn run(self, world: &World) -> Result<Exit, Error> {
        let mut run = world.prepare(&self.scope, &self.net)?;
        run.settings.usage = self.usage.is_asked();
        let filter = Filter { usage: self.usage.filter(), ..self.filter.filter() };
        let targets = self.output.targets()?;
        let style = Style { columns: self.output.chosen(), header: !self.output.no_header, usage: run.settings.usage };
        if let [Target { format, file: None }] = targets.as_slice()
            && output::by_name(format).is_streamed()
        {
            let Some(told) = scan::streamed(world, &run, &filter, output::by_name(format))? else {
                return Ok(Exit::Ok);
            };
            let mut words = world.words();
            words.left_out(told.left_out);
            words.scan(told.shown, &told.scopes);
            return Ok(exit(&filter, &told.scopes));
        }
        let inventory = scan::whole(world, |listener| engine::scan(&run.cx, &run.settings, listener))?;
        let mut certificates: Vec<_> =
            inventory.certificates.iter().filter(|certificate| filter.matches(certificate, run.now)).collect();
        let shown = certificates.len();
        let sort = Sort { reverse: self.output.reverse };
        sort.sort(&mut certificates, |certificate| self.output.sort.key(certificate, run.now));
        let report = Report { certificates, scopes: &inventory.scopes, now: run.now, style, width: None };
        let written = output::write_all(&targets, world.stdout, |target, width, out| {
            let (format, report) = (output::by_name(&target.format), Report { width, ..report.clone() });
            match target.file {
                Some(_) => format.write(&report, out),
                None => output::print_report(&report, format, world.stdout, out),
            }
        });
        if written.stdout == Printed::Closed && written.failed.is_empty() {
            return Ok(Exit::Ok);
        }
        let mut words = world.words();
        words
            .left_out(inventory.certificates.iter().filter(|certificate| filter.misses_expiry_of(certificate)).count());
        words.scan(shown, &inventory.scopes);
        written.failed.iter().for_each(|error| words.error(error));
        Ok(if written.failed.is_empty() { exit(&filter, &inventory.scopes) } else { Exit::Failed })
    }
}

/// A selection by usage is not complete where usage could not be told.
fn exit(filter: &Filter, scopes: &[ScopeReport]) -> Exit {
    match Exit::of(scopes) {
        Exit::Ok if filter.is_blind(scopes) => Exit::Incomplete,
        exit => exit,
    }
}

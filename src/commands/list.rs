//! `certls list`: the inventory.

use clap::Args;

use crate::cli::{FilterArgs, NetArgs, OutputArgs, ScopeArgs};
use crate::engine;
use crate::error::Error;
use crate::exit::Exit;
use crate::model::Sort;
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
    output: OutputArgs,
    #[command(flatten)]
    net: NetArgs,
}

impl List {
    pub(super) fn run(self, world: &World) -> Result<Exit, Error> {
        let run = world.prepare(&self.scope, &self.net)?;
        let filter = self.filter.filter();
        let targets = self.output.targets()?;
        let style = Style { columns: self.output.chosen(), header: !self.output.no_header };
        if let [Target { format, file: None }] = targets.as_slice()
            && output::by_name(format).is_streamed()
        {
            let Some(streamed) = scan::streamed(world, &run, &filter, output::by_name(format))? else {
                return Ok(Exit::Ok);
            };
            let mut words = world.words();
            words.left_out(streamed.left_out);
            words.scan(streamed.shown, &streamed.scopes);
            return Ok(Exit::of(&streamed.scopes));
        }
        let inventory = scan::whole(world, |listener| engine::scan(&run.cx, &run.settings, listener))?;
        let mut certificates: Vec<_> =
            inventory.certificates.iter().filter(|certificate| filter.matches(certificate, run.now)).collect();
        let shown = certificates.len();
        let sort = Sort { reverse: self.output.reverse };
        sort.sort(&mut certificates, |certificate| self.output.sort.key(certificate, run.now));
        let report = Report { certificates, scopes: &inventory.scopes, now: run.now, style, width: None };
        let written = output::write_all(&targets, world.stdout, |target, width, out| {
            output::by_name(&target.format).write(&Report { width, ..report.clone() }, out)
        });
        if written.stdout == Printed::Closed {
            return Ok(Exit::Ok);
        }
        let mut words = world.words();
        let unknown = inventory.certificates.iter().filter(|certificate| filter.misses_expiry_of(certificate)).count();
        words.left_out(unknown);
        words.scan(shown, &inventory.scopes);
        written.failed.iter().for_each(|error| words.error(error));
        Ok(if written.failed.is_empty() { Exit::of(&inventory.scopes) } else { Exit::Failed })
    }
}

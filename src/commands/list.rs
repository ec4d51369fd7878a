//! `certls list`: the inventory.

use clap::{Args, ValueEnum};

use crate::cli::{NetArgs, OutputArgs, ScopeArgs, UsageArgs};
use crate::engine;
use crate::error::Error;
use crate::exit::Exit;
use crate::model::{Filter, Kinds};
use crate::output::{self, Printed, Report, Style, Target};

use super::{World, scan};

/// List every certificate of every region, soonest expiry first
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    scope: ScopeArgs,
    /// Kind of certificates to list
    #[arg(long, value_name = "KIND", default_value = "server", help_heading = "Selection")]
    kind: KindArg,
    #[command(flatten)]
    usage: UsageArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    net: NetArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KindArg {
    /// Those that servers present, SM2 dual certificates included
    Server,
    /// CA certificates that client certificates are checked against
    Ca,
    /// Both
    All,
}

impl List {
    pub(super) fn run(self, world: &World) -> Result<Exit, Error> {
        let mut run = world.prepare(&self.scope, &self.net)?;
        run.settings.usage = self.usage.is_asked();
        let filter = Filter {
            kinds: match self.kind {
                KindArg::Server => Kinds::Server,
                KindArg::Ca => Kinds::Ca,
                KindArg::All => Kinds::All,
            },
            usage: self.usage.filter(),
            ..Filter::default()
        };
        let targets = self.output.targets()?;
        let style = Style { columns: self.output.chosen(), header: !self.output.no_header, usage: run.settings.usage };
        if let [Target { format, file: None }] = targets.as_slice()
            && output::by_name(format).is_streamed()
        {
            let Some((shown, scopes)) = scan::streamed(world, &run, &filter, output::by_name(format))? else {
                return Ok(Exit::Ok);
            };
            world.words().scan(shown, &scopes);
            return Ok(Exit::of(&scopes));
        }
        let inventory = scan::whole(world, |listener| engine::scan(&run.cx, &run.settings, listener))?;
        let certificates: Vec<_> =
            inventory.certificates.iter().filter(|certificate| filter.matches(certificate, run.now)).collect();
        let shown = certificates.len();
        let report = Report { certificates, scopes: &inventory.scopes, now: run.now, style, width: None };
        let written = output::write_all(&report, &targets, world.stdout);
        if written.stdout == Printed::Closed {
            return Ok(Exit::Ok);
        }
        let mut words = world.words();
        words.scan(shown, &inventory.scopes);
        written.failed.iter().for_each(|error| words.error(error));
        Ok(if written.failed.is_empty() { Exit::of(&inventory.scopes) } else { Exit::Failed })
    }
}

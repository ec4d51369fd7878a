//! `certls list`: the inventory.

use clap::{Args, ValueEnum};

use crate::cli::{NetArgs, OutputArgs, ScopeArgs};
use crate::engine;
use crate::error::Error;
use crate::exit::Exit;
use crate::model::{Filter, Kinds};
use crate::output::{self, Printed, Report};

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
        let cx = world.context(&self.scope, &self.net)?;
        let filter = Filter {
            kinds: match self.kind {
                KindArg::Server => Kinds::Server,
                KindArg::Ca => Kinds::Ca,
                KindArg::All => Kinds::All,
            },
        };
        let format = output::by_name(&self.output.output);
        let (shown, scopes) = if format.is_streamed() {
            match scan::streamed(world, &cx, &filter, format)? {
                Some(told) => told,
                None => return Ok(Exit::Ok),
            }
        } else {
            let inventory = scan::whole(world, |listener| engine::scan(&cx, listener))?;
            let certificates: Vec<_> = inventory.certificates.iter().filter(|certificate| filter.matches(certificate)).collect();
            let report = Report { certificates, scopes: &inventory.scopes, now: cx.now, width: world.stdout.width() };
            if output::print(world.stdout, |out| format.write(&report, out))? == Printed::Closed {
                return Ok(Exit::Ok);
            }
            (report.certificates.len(), inventory.scopes)
        };
        world.words().scan(shown, &scopes);
        Ok(Exit::of(&scopes))
    }
}

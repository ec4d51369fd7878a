//! `certls accounts`: which accounts would be asked, and who they are.

use clap::Args;

use crate::cli::{NetArgs, ScopeArgs};
use crate::engine;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::{self, Printed, accounts};

use super::World;

/// Show which accounts would be asked, where their credentials are, and who they are
#[derive(Debug, Args)]
pub(crate) struct Accounts {
    #[command(flatten)]
    scope: ScopeArgs,
    /// Format of standard output
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = ["table", "json"], help_heading = "Output")]
    output: String,
    #[command(flatten)]
    net: NetArgs,
}

impl Accounts {
    pub(super) fn run(self, world: &World) -> Result<Exit, Error> {
        let run = world.prepare(&self.scope, &self.net)?;
        let found = engine::accounts(&run.cx, &run.settings)?;
        let printed = output::print(world.stdout, output::text_of(&self.output), |out| match self.output.as_str() {
            "json" => accounts::json(&found, run.now, out),
            _ => accounts::table(&found, world.stdout.width(), out),
        })?;
        if printed == Printed::Closed {
            return Ok(Exit::Ok);
        }
        let mut words = world.words();
        for account in &found {
            for error in &account.errors {
                words.account(account.provider, &account.name, error);
            }
            for limitation in &account.limitations {
                words.account_limitation(account.provider, &account.name, limitation);
            }
        }
        let broken = found.iter().filter(|account| !account.errors.is_empty());
        Ok(match broken.clone().count() {
            0 if found.is_empty() => return Err(engine::no_credentials(&run.settings)),
            0 => Exit::Ok,
            broken if broken < found.len() => Exit::Incomplete,
            _ if broken.flat_map(|account| &account.errors).all(|error| error.kind.is_configuration()) => Exit::Usage,
            _ => Exit::Failed,
        })
    }
}

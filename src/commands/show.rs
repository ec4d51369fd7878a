//! `certls show`: all that is known of single certificates.

use clap::Args;

use crate::cli::{NetArgs, ScopeArgs};
use crate::engine;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::{self, Report};

use super::World;

/// Show all that is known of a certificate
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The cloud's id of the certificate
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    #[command(flatten)]
    scope: ScopeArgs,
    /// Format of standard output
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"], help_heading = "Output")]
    output: String,
    #[command(flatten)]
    net: NetArgs,
}

impl Show {
    pub(super) fn run(self, world: &World) -> Result<Exit, Error> {
        let cx = world.context(&self.scope, &self.net)?;
        let inventory = engine::find(&cx, &self.ids)?;
        let report = Report {
            certificates: inventory.certificates.iter().collect(),
            inventory: &inventory,
            now: cx.now,
            width: world.stdout.width(),
        };
        output::print(&report, output::by_name(&self.output), world.stdout)?;
        let mut words = world.words();
        words.scan(&report);
        let missing = self.ids.iter().filter(|id| !inventory.certificates.iter().any(|c| c.id.as_ref() == Some(id)));
        let mut found_all = true;
        for id in missing {
            found_all = false;
            words.not_found(id, inventory.is_complete());
        }
        Ok(match Exit::of(&inventory) {
            Exit::Ok if !found_all => Exit::NotFound,
            exit => exit,
        })
    }
}

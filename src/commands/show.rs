//! `certls show`: all that is known of single certificates.

use clap::Args;

use crate::cli::{NetArgs, ScopeArgs};
use crate::engine;
use crate::error::Error;
use crate::exit::Exit;
use crate::model::is_complete;
use crate::output::{self, Printed, Report, Style};

use super::{World, scan};

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
        let mut run = world.prepare(&self.scope, &self.net)?;
        run.settings.usage = true;
        let inventory = scan::whole(world, |listener| engine::find(&run.cx, &run.settings, &self.ids, listener))?;
        let report = Report {
            certificates: inventory.certificates.iter().collect(),
            scopes: &inventory.scopes,
            now: run.now,
            style: Style::OWN,
            width: world.stdout.width(),
        };
        if output::print(world.stdout, output::text_of(&self.output), |out| {
            output::print_report(&report, output::by_name(&self.output), world.stdout, out)
        })? == Printed::Closed
        {
            return Ok(Exit::Ok);
        }
        let mut words = world.words();
        words.scan(report.certificates.len(), &inventory.scopes);
        let is_found =
            |id: &&String| inventory.certificates.iter().any(|certificate| certificate.id.as_ref() == Some(id));
        let missing: Vec<&String> = self.ids.iter().filter(|id| !is_found(id)).collect();
        for id in &missing {
            words.not_found(id, is_complete(&inventory.scopes));
        }
        Ok(match Exit::of(&inventory.scopes) {
            Exit::Ok if !missing.is_empty() => Exit::NotFound,
            exit => exit,
        })
    }
}

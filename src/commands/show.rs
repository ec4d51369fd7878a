//! `certls show`: all that is known of single certificates.

use std::io;

use clap::Args;

use crate::cli::{NetArgs, ScopeArgs};
use crate::engine;
use crate::error::{Error, Kind};
use crate::exit::Exit;
use crate::model::{Certificate, Meaning, Reference, is_complete};
use crate::output::{self, Printed, Report, Style, Words};

use super::{World, scan};

/// Show all that is known of a certificate
///
/// A certificate is named by its id, by the beginning of an id that no other has, or by its SHA-1 or SHA-256
/// fingerprint, with colons or without. Where several are meant, they are listed.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The cloud's id of the certificate, the beginning of one, or a fingerprint
    #[arg(value_name = "ID", required = true, value_parser = Reference::parse)]
    references: Vec<Reference>,
    #[command(flatten)]
    scope: ScopeArgs,
    /// Format of standard output
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"], help_heading = "Output")]
    output: String,
    /// Print the public chain as PEM instead, the certificate itself first
    #[arg(long, conflicts_with = "output", help_heading = "Output")]
    pem: bool,
    #[command(flatten)]
    net: NetArgs,
}

/// What one of the references means, and what is printed for it.
struct Found<'a> {
    reference: &'a Reference,
    meaning: Meaning<'a>,
}

impl Show {
    pub(super) fn run(self, world: &World) -> Result<Exit, Error> {
        let run = world.prepare(&self.scope, &self.net)?;
        let inventory =
            scan::whole(world, |listener| engine::find(&run.cx, &run.settings, &self.references, listener))?;
        let found: Vec<Found<'_>> = self
            .references
            .iter()
            .map(|reference| Found { reference, meaning: reference.among(&inventory.certificates) })
            .collect();
        // In the inventory's order, each once, whichever references mean it.
        let select = |means: &dyn Fn(&Found<'_>, &Certificate) -> bool| -> Vec<&Certificate> {
            inventory.certificates.iter().filter(|c| found.iter().any(|found| means(found, c))).collect()
        };
        let report = |certificates| Report {
            certificates,
            scopes: &inventory.scopes,
            now: run.now,
            style: Style::OWN,
            width: world.stdout.width(),
        };
        let all = select(&|found, certificate| found.means(certificate));
        let format = if self.pem { "pem" } else { self.output.as_str() };
        let print = |certificates, format, out: &mut dyn io::Write| {
            output::print_report(&report(certificates), output::by_name(format), world.stdout, out)
        };
        let printed = output::print(world.stdout, output::text_of(format), |out| match format {
            "json" => print(all.clone(), "json", out),
            "pem" => print(select(&|found, certificate| found.prints_chain_of(certificate)), "pem", out),
            _ => {
                let single = select(&|found, c| found.meaning.is_unique() && found.means(c));
                let several = select(&|found, c| !found.meaning.is_unique() && found.means(c));
                let is_both = !single.is_empty() && !several.is_empty();
                print(single, "text", out)?;
                if is_both {
                    writeln!(out)?;
                }
                print(several, "table", out)
            }
        })?;
        if printed == Printed::Closed {
            return Ok(Exit::Ok);
        }
        let mut words = world.words();
        words.scan(all.len(), &inventory.scopes);
        let exit = Exit::of(&inventory.scopes);
        let told = found.iter().map(|found| found.tell(self.pem, is_complete(&inventory.scopes), &mut words));
        Ok(told.fold(exit, |exit, told| if exit == Exit::Ok { told } else { exit }))
    }
}

impl Found<'_> {
    fn means(&self, certificate: &Certificate) -> bool {
        self.meaning.certificates().iter().any(|meant| std::ptr::eq(*meant, certificate))
    }

    /// The chain of one certificate is the same wherever it is kept, so one place stands for all.
    fn prints_chain_of(&self, certificate: &Certificate) -> bool {
        let is_one = self.meaning.is_unique() || matches!(self.meaning, Meaning::Fingerprint(_));
        let first = self.meaning.certificates().iter().find(|meant| !meant.chain.is_empty());
        is_one && first.is_some_and(|first| std::ptr::eq(*first, certificate))
    }

    /// Says what is not as it was asked for.
    fn tell(&self, pem: bool, looked_everywhere: bool, words: &mut Words<impl io::Write>) -> Exit {
        let (reference, certificates) = (&self.reference.text, self.meaning.certificates());
        let several = (certificates.len() > 1 && !self.meaning.is_unique()).then_some(certificates.len());
        match (&self.meaning, several) {
            (Meaning::Nothing, _) => {
                words.not_found(reference, looked_everywhere);
                Exit::NotFound
            }
            (Meaning::Prefix(_), Some(several)) if pem => {
                let ids: Vec<&str> = certificates.iter().filter_map(|certificate| certificate.id.as_deref()).collect();
                let told = format!("{several} certificates have ids that begin with {reference}");
                words.error(&Error::new(Kind::Usage, told).with_hint(format!("choose one of {}", ids.join(", "))));
                Exit::Usage
            }
            _ if pem && certificates.iter().all(|certificate| certificate.chain.is_empty()) => {
                let told = format!("there is no chain of {reference} to print");
                words.error(
                    &Error::new(Kind::Reply, told)
                        .with_hint("the service that keeps it tells of certificates, but does not return them"),
                );
                Exit::Failed
            }
            (Meaning::Fingerprint(_), Some(several)) if !pem => {
                words.note(&format!("{several} places hold the certificate {reference}: choose one by its id"));
                Exit::Ok
            }
            (Meaning::Prefix(_), Some(several)) => {
                words.note(&format!("{several} ids begin with {reference}: write more of one to see all of it"));
                Exit::Ok
            }
            _ => Exit::Ok,
        }
    }
}

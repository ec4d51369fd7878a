//! `certls show`: all that is known of single certificates.

use std::collections::BTreeSet;
use std::io;

use clap::Args;

use crate::cli::{NetArgs, ScopeArgs};
use crate::engine;
use crate::error::{Error, Kind};
use crate::exit::Exit;
use crate::model::{Certificate, Meaning, Reference, ScopeReport};
use crate::output::{self, Column, Printed, Report, Style, Words};

use super::{World, scan};

/// Show all that is known of a certificate
///
/// A certificate is named by its id, by the beginning of an id that no other has, or by its SHA-1 or SHA-256
/// fingerprint, with colons or without. Where several are meant, they are listed. Which listeners use it is
/// always asked.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The cloud's id of the certificate, the beginning of one, or a whole fingerprint
    #[arg(value_name = "ID", required = true, value_delimiter = ',', value_parser = Reference::parse)]
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

/// The columns of the list of those that may have been meant: what to choose by.
static CHOICE: [&str; 6] = ["id", "name", "expires", "provider", "region", "account"];

/// How many ids an error names at the most.
const EXAMPLES: usize = 5;

/// A reference, and what it means in the inventory.
struct Found<'a> {
    reference: &'a Reference,
    meaning: Meaning,
}

impl Show {
    pub(super) fn run(self, world: &World) -> Result<Exit, Error> {
        let run = world.prepare(&self.scope, &self.net)?;
        let inventory =
            scan::whole(world, |listener| engine::find(&run.cx, &run.settings, &self.references, listener))?;
        let all = inventory.certificates.as_slice();
        let found: Vec<Found<'_>> =
            self.references.iter().map(|reference| Found { reference, meaning: reference.among(all) }).collect();
        // In the inventory's order, each once, however many references mean it.
        let certificates = |indices: BTreeSet<usize>| indices.into_iter().filter_map(|index| all.get(index)).collect();
        let report = |certificates, style, width| {
            let scopes = inventory.scopes.as_slice();
            Report { certificates, scopes, now: run.now, style, width }
        };
        let shown: Vec<&Certificate> =
            certificates(found.iter().flat_map(|found| found.meaning.indices()).copied().collect());
        let columns: Vec<&'static Column> = CHOICE.iter().filter_map(|name| output::column(name)).collect();
        let print = |report: &Report<'_>, format, out: &mut dyn io::Write| {
            output::print_report(report, output::by_name(format), world.stdout, out)
        };
        let format = if self.pem { "pem" } else { self.output.as_str() };
        let printed = output::print(world.stdout, output::text_of(format), |out| match format {
            "json" => print(&report(shown.clone(), Style::OWN, None), "json", out),
            "pem" => {
                let chains = found.iter().flat_map(|found| found.with_chain(all)).collect();
                print(&report(certificates(chains), Style::OWN, None), "pem", out)
            }
            _ => {
                let (single, several): (Vec<&Found<'_>>, Vec<_>) = found.iter().partition(|f| f.meaning.is_unique());
                let of = |part: &[&Found<'_>]| part.iter().flat_map(|f| f.meaning.indices()).copied().collect();
                let (single, several): (Vec<_>, Vec<_>) = (certificates(of(&single)), certificates(of(&several)));
                let is_both = !single.is_empty() && !several.is_empty();
                print(&report(single, Style::OWN, world.stdout.width()), "text", out)?;
                if is_both {
                    writeln!(out)?;
                }
                // Ids that are cut could not be told apart.
                let choice = Style { columns: Some(&columns), ..Style::OWN };
                print(&report(several, choice, None), "table", out)
            }
        })?;
        if printed == Printed::Closed {
            return Ok(Exit::Ok);
        }
        let mut words = world.words();
        words.scan(shown.len(), &inventory.scopes);
        let is_printed = found.iter().any(|found| !found.with_chain(all).is_empty());
        let told = found.iter().map(|found| match found.tell(self.pem, all, &inventory.scopes, &mut words) {
            Exit::Failed if is_printed => Exit::Incomplete,
            exit => exit,
        });
        Ok(told.fold(Exit::of(&inventory.scopes), |exit, told| if exit == Exit::Ok { told } else { exit }))
    }
}

impl Found<'_> {
    /// The certificates whose chains are printed. One that is kept in several places has the same chain in each, so
    /// that the first stands for all.
    fn with_chain(&self, all: &[Certificate]) -> Vec<usize> {
        if !self.meaning.is_unique() && !matches!(self.meaning, Meaning::Fingerprint(_)) {
            return Vec::new();
        }
        let mut printed = BTreeSet::new();
        let has_chain = |index: &usize| {
            let certificate = all.get(*index)?;
            let leaf = certificate.chain.first().filter(|leaf| !leaf.der.is_empty())?;
            let fingerprint = certificate.fingerprint_sha256.as_ref().filter(|own| **own == leaf.fingerprint_sha256)?;
            printed.insert(fingerprint).then_some(*index)
        };
        self.meaning.indices().iter().filter_map(has_chain).collect()
    }

    /// Says what is not as it was asked for.
    fn tell(&self, pem: bool, all: &[Certificate], scopes: &[ScopeReport], words: &mut Words<impl io::Write>) -> Exit {
        let (reference, indices) = (&self.reference.text, self.meaning.indices());
        let is_several = indices.len() > 1 && !self.meaning.is_unique();
        let meant = || indices.iter().filter_map(|index| all.get(*index));
        match &self.meaning {
            Meaning::Nothing => {
                let is_id = self.reference.may_be_id();
                let told = if is_id { "no certificate's id begins with" } else { "no certificate has the fingerprint" };
                words.not_found(&format!("{told} {reference}"), scopes);
                let named = all.iter().find(|certificate| certificate.name.as_ref() == Some(reference));
                if let Some(id) = named.and_then(|certificate| certificate.id.as_ref()) {
                    words.hint(&format!("{reference} is the name of {}", id.escape_debug()));
                }
                return Exit::NotFound;
            }
            Meaning::Prefix(_) if is_several && pem => {
                // An id comes from the cloud, and a hint may have lines of its own.
                let ids: Vec<String> =
                    meant().filter_map(|c| Some(c.id.as_ref()?.escape_debug().to_string())).take(EXAMPLES).collect();
                let more = if indices.len() > EXAMPLES { ", …" } else { "" };
                let told = format!("{} ids begin with {reference}", indices.len());
                words.error(&Error::new(Kind::Usage, told).with_hint(format!("choose one: {}{more}", ids.join(", "))));
                return Exit::Usage;
            }
            _ if pem && self.with_chain(all).is_empty() => {
                let error = Error::new(Kind::Reply, format!("there is no chain of {reference} to print"));
                let place = meant().next().filter(|certificate| certificate.chain.is_empty());
                words.error(&match place {
                    Some(c) => error.with_hint(format!(
                        "the API of {} {} returns no certificates, only what they are called and when they end",
                        c.provider, c.service
                    )),
                    None => error.with_hint("the cloud returned it, but it cannot be read: see its notes"),
                });
                return Exit::Failed;
            }
            Meaning::Fingerprint(_) if is_several && !pem => {
                words.note(&format!("{} places hold this certificate: choose one by its id", indices.len()));
            }
            Meaning::Prefix(_) if is_several => {
                words
                    .note(&format!("{} ids begin with {reference}: write more of one to see all of it", indices.len()));
            }
            _ => {}
        }
        Exit::Ok
    }
}

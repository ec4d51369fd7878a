//! `certls show`: all that is known of single certificates.

use std::collections::BTreeSet;
use std::io;

use clap::Args;

use crate::cli::{NetArgs, ScopeArgs};
use crate::engine;
use crate::error::{Error, Kind};
use crate::exit::Exit;
use crate::model::{Certificate, Facet, Resolution, ScopeReport, Selector};
use crate::output::{self, Column, Messages, Printed, Report, Style};

use super::{World, inventory};

/// Show all that is known of a certificate
///
/// A certificate is named by its id, by the beginning of an id that no other has, or by its SHA-1 or SHA-256
/// fingerprint, with colons or without. Where several are meant, they are listed. Which listeners use it is
/// always asked.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The cloud's id of the certificate, the beginning of one, or a whole fingerprint
    #[arg(value_name = "ID", required = true, value_delimiter = ',', value_parser = Selector::parse)]
    selectors: Vec<Selector>,
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
    selector: &'a Selector,
    meaning: Resolution,
}

impl Show {
    pub(super) fn run(self, world: &World) -> Result<Exit, Error> {
        let run = world.prepare(&self.scope, &self.net)?;
        let inventory =
            inventory::whole(world, |listener| engine::find(&run.cx, &run.settings, &self.selectors, listener))?;
        let all = inventory.certificates.as_slice();
        let found: Vec<Found<'_>> =
            self.selectors.iter().map(|selector| Found { selector, meaning: selector.resolve(all) }).collect();
        // In the inventory's order, each once, however many selectors mean it.
        let meant = |is_shown: &dyn Fn(&Found<'_>) -> bool| {
            let indices = found.iter().filter(|found| is_shown(found)).flat_map(|found| found.meaning.indices());
            certificates(all, indices.copied().collect())
        };
        let report = |certificates, style, width| {
            let scopes = inventory.scopes.as_slice();
            Report { certificates, scopes, now: run.now, style, width }
        };
        let columns: Vec<&'static Column> = CHOICE.iter().filter_map(|name| output::column(name)).collect();
        // Ids that are cut could not be told apart.
        let choice = Style { columns: Some(&columns), ..Style::OWN };
        let chains: BTreeSet<usize> = found.iter().flat_map(|found| found.with_chain(all)).collect();
        let shown = meant(&|_| true);
        let format = if self.pem { "pem" } else { self.output.as_str() };
        let parts = match format {
            "json" => vec![("json", report(shown.clone(), Style::OWN, None))],
            "pem" => vec![("pem", report(certificates(all, chains.clone()), Style::OWN, None))],
            _ => {
                let single = meant(&|found| found.meaning.is_unique());
                let several = meant(&|found| !found.meaning.is_unique());
                let parts = [
                    ("text", report(single, Style::OWN, world.stdout.width())),
                    ("table", report(several, choice, None)),
                ];
                parts.into_iter().filter(|(_, report)| !report.certificates.is_empty()).collect()
            }
        };
        let printed = output::print(world.stdout, output::text_of(format), |out| {
            for (number, (format, report)) in parts.iter().enumerate() {
                if number > 0 {
                    writeln!(out)?;
                }
                output::print_report(report, output::by_name(format), world.stdout, out)?;
            }
            Ok(())
        })?;
        if printed == Printed::Closed {
            return Ok(Exit::Ok);
        }
        let mut words = world.words();
        words.scan(shown.len(), &inventory.scopes);
        let told = found.iter().map(|found| match found.tell(self.pem, all, &inventory.scopes, &mut words) {
            Exit::Failed if !chains.is_empty() => Exit::Incomplete,
            exit => exit,
        });
        Ok(told.fold(Exit::of(&inventory.scopes), |exit, told| if exit == Exit::Ok { told } else { exit }))
    }
}

fn certificates(all: &[Certificate], indices: BTreeSet<usize>) -> Vec<&Certificate> {
    indices.into_iter().filter_map(|index| all.get(index)).collect()
}

impl Found<'_> {
    /// The certificates whose chains are printed. One that is kept in several places has the same chain in each, so
    /// that the first stands for all.
    fn with_chain(&self, all: &[Certificate]) -> Vec<usize> {
        if !self.meaning.is_unique() && !matches!(self.meaning, Resolution::Fingerprint(_)) {
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
    fn tell(
        &self,
        pem: bool,
        all: &[Certificate],
        scopes: &[ScopeReport],
        words: &mut Messages<impl io::Write>,
    ) -> Exit {
        let (selector, indices) = (&self.selector.text, self.meaning.indices());
        let is_several = indices.len() > 1 && !self.meaning.is_unique();
        let meant = || indices.iter().filter_map(|index| all.get(*index));
        match &self.meaning {
            Resolution::Nothing => {
                let is_id = self.selector.may_be_id();
                let told = if is_id { "no certificate's id begins with" } else { "no certificate has the fingerprint" };
                words.not_found(&format!("{told} {selector}"), scopes);
                let named = all.iter().find(|certificate| certificate.name.as_ref() == Some(selector));
                if let Some(id) = named.and_then(|certificate| certificate.id.as_ref()) {
                    words.hint(&format!("{selector} is the name of {}", id.escape_debug()));
                } else if let Some(hint) = inventory::unasked_hint(scopes) {
                    words.hint(&hint);
                }
                let is_unreadable = |certificate: &Certificate| certificate.is_unreadable(Facet::Id);
                return if all.iter().any(is_unreadable) { Exit::Incomplete } else { Exit::NotFound };
            }
            Resolution::Prefix(_) if is_several && pem => {
                // An id comes from the cloud, and a hint may have lines of its own.
                let ids: Vec<String> =
                    meant().filter_map(|c| Some(c.id.as_ref()?.escape_debug().to_string())).take(EXAMPLES).collect();
                let more = if indices.len() > EXAMPLES { ", …" } else { "" };
                let told = format!("{} ids begin with {selector}", indices.len());
                words.error(&Error::new(Kind::Usage, told).with_hint(format!("choose one: {}{more}", ids.join(", "))));
                return Exit::Usage;
            }
            _ if pem && self.with_chain(all).is_empty() => {
                let error = Error::new(Kind::Reply, format!("there is no chain of {selector} to print"));
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
            Resolution::Fingerprint(_) if is_several && !pem => {
                words.note(&format!("{} places hold this certificate: choose one by its id", indices.len()));
            }
            Resolution::Prefix(_) if is_several => {
                words.note(&format!("{} ids begin with {selector}: write more of one to see all of it", indices.len()));
            }
            _ => {}
        }
        Exit::Ok
    }
}

//! `certls show`: all that is known of single certificates.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use clap::Args;

use crate::cli::{LabelArgs, NetArgs, ScopeArgs, TargetParser};
use crate::error::{Error, Kind};
use crate::exit::Exit;
use crate::model::{Certificate, Facet, Host, Resolution, ScopeReport, Selector};
use crate::output::columns::{ACCOUNT, EXPIRES, ID, NAME, PROVIDER, REGION};
use crate::output::{self, Column, Details, Label, Messages, Outputs, Report, Scanned, Subject, TableOptions, Target};

use super::Run;
use super::inventory::{self, Inventory};

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
    pub(super) scope: ScopeArgs,
    /// Format of the output; with =FILE it replaces that file, and repeats [default: text]
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = TargetParser(Subject::Details), help_heading = "Output")]
    outputs: Vec<Target>,
    /// Print the public chain as PEM, the certificate itself first; the same as -o pem
    #[arg(long, conflicts_with = "outputs", help_heading = "Output")]
    pem: bool,
    #[command(flatten)]
    labels: LabelArgs,
    #[command(flatten)]
    pub(super) net: NetArgs,
}

/// The columns of the list of certificates to choose from.
static CHOICE: [&Column; 6] = [ID, NAME, EXPIRES, PROVIDER, REGION, ACCOUNT];

/// The most ids that an error names.
const MAX_EXAMPLES: usize = 5;

impl Show {
    /// Prints the certificates that the selectors mean.
    ///
    /// # Errors
    /// Where the run could not do its work at all, or standard output cannot be written.
    pub(super) fn run(&self, run: &Run) -> anyhow::Result<Exit> {
        let outputs = self.outputs(run.settings.timeout)?;
        let labels = self.labels.labels()?;
        let inventory = inventory::find(run, &self.selectors)?;
        let found: Vec<Found<'_>> =
            self.selectors.iter().map(|selector| Found::new(selector, &inventory.certificates)).collect();
        let details = details(run, &inventory, &found, labels);
        let written = outputs.write(&run.streams, &details)?;
        let mut messages = run.streams.messages();
        messages.scan(&Scanned::all(details.all.certificates.len(), &inventory.scopes), run.quiet);
        let is_pem = outputs.has(output::PEM);
        let exits = found.iter().map(|found| match found.report(is_pem, &inventory.scopes, &mut messages) {
            Exit::Failed if !details.with_chain.is_empty() => Exit::Incomplete,
            exit => exit,
        });
        // All of them are reported; the first that is not OK counts.
        let exits: Vec<Exit> = std::iter::once(Exit::of(&inventory.scopes)).chain(exits).collect();
        messages.written(&written);
        if !written.failed.is_empty() {
            return Ok(Exit::Failed);
        }
        Ok(exits.into_iter().find(|exit| *exit != Exit::Ok).unwrap_or(Exit::Ok))
    }

    /// Returns where the output goes.
    ///
    /// # Errors
    /// As [`Outputs::open`].
    fn outputs(&self, time: Duration) -> Result<Outputs, Error> {
        if self.pem {
            return Ok(Outputs::printed(output::PEM));
        }
        Outputs::open(&self.outputs, Subject::Details, time)
    }
}

/// Returns what the selectors mean, in the inventory's order: each certificate once, however many selectors mean it.
fn details<'a>(run: &Run, inventory: &'a Inventory, found: &[Found<'_>], labels: &'a [Label]) -> Details<'a> {
    let (all, scopes) = (inventory.certificates.as_slice(), inventory.scopes.as_slice());
    let certificates = |indices: BTreeSet<usize>| -> Vec<&'a Certificate> {
        indices.into_iter().filter_map(|index| all.get(index)).collect()
    };
    let meant = |is_shown: fn(&Resolution) -> bool| {
        let shown = found.iter().filter(|found| is_shown(&found.meaning));
        certificates(shown.flat_map(|found| found.meaning.indices()).copied().collect())
    };
    let table = TableOptions::default();
    let report = |certificates| Report { certificates, scopes, now: run.now, table, labels, width: None };
    let choice = TableOptions { columns: Some(&CHOICE), ..table };
    Details {
        single: report(meant(Resolution::is_unique)),
        ambiguous: Report { table: choice, ..report(meant(|meaning| !meaning.is_unique())) },
        all: report(meant(|_| true)),
        with_chain: certificates(found.iter().flat_map(Found::with_chain).collect()),
    }
}

/// A selector, and what it means in the inventory.
struct Found<'a> {
    selector: &'a Selector,
    meaning: Resolution,
    all: &'a [Certificate],
}

impl<'a> Found<'a> {
    fn new(selector: &'a Selector, all: &'a [Certificate]) -> Self {
        Self { selector, meaning: selector.resolve(all), all }
    }

    fn certificates(&self) -> impl Iterator<Item = &'a Certificate> {
        self.meaning.indices().iter().filter_map(|index| self.all.get(*index))
    }

    fn is_ambiguous(&self) -> bool {
        self.meaning.indices().len() > 1 && !self.meaning.is_unique()
    }

    /// Returns the certificates whose chains are printed. One that is kept in several places has the same chain in
    /// each, so that the first stands for all.
    fn with_chain(&self) -> Vec<usize> {
        if !self.meaning.is_unique() && !matches!(self.meaning, Resolution::Fingerprint(_)) {
            return Vec::new();
        }
        let mut printed = BTreeSet::new();
        let has_chain = |index: &usize| {
            let certificate = self.all.get(*index)?;
            let leaf = certificate.chain.first().filter(|leaf| !leaf.der.is_empty())?;
            let fingerprint = certificate.fingerprint_sha256.as_ref().filter(|own| **own == leaf.fingerprint_sha256)?;
            printed.insert(fingerprint).then_some(*index)
        };
        self.meaning.indices().iter().filter_map(has_chain).collect()
    }

    /// Prints why the selector did not mean one certificate, or why its chain was not printed. Returns the exit code
    /// for it.
    fn report(&self, is_pem: bool, scopes: &[ScopeReport], messages: &mut Messages<impl io::Write>) -> Exit {
        let (selector, number) = (&self.selector.text, self.meaning.indices().len());
        match &self.meaning {
            Resolution::Nothing => {
                self.report_nothing(scopes, messages);
                let has_unreadable = self.all.iter().any(|certificate| certificate.is_unreadable(Facet::Id));
                if has_unreadable { Exit::Incomplete } else { Exit::NotFound }
            }
            Resolution::Prefix(_) if self.is_ambiguous() && is_pem => {
                messages.error(&self.ambiguous_error());
                Exit::Usage
            }
            _ if is_pem && self.with_chain().is_empty() => {
                messages.error(&self.no_chain_error());
                Exit::Failed
            }
            Resolution::Fingerprint(_) if self.is_ambiguous() && !is_pem => {
                messages.note(&format!("{number} places hold this certificate: choose one by its id"));
                Exit::Ok
            }
            Resolution::Prefix(_) if self.is_ambiguous() => {
                messages.note(&format!("{number} ids begin with {selector}: write more of one to see all of it"));
                Exit::Ok
            }
            _ => Exit::Ok,
        }
    }

    fn report_nothing(&self, scopes: &[ScopeReport], messages: &mut Messages<impl io::Write>) {
        let selector = &self.selector.text;
        let is_id = self.selector.may_be_id();
        let message = if is_id { "no certificate's id begins with" } else { "no certificate has the fingerprint" };
        messages.not_found(&format!("{message} {selector}"), scopes);
        let named = self.all.iter().find(|certificate| certificate.name.as_ref() == Some(selector));
        if let Some(id) = named.and_then(|certificate| certificate.id.as_ref()) {
            messages.hint(&format!("{selector} is the name of {}", id.escape_debug()));
        } else if is_id && selector.contains('.') && Host::parse(selector).is_ok() {
            messages.hint(&format!("for the certificates that cover a host name: certls which {selector}"));
        } else if let Some(hint) = inventory::unasked_hint(scopes) {
            messages.hint(&hint);
        }
    }

    fn ambiguous_error(&self) -> Error {
        // An id comes from the cloud, and a hint may have line ends of its own.
        let ids = self.certificates().filter_map(|c| Some(c.id.as_ref()?.escape_debug().to_string()));
        let ids: Vec<String> = ids.take(MAX_EXAMPLES).collect();
        let number = self.meaning.indices().len();
        let more = if number > MAX_EXAMPLES { ", …" } else { "" };
        Error::new(Kind::Usage, format!("{number} ids begin with {}", self.selector.text))
            .with_hint(format!("choose one: {}{more}", ids.join(", ")))
    }

    fn no_chain_error(&self) -> Error {
        let error = Error::new(Kind::Reply, format!("there is no chain of {} to print", self.selector.text));
        match self.certificates().next().filter(|certificate| certificate.chain.is_empty()) {
            Some(c) => error.with_hint(format!(
                "the API of {} {} returns no certificates, only what they are called and when they end",
                c.provider, c.service
            )),
            None => error.with_hint("the cloud returned it, but it cannot be read: see its notes"),
        }
    }
}

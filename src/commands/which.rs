//! `certls which`: every certificate that covers a host name.

use std::cmp::Reverse;

use clap::Args;

use crate::cli::{NetArgs, OutputArgs, ScopeArgs};
use crate::engine::{ScanQuery, UsageMode};
use crate::exit::Exit;
use crate::model::{Certificate, Facet, Host, Kinds, Match, matching_hosts};
use crate::output::columns::{MATCH, MATCHES, SUPERSEDED_BY, USED_BY};
use crate::output::{Report, Scanned};

use super::{Run, inventory};

/// Show every certificate that covers a host name: where it is used, and until when
///
/// The best match comes first: exact names before wildcards, of which one stands for the left-most label
/// (RFC 6125), and of equal ones the soonest expiry. A certificate is superseded where another for the
/// same names, among all that was asked, lives longer: it was forgotten at renewal. An address is covered
/// by itself alone. Which listeners use the certificates is always asked.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Host name, IP address or wildcard such as *.example.com, which only that very wildcard covers
    #[arg(value_name = "NAME", required = true, value_delimiter = ',', value_parser = Host::parse)]
    names: Vec<Host>,
    #[command(flatten)]
    pub(super) scope: ScopeArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    pub(super) net: NetArgs,
}

impl Which {
    /// Prints the certificates that cover the names.
    ///
    /// # Errors
    /// Where the run could not do its work at all, or standard output cannot be written.
    pub(super) fn run(&self, run: &Run) -> anyhow::Result<Exit> {
        let outputs = self.output.open(run.settings.timeout)?;
        let mut hosts: Vec<&Host> = Vec::new();
        for host in &self.names {
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        let covers = |certificate: &Certificate| !matching_hosts(certificate, &hosts).is_empty();
        let mut inventory =
            inventory::scan(run, &ScanQuery { kinds: Kinds::Server, usage: UsageMode::Where(&covers) })?;
        for certificate in &mut inventory.certificates {
            certificate.matches = matching_hosts(certificate, &hosts);
        }
        let mut certificates: Vec<_> = inventory.certificates.iter().filter(|c| !c.matches.is_empty()).collect();
        certificates.sort_by_cached_key(|certificate| Reverse(rank(&hosts, certificate)));
        let extra = [if hosts.len() == 1 { MATCH } else { MATCHES }, SUPERSEDED_BY, USED_BY];
        let columns = self.output.columns();
        let table = self.output.table_options(&columns, &extra);
        let labels = self.output.labels()?;
        let report = Report { certificates, scopes: &inventory.scopes, now: run.now, table, labels, width: None };
        let written = outputs.write(&run.streams, &report)?;
        let mut messages = run.streams.messages();
        messages.scan(&Scanned::all(report.certificates.len(), &inventory.scopes), run.quiet);
        let is_covered = |host: &Host| report.certificates.iter().any(|c| coverage(host, c).is_some());
        let uncovered: Vec<&&Host> = hosts.iter().filter(|host| !is_covered(host)).collect();
        for host in &uncovered {
            messages.not_found(&format!("no certificate covers {host}"), &inventory.scopes);
        }
        if let Some(hint) = inventory::unasked_hint(&inventory.scopes).filter(|_| !uncovered.is_empty()) {
            messages.hint(&hint);
        }
        let unknown = |c: &&Certificate| c.matches.is_empty() && c.is_unreadable(Facet::Names);
        let unknown = inventory.certificates.iter().filter(unknown).count();
        if unknown > 0 {
            messages.note(&format!(
                "the names of {unknown} further certificates could not be read: they may cover it as well"
            ));
        }
        messages.written(&written);
        Ok(match Exit::of(&inventory.scopes) {
            _ if !written.failed.is_empty() => Exit::Failed,
            Exit::Ok if unknown > 0 => Exit::Incomplete,
            Exit::Ok if !uncovered.is_empty() => Exit::NotFound,
            exit => exit,
        })
    }
}

/// Returns how a certificate whose matches are known covers a host.
fn coverage(host: &Host, certificate: &Certificate) -> Option<Match> {
    certificate.matches.iter().find(|covered| covered.name == host.as_str()).map(|covered| covered.how)
}

/// Returns how well it covers the first host, then the second, and so on.
fn rank(hosts: &[&Host], certificate: &Certificate) -> Vec<Option<Match>> {
    hosts.iter().map(|host| coverage(host, certificate)).collect()
}

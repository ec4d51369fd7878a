//! `certls which`: every certificate that covers a host name.

use std::cmp::Reverse;

use clap::Args;

use crate::cli::{NetArgs, OutputArgs, ScopeArgs};
use crate::engine::{self, AskUsage, Wanted};
use crate::error::Error;
use crate::exit::Exit;
use crate::model::{Certificate, Host, HostMatch, Kinds, certificate_covers, is_complete};
use crate::output::{self, Printed, Report};

use super::{World, scan};

/// Show every certificate that covers a host name: where it is used, and until when
///
/// The best match comes first: exact names before wildcards, of which one stands for the left-most label
/// (RFC 6125). A certificate is superseded where another for the same names lives longer: it was forgotten
/// at renewal. An address is covered by itself alone.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Host name or IP address
    #[arg(value_name = "NAME", required = true, value_parser = Host::parse)]
    names: Vec<Host>,
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    net: NetArgs,
}

impl Which {
    pub(super) fn run(self, world: &World) -> Result<Exit, Error> {
        let run = world.prepare(&self.scope, &self.net)?;
        let targets = self.output.targets()?;
        let covers = |certificate: &Certificate| !self.matches(certificate).is_empty();
        let wanted = Wanted { kinds: Kinds::Server, usage: AskUsage::Where(&covers), ids: Vec::new() };
        let mut inventory = scan::whole(world, |listener| engine::scan(&run.cx, &run.settings, &wanted, listener))?;
        for certificate in &mut inventory.certificates {
            certificate.matches = self.matches(certificate);
        }
        let mut certificates: Vec<_> = inventory.certificates.iter().filter(|c| !c.matches.is_empty()).collect();
        certificates.sort_by_cached_key(|certificate| Reverse(self.rank(certificate)));
        let extra = [if self.names.len() == 1 { "match" } else { "matches" }, "superseded_by", "used_by"];
        let style = self.output.style(&extra);
        let report = Report { certificates, scopes: &inventory.scopes, now: run.now, style, width: None };
        let written = output::write_reports(&targets, world.stdout, &report);
        if written.stdout == Printed::Closed && written.failed.is_empty() {
            return Ok(Exit::Ok);
        }
        let mut words = world.words();
        words.scan(report.certificates.len(), &inventory.scopes);
        let is_covered = |host: &Host| report.certificates.iter().any(|c| certificate_covers(c, host).is_some());
        let uncovered: Vec<&Host> = self.names.iter().filter(|host| !is_covered(host)).collect();
        for host in &uncovered {
            words.not_found(&format!("that covers {host}"), is_complete(&inventory.scopes));
        }
        written.failed.iter().for_each(|error| words.error(error));
        Ok(match Exit::of(&inventory.scopes) {
            _ if !written.failed.is_empty() => Exit::Failed,
            Exit::Ok if !uncovered.is_empty() => Exit::NotFound,
            exit => exit,
        })
    }

    fn matches(&self, certificate: &Certificate) -> Vec<HostMatch> {
        let covered = self.names.iter().filter_map(|host| {
            let how = certificate_covers(certificate, host)?;
            Some(HostMatch { name: host.to_string(), how })
        });
        covered.collect()
    }

    /// How well it covers the first host, then the second, and so on.
    fn rank(&self, certificate: &Certificate) -> impl Ord {
        self.names.iter().map(|host| certificate_covers(certificate, host)).collect::<Vec<_>>()
    }
}

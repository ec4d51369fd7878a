//! `certls check`: says whether any certificate expires soon.

use clap::Args;

use crate::cli::{FilterArgs, NetArgs, ScopeArgs, UsageArgs, target_of, targets};
use crate::engine;
use crate::error::{Error, Kind};
use crate::exit::Exit;
use crate::model::{Filter, State, Threshold, Thresholds, UseFilter, is_complete, judge, worst};
use crate::output::check::{FORMATS, Verdict};
use crate::output::{self, Target};
use crate::signals;

use super::{World, inventory};

/// Say whether any certificate expires soon: for cron, Nagios, Icinga and CI
///
/// A LIMIT is a time that must be left (30d), a share of the certificate's whole life (33%), or both
/// with a comma: then the shorter of the two counts, so that one setting suits every lifetime. With
/// the defaults, a certificate of 398 days is WARNING below 30 days and CRITICAL below 7; one of 90
/// days below 29.7 and 7; one of 47 days below 15.5 and 4.7; one of 6 days below 2 days and 14 hours.
///
/// An expired certificate is CRITICAL, one whose expiry is unknown is UNKNOWN, and so is a scan in
/// which something could not be read. The worst counts: CRITICAL, UNKNOWN, WARNING, OK, which exit
/// with 2, 3, 1 and 0. Help, version and wrong usage exit with 3, as monitoring plugins do.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// WARNING when less than this is left
    #[arg(short, long, value_name = "LIMIT", default_value_t = Thresholds::default().warning(), help_heading = "Limits")]
    warning: Threshold,
    /// CRITICAL when less than this is left
    #[arg(short, long, value_name = "LIMIT", default_value_t = Thresholds::default().critical(), help_heading = "Limits")]
    critical: Threshold,
    /// WARNING when another certificate for the same names lives longer: this one was forgotten at renewal
    #[arg(long, help_heading = "Limits")]
    warn_superseded: bool,
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    usage: UsageArgs,
    /// Leave out the certificates that no listener uses; asks as --usage does
    #[arg(long, conflicts_with_all = ["used", "unused"], help_heading = "Selection")]
    ignore_unused: bool,
    /// Format of the output: text, json or prometheus; with =FILE it replaces that file, and repeats [default: text]
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = target, help_heading = "Output")]
    outputs: Vec<Target>,
    /// Print nothing when all is OK
    #[arg(short, long, help_heading = "Output")]
    quiet: bool,
    #[command(flatten)]
    net: NetArgs,
}

fn target(text: &str) -> Result<Target, String> {
    target_of(text, &FORMATS)
}

impl Check {
    pub(super) fn run(self, world: &World) -> Result<Exit, Error> {
        signals::set_exit_code(Exit::UNKNOWN);
        self.judged(world).or_else(|error| {
            // Monitoring reads standard output only.
            let told =
                output::print(world.stdout, output::Text::Plain, |out| output::check::unknown(&error.to_string(), out));
            world.words().error(&error);
            told.err().iter().for_each(|error| world.words().error(error));
            Ok(Exit::UNKNOWN)
        })
    }

    fn judged(&self, world: &World) -> Result<Exit, Error> {
        let thresholds = Thresholds::new(self.warning, self.critical)?.with_superseded(self.warn_superseded);
        let targets = targets(&self.outputs, "text")?;
        let run = world.prepare(&self.scope, &self.net)?;
        let query = inventory::everything(self.filter.kinds(), self.ignore_unused || self.usage.is_asked());
        let inventory =
            inventory::whole(world, run.now, |listener| engine::scan(&run.cx, &run.settings, &query, listener))?;
        let by_usage = self.ignore_unused.then_some(UseFilter::NotUnused);
        let filter = Filter { usage: by_usage.or(self.usage.filter()), ..self.filter.filter() };
        let wanted = inventory.certificates.iter().filter(|certificate| {
            // What nobody knows the expiry of may be what expires tomorrow: it is judged, not left out.
            filter.matches(certificate, run.now) || filter.excluded_for_unknown_expiry(certificate)
        });
        let judged: Vec<_> =
            wanted.map(|certificate| (certificate, judge(certificate, run.now, &thresholds))).collect();
        let is_named = |certificate| filter.matches_ignoring_expiry(certificate);
        if filter.is_by_name() && is_complete(&inventory.scopes) && !inventory.certificates.iter().any(is_named) {
            // A certificate that is gone must not pass for one that is well.
            return Err(Error::new(Kind::Usage, "no certificate is like what was named")
                .with_hint("correct `--name`, `--id`, `--domain` or `--tag`; `certls list` shows what there is"));
        }
        let incomplete = !is_complete(&inventory.scopes) || filter.usage_unknown(&inventory.scopes);
        let state = worst(judged.iter().map(|(_, judgement)| judgement.state), incomplete);
        let (files, printed): (Vec<_>, Vec<_>) = targets.into_iter().partition(|target| target.file.is_some());
        let mut verdict =
            Verdict { state, judged, scopes: &inventory.scopes, thresholds, now: run.now, unwritten: Vec::new() };
        let written = output::write_all(&files, world.stdout, |target, _, out| verdict.write(target, out));
        if !written.failed.is_empty() {
            // What reads that file sees an old verdict: that is no OK, and hides no CRITICAL.
            verdict.state = state.max(State::Unknown);
            verdict.unwritten = written.failed;
        }
        let is_silent = self.quiet && verdict.state == State::Ok;
        let written = output::write_all(&printed, world.stdout, |target, _, out| {
            if is_silent {
                return Ok(());
            }
            output::print_plain(world.stdout, out, |out| verdict.write(target, out))
        });
        if !printed.iter().any(|target| target.format == "text") && !is_complete(&inventory.scopes) {
            // The plugin's own words tell it on standard output; other formats leave it to these.
            world.words().scan(verdict.judged.len(), &inventory.scopes);
        }
        verdict.unwritten.iter().chain(&written.failed).for_each(|error| world.words().error(error));
        let unsaid = if written.failed.is_empty() { State::Ok } else { State::Unknown };
        Ok(Exit::of_state(verdict.state.max(unsaid)))
    }
}

//! The shapes of the command line that commands share. Pure: nothing here reads a file or asks a cloud.

mod endpoint;
mod list;
mod output;
mod usage_error;

use std::fmt::Write;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use chrono::TimeDelta;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};
use clap::{ArgAction, Args, ValueEnum};

use crate::config::{Endpoint, EnvVar, env, region_name};
use crate::duration;
use crate::model::{Filter, Host, Kinds, NameGlob, TagFilter, UseFilter};
use crate::output::Color;
use crate::{exit, providers};

use endpoint::{endpoint, example_endpoint};
use list::ListParser;

pub(crate) use usage_error::tidy;

pub use list::List;
pub use output::{LabelArgs, OutputArgs, SortArgs, TargetParser};

/// Returns what most people want, for the top of help.
pub(crate) fn examples() -> String {
    let (provider, region) = example_scope();
    format!(
        "\
Examples:
  certls list                           every certificate, soonest expiry first
  certls list --provider {provider} --region {region}
  certls list --expires-within 30d      the expired included
  certls list --domain www.example.com  what covers this name
  certls list -o json | jq -r '.certificates[] | .name'
  certls check                          OK, WARNING or CRITICAL: cron, Nagios
  certls which www.example.com          which cover it, where they are used
  certls show 5494a835d88f40ff940554992f2f04d4
  certls accounts                       who is asked, and with what"
    )
}

/// Returns a provider and a region of it, for examples.
fn example_scope() -> (&'static str, &'static str) {
    let info = providers::ALL.first().map(|provider| provider.info());
    info.map_or(("NAME", "NAME"), |info| (info.id, info.example_region))
}

/// Returns the help of every variable and exit code, from the tables of the providers and of certls itself.
pub(crate) fn environment() -> String {
    let mut text = String::new();
    let mut table = |heading: &str, variables: &[&[EnvVar]]| {
        text.push_str(heading);
        for variable in variables.iter().copied().flatten() {
            let _ = write!(text, "\n  {:<40} {}", variable.name, variable.help);
        }
        text.push_str("\n\n");
    };
    for provider in providers::ALL {
        let heading = format!("{} credentials, the first that is set up counts:", provider.info().title);
        table(&heading, &[provider.info().credential_variables]);
    }
    let mut others: Vec<&[EnvVar]> = providers::ALL.iter().map(|provider| provider.info().other_variables).collect();
    others.push(env::VARIABLES);
    table("Environment:", &others);
    text.push_str("Exit codes, and those of check:");
    for (code, others, check) in exit::TABLE {
        let _ = write!(text, "\n  {code:<4} {others:<60} {check}");
    }
    text
}

/// Where to look.
#[derive(Debug, Args)]
#[command(next_help_heading = "Scope")]
pub struct ScopeArgs {
    /// Look only into this cloud; repeat or separate by comma [default: every cloud with credentials here]
    #[arg(short, long = "provider", value_name = "NAME", value_parser = ListParser(provider_names()))]
    pub providers: Vec<List<String>>,

    /// Look only into this region; repeat or separate by comma, `all` for every one [default: all]
    #[arg(short, long = "region", value_name = "NAME", value_parser = ListParser(region_name))]
    pub regions: Vec<List<String>>,

    /// Ask only this account of the configuration file; repeat or separate by comma [default: all of them]
    // Names may hold commas: they are told apart where the accounts are known.
    #[arg(short, long = "account", value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub accounts: Vec<String>,

    /// Log in with this profile of the clouds' own credential files, instead of an account
    #[arg(long, value_name = "NAME", conflicts_with = "accounts")]
    pub profile: Option<String>,

    #[arg(long = "service", value_name = "NAME", value_parser = ListParser(service_names()), help = services_help())]
    pub services: Vec<List<String>>,
}

/// Which certificates.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selection")]
pub struct FilterArgs {
    /// Only certificates that expire within this time, the expired included, such as 30d, 2w or 12h
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub expires_within: Option<TimeDelta>,

    /// Only expired certificates
    #[arg(long)]
    pub expired: bool,

    /// Only certificates that cover this host name, also by a wildcard
    #[arg(long, value_name = "NAME", value_parser = Host::parse)]
    pub domain: Option<Host>,

    /// Only certificates whose name matches the glob; * stands for any characters, ? for one
    #[arg(long, value_name = "GLOB")]
    pub name: Option<String>,

    /// Only the certificate with this id; repeat or separate by comma
    #[arg(long = "id", value_name = "ID", value_parser = ListParser(NonEmptyStringValueParser::new()))]
    pub ids: Vec<List<String>>,

    /// Only certificates with this tag; repeat for several, all of which must be there
    #[arg(long = "tag", value_name = "KEY[=VALUE]", value_parser = TagFilter::from_str)]
    pub tags: Vec<TagFilter>,

    /// Kinds of certificates
    #[arg(long, value_name = "KIND", default_value = "server")]
    pub kind: Kind,
}

/// The kinds that `--kind` chooses between.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Kind {
    /// Those that servers present, SM2 dual certificates included
    Server,
    /// CA certificates that client certificates are checked against
    Ca,
    /// Both
    All,
}

impl FilterArgs {
    /// Returns the selection, without that by use.
    pub fn filter(&self) -> Filter {
        Filter {
            expires_within: self.expires_within,
            expired: self.expired,
            domain: self.domain.clone(),
            name: self.name.as_deref().map(NameGlob::new),
            ids: List::flatten(&self.ids),
            tags: self.tags.clone(),
            usage: None,
            superseded: false,
        }
    }

    /// Returns in words which certificates are named: `covers www.example.com and has the tag env=prod`.
    pub(crate) fn named(&self) -> String {
        let domain = self.domain.iter().map(|host| format!("covers {host}"));
        let name = self.name.iter().map(|glob| format!("has a name like {glob}"));
        let ids = List::flatten(&self.ids);
        let ids = (!ids.is_empty()).then(|| format!("has the id {}", ids.join(" or ")));
        let tags = self.tags.iter().map(|tag| {
            let value = tag.value.as_ref().map(|value| format!("={value}")).unwrap_or_default();
            format!("has the tag {}{value}", tag.key)
        });
        domain.chain(name).chain(ids).chain(tags).collect::<Vec<_>>().join(" and ")
    }

    /// Returns the kinds to read.
    pub fn kinds(&self) -> Kinds {
        match self.kind {
            Kind::Server => Kinds::Server,
            Kind::Ca => Kinds::Ca,
            Kind::All => Kinds::All,
        }
    }
}

/// Whether to ask which listeners use each certificate, and which certificates to select by that.
#[derive(Debug, Args)]
pub struct UsageArgs {
    /// Also ask which load balancers' listeners use each certificate
    #[arg(long, help_heading = "Scope")]
    pub usage: bool,

    /// Select the certificates that a listener uses; asks as --usage does
    #[arg(long, conflicts_with = "unused", help_heading = "Selection")]
    pub used: bool,

    /// Select the certificates that no listener uses; asks as --usage does
    #[arg(long, help_heading = "Selection")]
    pub unused: bool,
}

impl UsageArgs {
    /// Returns whether the listeners are to be asked for.
    pub fn is_asked(&self) -> bool {
        self.usage || self.used || self.unused
    }

    /// Returns the selection by use.
    pub fn filter(&self) -> Option<UseFilter> {
        match (self.used, self.unused) {
            (true, _) => Some(UseFilter::Used),
            (_, true) => Some(UseFilter::Unused),
            _ => None,
        }
    }
}

/// How to ask.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Network")]
pub struct NetArgs {
    #[arg(long = "endpoint", value_name = "PROVIDER.SERVICE=URL", value_parser = endpoint, help = endpoint_help())]
    pub endpoints: Vec<(String, Endpoint)>,

    /// Trust the certificate authorities in this PEM file too
    #[arg(long, value_name = "FILE")]
    pub ca_bundle: Option<PathBuf>,

    /// Time limit to open one connection
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = timeout)]
    pub connect_timeout: Duration,

    /// Time limit for a server to send the next bytes
    #[arg(long, value_name = "DURATION", default_value = "15s", value_parser = timeout)]
    pub read_timeout: Duration,

    /// Time limit of the whole run; what arrived until then is printed
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = timeout)]
    pub timeout: Duration,

    /// Retries per request
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub retry_count: usize,

    /// Requests in flight at once; at most three quarters of them go to one of several hosts
    #[arg(long, value_name = "N", default_value = "16", value_parser = clap::value_parser!(u8).range(1..))]
    pub concurrency: u8,

    /// Print no summary when all is well; `check` then prints nothing
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
}

/// What every command understands.
#[derive(Debug, Args)]
pub struct GlobalArgs {
    /// Log each request to standard error (-vv: more)
    #[arg(short, long, action = ArgAction::Count, global = true)]
    pub verbose: u8,

    /// Color the output
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: Color,
}

fn provider_names() -> PossibleValuesParser {
    PossibleValuesParser::new(providers::ALL.iter().map(|provider| provider.info().id))
}

fn service_names() -> PossibleValuesParser {
    let services = providers::ALL.iter().flat_map(|provider| provider.services());
    PossibleValuesParser::new(services.map(|service| service.id).chain(["all"]))
}

fn services_help() -> String {
    let services = providers::ALL.iter().flat_map(|provider| provider.services());
    let by_default: Vec<&str> = services.filter(|service| service.by_default).map(|service| service.id).collect();
    let by_default = by_default.join(", ");
    format!("Ask this service; repeat or separate by comma, `all` for every one [default: {by_default}]")
}

fn endpoint_help() -> String {
    let example = example_endpoint();
    format!("Send a service's requests elsewhere, for example {example}; http: only to this machine")
}

/// Reads a time limit that may be a number of seconds, as the monitoring plugins' guidelines have it.
///
/// # Errors
/// As [`timeout`].
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { timeout(&format!("{text}s")) } else { timeout(text) }
}

/// Reads a time limit.
///
/// # Errors
/// Where it is not a duration, or zero, or longer than a year.
fn timeout(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    match duration::parse(text)?.to_std() {
        Ok(timeout) if timeout.is_zero() => Err("it must be longer than nothing".to_owned()),
        Ok(timeout) if timeout > LONGEST => Err("it must be at most a year (365d)".to_owned()),
        Ok(timeout) => Ok(timeout),
        Err(_) => Err("this is longer than certls can count".to_owned()),
    }
}

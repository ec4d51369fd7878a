//! The shapes of the command line that commands share. Pure: nothing here reads a file or asks a cloud.

use std::collections::HashSet;
use std::fmt::Write;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use chrono::TimeDelta;
use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args, ValueEnum};

use crate::config::{Endpoint, EnvVar, env, region_name};
use crate::duration;
use crate::error::{self, Error};
use crate::model::{Filter, Host, Kinds, NameGlob, TagFilter, UseFilter};
use crate::output::{Color, Column, Style, Target};
use crate::suggest::did_you_mean;
use crate::{exit, output, providers};

/// What most people want, before everything else.
pub(crate) const EXAMPLES: &str = "\
Examples:
  certls list                           every certificate, soonest expiry first
  certls list --provider aliyun --region cn-hangzhou
  certls list --expires-within 30d      the expired included
  certls list --domain www.example.com  what covers this name
  certls list -o json | jq -r '.certificates[] | .name'
  certls check                          OK, WARNING or CRITICAL: cron, Nagios
  certls which www.example.com          which cover it, where they are used
  certls show 5494a835d88f40ff940554992f2f04d4
  certls accounts                       who is asked, and with what";

/// The variables that are read, from the tables of the providers and of certls itself.
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
    #[arg(short, long = "provider", value_name = "NAME", value_delimiter = ',', value_parser = provider_names())]
    pub providers: Vec<String>,

    /// Look only into this region; repeat or separate by comma, `all` for every one [default: all]
    #[arg(short, long = "region", value_name = "NAME", value_delimiter = ',', value_parser = region_name)]
    pub regions: Vec<String>,

    /// Ask only this account of the configuration file; repeat or separate by comma [default: all of them]
    #[arg(short, long = "account", value_name = "NAME", value_delimiter = ',')]
    pub accounts: Vec<String>,

    /// Log in with this profile of the clouds' own credential files, instead of an account
    #[arg(long, value_name = "NAME", conflicts_with = "accounts")]
    pub profile: Option<String>,

    /// Ask this service; repeat or separate by comma, `all` for every one [default: the load balancers, slb and elb]
    #[arg(long = "service", value_name = "NAME", value_delimiter = ',', value_parser = service_names())]
    pub services: Vec<String>,
}

/// Which certificates.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selection")]
pub struct FilterArgs {
    /// Only what expires within this time, the expired included, such as 30d, 2w or 12h
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub expires_within: Option<TimeDelta>,

    /// Only what has expired
    #[arg(long)]
    pub expired: bool,

    /// Only what covers this host name, by a wildcard too
    #[arg(long, value_name = "NAME", value_parser = Host::parse)]
    pub domain: Option<Host>,

    /// Only what has a name like this; * and ? stand for any characters and any one
    #[arg(long, value_name = "GLOB")]
    pub name: Option<String>,

    /// Only the certificate with this id; repeat or separate by comma
    #[arg(long = "id", value_name = "ID", value_delimiter = ',')]
    pub ids: Vec<String>,

    /// Only what has this tag; repeat for several, all of which must be there
    #[arg(long = "tag", value_name = "KEY[=VALUE]", value_parser = TagFilter::from_str)]
    pub tags: Vec<TagFilter>,

    /// Kind of certificates
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
    pub fn filter(&self) -> Filter {
        Filter {
            expires_within: self.expires_within,
            expired: self.expired,
            domain: self.domain.clone(),
            name: self.name.as_deref().map(NameGlob::new),
            ids: self.ids.clone(),
            tags: self.tags.clone(),
            usage: None,
            superseded: false,
        }
    }

    pub fn kinds(&self) -> Kinds {
        match self.kind {
            Kind::Server => Kinds::Server,
            Kind::Ca => Kinds::Ca,
            Kind::All => Kinds::All,
        }
    }
}

/// Whether to ask for the listeners, and which certificates to select by them.
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
    /// Whether the listeners are to be asked for.
    pub fn is_asked(&self) -> bool {
        self.usage || self.used || self.unused
    }

    pub fn filter(&self) -> Option<UseFilter> {
        match (self.used, self.unused) {
            (true, _) => Some(UseFilter::Used),
            (_, true) => Some(UseFilter::Unused),
            _ => None,
        }
    }
}

/// How to ask.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub struct NetArgs {
    /// Send a service's requests elsewhere, for example aliyun.slb=https://slb-vpc.cn-hangzhou.aliyuncs.com; http: only to this machine
    #[arg(long = "endpoint", value_name = "PROVIDER.SERVICE=URL", value_parser = endpoint)]
    pub endpoints: Vec<(String, Endpoint)>,

    /// Trust the certificate authorities in this PEM file too
    #[arg(long, value_name = "FILE")]
    pub ca_bundle: Option<PathBuf>,

    /// How long one connection may take to open
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = timeout)]
    pub connect_timeout: Duration,

    /// How long a server may stay silent
    #[arg(long, value_name = "DURATION", default_value = "15s", value_parser = timeout)]
    pub read_timeout: Duration,

    /// How long the whole run may take; what arrived until then is printed
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = timeout)]
    pub timeout: Duration,

    /// How often a request that failed for the moment is tried again
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub retry_count: usize,

    /// How many requests may be in flight at once, three quarters of them to one host of several
    #[arg(long, value_name = "N", default_value = "16", value_parser = clap::value_parser!(u8).range(1..))]
    pub concurrency: u8,
}

/// What to print.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Format of the output; with =FILE it replaces that file, and repeats: one scan, many outputs [default: table]
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = target)]
    pub outputs: Vec<Target>,

    /// Columns of the tabular formats, in this order
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = column, long_help = columns_help())]
    pub columns: Vec<&'static Column>,

    /// Leave out the line with the columns' names
    #[arg(long)]
    pub no_header: bool,
}

/// In which order.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct SortArgs {
    /// Sort by this column; what is unknown there comes last
    #[arg(long = "sort", value_name = "COLUMN", default_value = "not_after", value_parser = column)]
    pub column: &'static Column,

    /// Sort the other way round
    #[arg(long)]
    pub reverse: bool,
}

impl OutputArgs {
    /// The columns that were chosen, or else each format's own, with these among them.
    pub fn style<'a>(&'a self, extra: &'a [&'static str]) -> Style<'a> {
        let columns = (!self.columns.is_empty()).then_some(self.columns.as_slice());
        Style { columns, header: !self.no_header, extra }
    }

    /// Where the output goes, at most once to standard output.
    ///
    /// # Errors
    /// Where two outputs would go to the same place.
    pub fn targets(&self) -> Result<Vec<Target>, Error> {
        targets(&self.outputs, "table")
    }
}

/// Where the output goes, at most once to each place; without a word to standard output.
pub(crate) fn targets(named: &[Target], default: &str) -> Result<Vec<Target>, Error> {
    if named.is_empty() {
        return Ok(vec![Target { format: default.to_owned(), file: None }]);
    }
    let mut taken = HashSet::new();
    match named.iter().find(|target| !taken.insert(target.file.as_deref().map(plain))) {
        None => Ok(named.to_vec()),
        Some(Target { file: Some(file), .. }) => {
            Err(Error::new(error::Kind::Usage, format!("two outputs are to replace {}", file.display())))
        }
        Some(Target { file: None, .. }) => {
            Err(Error::new(error::Kind::Usage, "two formats are to be printed on standard output")
                .with_hint("write all but one to a file, such as `-o json=certs.json -o table`"))
        }
    }
}

/// The path without the `.` that lead nowhere.
fn plain(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

/// What every command understands.
#[derive(Debug, Args)]
pub struct GlobalArgs {
    /// Tell on standard error what is asked and answered; twice for more
    #[arg(short, long, action = ArgAction::Count, global = true)]
    pub verbose: u8,

    /// Colour the output
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: Color,
}

fn provider_names() -> PossibleValuesParser {
    PossibleValuesParser::new(providers::ALL.iter().map(|provider| provider.info().id))
}

fn target(text: &str) -> Result<Target, String> {
    target_of(text, &output::names().collect::<Vec<_>>())
}

/// `FORMAT` or `FORMAT=FILE`, of these formats.
pub(crate) fn target_of(text: &str, formats: &[&str]) -> Result<Target, String> {
    let (format, file) = text.split_once('=').map_or((text, None), |(format, file)| (format, Some(file)));
    if !formats.contains(&format) {
        return Err(format!("the formats are {}", formats.join(", ")));
    }
    match file {
        Some("") => Err(format!("write the file's name after the =, such as {format}=certs.{format}")),
        file => Ok(Target { format: format.to_owned(), file: file.map(PathBuf::from) }),
    }
}

fn columns_help() -> String {
    let names: Vec<_> = output::column_names().collect();
    format!("Columns of the tabular formats, in this order, of {}", names.join(", "))
}

fn column(name: &str) -> Result<&'static Column, String> {
    output::column(name).ok_or_else(|| {
        let near = did_you_mean(name, output::column_names()).map(|near| format!("{near} ")).unwrap_or_default();
        format!("{near}the columns are {}", output::column_names().collect::<Vec<_>>().join(", "))
    })
}

fn service_names() -> PossibleValuesParser {
    let services = providers::ALL.iter().flat_map(|provider| provider.services());
    PossibleValuesParser::new(services.map(|service| service.id).chain(["all"]))
}

/// A longer time cannot be added to every clock.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(365 * 86_400);

fn timeout(text: &str) -> Result<Duration, String> {
    match duration::parse(text)?.to_std() {
        Ok(timeout) if timeout.is_zero() => Err("it must be longer than nothing".to_owned()),
        Ok(timeout) if timeout > LONGEST_TIMEOUT => Err("this is longer than a year (365d)".to_owned()),
        Ok(timeout) => Ok(timeout),
        Err(_) => Err("this is longer than certls can count".to_owned()),
    }
}

fn endpoint(text: &str) -> Result<(String, Endpoint), String> {
    let form = "write PROVIDER.SERVICE=URL, such as huawei.elb=https://elb.example.com";
    let (target, url) = text.split_once('=').ok_or(form)?;
    let (provider, service) = target.split_once('.').ok_or(form)?;
    let known = providers::by_id(provider).ok_or_else(|| format!("no provider is named `{provider}`"))?;
    if !known.endpoints().contains(&service) {
        return Err(format!("{provider} has {}, but no `{service}`", known.endpoints().join(", ")));
    }
    Ok((target.to_owned(), Endpoint::parse(url)?))
}

//! The one merge of flags, configuration file and environment.

use std::time::Duration;

use crate::cli::{List, NetArgs, ScopeArgs};
use crate::config::env::ENDPOINT_PREFIX;
use crate::config::{Account, AccountRules, CredentialsFrom, Endpoint, Endpoints, Env, Net, Proxy, file};
use crate::error::{Error, Kind};
use crate::providers::{self, Provider, ServiceInfo};
use crate::suggest::did_you_mean;

/// Everything that is set before a run starts.
#[derive(Debug)]
pub struct Settings {
    pub accounts: Vec<Account>,
    /// The services that were named; empty for those that are read by default.
    pub services: Vec<String>,
    pub regions: Regions,
    pub endpoints: Endpoints,
    pub net: Net,
    /// The time limit of the whole run.
    pub timeout: Duration,
}

impl Settings {
    /// Merges flags, configuration file and environment.
    ///
    /// # Errors
    /// Where a variable, the configuration file or a name in the flags cannot be used.
    pub fn resolve(scope: &ScopeArgs, net: &NetArgs, env: &Env) -> Result<Self, Error> {
        Proxy::of(env)?;
        Ok(Self {
            accounts: accounts(scope, env)?,
            services: List::flatten(&scope.services),
            regions: Regions::of(List::flatten(&scope.regions)),
            endpoints: endpoints(net, env)?,
            timeout: net.timeout,
            net: Net {
                ca_bundle: net.ca_bundle.clone(),
                connect_timeout: net.connect_timeout,
                read_timeout: net.read_timeout,
                retries: net.retry_count,
                concurrency: usize::from(net.concurrency),
            },
        })
    }

    /// Returns the services of a provider that are to be read.
    pub fn services_of(&self, provider: &dyn Provider) -> Vec<&'static ServiceInfo> {
        let all = self.services.iter().any(|service| service == "all");
        let wanted = |service: &&ServiceInfo| match self.services.as_slice() {
            [] => service.by_default,
            named => all || named.iter().any(|name| name == service.id),
        };
        provider.services().into_iter().filter(wanted).collect()
    }
}

/// Returns the accounts of the configuration file, or one for each cloud; of those, the ones that were named.
fn accounts(scope: &ScopeArgs, env: &Env) -> Result<Vec<Account>, Error> {
    let infos = || providers::ALL.iter().map(|provider| provider.info());
    let ids: Vec<&str> = infos().map(|info| info.id).collect();
    let rules: Vec<AccountRules> =
        infos().map(|info| AccountRules { provider: info.id, keys: info.account_keys }).collect();
    let providers = List::flatten(&scope.providers);
    let named = |id: &str| providers.iter().any(|name| name == id);
    let of_named_provider = |account: &Account| providers.is_empty() || named(&account.provider);
    let implicit = |credentials: &CredentialsFrom| -> Vec<Account> {
        ids.iter().map(|id| Account::implicit(id, credentials.clone(), named(id))).filter(of_named_provider).collect()
    };
    if let Some(profile) = &scope.profile {
        return Ok(implicit(&CredentialsFrom::Profile(profile.trim().to_owned())));
    }
    let accounts = file::accounts(env, &rules)?;
    let known: Vec<&str> = accounts.iter().flatten().map(|account| account.name.as_str()).collect();
    let wanted = names(&scope.accounts, &known);
    if let Some(unknown) = wanted.iter().find(|name| !known.contains(name)) {
        return Err(unknown_account(unknown, &known));
    }
    let Some(accounts) = accounts else { return Ok(implicit(&CredentialsFrom::Chain)) };
    let is_wanted = |account: &Account| {
        of_named_provider(account) && (wanted.is_empty() || wanted.contains(&account.name.as_str()))
    };
    let accounts: Vec<Account> = accounts.into_iter().filter(is_wanted).collect();
    if accounts.is_empty() {
        return Err(Error::new(
            Kind::Usage,
            format!("no account of the configuration file is of {}", providers.join(", ")),
        ));
    }
    Ok(accounts)
}

/// Returns the names in these values: a known name, which may hold commas, or a list of names.
fn names<'v>(values: &'v [String], known: &[&str]) -> Vec<&'v str> {
    let split = |value: &'v String| match value.trim() {
        value if known.contains(&value) => vec![value],
        value if value.split(',').all(|name| name.trim().is_empty()) => vec![value],
        value => value.split(',').map(str::trim).filter(|name| !name.is_empty()).collect(),
    };
    values.iter().flat_map(split).collect()
}

fn unknown_account(name: &str, known: &[&str]) -> Error {
    let error = Error::new(Kind::Usage, format!("no account is named `{name}` in the configuration file"));
    let all = || match known {
        [] => "there is no configuration file; `certls --help` tells where it would be".to_owned(),
        known => format!("it has {}", known.join(", ")),
    };
    error.with_hint(did_you_mean(name, known.iter().copied()).unwrap_or_else(all))
}

/// What `--region` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Regions {
    /// Nothing: each account's own, or all.
    Default,
    All,
    /// Each once.
    Named(Vec<String>),
}

impl Regions {
    fn of(mut named: Vec<String>) -> Self {
        if named.iter().any(|region| region == "all") {
            return Self::All;
        }
        named.sort();
        named.dedup();
        if named.is_empty() { Self::Default } else { Self::Named(named) }
    }
}

/// Returns the overrides of endpoints, a flag before a variable.
fn endpoints(net: &NetArgs, env: &Env) -> Result<Endpoints, Error> {
    let known = || {
        let services = |provider: &&'static dyn Provider| {
            let id = provider.info().id;
            provider.endpoints().into_iter().map(move |service| format!("{id}.{service}"))
        };
        providers::ALL.iter().flat_map(services)
    };
    let variable = |target: &str| format!("{ENDPOINT_PREFIX}{}", target.to_ascii_uppercase().replace('.', "_"));
    let mut endpoints = Endpoints::default();
    for (name, value) in env.with_prefix(ENDPOINT_PREFIX) {
        let endpoint = Endpoint::parse(value)
            .map_err(|why| Error::new(Kind::Config, format!("{ENDPOINT_PREFIX}{name}: {why}")))?;
        let target = name.to_ascii_lowercase().replacen('_', ".", 1);
        if !known().any(|known| known == target) {
            let hint =
                format!("the variables are {}", known().map(|known| variable(&known)).collect::<Vec<_>>().join(", "));
            return Err(
                Error::new(Kind::Config, format!("unknown endpoint variable {ENDPOINT_PREFIX}{name}")).with_hint(hint)
            );
        }
        endpoints.insert(&target, endpoint);
    }
    for (target, endpoint) in &net.endpoints {
        endpoints.insert(target, endpoint.clone());
    }
    Ok(endpoints)
}

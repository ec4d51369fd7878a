//! The one merge of flags, configuration file and environment.

use std::time::Duration;

use crate::cli::{NetArgs, ScopeArgs};
use crate::config::env::ENDPOINT_PREFIX;
use crate::config::{Account, AccountRules, CredentialsFrom, Endpoint, Endpoints, Env, Net, file};
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
        check_proxies(env)?;
        Ok(Self {
            accounts: accounts(scope, env)?,
            services: scope.services.clone(),
            regions: Regions::of(&scope.regions),
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
    let named = |id: &str| scope.providers.iter().any(|name| name == id);
    let of_named_provider = |account: &Account| scope.providers.is_empty() || named(&account.provider);
    let implicit = |credentials: &CredentialsFrom| -> Vec<Account> {
        ids.iter().map(|id| Account::implicit(id, credentials.clone(), named(id))).filter(of_named_provider).collect()
    };
    if let Some(profile) = &scope.profile {
        return Ok(implicit(&CredentialsFrom::Profile(profile.clone())));
    }
    let accounts = file::accounts(env, &rules)?;
    let known: Vec<&str> = accounts.iter().flatten().map(|account| account.name.as_str()).collect();
    if let Some(unknown) = scope.accounts.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(unknown_account(unknown, &known));
    }
    let Some(accounts) = accounts else { return Ok(implicit(&CredentialsFrom::Chain)) };
    let is_wanted = |account: &Account| {
        of_named_provider(account) && (scope.accounts.is_empty() || scope.accounts.contains(&account.name))
    };
    let wanted: Vec<Account> = accounts.into_iter().filter(is_wanted).collect();
    if wanted.is_empty() {
        return Err(Error::new(
            Kind::Usage,
            format!("no account of the configuration file is of {}", scope.providers.join(", ")),
        ));
    }
    Ok(wanted)
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
    fn of(regions: &[String]) -> Self {
        if regions.iter().any(|region| region == "all") {
            return Self::All;
        }
        let mut named = regions.to_vec();
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

/// Fails for a proxy that would be left out in silence. Its URL may hold a password, so the message does not quote it.
fn check_proxies(env: &Env) -> Result<(), Error> {
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let Some(value) = env.get(name) else { continue };
        let address = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let uri = address.parse::<http::Uri>();
        let is_usable = uri.is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
        if !is_usable {
            return Err(Error::new(Kind::Config, format!("{name} is not a usable proxy URL"))
                .with_hint("write http://HOST:PORT, with special characters of a password percent-encoded"));
        }
    }
    Ok(())
}

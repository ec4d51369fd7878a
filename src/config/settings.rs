//! The one merge of flags and environment.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::{NetArgs, ScopeArgs};
use crate::error::{Error, Kind};

use super::env::ENDPOINT_PREFIX;
use super::{Endpoint, Endpoints, Env};

/// Everything a run is told before it starts.
#[derive(Debug)]
pub struct Settings {
    /// Ids of the providers that were named; empty for every one that is set up here.
    pub providers: Vec<String>,
    /// The regions that were named; `None` for all of them.
    pub regions: Option<Vec<String>>,
    pub net: Net,
}

/// How requests are sent.
#[derive(Debug, Clone)]
pub struct Net {
    pub endpoints: Endpoints,
    pub ca_bundle: Option<PathBuf>,
    pub connect_timeout: Duration,
    pub read_timeout: Duration,
    /// For the whole run.
    pub timeout: Duration,
    /// Tries after the first.
    pub retries: usize,
    /// Requests in flight at once.
    pub concurrency: usize,
}

impl Settings {
    /// # Errors
    /// Where a variable of certls holds what cannot be used.
    pub fn resolve(scope: &ScopeArgs, net: &NetArgs, env: &Env) -> Result<Self, Error> {
        Ok(Self {
            providers: scope.providers.clone(),
            regions: named_regions(&scope.regions),
            net: Net {
                endpoints: endpoints(net, env)?,
                ca_bundle: net.ca_bundle.clone(),
                connect_timeout: net.connect_timeout,
                read_timeout: net.read_timeout,
                timeout: net.timeout,
                retries: net.retry_count,
                concurrency: usize::from(net.concurrency.get()),
            },
        })
    }
}

/// The regions that were named, each once; `None` where none was, or one of them is `all`.
fn named_regions(regions: &[String]) -> Option<Vec<String>> {
    if regions.is_empty() || regions.iter().any(|region| region == "all") {
        return None;
    }
    let mut named = regions.to_vec();
    named.sort();
    named.dedup();
    Some(named)
}

/// The overrides, a flag before a variable.
fn endpoints(net: &NetArgs, env: &Env) -> Result<Endpoints, Error> {
    let mut endpoints = Endpoints::default();
    for (name, value) in env.with_prefix(ENDPOINT_PREFIX) {
        let endpoint = Endpoint::parse(value)
            .map_err(|why| Error::new(Kind::Config, format!("{ENDPOINT_PREFIX}{name}: {why}")))?;
        endpoints.insert(&name.replacen('_', ".", 1), endpoint);
    }
    for (target, endpoint) in &net.endpoints {
        endpoints.insert(target, endpoint.clone());
    }
    Ok(endpoints)
}

//! Which accounts are asked for which services and regions.

use std::sync::Arc;

use futures_util::future::join_all;

use crate::config;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::model::{Scope, ScopeReport};
use crate::providers::{self, Provider, Session};
use crate::settings::Settings;

/// What is going to be asked, and what is known to fail beforehand.
pub(super) struct Plan {
    pub accounts: Vec<Account>,
    pub failed: Vec<ScopeReport>,
}

pub(super) struct Account {
    pub provider: &'static dyn Provider,
    pub name: String,
    pub session: Arc<dyn Session>,
    pub services: Vec<&'static str>,
    /// `None` for all.
    pub regions: Option<Vec<String>>,
}

impl Account {
    pub(super) fn services_of(&self) -> impl Iterator<Item = &'static str> {
        self.services.iter().copied()
    }
}

/// Connects the accounts, all at once.
pub(super) async fn plan(cx: &Context, settings: &Settings) -> Result<Plan, Error> {
    let accounts = &settings.accounts;
    let connected = accounts.iter().filter_map(|account| {
        let provider = providers::by_id(&account.provider)?;
        Some(async move { (account, provider, connect(cx, settings, account, provider).await) })
    });
    let mut plan = Plan { accounts: Vec::new(), failed: Vec::new() };
    let mut absent = Vec::new();
    for (account, provider, result) in join_all(connected).await {
        let services = settings.services_of(provider);
        match result {
            Ok(Some(session)) => plan.accounts.push(Account {
                provider,
                name: account.name.clone(),
                session,
                services,
                regions: account.regions.clone(),
            }),
            Ok(None) if account.required => {
                plan.failed.extend(unconnected(account, provider, &services, &no_credentials(&[provider])));
            }
            Ok(None) => absent.push(provider),
            Err(error) => plan.failed.extend(unconnected(account, provider, &services, &error)),
        }
    }
    if plan.accounts.is_empty() && plan.failed.is_empty() {
        plan.failed = without_the_profile(cx, settings).await;
        if plan.failed.is_empty() {
            return Err(no_credentials(&absent));
        }
    }
    share_regions(&mut plan.accounts, settings.regions.as_deref());
    Ok(plan)
}

/// Asks for the account's keys, no longer than the whole run may take.
async fn connect(
    cx: &Context,
    settings: &Settings,
    account: &config::Account,
    provider: &dyn Provider,
) -> Result<Option<Arc<dyn Session>>, Error> {
    let limit = settings.timeout;
    match tokio::time::timeout(limit, provider.connect(cx, account)).await {
        Ok(connected) => connected,
        Err(_) => Err(super::out_of_time(limit)),
    }
}

/// A cloud may lack the profile that was named, but not every cloud: each then tells which it has.
async fn without_the_profile(cx: &Context, settings: &Settings) -> Vec<ScopeReport> {
    let mut failed = Vec::new();
    for account in &settings.accounts {
        let Some(provider) = providers::by_id(&account.provider) else { continue };
        if let config::Login::Profile(_) = account.login {
            let account = config::Account { required: true, ..account.clone() };
            if let Err(error) = connect(cx, settings, &account, provider).await {
                failed.extend(unconnected(&account, provider, &settings.services_of(provider), &error));
            }
        }
    }
    failed
}

/// Gives each named region to the clouds that have it. A region that none of them is known to have
/// goes to all: it may be new, and the clouds will tell.
fn share_regions(accounts: &mut [Account], wanted: Option<&[String]>) {
    let Some(wanted) = wanted else { return };
    let has = |account: &Account, region: &String| account.provider.regions().contains(&region.as_str());
    let (known, unknown): (Vec<&String>, Vec<&String>) =
        wanted.iter().partition(|region| accounts.iter().any(|account| has(account, region)));
    for account in accounts {
        let own = known.iter().filter(|region| has(account, region)).chain(&unknown);
        account.regions = Some(own.map(|region| (*region).clone()).collect());
    }
}

/// One failed scope for each service that the account would have been asked for.
fn unconnected(
    account: &config::Account,
    provider: &dyn Provider,
    services: &[&'static str],
    error: &Error,
) -> Vec<ScopeReport> {
    let scope = |service: &&'static str| Scope {
        provider: provider.id(),
        account: account.name.clone(),
        region: Scope::ALL_REGIONS.to_owned(),
        service,
        project: None,
    };
    let report =
        |service| ScopeReport { scope: scope(service), certificates: 0, error: Some(error.clone()), usage: None };
    services.iter().map(report).collect()
}

/// Lists every place that was looked into, and the two lines to set.
pub(super) fn no_credentials(absent: &[&dyn Provider]) -> Error {
    let looked = absent.iter().map(|provider| {
        let lines: Vec<String> = provider.looked_at().iter().map(|place| format!("\n    {place}")).collect();
        format!("\n  {}: looked at, in this order,{}", provider.title(), lines.concat())
    });
    let steps = absent.iter().map(|provider| {
        let lines = provider.first_steps().map(|name| format!("    export {name}=…"));
        format!("\n  {}:\n{}", provider.title(), lines.join("\n"))
    });
    let (looked, steps): (String, String) = (looked.collect(), steps.collect());
    Error::new(Kind::Config, format!("no credentials are set up here{looked}"))
        .with_hint(format!("set two lines{steps}"))
}

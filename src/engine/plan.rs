//! Which accounts are asked, and which regions each of them is asked for.

use std::sync::Arc;

use crate::context::Context;
use crate::error::{Error, Kind};
use crate::model::{Scope, ScopeReport};
use crate::providers::{self, Provider, Session};

/// The account that is found without a configuration file.
const ACCOUNT: &str = "default";

/// What is going to be asked, and what is known to fail beforehand.
pub(super) struct Plan {
    pub accounts: Vec<Account>,
    pub failed: Vec<ScopeReport>,
}

pub(super) struct Account {
    pub provider: &'static dyn Provider,
    pub name: String,
    pub session: Arc<dyn Session>,
    /// `None` for all.
    pub regions: Option<Vec<String>>,
}

/// Connects the accounts that are set up here.
pub(super) fn plan(cx: &Context) -> Result<Plan, Error> {
    let named = &cx.settings.providers;
    let wanted: Vec<&'static dyn Provider> = providers::ALL
        .iter()
        .copied()
        .filter(|provider| named.is_empty() || named.iter().any(|name| name == provider.id()))
        .collect();
    let mut plan = Plan { accounts: Vec::new(), failed: Vec::new() };
    let mut absent = Vec::new();
    for provider in &wanted {
        match provider.connect(cx, ACCOUNT) {
            Ok(Some(session)) => {
                plan.accounts.push(Account { provider: *provider, name: ACCOUNT.to_owned(), session, regions: None });
            }
            Ok(None) => absent.push(*provider),
            Err(error) => plan.failed.push(unconnected(*provider, error)),
        }
    }
    if plan.accounts.is_empty() && plan.failed.is_empty() {
        return Err(no_credentials(&absent));
    }
    if !named.is_empty() {
        // Who was named and is not set up cannot be passed over.
        plan.failed.extend(absent.into_iter().map(|provider| unconnected(provider, no_credentials(&[provider]))));
    }
    share_regions(&mut plan.accounts, cx.settings.regions.as_deref());
    Ok(plan)
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

fn unconnected(provider: &dyn Provider, error: Error) -> ScopeReport {
    ScopeReport {
        scope: Scope {
            provider: provider.id(),
            account: ACCOUNT.to_owned(),
            region: Scope::ALL_REGIONS.to_owned(),
            service: provider.endpoints().first().copied().unwrap_or_default(),
            project: None,
        },
        certificates: 0,
        error: Some(error),
    }
}

/// Lists every variable that was looked at, and the two lines to set.
fn no_credentials(absent: &[&dyn Provider]) -> Error {
    let looked = absent.iter().map(|provider| {
        let variables: Vec<String> = provider
            .credentials()
            .iter()
            .map(|variable| format!("    {:<32} {}", variable.name, variable.help))
            .collect();
        format!("\n  {}: looked in the environment for\n{}", provider.title(), variables.join("\n"))
    });
    let steps = absent.iter().map(|provider| {
        let lines = provider.first_steps().map(|name| format!("    export {name}=…"));
        format!("\n  {}:\n{}", provider.title(), lines.join("\n"))
    });
    let (looked, steps): (String, String) = (looked.collect(), steps.collect());
    Error::new(Kind::Config, format!("no credentials are set up here{looked}"))
        .with_hint(format!("set two lines{steps}"))
}

//! Who the accounts are, without reading what they keep.

use std::collections::BTreeSet;

use futures_util::future::{join, join_all};

use crate::config;
use crate::context::Context;
use crate::error::Error;
use crate::model::AccountReport;
use crate::providers::{self, Provider, Session};
use crate::settings::Settings;

use super::{out_of_time, run};

/// Every account that the settings name. One that is only looked for and not set up is left out.
///
/// # Errors
/// Where the system allows no runtime.
pub fn accounts(cx: &Context, settings: &Settings) -> Result<Vec<AccountReport>, Error> {
    let limit = settings.timeout;
    run(async {
        let asked = settings.accounts.iter().filter_map(|account| {
            let provider = providers::by_id(&account.provider)?;
            Some(async move {
                let late = || Some(failed(account, provider, None, out_of_time(limit)));
                tokio::time::timeout(limit, account_of(cx, settings, account, provider))
                    .await
                    .unwrap_or_else(|_| late())
            })
        });
        join_all(asked).await.into_iter().flatten().collect()
    })
}

async fn account_of(
    cx: &Context,
    settings: &Settings,
    account: &config::Account,
    provider: &'static dyn Provider,
) -> Option<AccountReport> {
    match provider.connect(cx, account).await {
        Ok(Some(session)) => Some(of_session(settings, account, provider, session.as_ref()).await),
        Ok(None) if account.required => Some(failed(account, provider, None, super::plan::no_credentials(&[provider]))),
        Ok(None) => None,
        Err(error) => Some(failed(account, provider, None, error)),
    }
}

async fn of_session(
    settings: &Settings,
    account: &config::Account,
    provider: &'static dyn Provider,
    session: &dyn Session,
) -> AccountReport {
    let regions = settings.regions.clone().or_else(|| account.regions.clone());
    let stores = settings.services_of(provider).into_iter().map(|service| session.stores(service, regions.as_deref()));
    let (identity, places) = join(session.identity(), join_all(stores)).await;
    let mut report = failed(account, provider, Some(session.origin()), None);
    let mut found = BTreeSet::new();
    for place in places.into_iter().flatten() {
        match place.store {
            Ok(_) => {
                found.insert(place.scope.region);
            }
            Err(error) => report.errors.push(error),
        }
    }
    report.regions = found.into_iter().collect();
    match identity {
        Ok(identity) => report.identity = Some(identity),
        Err(error) => report.errors.push(error),
    }
    // What stops one question often stops the others in the same words.
    report.errors.dedup_by(|a, b| a.message == b.message && a.code == b.code);
    report
}

fn failed(
    account: &config::Account,
    provider: &dyn Provider,
    credentials: Option<String>,
    error: impl Into<Option<Error>>,
) -> AccountReport {
    AccountReport {
        name: account.name.clone(),
        provider: provider.id(),
        credentials,
        identity: None,
        regions: Vec::new(),
        errors: error.into().into_iter().collect(),
    }
}

//! Who the accounts are, without reading what they keep.

use std::collections::BTreeSet;

use futures_util::future::{join, join_all};

use crate::context::Context;
use crate::error::Error;
use crate::model::AccountReport;
use crate::providers::Session;
use crate::settings::Settings;

use super::plan::{self, Planned};
use super::{Deadline, run};

/// Every account that the settings name. One that is only looked for and not set up is left out.
///
/// # Errors
/// Where the system allows no runtime.
pub fn accounts(cx: &Context, settings: &Settings) -> Result<Vec<AccountReport>, Error> {
    let planned = plan::plan(settings)?;
    run(async {
        let deadline = Deadline::in_time(settings.timeout);
        let asked = planned.iter().map(async |planned| {
            let late = || Some(report(planned, None, deadline.passed()));
            tokio::time::timeout(deadline.left(), of_account(cx, planned)).await.unwrap_or_else(|_| late())
        });
        join_all(asked).await.into_iter().flatten().collect()
    })
}

async fn of_account(cx: &Context, planned: &Planned<'_>) -> Option<AccountReport> {
    match planned.session(cx).await {
        Ok(Some(session)) => Some(of_session(planned, session.as_ref()).await),
        Ok(None) if planned.needed => Some(report(planned, None, plan::no_credentials(&[planned.provider]))),
        Ok(None) => None,
        Err(error) => Some(report(planned, None, error)),
    }
}

async fn of_session(planned: &Planned<'_>, session: &dyn Session) -> AccountReport {
    let stores = planned.services.iter().map(|service| session.stores(service, planned.regions.as_deref()));
    let (identity, places) = join(session.identity(), join_all(stores)).await;
    let mut report = report(planned, Some(session.origin()), None);
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

fn report(planned: &Planned<'_>, credentials: Option<String>, error: impl Into<Option<Error>>) -> AccountReport {
    AccountReport {
        name: planned.account.name.clone(),
        provider: planned.provider.id(),
        credentials,
        identity: None,
        regions: Vec::new(),
        errors: error.into().into_iter().collect(),
    }
}

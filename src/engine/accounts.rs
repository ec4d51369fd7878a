//! Who the accounts are, without reading what they keep.

use std::collections::BTreeSet;

use futures_util::future::{join, join_all};

use crate::error::Error;
use crate::model::AccountReport;
use crate::providers::{Context, Session};
use crate::settings::Settings;

use super::deadline::Deadline;
use super::plan::{self, Planned};
use super::probes::Probes;
use super::runtime::run;

/// Returns every account that the settings name. An optional account that is not set up is left out.
///
/// # Errors
/// Where the async runtime cannot be started.
pub fn accounts(cx: &Context, settings: &Settings) -> Result<Vec<AccountReport>, Error> {
    let planned = plan::plan(settings)?;
    run(async {
        let deadline = Deadline::after(settings.timeout);
        let probes = Probes::new(cx, &planned);
        let reports = planned.iter().enumerate().map(async |(index, planned)| {
            let report = account_report(cx, planned, deadline, || probes.connected(index, true)).await;
            probes.finished(index);
            report
        });
        tokio::select! {
            reports = join_all(reports) => reports.into_iter().flatten().collect(),
            () = probes.limit() => Vec::new(),
        }
    })
}

async fn account_report(
    cx: &Context,
    planned: &Planned<'_>,
    deadline: Deadline,
    connected: impl FnOnce(),
) -> Option<AccountReport> {
    match deadline.guard(planned.session(cx)).await {
        Ok(Some(session)) => {
            connected();
            let report = async { Ok(session_report(planned, session.as_ref()).await) };
            Some(deadline.guard(report).await.unwrap_or_else(|error| empty_report(planned, None, error)))
        }
        Ok(None) if planned.required => {
            Some(empty_report(planned, None, plan::no_credentials(cx, &[planned.provider])))
        }
        Ok(None) => None,
        Err(error) => Some(empty_report(planned, None, error)),
    }
}

async fn session_report(planned: &Planned<'_>, session: &dyn Session) -> AccountReport {
    let stores = planned.services.iter().map(|service| session.open_stores(service, planned.regions.as_deref()));
    let (identity, stores) = join(session.identity(), join_all(stores)).await;
    let mut report = empty_report(planned, Some(session.origin()), None);
    let mut regions = BTreeSet::new();
    for store in stores.into_iter().flatten() {
        match store.store {
            Ok(opened) => {
                regions.insert(store.scope.region);
                report.limitations.extend(opened.limitation());
            }
            Err(error) => report.errors.push(error),
        }
    }
    report.regions = regions.into_iter().collect();
    match identity {
        Ok(identity) => report.identity = Some(identity),
        Err(error) => report.errors.push(error),
    }
    // One cause often fails several requests in the same words.
    report.errors.dedup_by(|a, b| a.message == b.message && a.code == b.code);
    report.limitations.dedup_by(|a, b| a.message == b.message && a.code == b.code);
    report
}

fn empty_report(planned: &Planned<'_>, credentials: Option<String>, error: impl Into<Option<Error>>) -> AccountReport {
    AccountReport {
        name: planned.account.name.clone(),
        provider: planned.provider.info().id,
        credentials,
        identity: None,
        regions: Vec::new(),
        errors: error.into().into_iter().collect(),
        limitations: Vec::new(),
    }
}

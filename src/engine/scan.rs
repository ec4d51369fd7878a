//! Reads every scope at the same time: account → service → scope. None waits for, or is lost with, another.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::FutureExt;
use futures_util::future::join_all;
use futures_util::stream::StreamExt;

use crate::analysis::annotate;
use crate::config::{self, CredentialsFrom};
use crate::error::{Error, Kind};
use crate::model::{Certificate, Facet, Scope, ScopeReport};
use crate::providers::{Context, Provider, ScopedStore, Session, Store, clock_error};

use super::deadline::Deadline;
use super::pages::pages;
use super::plan::{Planned, no_credentials};
use super::probes::Probes;
use super::query::{Query, UsageMode};
use super::reporter::Listener;
use super::reporter::Reporter;
use super::usage::{AccountUsage, UsageJoin};

/// The outcome of a scan.
#[derive(Default)]
pub(super) struct ScanResult {
    /// In the order of the scopes.
    pub reports: Vec<ScopeReport>,
    /// The clouds of the accounts that are not set up here.
    pub absent: Vec<&'static dyn Provider>,
}

/// The outcome of one account.
enum AccountScan {
    /// The account is optional and not set up.
    Absent(&'static dyn Provider),
    Scanned(Vec<ScopeReport>),
}

/// Reads the query of every scope of the accounts. Breaks where the listener does.
pub(super) async fn scan(
    cx: &Context,
    accounts: &[Planned<'_>],
    query: &Query<'_>,
    deadline: Deadline,
    listener: &mut dyn Listener,
) -> ControlFlow<(), ScanResult> {
    let reporter = Reporter::new(listener);
    let probes = Probes::new(cx, accounts);
    let scanner = Scanner { cx, query, deadline, reporter: &reporter, probes: &probes };
    let scans = join_all(accounts.iter().enumerate().map(|(index, account)| scanner.scan_account(index, account)));
    let scans = tokio::select! {
        scans = scans => scans,
        () = reporter.stopped() => return ControlFlow::Break(()),
        () = reporter.report_progress() => Vec::new(),
        () = probes.limit() => Vec::new(),
    };
    let mut result = ScanResult::default();
    for scan in scans {
        match scan {
            AccountScan::Absent(provider) => result.absent.push(provider),
            AccountScan::Scanned(reports) => result.reports.extend(reports),
        }
    }
    result.reports.sort_by(|a, b| a.scope.cmp(&b.scope));
    ControlFlow::Continue(result)
}

struct Scanner<'a> {
    cx: &'a Context,
    query: &'a Query<'a>,
    deadline: Deadline,
    reporter: &'a Reporter<'a>,
    probes: &'a Probes,
}

impl Scanner<'_> {
    /// Logs in to an account and reads all of its services.
    async fn scan_account(&self, index: usize, account: &Planned<'_>) -> AccountScan {
        self.reporter.open(account.services.len());
        let session = self.deadline.guard(account.session(self.cx)).await;
        self.probes.connected(index, matches!(session, Ok(Some(_))));
        let scan = match session {
            Ok(Some(session)) => {
                let usage = AccountUsage::new(&session, account, self.query, self.deadline);
                let services =
                    account.services.iter().map(|service| self.scan_service(&session, account, service, &usage));
                AccountScan::Scanned(join_all(services).await.into_iter().flatten().collect())
            }
            Ok(None) if !account.required => {
                self.reporter.forget(account.services.len());
                AccountScan::Absent(account.provider)
            }
            Ok(None) => self.failed_account(account, &self.missing_credentials_error(account).await),
            Err(error) => self.failed_account(account, &error),
        };
        self.probes.finished(index);
        scan
    }

    fn failed_account(&self, account: &Planned<'_>, error: &Error) -> AccountScan {
        self.reporter.close(account.services.len());
        let failed = |service: &&'static str| ScopeReport::failed(account.placeholder_scope(service), error.clone());
        AccountScan::Scanned(account.services.iter().map(failed).collect())
    }

    /// Returns the error of a required account that is not set up.
    async fn missing_credentials_error(&self, account: &Planned<'_>) -> Error {
        // A profile that is required is an error that lists the profiles there are.
        if let CredentialsFrom::Profile(_) = account.account.credentials {
            let required = config::Account { required: true, ..account.account.clone() };
            if let Err(error) = self.deadline.guard(account.provider.connect(self.cx, &required)).await {
                return error;
            }
        }
        no_credentials(self.cx, &[account.provider])
    }

    /// Opens the stores of one service and reads all of them.
    async fn scan_service(
        &self,
        session: &Arc<dyn Session>,
        account: &Planned<'_>,
        service: &'static str,
        usage: &AccountUsage<'_>,
    ) -> Vec<ScopeReport> {
        let open = session.open_stores(service, account.regions.as_deref()).map(Ok);
        let stores = match self.deadline.guard(open).await {
            Ok(stores) if !stores.is_empty() => stores,
            result => {
                let error = result.err().unwrap_or_else(no_scope_error);
                self.reporter.close(1);
                return vec![ScopeReport::failed(account.placeholder_scope(service), error)];
            }
        };
        // The scopes take the place of the one that stood for all of them.
        self.reporter.forget(1);
        self.reporter.open(stores.len());
        let siblings: HashSet<&str> = stores.iter().map(|store| store.scope.region.as_str()).collect();
        join_all(stores.iter().map(|store| self.scan_scope(store, &siblings, usage))).await
    }

    /// Reads one scope. What had arrived before a failure, a panic or the deadline is kept.
    async fn scan_scope(
        &self,
        scoped: &ScopedStore,
        siblings: &HashSet<&str>,
        usage: &AccountUsage<'_>,
    ) -> ScopeReport {
        let scope = &scoped.scope;
        let mut progress = ScopeProgress {
            scope,
            siblings,
            certificates: 0,
            foreign_region: None,
            usage: UsageJoin::new(scope, usage.serves(scope.service)),
        };
        let result = match &scoped.store {
            Ok(store) => self.deadline.guard(self.read_scope(store.as_ref(), &mut progress, usage)).await,
            Err(error) => Err(error.clone()),
        };
        self.reporter.close(1);
        let ScopeProgress { certificates, foreign_region, usage, .. } = progress;
        let unresolved = result.as_ref().err().cloned().unwrap_or_else(|| self.deadline.timeout_error());
        let (waiting, usage_error) = usage.finish(&unresolved);
        self.reporter.page(waiting);
        let error = result.err().or_else(|| foreign_region.map(|region| foreign_region_error(&region)));
        let (wrong_clock, inexact_clock) = match self.clock_error() {
            Some((error, true)) => (Some(error), None),
            Some((error, false)) => (None, Some(error)),
            None => (None, None),
        };
        let error = error.or(wrong_clock);
        let usage_error = usage_error.filter(|_| certificates > 0);
        ScopeReport {
            scope: scope.clone(),
            account_id: None,
            certificates,
            error,
            usage_error,
            is_usage_requested: matches!(self.query.usage, UsageMode::Always),
            limitation: scoped.store.as_ref().ok().and_then(|store| store.limitation()).or(inexact_clock),
            ca_list_error: None,
        }
    }

    /// Returns the error for a clock that differs from the clouds', and whether so much that what expires when cannot be
    /// told. The clouds themselves accept up to 15 minutes.
    fn clock_error(&self) -> Option<(Error, bool)> {
        const EXACT: TimeDelta = TimeDelta::minutes(5);
        const ACCEPTED: TimeDelta = TimeDelta::minutes(15);
        let ahead = self.cx.http.clock_difference()?;
        (ahead.abs() > EXACT).then(|| (clock_error(Some(ahead)), ahead.abs() > ACCEPTED))
    }

    async fn read_scope(
        &self,
        store: &dyn Store,
        progress: &mut ScopeProgress<'_>,
        usage: &AccountUsage<'_>,
    ) -> Result<(), Error> {
        let mut pages = pages(store, self.query).fuse();
        let mut answer = pin!(usage.answer(progress.scope));
        let mut result = Ok(());
        if let UsageMode::Always = self.query.usage {
            progress.usage.request();
        }
        loop {
            tokio::select! {
                Some(page) = pages.next() => match page {
                    Ok(page) => self.reporter.page(progress.take(page, self.query)),
                    Err(error) => result = Err(error),
                },
                answer = &mut answer, if progress.usage.is_waiting() => self.reporter.page(progress.usage.resolve(answer)),
                else => return result,
            }
        }
    }
}

/// Returns the error of a service that names nothing to read: that is no answer to "which certificates are there".
fn no_scope_error() -> Error {
    Error::new(Kind::Region, "this account has no region or project for the service")
        .with_hint("look in the cloud's console whether the service is open to this account")
}

/// Returns the error of a scope whose endpoint answered for another region only.
fn foreign_region_error(region: &str) -> Error {
    Error::new(Kind::Reply, format!("the endpoint answered with the certificates of {region}"))
        .with_hint("name the region's own host with `--endpoint`, and only that region with `--region`")
}

/// How far one scope has been read.
struct ScopeProgress<'a> {
    scope: &'a Scope,
    /// The regions of all scopes of the same service and account.
    siblings: &'a HashSet<&'a str>,
    certificates: usize,
    /// Another region, whose certificates the endpoint sent.
    foreign_region: Option<String>,
    usage: UsageJoin<'a>,
}

impl ScopeProgress<'_> {
    /// Takes a page, and returns the certificates that can be handed on.
    fn take(&mut self, mut page: Vec<Certificate>, query: &Query<'_>) -> Vec<Certificate> {
        let foreign = page.iter().find(|certificate| !self.is_own(certificate));
        self.foreign_region = self.foreign_region.take().or_else(|| Some(foreign?.region.clone()));
        let is_kept =
            |certificate: &Certificate| query.keep.include(certificate.kind) || certificate.is_unreadable(Facet::Kind);
        page.retain(|certificate| self.is_own(certificate) && is_kept(certificate));
        page.iter_mut().for_each(annotate);
        self.certificates += page.len();
        if let UsageMode::Where(is_wanted) = query.usage
            && page.iter().any(is_wanted)
        {
            self.usage.request();
        }
        self.usage.admit(page)
    }

    /// Returns whether a certificate belongs here. A central endpoint that does not know a region answers with
    /// another region's list; where that region is a scope of its own, its certificates are not listed twice.
    fn is_own(&self, certificate: &Certificate) -> bool {
        certificate.region == self.scope.region || !self.siblings.contains(certificate.region.as_str())
    }
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;

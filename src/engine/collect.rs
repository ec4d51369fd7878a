//! The fan-out: every scope is read at the same time, and none waits for, or is lost with, another.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::FutureExt;
use futures_util::stream::{self, BoxStream, LocalBoxStream, Stream, StreamExt};

use crate::error::{Error, Kind};
use crate::model::{Certificate, Scope, ScopeReport, Use};
use crate::providers::{Place, Store};

use super::plan::{Account, Plan};
use super::usage::Usages;
use super::{Listener, out_of_time};

/// What a scope says while it is read.
enum Event {
    /// The scopes of a service became known, in place of the one that stood in for them.
    Opened {
        instead_of: Scope,
        scopes: Vec<Scope>,
    },
    Page(Scope, Vec<Certificate>),
    /// The listeners that use the scope's certificates are asked for.
    UsageAsked(Scope),
    Usage(Scope, Result<Vec<(String, Use)>, Error>),
    Done(Scope, Option<Error>),
    /// Time passed.
    Tick,
}

/// When the listeners of a scope are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AskUsage {
    Never,
    /// At the same time as its certificates.
    Along,
    /// Once it is known to hold a certificate.
    OfFound,
}

/// How one place is read.
struct Read<'a> {
    certificates: &'a dyn Fn(Arc<dyn Store>) -> BoxStream<'static, Result<Vec<Certificate>, Error>>,
    usage: AskUsage,
}

/// Reads every certificate of every scope.
pub(super) async fn all(plan: Plan, usage: bool, limit: Duration, listener: &mut dyn Listener) -> Vec<ScopeReport> {
    let usage = if usage { AskUsage::Along } else { AskUsage::Never };
    gather(plan, limit, &Read { certificates: &|store| store.certificates(), usage }, listener).await
}

/// Reads the certificates with one of these ids from every scope.
pub(super) async fn some(
    plan: Plan,
    ids: &[String],
    usage: bool,
    limit: Duration,
    listener: &mut dyn Listener,
) -> Vec<ScopeReport> {
    let ids = ids.to_vec();
    let read = move |store: Arc<dyn Store>| {
        let found = stream::iter(ids.clone()).then(move |id| store.clone().certificate(id));
        found.map(|found| Ok(found?.into_iter().collect())).boxed()
    };
    let usage = if usage { AskUsage::OfFound } else { AskUsage::Never };
    gather(plan, limit, &Read { certificates: &read, usage }, listener).await
}

async fn gather(plan: Plan, limit: Duration, read: &Read<'_>, listener: &mut dyn Listener) -> Vec<ScopeReport> {
    let services = |account| Account::services_of(account).map(move |service| (account, service));
    let asked = || plan.accounts.iter().flat_map(services);
    let mut gathered =
        Gathered { open: BTreeMap::new(), reports: plan.failed, certificates: 0, usages: Usages::default(), listener };
    gathered.open(asked().map(|(account, service)| standing_in(account, service)));
    let read = stream::iter(asked()).flat_map_unordered(None, |(account, service)| of_service(account, service, read));
    let whole = gathered.take_all(read);
    // What had arrived when the time is over is kept.
    let _ = tokio::time::timeout(limit, whole).await;
    gathered.finish(limit)
}

/// The scope of a service whose regions are not known yet.
fn standing_in(account: &Account, service: &'static str) -> Scope {
    Scope {
        provider: account.provider.id(),
        account: account.name.clone(),
        region: Scope::ALL_REGIONS.to_owned(),
        service,
        project: None,
    }
}

fn of_service<'a>(account: &'a Account, service: &'static str, read: &'a Read<'a>) -> LocalBoxStream<'a, Event> {
    let events = async move {
        let instead_of = standing_in(account, service);
        let stores = account.session.stores(service, account.regions.as_deref());
        let Ok(places) = AssertUnwindSafe(stores).catch_unwind().await else {
            return stream::iter([Event::Done(instead_of, Some(fault()))]).boxed_local();
        };
        let scopes = places.iter().map(|place| place.scope.clone()).collect();
        let opened = stream::iter([Event::Opened { instead_of, scopes }]);
        let read = stream::iter(places).flat_map_unordered(None, |place| of_place(place, read));
        opened.chain(read).boxed_local()
    };
    stream::once(events).flatten().boxed_local()
}

fn of_place(place: Place, read: &Read<'_>) -> BoxStream<'static, Event> {
    let Place { scope, store } = place;
    let end = stream::iter([Event::Done(scope.clone(), store.as_ref().err().cloned())]);
    let Ok(store) = store else { return end.boxed() };
    // A fault met in one scope costs that scope, not the run.
    let pages = AssertUnwindSafe((read.certificates)(store.clone())).catch_unwind();
    let of_pages = scope.clone();
    let pages = pages.map(move |page| match page {
        Ok(Ok(page)) => Event::Page(of_pages.clone(), page),
        Ok(Err(error)) => Event::Done(of_pages.clone(), Some(error)),
        Err(_) => Event::Done(of_pages.clone(), Some(fault())),
    });
    let pages = pages.chain(end);
    match read.usage {
        AskUsage::Never => pages.boxed(),
        AskUsage::Along => {
            let (asked, told) = usage_of(&scope, store);
            asked.chain(stream::select(pages, told)).boxed()
        }
        AskUsage::OfFound => {
            let mut unasked = Some(store);
            let told = move |event| {
                let is_found = matches!(&event, Event::Page(_, page) if !page.is_empty());
                let asked = is_found.then(|| unasked.take()).flatten().map(|store| usage_of(&scope, store));
                match asked {
                    Some((asked, told)) => asked.chain(stream::iter([event])).chain(told).boxed(),
                    None => stream::iter([event]).boxed(),
                }
            };
            pages.flat_map(told).boxed()
        }
    }
}

/// That the listeners are asked for, and what they tell; neither where nothing can be asked.
fn usage_of(scope: &Scope, store: Arc<dyn Store>) -> (BoxStream<'static, Event>, BoxStream<'static, Event>) {
    let Some(usage) = store.usage() else { return (stream::empty().boxed(), stream::empty().boxed()) };
    let asked = stream::iter([Event::UsageAsked(scope.clone())]);
    let scope = scope.clone();
    let told = async move {
        let told = AssertUnwindSafe(usage).catch_unwind().await;
        Event::Usage(scope, told.unwrap_or_else(|_| Err(fault())))
    };
    (asked.boxed(), stream::once(told).boxed())
}

fn fault() -> Error {
    Error::new(Kind::Internal, "certls met a fault of its own while it read this scope")
}

/// What arrived so far.
struct Gathered<'a> {
    /// Scopes that are still read, and how many certificates each has sent.
    open: BTreeMap<Scope, usize>,
    reports: Vec<ScopeReport>,
    certificates: usize,
    usages: Usages,
    listener: &'a mut dyn Listener,
}

impl Gathered<'_> {
    /// Ends early where the listener has heard enough.
    async fn take_all(&mut self, events: impl Stream<Item = Event>) {
        const BEAT: Duration = Duration::from_millis(100);
        let beat = stream::unfold((), |()| async {
            tokio::time::sleep(BEAT).await;
            Some((Event::Tick, ()))
        });
        // The beat has no end of its own.
        let events = events.map(Some).chain(stream::iter([None]));
        let events = stream::select(events, beat.map(Some));
        let mut events = std::pin::pin!(events);
        while let Some(Some(event)) = events.next().await {
            if self.take(event).is_break() {
                return;
            }
            let done = self.reports.len();
            self.listener.progress(done, done + self.open.len(), self.certificates);
        }
    }

    fn take(&mut self, event: Event) -> ControlFlow<()> {
        match event {
            Event::Opened { instead_of, scopes } => {
                self.open.remove(&instead_of);
                self.open(scopes);
            }
            Event::Page(scope, mut page) => {
                page.retain(|certificate| self.belongs(&scope, certificate));
                self.certificates += page.len();
                *self.open.entry(scope.clone()).or_default() += page.len();
                let page = self.usages.pass(&scope, page);
                return self.listener.page(page);
            }
            Event::UsageAsked(scope) => self.usages.await_in(scope),
            Event::Usage(scope, told) => {
                let page = self.usages.tell(scope, told);
                return self.listener.page(page);
            }
            Event::Done(scope, error) => self.close(&scope, error),
            Event::Tick => {}
        }
        ControlFlow::Continue(())
    }

    /// A central endpoint that does not know a region answers with another region's list. Where that
    /// region is asked itself, its certificates are read there, and are not listed twice.
    fn belongs(&self, scope: &Scope, certificate: &Certificate) -> bool {
        let is_asked = |other: &Scope| {
            (other.provider, &other.account, other.service) == (scope.provider, &scope.account, scope.service)
                && other.region == certificate.region
        };
        certificate.region == scope.region
            || !(self.open.keys().any(is_asked) || self.reports.iter().any(|report| is_asked(&report.scope)))
    }

    fn open(&mut self, scopes: impl IntoIterator<Item = Scope>) {
        self.open.extend(scopes.into_iter().map(|scope| (scope, 0)));
    }

    /// A scope that failed is done before its stream ends: the first word counts.
    fn close(&mut self, scope: &Scope, error: Option<Error>) {
        if let Some((scope, certificates)) = self.open.remove_entry(scope) {
            self.reports.push(ScopeReport { scope, certificates, error, usage: None });
        }
    }

    fn finish(mut self, limit: Duration) -> Vec<ScopeReport> {
        let late = self.usages.give_up(&out_of_time(limit));
        if !late.is_empty() {
            let _ = self.listener.page(late);
        }
        while let Some((scope, certificates)) = self.open.pop_first() {
            self.reports.push(ScopeReport { scope, certificates, error: Some(out_of_time(limit)), usage: None });
        }
        for report in self.reports.iter_mut().filter(|report| report.certificates > 0) {
            report.usage = self.usages.failure(&report.scope).cloned();
        }
        self.reports.sort_by(|a, b| a.scope.cmp(&b.scope));
        self.reports
    }
}

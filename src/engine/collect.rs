//! The fan-out: every scope is read at the same time, and none waits for, or is lost with, another.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::FutureExt;
use futures_util::stream::{self, LocalBoxStream, Stream, StreamExt};
use tokio::sync::oneshot;

use crate::config;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::model::{Certificate, Kinds, Scope, ScopeReport, Use, weaknesses};
use crate::providers::{Place, Provider, Session};

use super::pages::pages_of;
use super::plan::{Planned, no_credentials};
use super::usage::Usages;
use super::{AskUsage, Deadline, Listener, Wanted};

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
    /// An account of this cloud is not set up; these scopes stood in for it.
    Absent(&'static dyn Provider, Vec<Scope>),
    /// Time passed.
    Tick,
}

/// What is read of every place.
pub(super) struct Read<'a> {
    pub wanted: Wanted<'a>,
    /// Certificates that are looked up by their ids, before the others are listed.
    pub ids: Vec<String>,
    /// The kinds that are kept of what came, which may be more than what was asked for.
    pub kept: Kinds,
    /// Whether only lists are read that hold nothing but authorities.
    pub only_apart: bool,
}

/// Who is asked.
pub(super) struct Asked<'a> {
    pub cx: &'a Context,
    pub accounts: &'a [Planned<'a>],
}

/// What came of it.
pub(super) struct Gathering {
    /// In the order of the scopes.
    pub reports: Vec<ScopeReport>,
    /// The clouds of the accounts that are not set up here.
    pub absent: Vec<&'static dyn Provider>,
}

/// Reads what is wanted of every scope.
pub(super) async fn gather(
    asked: &Asked<'_>,
    read: &Read<'_>,
    deadline: Deadline,
    listener: &mut dyn Listener,
) -> Gathering {
    let mut gathered = Gathered {
        open: BTreeMap::new(),
        reports: Vec::new(),
        absent: Vec::new(),
        certificates: 0,
        usages: Usages::default(),
        kept: read.kept,
        listener,
    };
    for planned in asked.accounts {
        gathered.open(planned.services.iter().map(|service| planned.standing_in(service)));
    }
    let accounts = stream::iter(asked.accounts);
    let whole = gathered.take_all(accounts.flat_map_unordered(None, |planned| of_account(asked.cx, planned, read)));
    // What had arrived when the time is over is kept.
    let _ = tokio::time::timeout(deadline.left(), whole).await;
    gathered.finish(&deadline.passed())
}

/// Logs in to an account and reads it, whatever becomes of the others meanwhile.
fn of_account<'a>(cx: &'a Context, planned: &'a Planned<'a>, read: &'a Read<'a>) -> LocalBoxStream<'a, Event> {
    let events = async move {
        let scopes: Vec<Scope> = planned.services.iter().map(|service| planned.standing_in(service)).collect();
        let connected = AssertUnwindSafe(planned.session(cx)).catch_unwind().await;
        let error = match connected.unwrap_or_else(|_| Err(fault())) {
            Ok(Some(session)) => {
                let services = stream::iter(&planned.services);
                let of_service = move |service: &&'static str| of_service(session.clone(), planned, service, read);
                return services.flat_map_unordered(None, of_service).boxed_local();
            }
            Ok(None) if planned.needed => why_absent(cx, planned).await,
            Ok(None) => return stream::iter([Event::Absent(planned.provider, scopes)]).boxed_local(),
            Err(error) => error,
        };
        stream::iter(scopes).map(move |scope| Event::Done(scope, Some(error.clone()))).boxed_local()
    };
    stream::once(events).flatten().boxed_local()
}

/// What is wrong where an account that is needed is not set up.
async fn why_absent(cx: &Context, planned: &Planned<'_>) -> Error {
    // A profile that was named is looked for once more, by someone who insists: then it tells which there are.
    if let config::Login::Profile(_) = planned.account.login {
        let account = config::Account { required: true, ..planned.account.clone() };
        if let Err(error) = planned.provider.connect(cx, &account).await {
            return error;
        }
    }
    no_credentials(&[planned.provider])
}

fn of_service<'a>(
    session: Arc<dyn Session>,
    planned: &'a Planned<'a>,
    service: &'static str,
    read: &'a Read<'a>,
) -> LocalBoxStream<'a, Event> {
    let events = async move {
        let instead_of = planned.standing_in(service);
        let stores = session.stores(service, planned.regions.as_deref());
        let Ok(places) = AssertUnwindSafe(stores).catch_unwind().await else {
            return stream::iter([Event::Done(instead_of, Some(fault()))]).boxed_local();
        };
        let scopes = places.iter().map(|place| place.scope.clone()).collect();
        let opened = stream::iter([Event::Opened { instead_of, scopes }]);
        let events = stream::iter(places).flat_map_unordered(None, |place| of_place(place, read));
        opened.chain(events).boxed_local()
    };
    stream::once(events).flatten().boxed_local()
}

fn of_place<'a>(place: Place, read: &Read<'a>) -> LocalBoxStream<'a, Event> {
    let Place { scope, store } = place;
    let end = stream::iter([Event::Done(scope.clone(), store.as_ref().err().cloned())]);
    let Ok(store) = store else { return end.boxed_local() };
    // A fault met in one scope costs that scope, not the run.
    let pages = AssertUnwindSafe(pages_of(store.clone(), read)).catch_unwind();
    let of_pages = scope.clone();
    let pages = pages.map(move |page| match page {
        Ok(Ok(page)) => Event::Page(of_pages.clone(), page),
        Ok(Err(error)) => Event::Done(of_pages.clone(), Some(error)),
        Err(_) => Event::Done(of_pages.clone(), Some(fault())),
    });
    let pages = pages.chain(end);
    let is_wanted = match read.wanted.usage {
        AskUsage::Never => return pages.boxed_local(),
        AskUsage::Always => None,
        AskUsage::Where(is_wanted) => Some(is_wanted),
    };
    let Some(usage) = store.usage() else { return pages.boxed_local() };
    let asked = Event::UsageAsked(scope.clone());
    let told = async move {
        let told = AssertUnwindSafe(usage).catch_unwind().await;
        Event::Usage(scope, told.unwrap_or_else(|_| Err(fault())))
    };
    match is_wanted {
        None => stream::iter([asked]).chain(stream::select(pages, stream::once(told))).boxed_local(),
        Some(is_wanted) => once_found(pages, is_wanted, asked, told).boxed_local(),
    }
}

/// The pages, and beside them what is told of their usage, asked for from the first on that holds such a
/// certificate.
fn once_found<'a>(
    pages: impl Stream<Item = Event> + 'a,
    is_wanted: &'a dyn Fn(&Certificate) -> bool,
    asked: Event,
    told: impl Future<Output = Event> + 'a,
) -> impl Stream<Item = Event> + 'a {
    let (found, is_found) = oneshot::channel();
    let (mut found, mut asked) = (Some(found), Some(asked));
    let pages = pages.flat_map(move |event| {
        let asked = match &event {
            Event::Page(_, page) if page.iter().any(is_wanted) => {
                found.take().and_then(|found| found.send(()).ok()).and_then(|()| asked.take())
            }
            // Nobody waits any longer for what did not come.
            Event::Done(..) => {
                found = None;
                None
            }
            _ => None,
        };
        stream::iter(asked.into_iter().chain([event]))
    });
    let told = async move {
        is_found.await.ok()?;
        Some(told.await)
    };
    stream::select(pages, stream::once(told).filter_map(std::future::ready))
}

fn fault() -> Error {
    Error::new(Kind::Internal, "certls met a fault of its own while it read this scope")
}

/// The error of a scope whose own certificates nobody has seen.
fn anothers(region: &str) -> Error {
    Error::new(Kind::Reply, format!("the endpoint answered with the certificates of {region}"))
        .with_hint("name the region's own host with `--endpoint`, and only that region with `--region`")
}

/// A scope that is still read.
#[derive(Default)]
struct Reading {
    certificates: usize,
    /// Another region, whose certificates it sent.
    foreign: Option<String>,
}

/// What arrived so far.
struct Gathered<'a> {
    /// Scopes that are still read.
    open: BTreeMap<Scope, Reading>,
    reports: Vec<ScopeReport>,
    absent: Vec<&'static dyn Provider>,
    certificates: usize,
    usages: Usages,
    kept: Kinds,
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
                let foreign = page.iter().find(|certificate| !self.belongs(&scope, certificate));
                let foreign = foreign.map(|certificate| certificate.region.clone());
                page.retain(|certificate| self.belongs(&scope, certificate) && self.kept.include(certificate.kind));
                for certificate in &mut page {
                    certificate.notes.extend(weaknesses(certificate));
                }
                self.certificates += page.len();
                if let Some(reading) = self.open.get_mut(&scope) {
                    reading.certificates += page.len();
                    reading.foreign = reading.foreign.take().or(foreign);
                }
                let page = self.usages.pass(&scope, page);
                return self.listener.page(page);
            }
            Event::UsageAsked(scope) => self.usages.await_in(scope),
            Event::Usage(scope, told) => {
                let page = self.usages.tell(scope, told);
                return self.listener.page(page);
            }
            Event::Done(scope, error) => self.close(&scope, error),
            Event::Absent(provider, scopes) => {
                self.open.retain(|scope, _| !scopes.contains(scope));
                self.absent.push(provider);
            }
            Event::Tick => {}
        }
        ControlFlow::Continue(())
    }

    /// A central endpoint that does not know a region answers with another region's list. Where that
    /// region is asked itself, its certificates are read there, and are not listed twice.
    fn belongs(&self, scope: &Scope, certificate: &Certificate) -> bool {
        let is_asked = |other: &Scope| other.is_beside(scope) && other.region == certificate.region;
        certificate.region == scope.region
            || !(self.open.keys().any(is_asked) || self.reports.iter().any(|report| is_asked(&report.scope)))
    }

    fn open(&mut self, scopes: impl IntoIterator<Item = Scope>) {
        self.open.extend(scopes.into_iter().map(|scope| (scope, Reading::default())));
    }

    /// A scope that failed is done before its stream ends: the first word counts.
    fn close(&mut self, scope: &Scope, error: Option<Error>) {
        if let Some((scope, Reading { certificates, foreign })) = self.open.remove_entry(scope) {
            let error = error.or_else(|| foreign.map(|region| anothers(&region)));
            self.reports.push(ScopeReport { scope, certificates, error, usage: None, authorities: None });
        }
    }

    fn finish(mut self, late_error: &Error) -> Gathering {
        let late = self.usages.give_up(late_error);
        if !late.is_empty() {
            let _ = self.listener.page(late);
        }
        while let Some((scope, Reading { certificates, .. })) = self.open.pop_first() {
            self.reports.push(ScopeReport {
                scope,
                certificates,
                error: Some(late_error.clone()),
                usage: None,
                authorities: None,
            });
        }
        for report in self.reports.iter_mut().filter(|report| report.certificates > 0) {
            report.usage = self.usages.failure(&report.scope).cloned();
        }
        self.reports.sort_by(|a, b| a.scope.cmp(&b.scope));
        Gathering { reports: self.reports, absent: self.absent }
    }
}

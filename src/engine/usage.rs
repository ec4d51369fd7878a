//! Joins certificates with their uses: they wait until the usage sources of their store have answered.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Shared, join_all};

use crate::error::{Error, Kind};
use crate::model::{Certificate, CertificateKey, CertificateRef, Facet, NoteCode, Scope, Use};
use crate::providers::{ScopedUsage, Session, UsageSourceInfo, UsedService};

use super::deadline::Deadline;
use super::plan::Planned;
use super::query::{Query, UsageMode};

/// The usage sources of one account. A source is opened, and each of its scopes read, when the first store needs it;
/// all stores share the answer.
pub(super) struct AccountUsage<'a>(Vec<Source<'a>>);

struct Source<'a> {
    info: &'static UsageSourceInfo,
    scopes: Shared<LocalBoxFuture<'a, Rc<SourceScopes<'a>>>>,
}

/// The scopes of a source.
struct SourceScopes<'a> {
    all: Vec<PendingUses<'a>>,
    /// The same by region, with what they are.
    by_region: HashMap<String, Vec<(Scope, PendingUses<'a>)>>,
}

type PendingUses<'a> = Shared<LocalBoxFuture<'a, Rc<ScopeUses>>>;

/// What one scope of a source returned.
struct ScopeUses {
    /// The uses, by what the source knows of the certificate; `None` where none was returned.
    by_key: Option<HashMap<CertificateKey, Vec<(CertificateRef, Use)>>>,
    /// Why they may not be all.
    error: Option<Error>,
}

/// What the usage sources of one store answered: one entry for each scope of a source.
pub(super) struct UsageAnswer(Vec<Rc<ScopeUses>>);

impl<'a> AccountUsage<'a> {
    pub(super) fn new(
        session: &Arc<dyn Session>,
        account: &'a Planned<'_>,
        query: &Query<'_>,
        deadline: Deadline,
    ) -> Self {
        if let UsageMode::Never = query.usage {
            return Self(Vec::new());
        }
        let source = |info: &'static UsageSourceInfo| {
            // Uses in other regions count as well, unless the certificates that are read can be used in their own only.
            let reaches_out = |used: &UsedService| !used.in_own_region && account.services.contains(&used.id);
            let regions = account.regions.as_deref().filter(|_| !info.uses.iter().any(reaches_out));
            let scopes = open_source(session.clone(), info, regions, account.placeholder_scope(info.id), deadline);
            Source { info, scopes: scopes.boxed_local().shared() }
        };
        Self(account.provider.usage_sources().into_iter().map(source).collect())
    }

    /// Returns whether any usage source of the account uses certificates of this service.
    pub(super) fn serves(&self, service: &str) -> bool {
        self.of_service(service).next().is_some()
    }

    /// Returns what the usage sources of a store's scope answer.
    pub(super) async fn answer(&self, scope: &Scope) -> UsageAnswer {
        let sources = join_all(self.of_service(scope.service).map(|source| source.answer(scope))).await;
        UsageAnswer(sources.into_iter().flatten().collect())
    }

    fn of_service(&self, service: &str) -> impl Iterator<Item = &Source<'a>> {
        self.0.iter().filter(move |source| source.info.uses.iter().any(|used| used.id == service))
    }
}

impl Source<'_> {
    async fn answer(&self, store: &Scope) -> Vec<Rc<ScopeUses>> {
        let scopes = self.scopes.clone().await;
        let in_own_region = self.info.uses.iter().any(|used| used.id == store.service && used.in_own_region);
        let answers = if in_own_region {
            let in_region =
                [store.region.as_str(), Scope::ALL_REGIONS].into_iter().filter_map(|r| scopes.by_region.get(r));
            let is_relevant = |source: &Scope| source.region == Scope::ALL_REGIONS || source.project == store.project;
            let relevant = in_region.flatten().filter(|(scope, _)| is_relevant(scope));
            join_all(relevant.map(|(_, uses)| uses.clone())).await
        } else {
            join_all(scopes.all.iter().cloned()).await
        };
        if answers.is_empty() {
            let message = format!("{} lists no region or project of this name", self.info.id);
            return vec![Rc::new(ScopeUses::failed(Error::new(Kind::Reply, message)))];
        }
        answers
    }
}

impl ScopeUses {
    fn failed(error: Error) -> Self {
        Self { by_key: None, error: Some(error) }
    }

    fn new(uses: Vec<(CertificateRef, Use)>, error: Option<Error>) -> Self {
        if uses.is_empty() && error.is_some() {
            return Self { by_key: None, error };
        }
        let mut by_key: HashMap<CertificateKey, Vec<(CertificateRef, Use)>> = HashMap::new();
        for (certificate, used) in uses {
            by_key.entry(certificate.key.clone()).or_default().push((certificate, used));
        }
        Self { by_key: Some(by_key), error }
    }
}

async fn open_source<'a>(
    session: Arc<dyn Session>,
    info: &'static UsageSourceInfo,
    regions: Option<&'a [String]>,
    placeholder: Scope,
    deadline: Deadline,
) -> Rc<SourceScopes<'a>> {
    let open = session.open_usage(info.id, regions).map(Ok);
    let scopes =
        deadline.guard(open).await.unwrap_or_else(|error| vec![ScopedUsage { scope: placeholder, reader: Err(error) }]);
    let mut source = SourceScopes { all: Vec::new(), by_region: HashMap::new() };
    for ScopedUsage { scope, reader } in scopes {
        let uses = async move {
            let uses = match &reader {
                Ok(reader) => deadline.guard(reader.known_uses().map(Ok)).await,
                Err(error) => Err(error.clone()),
            };
            Rc::new(uses.map_or_else(ScopeUses::failed, |(uses, error)| ScopeUses::new(uses, error)))
        };
        let uses = uses.boxed_local().shared();
        source.by_region.entry(scope.region.clone()).or_default().push((scope, uses.clone()));
        source.all.push(uses);
    }
    Rc::new(source)
}

/// Returns what a resource may know of a certificate.
fn keys(certificate: &Certificate) -> Vec<CertificateKey> {
    let fingerprints = [&certificate.fingerprint_sha1, &certificate.fingerprint_sha256].into_iter().flatten();
    let id = certificate.id.iter().cloned().map(CertificateKey::Id);
    id.chain(fingerprints.cloned().map(CertificateKey::Fingerprint)).collect()
}

impl UsageAnswer {
    fn error(&self) -> Option<&Error> {
        self.0.iter().find_map(|uses| uses.error.as_ref())
    }

    /// Adds its uses to a certificate of the scope. A source that failed costs `used_by_complete`, and `used_by` where
    /// no source answered.
    fn attach(&self, certificate: &mut Certificate, scope: &Scope) {
        let error = self.error();
        let keys = keys(certificate);
        certificate.used_by_complete = Some(error.is_none() && !keys.is_empty());
        if keys.is_empty() {
            certificate.note(NoteCode::UsageUnknown, "which listeners use it is unknown: it has no id");
            return;
        }
        let answered: Vec<_> = self.0.iter().filter_map(|uses| uses.by_key.as_ref()).collect();
        if !answered.is_empty() {
            let named = answered.iter().flat_map(|uses| keys.iter().filter_map(|key| uses.get(key))).flatten();
            let mut used_by: Vec<Use> = named
                .filter(|(named, _)| named.service == scope.service)
                .filter(|(named, _)| named.region.as_ref().is_none_or(|region| *region == scope.region))
                .map(|(_, used)| used.clone())
                .collect();
            // A listener names a certificate once for each domain.
            used_by.sort_by(|a, b| order(a).cmp(&order(b)));
            used_by.dedup();
            // That no use is known means nothing where there may be others.
            certificate.used_by = Some(used_by).filter(|uses| !uses.is_empty() || error.is_none());
        }
        if let Some(error) = error {
            let text = format!("which listeners use it is unknown: {}", error.message);
            certificate.note(NoteCode::UsageUnknown, text);
        }
    }
}

/// Returns the error for certificates whose ids could not be read.
fn without_id() -> Error {
    Error::new(Kind::Reply, "the ids of some certificates could not be read, so their uses are unknown")
}

/// By load balancer, port and role first, which people look for.
fn order(used: &Use) -> impl Ord {
    (&used.load_balancer_id, used.port, used.role, used)
}

/// The certificates of one scope that wait for their uses.
pub(super) struct UsageJoin<'a> {
    scope: &'a Scope,
    state: State,
    /// Whether the id of some certificate could not be read.
    has_nameless: bool,
}

enum State {
    /// No usage source is asked; `has_sources` where there would be one.
    Idle {
        has_sources: bool,
    },
    Waiting(Vec<Certificate>),
    Resolved(UsageAnswer),
}

impl<'a> UsageJoin<'a> {
    pub(super) fn new(scope: &'a Scope, has_sources: bool) -> Self {
        Self { scope, state: State::Idle { has_sources }, has_nameless: false }
    }

    /// From now on certificates wait for the answer.
    pub(super) fn request(&mut self) {
        if let State::Idle { has_sources: true } = self.state {
            self.state = State::Waiting(Vec::new());
        }
    }

    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.state, State::Waiting(_))
    }

    /// Takes a page, and returns what need not wait.
    pub(super) fn admit(&mut self, mut page: Vec<Certificate>) -> Vec<Certificate> {
        match &mut self.state {
            State::Idle { .. } => {}
            State::Waiting(waiting) => waiting.append(&mut page),
            State::Resolved(answer) => {
                self.has_nameless |= page.iter().any(|certificate| certificate.is_unreadable(Facet::Id));
                for certificate in &mut page {
                    answer.attach(certificate, self.scope);
                }
            }
        }
        page
    }

    /// Takes the answer, and returns the certificates that waited for it.
    pub(super) fn resolve(&mut self, answer: UsageAnswer) -> Vec<Certificate> {
        match std::mem::replace(&mut self.state, State::Resolved(answer)) {
            State::Waiting(waiting) => self.admit(waiting),
            State::Idle { .. } | State::Resolved(_) => Vec::new(),
        }
    }

    /// Ends the join. Returns the certificates that still wait, and why their uses are unknown: `unresolved` where no
    /// answer came.
    pub(super) fn finish(mut self, unresolved: &Error) -> (Vec<Certificate>, Option<Error>) {
        let waiting = match self.state {
            State::Waiting(_) => self.resolve(UsageAnswer(vec![Rc::new(ScopeUses::failed(unresolved.clone()))])),
            State::Idle { .. } | State::Resolved(_) => Vec::new(),
        };
        let error = match &self.state {
            State::Resolved(answer) => answer.error().cloned().or_else(|| self.has_nameless.then(without_id)),
            State::Idle { .. } | State::Waiting(_) => None,
        };
        (waiting, error)
    }
}

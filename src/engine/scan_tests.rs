//! The scan with stores and usage sources that the tests make up: order, failures, the deadline, usage.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream};

use super::*;
use crate::clock::Clock;
use crate::config::{Account, Endpoints, Env, Net};
use crate::model::{CertificateRef, Identity, Kinds, Use};
use crate::net::Http;
use crate::providers::{
    ProbeLimit, ProfileFiles, ProviderInfo, ScopedUsage, ServiceInfo, UsageReader, UsageSourceInfo, UsedService,
};

const SERVICE: &str = "store";

/// What a step of a made-up store or usage source does.
#[derive(Clone, Copy)]
enum Step {
    /// Sends a certificate of this id.
    Send(&'static str),
    /// Waits so many milliseconds.
    Wait(u64),
    Fail,
    Panic,
}

struct FakeStore {
    scope: Scope,
    steps: &'static [Step],
}

#[async_trait]
impl Store for FakeStore {
    fn certificates(&self, _: Kinds) -> BoxStream<'_, Result<Vec<Certificate>, Error>> {
        let page = move |step: &'static Step| async move {
            match step {
                Step::Send(id) => Some(Ok(vec![Certificate {
                    region: self.scope.region.clone(),
                    id: Some((*id).to_owned()),
                    ..Certificate::default()
                }])),
                Step::Wait(milliseconds) => {
                    tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
                    None
                }
                Step::Fail => Some(Err(Error::new(Kind::Denied, "denied by the test"))),
                Step::Panic => panic!("made up by the test"),
            }
        };
        stream::iter(self.steps).then(page).filter_map(std::future::ready).boxed()
    }
}

/// Names certificate `1` as used, after its steps.
struct FakeUsage {
    scope: Scope,
    steps: &'static [Step],
}

#[async_trait]
impl UsageReader for FakeUsage {
    async fn uses(&self) -> Result<Vec<(CertificateRef, Use)>, Error> {
        for step in self.steps {
            match step {
                Step::Wait(milliseconds) => tokio::time::sleep(Duration::from_millis(*milliseconds)).await,
                Step::Fail => return Err(Error::new(Kind::Denied, "usage denied by the test")),
                Step::Panic => panic!("made up by the test"),
                Step::Send(_) => {}
            }
        }
        let certificate = CertificateRef::by_id(SERVICE, Some(&self.scope.region), "1");
        Ok(vec![(certificate, Use::of_resource(SERVICE, &self.scope.region, "listener"))])
    }
}

/// Regions, each with the steps of its store and of its usage source.
type Regions = &'static [(&'static str, &'static [Step], &'static [Step])];

/// A cloud that needs no credentials; `None` for one that is not set up, which it finds out at the probe limit.
struct FakeCloud {
    regions: Option<Regions>,
    info: &'static ProviderInfo,
}

static STORE: ServiceInfo = ServiceInfo { id: SERVICE, by_default: true, is_regional: true };
static SOURCE: UsageSourceInfo =
    UsageSourceInfo { id: SERVICE, uses: &[UsedService { id: SERVICE, in_own_region: true }] };

impl FakeCloud {
    fn new(id: &'static str, regions: Option<Regions>) -> &'static Self {
        let info = ProviderInfo {
            id,
            title: id,
            regions: &[],
            example_region: "a",
            other_endpoints: &[],
            credential_variables: &[],
            other_variables: &[],
            quickstart_variables: ["A", "B"],
            access_key_prefix: None,
            account_keys: &[],
        };
        Box::leak(Box::new(Self { regions, info: Box::leak(Box::new(info)) }))
    }
}

#[async_trait]
impl Provider for FakeCloud {
    fn info(&self) -> &'static ProviderInfo {
        self.info
    }

    fn credential_sources(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn secret_variables(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn unread_credentials(&self, _: &Context) -> Vec<String> {
        Vec::new()
    }

    fn services(&self) -> Vec<&'static ServiceInfo> {
        vec![&STORE]
    }

    fn usage_sources(&self) -> Vec<&'static UsageSourceInfo> {
        vec![&SOURCE]
    }

    async fn connect(&self, cx: &Context, _: &Account) -> Result<Option<Arc<dyn Session>>, Error> {
        let Some(regions) = self.regions else {
            let _ = cx.probe_limit.reached().await;
            return Ok(None);
        };
        Ok(Some(Arc::new(FakeSession { id: self.info.id, regions })))
    }
}

struct FakeSession {
    id: &'static str,
    regions: Regions,
}

impl FakeSession {
    fn scope(&self, region: &str) -> Scope {
        Scope {
            provider: self.id,
            account: "default".to_owned(),
            region: region.to_owned(),
            service: SERVICE,
            project: None,
        }
    }
}

#[async_trait]
impl Session for FakeSession {
    fn origin(&self) -> String {
        String::new()
    }

    async fn identity(&self) -> Result<Identity, Error> {
        Ok(Identity { account_id: String::new(), name: None })
    }

    async fn open_stores(&self, _: &str, _: Option<&[String]>) -> Vec<ScopedStore> {
        let open = |(region, steps, _): &(&str, &'static [Step], _)| ScopedStore {
            scope: self.scope(region),
            store: Ok(Arc::new(FakeStore { scope: self.scope(region), steps }) as Arc<dyn Store>),
        };
        self.regions.iter().map(open).collect()
    }

    async fn open_usage(&self, _: &str, _: Option<&[String]>) -> Vec<ScopedUsage> {
        let open = |(region, _, steps): &(&str, _, &'static [Step])| ScopedUsage {
            scope: self.scope(region),
            reader: Ok(Arc::new(FakeUsage { scope: self.scope(region), steps }) as Arc<dyn UsageReader>),
        };
        self.regions.iter().map(open).collect()
    }
}

/// Keeps what it hears; breaks after `limit` pages.
struct Recorder {
    pages: Vec<Vec<Certificate>>,
    limit: usize,
}

impl Listener for Recorder {
    fn page(&mut self, page: Vec<Certificate>) -> ControlFlow<()> {
        self.pages.push(page);
        if self.pages.len() < self.limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn progress(&mut self, done: usize, scopes: usize, _: usize) {
        assert!(done <= scopes);
    }
}

impl Recorder {
    /// Returns region, id and number of uses of each certificate, as they came; `?` where the uses are unknown.
    fn seen(&self) -> Vec<String> {
        let line = |certificate: &Certificate| {
            let uses = certificate.used_by.as_ref().map_or("?".to_owned(), |uses| uses.len().to_string());
            format!("{} {} {uses}", certificate.region, certificate.id.as_deref().unwrap_or_default())
        };
        self.pages.iter().flatten().map(line).collect()
    }
}

/// Scans these clouds with a deadline of ten seconds.
async fn scan_clouds(
    clouds: &[&'static FakeCloud],
    usage: UsageMode<'_>,
    limit: usize,
) -> (Option<ScanResult>, Recorder) {
    let net = Net {
        ca_bundle: None,
        connect_timeout: Duration::from_secs(1),
        read_timeout: Duration::from_secs(1),
        retries: 0,
        concurrency: 1,
    };
    let cx = Context {
        env: Env::default(),
        clock: Clock::system(),
        endpoints: Endpoints::default(),
        http: Arc::new(Http::new(&net, &Env::default()).expect("a client")),
        probe_limit: ProbeLimit::default(),
        files: ProfileFiles::default(),
        providers: &[],
    };
    let accounts: Vec<Account> =
        clouds.iter().map(|cloud| Account::implicit(cloud.info.id, CredentialsFrom::Chain, false)).collect();
    let planned: Vec<Planned<'_>> = accounts
        .iter()
        .zip(clouds)
        .map(|(account, cloud)| Planned::new(account, *cloud, vec![SERVICE], None, false))
        .collect();
    let query =
        Query { kinds: Kinds::Server, usage, lookup_ids: Vec::new(), keep: Kinds::Server, ca_lists_only: false };
    let mut recorder = Recorder { pages: Vec::new(), limit };
    let deadline = Deadline::after(Duration::from_secs(10));
    let result = scan(&cx, &planned, &query, deadline, &mut recorder).await;
    (result.continue_value(), recorder)
}

async fn scan_regions(regions: Regions, usage: UsageMode<'_>) -> (Vec<ScopeReport>, Recorder) {
    let (result, recorder) = scan_clouds(&[FakeCloud::new("cloud", Some(regions))], usage, usize::MAX).await;
    (result.expect("no break").reports, recorder)
}

/// Returns region, number of certificates and kinds of errors of each scope.
fn outcomes(reports: &[ScopeReport]) -> Vec<String> {
    let kind = |error: &Option<Error>| error.as_ref().map_or("ok", |error| error.kind.name());
    let line = |report: &ScopeReport| {
        let (error, usage) = (kind(&report.error), kind(&report.usage_error));
        format!("{} {} {error} {usage}", report.scope.region, report.certificates)
    };
    reports.iter().map(line).collect()
}

#[tokio::test(start_paused = true)]
async fn reports_are_in_the_order_of_the_scopes_and_pages_as_they_arrive() {
    let regions: Regions = &[
        ("c", &[Step::Send("1")], &[]),
        ("a", &[Step::Wait(200), Step::Send("2")], &[]),
        ("b", &[Step::Wait(100), Step::Send("3"), Step::Wait(200), Step::Send("4")], &[]),
    ];
    let (reports, recorder) = scan_regions(regions, UsageMode::Never).await;
    assert_eq!(outcomes(&reports), ["a 1 ok ok", "b 2 ok ok", "c 1 ok ok"]);
    assert_eq!(recorder.seen(), ["c 1 ?", "b 3 ?", "a 2 ?", "b 4 ?"]);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_a_scope_and_keeps_what_had_arrived() {
    let regions: Regions = &[
        ("a", &[Step::Send("1"), Step::Wait(60_000), Step::Send("2")], &[]),
        ("b", &[Step::Wait(9_000), Step::Send("3")], &[]),
    ];
    let (reports, recorder) = scan_regions(regions, UsageMode::Never).await;
    assert_eq!(outcomes(&reports), ["a 1 timeout ok", "b 1 ok ok"]);
    assert_eq!(recorder.seen(), ["a 1 ?", "b 3 ?"]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_or_a_panic_costs_its_own_scope_only() {
    let regions: Regions = &[
        ("a", &[Step::Send("1"), Step::Fail, Step::Send("lost")], &[]),
        ("b", &[Step::Send("2"), Step::Panic], &[]),
        ("c", &[Step::Wait(500), Step::Send("3")], &[]),
    ];
    let (reports, recorder) = scan_regions(regions, UsageMode::Never).await;
    assert_eq!(outcomes(&reports)[1..], ["b 1 internal ok", "c 1 ok ok"]);
    assert_eq!(reports[0].error.as_ref().map(|error| error.kind), Some(Kind::Denied));
    assert!(recorder.seen().contains(&"b 2 ?".to_owned()) && recorder.seen().contains(&"c 3 ?".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn certificates_wait_for_uses_that_come_before_or_after_them() {
    let regions: Regions = &[
        ("after", &[Step::Send("1"), Step::Send("2")], &[Step::Wait(500)]),
        ("before", &[Step::Wait(500), Step::Send("1"), Step::Send("2")], &[]),
    ];
    let (reports, recorder) = scan_regions(regions, UsageMode::Always).await;
    assert_eq!(outcomes(&reports), ["after 2 ok ok", "before 2 ok ok"]);
    let mut seen = recorder.seen();
    seen.sort();
    assert_eq!(seen, ["after 1 1", "after 2 0", "before 1 1", "before 2 0"]);
    let complete = recorder.pages.iter().flatten().all(|certificate| certificate.used_by_complete == Some(true));
    assert!(complete);
}

#[tokio::test(start_paused = true)]
async fn uses_that_never_come_stay_unknown_and_cost_nothing_else() {
    let regions: Regions = &[
        ("failed", &[Step::Send("1")], &[Step::Fail]),
        ("hung", &[Step::Send("1")], &[Step::Wait(60_000)]),
        ("panicked", &[Step::Send("1")], &[Step::Panic]),
        ("well", &[Step::Send("1")], &[]),
    ];
    let (reports, recorder) = scan_regions(regions, UsageMode::Always).await;
    let expected = ["failed 1 ok denied", "hung 1 ok timeout", "panicked 1 ok internal", "well 1 ok ok"];
    assert_eq!(outcomes(&reports), expected);
    let mut seen = recorder.seen();
    seen.sort();
    assert_eq!(seen, ["failed 1 ?", "hung 1 ?", "panicked 1 ?", "well 1 1"]);
    for certificate in recorder.pages.iter().flatten().filter(|certificate| certificate.region != "well") {
        assert_eq!((certificate.used_by_complete, certificate.notes.len()), (Some(false), 1), "{certificate:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_still_gets_the_uses_of_what_arrived() {
    let regions: Regions = &[("a", &[Step::Send("1"), Step::Fail], &[Step::Wait(500)])];
    let (_, recorder) = scan_regions(regions, UsageMode::Always).await;
    assert_eq!(recorder.seen(), ["a 1 1"]);
}

#[tokio::test(start_paused = true)]
async fn uses_are_requested_only_where_a_certificate_matches() {
    let regions: Regions =
        &[("a", &[Step::Send("2"), Step::Send("1")], &[]), ("b", &[Step::Send("2")], &[Step::Panic])];
    let is_wanted = |certificate: &Certificate| certificate.id.as_deref() == Some("1");
    let (reports, recorder) = scan_regions(regions, UsageMode::Where(&is_wanted)).await;
    assert_eq!(outcomes(&reports), ["a 2 ok ok", "b 1 ok ok"]);
    let mut seen = recorder.seen();
    seen.sort();
    assert_eq!(seen, ["a 1 1", "a 2 ?", "b 2 ?"]);
}

#[tokio::test(start_paused = true)]
async fn a_service_without_any_scope_is_a_failed_scope() {
    let (reports, _) = scan_regions(&[], UsageMode::Never).await;
    assert_eq!(outcomes(&reports), ["all 0 region ok"]);
}

#[tokio::test(start_paused = true)]
async fn a_listener_ends_the_scan() {
    let regions: Regions = &[("a", &[Step::Send("1"), Step::Wait(60_000), Step::Send("2")], &[])];
    let begun = tokio::time::Instant::now();
    let (result, recorder) = scan_clouds(&[FakeCloud::new("cloud", Some(regions))], UsageMode::Never, 1).await;
    assert!(result.is_none());
    assert_eq!(recorder.seen(), ["a 1 ?"]);
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn the_search_for_another_cloud_has_a_little_longer_than_the_scan() {
    let regions: Regions = &[("a", &[Step::Wait(2_000), Step::Send("1")], &[])];
    let clouds = [FakeCloud::new("cloud", Some(regions)), FakeCloud::new("other", None)];
    let begun = tokio::time::Instant::now();
    let (result, _) = scan_clouds(&clouds, UsageMode::Never, usize::MAX).await;
    let result = result.expect("no break");
    assert_eq!(outcomes(&result.reports), ["a 1 ok ok"]);
    assert_eq!(result.absent.iter().map(|provider| provider.info().id).collect::<Vec<_>>(), ["other"]);
    assert_eq!(begun.elapsed(), Duration::from_millis(2_300));
}

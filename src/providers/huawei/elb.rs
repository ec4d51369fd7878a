//! Elastic Load Balance: the certificates of a project, shared and dedicated load balancers alike.
//!
//! Reference: <https://support.huaweicloud.com/intl/en-us/api-elb/ListCertificates.html>

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::BoxStream;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::OnceCell;

use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::model::{Certificate, Kind as CertificateKind, Kinds, Scope, Source};
use crate::net::Reply;
use crate::providers::wire::{Field, Reader};
use crate::providers::{Lookup, Place, ServiceInfo, Store, Usage, truth, unknown_region};
use crate::x509;

use super::api::{Api, Call, Reach};
use super::iam::{self, Project};
use super::pages::{self, Next, PageWire};
use super::{Account, ID as PROVIDER, endpoints, listeners};

pub(super) const ID: &str = "elb";

pub(super) struct Service;

impl super::Service<Account> for Service {
    fn info(&self) -> ServiceInfo {
        ServiceInfo { id: ID, by_default: true, regional: true }
    }

    fn stores<'a>(&'a self, account: &'a Account, regions: Option<&'a [String]>) -> BoxFuture<'a, Vec<Place>> {
        stores(account, regions).boxed()
    }
}

/// Every project that is in a region, of those that were named or of all.
async fn stores(account: &Account, wanted: Option<&[String]>) -> Vec<Place> {
    if let (Some(id), Some([region])) = (&account.project_id, wanted) {
        let project = Project { id: id.clone(), name: region.clone(), domain_id: None };
        return vec![place(account, region, project)];
    }
    let Some(wanted) = wanted else {
        return match projects(account, None).await {
            Ok(projects) => projects
                .into_iter()
                .filter_map(|project| Some((project.region()?.to_owned(), project)))
                .map(|(region, project)| place(account, &region, project))
                .collect(),
            Err(error) => vec![failed(account, Scope::ALL_REGIONS, error)],
        };
    };
    let mut places = Vec::new();
    let mut known: Vec<(String, Result<Vec<Project>, Error>)> = Vec::new();
    for region in wanted {
        let iam = endpoints::iam_host(Some(region));
        if !known.iter().any(|(host, _)| *host == iam) {
            known.push((iam.clone(), projects(account, Some(region)).await));
        }
        match known.iter().find(|(host, _)| *host == iam).map(|(_, projects)| projects) {
            Some(Ok(projects)) => places.extend(of_region(account, region, projects)),
            Some(Err(error)) => places.push(failed(account, region, error.clone())),
            None => {}
        }
    }
    places
}

async fn projects(account: &Account, region: Option<&str>) -> Result<Vec<Project>, Error> {
    let iam = account.api.iam(region)?;
    iam::projects(&account.api, &iam).await
}

/// The projects of one region; a region without one is an error that names the likely ones.
fn of_region(account: &Account, region: &str, projects: &[Project]) -> Vec<Place> {
    let own: Vec<Place> = projects
        .iter()
        .filter(|project| project.region() == Some(region))
        .map(|project| place(account, region, project.clone()))
        .collect();
    if !own.is_empty() {
        return own;
    }
    let error = if let [only] = projects {
        let message = format!("these credentials reach only the project {}, not the region `{region}`", only.name);
        Error::new(Kind::Region, message).with_hint("leave out `--region`, or use credentials of that region")
    } else {
        let message = format!("this account has no project in a region `{region}`");
        unknown_region(region, message, projects.iter().filter_map(Project::region))
    };
    vec![failed(account, region, error)]
}

fn place(account: &Account, region: &str, project: Project) -> Place {
    let scope = account.scope(region, Some(&project.name), ID);
    let store = store(account, region, project, &scope);
    Place { scope, store }
}

fn store(account: &Account, region: &str, project: Project, scope: &Scope) -> Result<Arc<dyn Store>, Error> {
    Ok(Arc::new(Elb {
        api: account.api.clone(),
        endpoint: account.api.endpoint(ID, &endpoints::host(ID, region))?,
        iam: account.api.iam(Some(region))?,
        project,
        scope: scope.clone(),
        echo: OnceCell::new(),
    }))
}

fn failed(account: &Account, region: &str, error: Error) -> Place {
    Place { scope: account.scope(region, None, ID), store: Err(error) }
}

/// The certificates of one project.
pub(super) struct Elb {
    api: Arc<Api>,
    endpoint: Endpoint,
    iam: Endpoint,
    project: Project,
    scope: Scope,
    echo: OnceCell<bool>,
}

/// An operation, by the name on the vendor's pages, and the IAM action that allows it.
pub(super) struct Operation {
    pub name: &'static str,
    pub permission: &'static str,
}

static LIST_CERTIFICATES: Operation = Operation { name: "ListCertificates", permission: "elb:certificates:list" };

static SHOW_CERTIFICATE: Operation = Operation { name: "ShowCertificate", permission: "elb:certificates:show" };

/// Reference: <https://support.huaweicloud.com/intl/en-us/api-elb/ShowCertificatePrivateKeyEcho.html>
static SHOW_CERTIFICATE_PRIVATE_KEY_ECHO: Operation =
    Operation { name: "ShowCertificatePrivateKeyEcho", permission: "elb:certificates:getPrivateKeyEcho" };

/// How long certificates wait for that.
const ECHO_PATIENCE: Duration = Duration::from_secs(2);

/// What is told of a certificate whose project hands out private keys, and how to end it.
const ECHO: &str = "the API hands out this project's private keys to whoever may list its certificates (private_key_echo \
                    is on, as by default): switch it off with CreateCertificatePrivateKeyEcho, or Terraform's \
                    huaweicloud_elb_certificate_private_key_echo";

impl Store for Elb {
    /// Every kind comes in one list.
    fn certificates(self: Arc<Self>, _: Kinds) -> BoxStream<'static, Result<Vec<Certificate>, Error>> {
        pages::all(self, |elb, marker| async move { elb.page(marker.as_deref()).await })
    }

    fn certificate(self: Arc<Self>, id: String) -> Option<Lookup> {
        // The id becomes part of a path; what is none of the vendor's is not there.
        let is_plain = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_plain.then(|| async move { self.show(&id).await }.boxed())
    }

    fn usage(self: Arc<Self>) -> Option<Usage> {
        Some(listeners::usage(self).boxed())
    }
}

impl Elb {
    async fn page(&self, marker: Option<&str>) -> Result<(Vec<Certificate>, Next), Error> {
        let query = pages::query(marker);
        let reply = self.read(&LIST_CERTIFICATES, "certificates", &query).await?;
        let list: ListWire<'_> = reply.json()?;
        // Most projects hold no certificate, and need not be asked.
        let echo = !list.certificates.is_empty() && self.echoes_keys().await;
        let certificates: Vec<Certificate> =
            list.certificates.into_iter().map(|record| self.convert(record, echo)).collect();
        let end = certificates.last().and_then(|last| last.id.clone());
        let next = Next::behind(list.page_info, certificates.len(), end);
        Ok((certificates, next))
    }

    async fn show(&self, id: &str) -> Result<Option<Certificate>, Error> {
        match self.read(&SHOW_CERTIFICATE, &format!("certificates/{id}"), &[]).await {
            Ok(reply) => {
                let show: ShowWire<'_> = reply.json()?;
                Ok(Some(self.convert(show.certificate, self.echoes_keys().await)))
            }
            Err(error) if error.code.as_deref() == Some("ELB.8904") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the API hands out this project's private keys. Asked once; a cloud that does not tell, or not in
    /// time, costs nothing but the note.
    async fn echoes_keys(&self) -> bool {
        let ask = async || {
            let path = self.path("certificates/settings/private-key-echo");
            let call = self.call(&SHOW_CERTIFICATE_PRIVATE_KEY_ECHO, &path, &[]);
            let told = self.api.get_once(&call, ECHO_PATIENCE).await;
            let told = told.and_then(|reply| Ok(reply.json::<EchoWire>()?.private_key_echo));
            told.unwrap_or_else(|error| {
                tracing::info!("{}: whether private keys are handed out is unknown: {error}", self.scope);
                false
            })
        };
        *self.echo.get_or_init(ask).await
    }

    fn path(&self, what: &str) -> String {
        format!("/v3/{}/elb/{what}", self.project.id)
    }

    fn call<'a>(&'a self, operation: &Operation, path: &'a str, query: &'a [(&'a str, &'a str)]) -> Call<'a> {
        Call {
            operation: operation.name,
            permission: Some(operation.permission),
            endpoint: &self.endpoint,
            iam: &self.iam,
            path,
            query,
            reach: Reach::Project(&self.project.id),
            subject: None,
        }
    }

    /// Reads what is at this path below the project's ELB.
    pub(super) async fn read(
        &self,
        operation: &Operation,
        what: &str,
        query: &[(&str, String)],
    ) -> Result<Reply, Error> {
        let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.api.get(&self.call(operation, &self.path(what), &query)).await
    }

    /// A record as certls knows it. A record that is none keeps its place, with a note.
    fn convert(&self, record: &RawValue, echo: bool) -> Certificate {
        let mut reader = Reader::default();
        let wire: CertificateWire = reader.record(record);
        let pem = reader.text("certificate", wire.certificate);
        let encryption_pem = reader.text("enc_certificate", wire.enc_certificate);
        let managed_id = reader.text("scm_certificate_id", wire.scm_certificate_id);
        let managed = reader.text("source", wire.source).is_some_and(|source| source == "scm");
        let (fingerprint_sha1, fingerprint_sha256) = reader.fingerprints("fingerprint", wire.fingerprint);
        let mut certificate = Certificate {
            provider: PROVIDER,
            service: ID,
            account: self.scope.account.clone(),
            account_id: self.project.domain_id.clone(),
            region: self.scope.region.clone(),
            id: reader.text("id", wire.id),
            name: reader.value("name", wire.name),
            description: reader.text("description", wire.description),
            kind: kind(&mut reader, wire.kind),
            common_name: reader.text("common_name", wire.common_name),
            subject_alternative_names: reader
                .value("subject_alternative_names", wire.subject_alternative_names)
                .unwrap_or_default(),
            fingerprint_sha1,
            fingerprint_sha256,
            not_after: reader.time("expire_time", wire.expire_time),
            uploaded_at: reader.time("created_at", wire.created_at),
            updated_at: reader.time("updated_at", wire.updated_at),
            source: (managed || managed_id.is_some()).then_some(Source { service: "scm", id: managed_id, name: None }),
            project_id: reader.text("project_id", wire.project_id).or_else(|| Some(self.project.id.clone())),
            enterprise_project_id: reader.text("enterprise_project_id", wire.enterprise_project_id),
            notes: reader.notes,
            ..Certificate::default()
        };
        if pem.is_some() || encryption_pem.is_some() {
            let encryption = encryption_pem.map(|pem| x509::read_chain(&pem));
            truth::apply(&mut certificate, x509::read_chain(&pem.unwrap_or_default()), encryption);
        }
        if echo {
            certificate.note(ECHO);
        }
        certificate
    }
}

fn kind(reader: &mut Reader, field: Field<String>) -> CertificateKind {
    match reader.text("type", field).as_deref() {
        None | Some("server") => CertificateKind::Server,
        Some("server_sm") => CertificateKind::ServerSm,
        Some("client") => CertificateKind::Ca,
        Some(_) => {
            reader.notes.push("the cloud's `type` is none that certls knows; shown as a server certificate".to_owned());
            CertificateKind::Server
        }
    }
}

/// The list is required: a reply without it is no empty one.
#[derive(Deserialize)]
struct ListWire<'a> {
    #[serde(borrow)]
    certificates: Vec<&'a RawValue>,
    page_info: Option<PageWire>,
}

#[derive(Deserialize)]
struct EchoWire {
    private_key_echo: bool,
}

#[derive(Deserialize)]
struct ShowWire<'a> {
    #[serde(borrow)]
    certificate: &'a RawValue,
}

/// The fields that are read. `private_key` and `enc_private_key`, which the API sends in clear unless
/// that is switched off, are not among them: the parser passes over them.
#[derive(Deserialize, Default)]
#[serde(default)]
struct CertificateWire {
    id: Field<String>,
    project_id: Field<String>,
    name: Field<String>,
    description: Field<String>,
    #[serde(rename = "type")]
    kind: Field<String>,
    certificate: Field<String>,
    enc_certificate: Field<String>,
    created_at: Field<String>,
    updated_at: Field<String>,
    expire_time: Field<String>,
    common_name: Field<String>,
    fingerprint: Field<String>,
    subject_alternative_names: Field<Vec<String>>,
    scm_certificate_id: Field<String>,
    source: Field<String>,
    enterprise_project_id: Field<String>,
}

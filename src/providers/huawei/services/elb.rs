//! Elastic Load Balance: the certificates of a project, shared and dedicated load balancers alike.
//!
//! Reference: <https://support.huaweicloud.com/intl/en-us/api-elb/ListCertificates.html>

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::OnceCell;

use crate::analysis::{IssuerCache, StoredPem, read_stored};
use crate::error::Error;
use crate::model::{AlternativeName, Certificate, Facet, Kind as CertificateKind, Kinds, NoteCode, Source};
use crate::providers::huawei::session::HuaweiSession;
use crate::providers::object::Object;
use crate::providers::paging::{List, Page, Position, pages};
use crate::providers::provider::Service;
use crate::providers::record::{Field, RecordReader, Scalar};
use crate::providers::{ScopedStore, ServiceInfo, Store};

use super::elb_client::{ElbClient, ElbProject, ID, Operation, PageInfoWire, no_page, open_projects, page};

static INFO: ServiceInfo = ServiceInfo { id: ID, by_default: true, is_regional: true };

/// The service in the table of stores.
pub(super) struct Elb;

#[async_trait]
impl Service<HuaweiSession> for Elb {
    fn info(&self) -> &'static ServiceInfo {
        &INFO
    }

    async fn open(&self, session: &HuaweiSession, regions: Option<&[String]>) -> Vec<ScopedStore> {
        let open = |ElbProject { scope, client }: ElbProject| ScopedStore {
            store: client.map(|client| Arc::new(ProjectStore::new(client)) as Arc<dyn Store>),
            scope,
        };
        open_projects(session, regions).await.into_iter().map(open).collect()
    }
}

/// The certificates of one project.
struct ProjectStore {
    client: ElbClient,
    is_key_echo_on: OnceCell<bool>,
    issuers: IssuerCache,
}

static LIST_CERTIFICATES: Operation = Operation { name: "ListCertificates", permission: "elb:certificates:list" };

static SHOW_CERTIFICATE: Operation = Operation { name: "ShowCertificate", permission: "elb:certificates:show" };

/// Reference: <https://support.huaweicloud.com/intl/en-us/api-elb/ShowCertificatePrivateKeyEcho.html>
static SHOW_CERTIFICATE_PRIVATE_KEY_ECHO: Operation =
    Operation { name: "ShowCertificatePrivateKeyEcho", permission: "elb:certificates:getPrivateKeyEcho" };

/// How long certificates wait for that setting.
const KEY_ECHO_TIMEOUT: Duration = Duration::from_secs(2);

/// The note on a certificate of a project whose API returns private keys, and how to switch that off.
const ECHO: &str = "the API hands out this project's private keys to whoever may list its certificates (private_key_echo \
                    is on, as by default): switch it off with CreateCertificatePrivateKeyEcho, or Terraform's \
                    huaweicloud_elb_certificate_private_key_echo";

#[async_trait]
impl Store for ProjectStore {
    /// Every kind comes in one list.
    fn certificates(&self, _: Kinds) -> BoxStream<'_, Result<Vec<Certificate>, Error>> {
        let id = |certificate: &Certificate| certificate.id.clone();
        pages(List { what: "certificates", id, may_skip: false }, |position| self.page(position))
    }

    fn limitation(&self) -> Option<Error> {
        self.client.limitation()
    }

    /// The id becomes part of a path, so only one of the vendor's form is looked up: 32 hex digits.
    fn can_look_up(&self, id: &str) -> bool {
        id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    async fn certificate(&self, id: &str) -> Result<Option<Certificate>, Error> {
        match self.client.read(&SHOW_CERTIFICATE, &format!("certificates/{id}")).await {
            Ok(reply) => {
                let show: ShowWire<'_> = reply.json()?;
                Ok(Some(self.convert(show.certificate, self.is_key_echo_on().await)))
            }
            Err(error) if error.code.as_deref() == Some("ELB.8904") => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl ProjectStore {
    fn new(client: ElbClient) -> Self {
        Self { client, is_key_echo_on: OnceCell::new(), issuers: IssuerCache::default() }
    }

    async fn page(&self, position: Position) -> Result<Page<Certificate>, Error> {
        let Some(reply) = self.client.read_page(&LIST_CERTIFICATES, "certificates", &position).await? else {
            return Ok(no_page());
        };
        let list: ListWire<'_> = reply.json()?;
        // Most projects hold no certificate, and need no further request.
        let echo = !list.certificates.is_empty() && self.is_key_echo_on().await;
        let certificates: Vec<Certificate> =
            list.certificates.into_iter().map(|record| self.convert(record, echo)).collect();
        let end = certificates.last().and_then(|certificate| certificate.id.clone());
        Ok(page(certificates, list.page_info, end))
    }

    /// Returns whether the API hands out this project's private keys. Requested once; where the cloud does not
    /// answer in time, only the note is lost.
    async fn is_key_echo_on(&self) -> bool {
        let request = async || {
            let path = self.client.path("certificates/settings/private-key-echo");
            let read = self.client.read_of(&SHOW_CERTIFICATE_PRIVATE_KEY_ECHO, &path, &[]);
            let reply = self.client.session.client().get_once(&read, KEY_ECHO_TIMEOUT).await;
            let setting =
                reply.and_then(|reply| Ok(reply.json::<EchoWire>()?.private_key_echo.known().unwrap_or(false)));
            setting.unwrap_or_else(|error| {
                tracing::info!("{}: whether private keys are handed out is unknown: {error}", self.client.scope);
                false
            })
        };
        *self.is_key_echo_on.get_or_init(request).await
    }

    /// Converts a record. One that cannot be read keeps its place in the list, with a note.
    fn convert(&self, record: &RawValue, echo: bool) -> Certificate {
        let mut reader = RecordReader::default();
        let wire: CertificateWire = reader.record(record);
        let domain = reader.names("domain", wire.domain, "domain", ',');
        let names = reader.names("subject_alternative_names", wire.subject_alternative_names, "names", ',');
        let pem = reader.text("certificate", wire.certificate);
        let encryption_pem = reader.text("enc_certificate", wire.enc_certificate);
        let managed_id = reader.scalar("scm_certificate_id", wire.scm_certificate_id);
        let managed = reader.text("source", wire.source).is_some_and(|source| source == "scm");
        let (fingerprint_sha1, fingerprint_sha256) = reader.fingerprints("fingerprint", wire.fingerprint);
        let mut certificate = Certificate {
            id: reader.scalar("id", wire.id),
            name: reader.value("name", wire.name).map(|name| name.0),
            description: reader.scalar("description", wire.description),
            kind: kind(&mut reader, wire.kind),
            common_name: reader.scalar("common_name", wire.common_name),
            subject_alternative_names: names,
            fingerprint_sha1,
            fingerprint_sha256,
            not_after: reader.time("expire_time", wire.expire_time),
            uploaded_at: reader.time("created_at", wire.created_at),
            updated_at: reader.time("updated_at", wire.updated_at),
            source: (managed || managed_id.is_some()).then_some(Source { service: "scm", id: managed_id, name: None }),
            project_id: reader.scalar("project_id", wire.project_id).or_else(|| Some(self.client.project.id.clone())),
            enterprise_project_id: reader.scalar("enterprise_project_id", wire.enterprise_project_id),
            unreadable: reader.unreadable(&UNREADABLE),
            notes: reader.notes,
            ..Certificate::in_scope(&self.client.scope, self.client.project.domain_id.clone())
        };
        if pem.is_some() || encryption_pem.is_some() {
            let pem = pem.unwrap_or_default();
            let stored = StoredPem { certificate: &pem, encryption: encryption_pem.as_deref() };
            let now = self.client.session.client().now();
            read_stored(&mut certificate, stored, &self.issuers, now);
        }
        name_by_domain(&mut certificate, domain);
        if echo {
            certificate.note(NoteCode::PrivateKeyEcho, ECHO);
        }
        certificate
    }
}

/// The fields that filters judge a record by.
static UNREADABLE: [(&str, Facet); 6] = [
    ("id", Facet::Id),
    ("name", Facet::Name),
    ("type", Facet::Kind),
    ("subject_alternative_names", Facet::Names),
    ("common_name", Facet::Names),
    ("certificate", Facet::Names),
];

/// Takes the names of a record from its `domain`, where nothing else tells them. A certificate that could be read tells
/// its names, whatever the cloud's fields are like.
fn name_by_domain(certificate: &mut Certificate, domain: Vec<AlternativeName>) {
    let is_read = certificate.not_before.is_some();
    if is_read {
        certificate.unreadable.remove(&Facet::Names);
    }
    let is_nameless = certificate.subject_alternative_names.is_empty() && certificate.common_name.is_none();
    if is_read || !is_nameless || domain.is_empty() {
        return;
    }
    certificate.subject_alternative_names = domain;
    certificate.note(NoteCode::NamesFromDomain, "the names are those of the cloud's `domain`: nothing else tells them");
}

fn kind(reader: &mut RecordReader, field: Field<String>) -> CertificateKind {
    match reader.text("type", field).as_deref() {
        None | Some("server") => CertificateKind::Server,
        Some("server_sm") => CertificateKind::ServerSm,
        Some("client") => CertificateKind::Ca,
        Some(_) => {
            let text = "the cloud's `type` is none that certls knows; shown as a server certificate";
            reader.note(NoteCode::CloudKindUnknown, text);
            CertificateKind::Server
        }
    }
}

/// The list is required: a reply without it is not an empty one.
#[derive(Deserialize)]
struct ListWire<'a> {
    #[serde(borrow)]
    certificates: Vec<&'a RawValue>,
    #[serde(default)]
    page_info: Field<Object<PageInfoWire>>,
}

#[derive(Deserialize)]
struct EchoWire {
    #[serde(default)]
    private_key_echo: Field<bool>,
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
    id: Field<Scalar>,
    project_id: Field<Scalar>,
    name: Field<Scalar>,
    description: Field<Scalar>,
    #[serde(rename = "type")]
    kind: Field<String>,
    /// The domains that a user chose it for, with commas between them.
    domain: Field<Value>,
    certificate: Field<String>,
    enc_certificate: Field<String>,
    created_at: Field<String>,
    updated_at: Field<String>,
    expire_time: Field<String>,
    common_name: Field<Scalar>,
    fingerprint: Field<String>,
    subject_alternative_names: Field<Value>,
    scm_certificate_id: Field<Scalar>,
    source: Field<String>,
    enterprise_project_id: Field<Scalar>,
}

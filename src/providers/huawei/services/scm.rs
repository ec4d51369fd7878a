//! SSL Certificate Manager (SCM): the certificates that were bought there or uploaded to it.
//!
//! The service has no regions: each site of Huawei Cloud has one, for all certificates of an account. `--region` does not
//! narrow it; it only names a site that keeps accounts of its own.
//! Replies hold no private keys: only the export of a certificate returns one, and it is never called.
//! Reference: <https://support.huaweicloud.com/intl/en-us/api-ccm/ListCertificates.html>

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::model::{AlternativeName, Certificate, Facet, Identity, Kinds, NoteCode, Scope};
use crate::net::Reply;
use crate::providers::cloud::LoggedIn;
use crate::providers::huawei::auth_scope::TokenScope;
use crate::providers::huawei::client::Read;
use crate::providers::huawei::credentials::Credentials;
use crate::providers::huawei::endpoints;
use crate::providers::huawei::session::HuaweiSession;
use crate::providers::paging::{Cursor, List, Page, Position, pages};
use crate::providers::provider::Service;
use crate::providers::record::{Field, RecordReader, Scalar, count};
use crate::providers::{ScopedStore, ServiceInfo, Store};

pub(super) const ID: &str = "scm";

/// What stands for the region of a service that is in none.
const GLOBAL: &str = "global";

/// The most rows that a page may hold.
const PAGE_SIZE: &str = "50";

/// Without this the cloud leaves out what has expired; it goes back three years at most.
const EXPIRED_DAYS_SINCE: &str = "1095";

/// The offset of the cloud's times from UTC, in hours: they name no zone.
const UTC_OFFSET_HOURS: i64 = 8;

/// The codes of a site that the account does not belong to.
static OTHER_SITE: [&str; 2] = ["CBC.0150", "CBC.0156"];

/// The states of an order before there is a certificate. An additional domain may be under review while
/// the certificate is in use: that one has a time at which it ends.
static UNISSUED: [&str; 8] = [
    "PAID",
    "CHECKING",
    "CHECKING_DOMAIN",
    "CHECKING_ORG",
    "ISSUING",
    "UNPASSED",
    "CANCELCHECKING",
    "SUPPLEMENTCHECKING",
];

static INFO: ServiceInfo = ServiceInfo { id: ID, by_default: false, is_regional: false };

/// The service in the table of stores.
pub(super) struct Scm;

#[async_trait]
impl Service<HuaweiSession> for Scm {
    fn info(&self) -> &'static ServiceInfo {
        &INFO
    }

    async fn open(&self, session: &HuaweiSession, regions: Option<&[String]>) -> Vec<ScopedStore> {
        let scope = session.scope(GLOBAL, None, ID);
        let store = AccountStore::open(session, regions, &scope).await;
        vec![ScopedStore { scope, store: store.map(|store| Arc::new(store) as Arc<dyn Store>) }]
    }
}

/// The certificates of one account.
struct AccountStore {
    session: HuaweiSession,
    /// The sites that the account may belong to.
    sites: Vec<Endpoint>,
    /// The one that answered last.
    site: AtomicUsize,
    iam: Endpoint,
    domain_id: String,
    scope: Scope,
}

#[async_trait]
impl Store for AccountStore {
    fn certificates(&self, kinds: Kinds) -> BoxStream<'_, Result<Vec<Certificate>, Error>> {
        if kinds == Kinds::Ca {
            return stream::empty().boxed();
        }
        let list = List { what: "certificates", id: |row: &Row| row.certificate.id.clone(), may_skip: false };
        let issued = |rows: Vec<Row>| rows.into_iter().filter(|row| row.is_issued).map(|row| row.certificate).collect();
        pages(list, |position| self.page(position)).map_ok(issued).boxed()
    }
}

impl AccountStore {
    async fn open(session: &HuaweiSession, regions: Option<&[String]>, scope: &Scope) -> Result<Self, Error> {
        let client = session.client();
        let site = client.site().partner(regions);
        if !client.site().is_huawei_cloud() && !client.is_overridden(ID) {
            let message = format!("certls knows no certificate manager of {}", client.site().title());
            return Err(Error::new(Kind::Region, message).with_hint("leave this service out with `--service elb`"));
        }
        let iam = client.iam(site)?;
        let Identity { account_id, .. } = match site {
            Some(_) => session.identity_at(site).await?,
            None => session.identity().await?,
        };
        let sites =
            endpoints::scm_hosts(site).iter().map(|host| client.endpoint(ID, host)).collect::<Result<_, _>>()?;
        Ok(Self {
            session: session.clone(),
            sites,
            site: AtomicUsize::new(0),
            iam,
            domain_id: account_id,
            scope: scope.clone(),
        })
    }

    /// Reads a page, at the account's own site.
    async fn page(&self, position: Position) -> Result<Page<Row>, Error> {
        let offset = match position.cursor {
            Cursor::Offset(offset) => offset,
            _ => 0,
        };
        let reply = loop {
            let site = self.site.load(Ordering::Relaxed);
            match self.read(&self.sites[site], offset).await {
                Err(error) if is_of_another_site(&error) && site + 1 < self.sites.len() => {
                    self.site.store(site + 1, Ordering::Relaxed);
                }
                Err(error) => return Err(cut_short(error, &position)),
                Ok(reply) => break reply,
            }
        };
        let list: ListWire<'_> = reply.json()?;
        let records = list.certificates.into_iter();
        let rows: Vec<Row> = records.map(|record| convert(&self.scope, &self.domain_id, record)).collect();
        let next = Cursor::Offset(offset + rows.len());
        Ok(Page { rows, count: None, total: count(list.total_count), next: Ok(next) })
    }

    async fn read(&self, endpoint: &Endpoint, offset: usize) -> Result<Reply, Error> {
        let read = Read {
            operation: "ListCertificates",
            permission: Some("scm:cert:list"),
            endpoint,
            iam: &self.iam,
            path: "/v3/scm/certificates",
            query: &[("expired_days_since", EXPIRED_DAYS_SINCE), ("limit", PAGE_SIZE), ("offset", &offset.to_string())],
            token_scope: TokenScope::Account(&self.domain_id),
            subject: None,
        };
        let result = self.session.client().get(&read).await;
        match (result, self.session.client().credentials()) {
            (Err(error), Credentials::Token { origin, .. }) if error.kind == Kind::Denied => {
                Err(error.with_hint(format!("{origin} must hold a token for the whole account, not for a project")))
            }
            (result, _) => result,
        }
    }
}

/// Converts a record. One that cannot be read keeps its place in the list, with a note.
fn convert(scope: &Scope, domain_id: &str, record: &RawValue) -> Row {
    let mut reader = RecordReader::default();
    let wire: CertificateWire = reader.record(record);
    let is_dated = !matches!(wire.expire_time, Field::Absent);
    let status = reader.text("status", wire.status);
    let is_unissued = status.as_deref().is_some_and(|status| UNISSUED.contains(&status));
    let is_revoked = status.as_deref() == Some("REVOKED");
    if is_revoked {
        reader.note(NoteCode::Revoked, "the cloud says that this certificate is revoked");
    }
    let common_name = reader.scalar("domain", wire.domain);
    // The first domain of an order is a name of its certificate, and stands apart from the others.
    let first = common_name.clone().map(AlternativeName::from_text);
    let others = reader.names("sans", wire.sans, "sans", ';').into_iter().filter(|name| Some(name) != first.as_ref());
    let certificate = Certificate {
        id: reader.scalar("id", wire.id),
        name: reader.scalar("name", wire.name),
        description: reader.scalar("description", wire.description),
        subject_alternative_names: first.clone().into_iter().chain(others).collect(),
        common_name,
        is_revoked,
        signature_algorithm: reader
            .text("signature_algorithm", wire.signature_algorithm)
            .and_then(|name| signature_algorithm(&name))
            .map(str::to_owned),
        not_after: reader.local_time("expire_time", wire.expire_time, UTC_OFFSET_HOURS),
        enterprise_project_id: reader.scalar("enterprise_project_id", wire.enterprise_project_id),
        unreadable: reader.unreadable(&[
            ("id", Facet::Id),
            ("name", Facet::Name),
            ("domain", Facet::Names),
            ("sans", Facet::Names),
        ]),
        notes: reader.notes,
        ..Certificate::in_scope(scope, Some(domain_id.to_owned()))
    };
    Row { certificate, is_issued: is_dated || !is_unissued }
}

/// A row of the list, which is an order: it may not have led to a certificate yet.
struct Row {
    certificate: Certificate,
    is_issued: bool,
}

fn is_of_another_site(error: &Error) -> bool {
    error.code.as_deref().is_some_and(|code| OTHER_SITE.contains(&code))
}

/// Returns the error of a page. The vendor's documentation says that a list cannot be read beyond its first 150 rows:
/// where it is refused, the error says how much is missing.
fn cut_short(error: Error, position: &Position) -> Error {
    let Position { rows, total, .. } = position;
    if error.kind != Kind::Request || *rows == 0 {
        return error;
    }
    let total = total.map_or("more".to_owned(), |total| total.to_string());
    let message =
        format!("the cloud listed {rows} of {total} certificates, and refused to list the others: {}", error.message);
    Error { message, ..error }.with_hint("look for the others in the cloud's console: its API lists no more of them")
}

/// Returns the name of the algorithm as certificates have it.
fn signature_algorithm(name: &str) -> Option<&'static str> {
    match name.to_ascii_uppercase().as_str() {
        "SHA256WITHRSA" => Some("sha256WithRSAEncryption"),
        "SHA384WITHRSA" => Some("sha384WithRSAEncryption"),
        "SHA512WITHRSA" => Some("sha512WithRSAEncryption"),
        "SHA256WITHECDSA" => Some("ecdsa-with-SHA256"),
        "SHA384WITHECDSA" => Some("ecdsa-with-SHA384"),
        _ => None,
    }
}

/// The list is required: a reply without it is not an empty one.
#[derive(Deserialize)]
struct ListWire<'a> {
    #[serde(borrow)]
    certificates: Vec<&'a RawValue>,
    #[serde(default)]
    total_count: Field<Scalar>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CertificateWire {
    id: Field<Scalar>,
    name: Field<Scalar>,
    description: Field<Scalar>,
    domain: Field<Scalar>,
    sans: Field<Value>,
    signature_algorithm: Field<String>,
    expire_time: Field<String>,
    status: Field<String>,
    enterprise_project_id: Field<Scalar>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Note;

    fn read(json: &str) -> Row {
        let region = GLOBAL.to_owned();
        let scope = Scope { provider: "huawei", account: "cdn".to_owned(), region, service: ID, project: None };
        let record: &RawValue = serde_json::from_str(json).expect(json);
        convert(&scope, "d78cbac186b744899480f25bd022f468", record)
    }

    #[test]
    fn a_documented_record() {
        let record = read(
            r#"{"brand":"GEOTRUST","deploy_support":true,"description":null,"domain":"www.zx.com","domain_count":2,
            "domain_type":"MULTI_DOMAIN","expire_time":"2021-05-27 16:46:25.0","id":"scs1554192131150","name":"test",
            "sans":"a.zx.com;b.zx.com","signature_algorithm":"SHA256WITHRSA","status":"ISSUED","type":"OV_SSL_CERT",
            "validity_period":12,"wildcard_count":0}"#,
        );
        let certificate = record.certificate;
        assert!(record.is_issued);
        assert_eq!((certificate.service, certificate.region.as_str()), ("scm", "global"));
        assert_eq!(certificate.id.as_deref(), Some("scs1554192131150"));
        assert_eq!(certificate.common_name.as_deref(), Some("www.zx.com"));
        let names = ["www.zx.com", "a.zx.com", "b.zx.com"].map(|name| AlternativeName::Dns(name.to_owned()));
        assert_eq!(certificate.subject_alternative_names, names);
        assert_eq!(certificate.signature_algorithm.as_deref(), Some("sha256WithRSAEncryption"));
        assert_eq!(certificate.not_after.map(|time| time.to_rfc3339()).as_deref(), Some("2021-05-27T08:46:25+00:00"));
        let text = "the cloud tells `expire_time` without a zone; read as UTC+8";
        assert_eq!(certificate.notes, [Note::new(NoteCode::TimeWithoutZone, text)]);
        assert_eq!((certificate.not_before, certificate.fingerprint_sha1), (None, None));
    }

    #[test]
    fn orders_without_a_certificate_are_none() {
        let is_issued = |status: &str, end: &str| {
            read(&format!(r#"{{"id":"scs1","status":{status},"expire_time":{end},"sans":null}}"#)).is_issued
        };
        let time = r#""2021-05-27 16:46:25.0""#;
        for status in UNISSUED {
            let status = format!("{status:?}");
            assert!(!is_issued(&status, "null") && is_issued(&status, time), "{status}");
        }
        // A state that is not known to be before the certificate must not hide one.
        for status in [r#""ISSUED""#, r#""EXPIRED""#, r#""UPLOAD""#, r#""REVOKED""#, r#""NEW""#, "null", "7"] {
            assert!(is_issued(status, "null") && is_issued(status, time), "{status}");
        }
    }

    #[test]
    fn odd_records_keep_their_place() {
        let notes = |json: &str| {
            let row = read(json);
            assert!(row.is_issued, "{json}");
            row.certificate.notes.into_iter().map(|note| note.text).collect::<Vec<_>>()
        };
        assert_eq!(notes("3"), ["the cloud's record is unreadable"]);
        assert_eq!(notes(r#"{"status":"REVOKED"}"#), ["the cloud says that this certificate is revoked"]);
        assert_eq!(notes(r#"{"status":"PAID","expire_time":[]}"#), ["the cloud's `expire_time` is of an unknown type"]);
    }
}

//! Certificate Management Service (CAS): the certificates that were bought there or uploaded to it.
//!
//! The service has no regions: it keeps an account's certificates in two data centers, one for mainland China and one
//! for the rest of the world. Both are always read; `--region` does not narrow them. A center that does not know the
//! account answers with Hangzhou's list, so Singapore's waits for that, and leaves out what is in it.
//! Reference: <https://www.alibabacloud.com/help/en/ssl-certificate/developer-reference/api-cas-2020-04-07-listusercertificateorder>

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use futures_util::future::join;
use futures_util::stream::{self, BoxStream, StreamExt};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::{Mutex, OnceCell};

use crate::config::Endpoint;
use crate::error::Error;
use crate::model::{Certificate, Facet, Kinds, NoteCode, Scope, SerialNumber};
use crate::providers::aliyun::client::Operation;
use crate::providers::aliyun::endpoints;
use crate::providers::aliyun::session::AliyunSession;
use crate::providers::paging::{Cursor, List, Page, Position, pages};
use crate::providers::provider::Service;
use crate::providers::record::{Field, RecordReader, Scalar, count, hex_digits};
use crate::providers::{ScopedStore, ServiceInfo, Store};

pub(super) const ID: &str = "cas";

static LIST_USER_CERTIFICATE_ORDER: Operation = Operation {
    action: "ListUserCertificateOrder",
    version: "2020-04-07",
    permission: Some("yundun-cert:ListUserCertificateOrder"),
};

/// The data centers. Hangzhou is the one whose list others may repeat.
const HANGZHOU: &str = "cn-hangzhou";
const SINGAPORE: &str = "ap-southeast-1";

/// The lists of a center: without a status those that are issued and those about to expire, and only
/// with this one those that have expired.
static STATUSES: [Option<&str>; 2] = [None, Some("EXPIRED")];

/// The number of certificates of a page.
const PAGE_SIZE: &str = "50";

static INFO: ServiceInfo = ServiceInfo { id: ID, by_default: false, is_regional: false };

/// The service in the table of stores.
pub(super) struct Cas;

#[async_trait]
impl Service<AliyunSession> for Cas {
    fn info(&self) -> &'static ServiceInfo {
        &INFO
    }

    async fn open(&self, session: &AliyunSession, _: Option<&[String]>) -> Vec<ScopedStore> {
        let hangzhou = Center::open(session, HANGZHOU, None);
        let singapore = Center::open(session, SINGAPORE, hangzhou.as_ref().ok().cloned());
        let scoped = |region, center: Result<Arc<Center>, Error>| ScopedStore {
            scope: session.scope(region, ID),
            store: center.map(|center| center as Arc<dyn Store>),
        };
        vec![scoped(HANGZHOU, hangzhou), scoped(SINGAPORE, singapore)]
    }
}

/// One of the data centers.
struct Center {
    pages: PageCache,
    ids: OnceCell<HashSet<String>>,
    /// The center whose certificates this one may list once more.
    other: Option<Arc<Center>>,
}

#[async_trait]
impl Store for Center {
    fn certificates(&self, kinds: Kinds) -> BoxStream<'_, Result<Vec<Certificate>, Error>> {
        if kinds == Kinds::Ca {
            return stream::empty().boxed();
        }
        stream::try_unfold(0, move |number| async move {
            let (page, elsewhere) = join(self.pages.page(number), self.elsewhere()).await;
            let Some(mut page) = page? else { return Ok(None) };
            if let Some(ids) = elsewhere {
                page.retain(|certificate| certificate.id.as_ref().is_none_or(|id| !ids.contains(id)));
            }
            Ok(Some((page, number + 1)))
        })
        .boxed()
    }
}

impl Center {
    fn open(session: &AliyunSession, region: &str, other: Option<Arc<Self>>) -> Result<Arc<Self>, Error> {
        let lists = Lists {
            session: session.clone(),
            endpoint: session.client().endpoint(ID, &endpoints::host(ID, region))?,
            scope: session.scope(region, ID),
        };
        Ok(Arc::new(Self { pages: PageCache::new(Arc::new(lists).read()), ids: OnceCell::new(), other }))
    }

    /// Returns the ids that the other center lists; where it fails, those that it listed before.
    async fn elsewhere(&self) -> Option<&HashSet<String>> {
        Some(self.other.as_ref()?.ids().await)
    }

    async fn ids(&self) -> &HashSet<String> {
        let read = async || {
            let mut number = 0;
            while let Ok(Some(_)) = self.pages.page(number).await {
                number += 1;
            }
            self.pages.ids().await
        };
        self.ids.get_or_init(read).await
    }
}

/// The lists of a center.
struct Lists {
    session: AliyunSession,
    endpoint: Endpoint,
    scope: Scope,
}

impl Lists {
    /// Returns the pages of all lists, one list after another.
    fn read(self: Arc<Self>) -> BoxStream<'static, Result<Vec<Certificate>, Error>> {
        let list = move |status| {
            let lists = self.clone();
            let fetch = move |position| {
                let lists = lists.clone();
                async move { lists.page(status, position).await }
            };
            let id = |certificate: &Certificate| certificate.id.clone();
            pages(List { what: "certificates", id, may_skip: false }, fetch)
        };
        stream::iter(STATUSES).map(list).flatten().boxed()
    }

    async fn page(&self, status: Option<&str>, position: Position) -> Result<Page<Certificate>, Error> {
        let number = match position.cursor {
            Cursor::Page(number) => number,
            _ => 1,
        };
        let text = number.to_string();
        let mut params = vec![
            // A central endpoint, named with `--endpoint`, tells the centers apart by this alone.
            ("RegionId", self.scope.region.as_str()),
            ("OrderType", "CERT"),
            ("CurrentPage", text.as_str()),
            ("ShowSize", PAGE_SIZE),
        ];
        params.extend(status.map(|status| ("Status", status)));
        let listed = async {
            let reply = self.session.call(&LIST_USER_CERTIFICATE_ORDER, &self.endpoint, &params).await?;
            let list: ListWire<'_> = reply.json()?;
            let records = list.certificate_order_list.into_iter();
            let rows = records.map(|record| certificate(&self.scope, record)).collect();
            Ok(Page { rows, count: None, total: count(list.total_count), next: Ok(Cursor::Page(number + 1)) })
        };
        let (page, account_id) = join(listed, self.session.account_id()).await;
        let mut page: Page<Certificate> = page?;
        for certificate in &mut page.rows {
            certificate.account_id.clone_from(&account_id);
        }
        Ok(page)
    }
}

/// The pages of a center, each of which is requested once, however many readers it has.
struct PageCache(Mutex<CachedPages>);

struct CachedPages {
    source: BoxStream<'static, Result<Vec<Certificate>, Error>>,
    pages: Vec<Vec<Certificate>>,
    ids: HashSet<String>,
    failed: Option<Error>,
}

impl PageCache {
    fn new(source: BoxStream<'static, Result<Vec<Certificate>, Error>>) -> Self {
        Self(Mutex::new(CachedPages { source, pages: Vec::new(), ids: HashSet::new(), failed: None }))
    }

    /// Returns the page of this number, counted from 0 through all lists; `None` after the last.
    async fn page(&self, number: usize) -> Result<Option<Vec<Certificate>>, Error> {
        let mut cached = self.0.lock().await;
        while cached.pages.len() <= number {
            if let Some(error) = &cached.failed {
                return Err(error.clone());
            }
            match cached.source.next().await {
                Some(Ok(page)) => cached.add(page),
                Some(Err(error)) => cached.failed = Some(error),
                None => return Ok(None),
            }
        }
        Ok(cached.pages.get(number).cloned())
    }

    /// Returns the ids of all pages that were read.
    async fn ids(&self) -> HashSet<String> {
        self.0.lock().await.ids.clone()
    }
}

impl CachedPages {
    /// Keeps a page, less what an earlier one held: a certificate that expires meanwhile is in both lists.
    fn add(&mut self, mut page: Vec<Certificate>) {
        page.retain(|certificate| certificate.id.as_ref().is_none_or(|id| self.ids.insert(id.clone())));
        self.pages.push(page);
    }
}

/// The list is required: a reply without it is not an empty one.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListWire<'a> {
    #[serde(borrow)]
    certificate_order_list: Vec<&'a RawValue>,
    #[serde(default)]
    total_count: Field<Scalar>,
}

/// `Issuer` is not read: it is the name of an organization, not a distinguished name.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct CertificateWire {
    certificate_id: Field<Scalar>,
    name: Field<Scalar>,
    common_name: Field<Scalar>,
    sans: Field<Value>,
    fingerprint: Field<String>,
    sha2: Field<String>,
    serial_no: Field<String>,
    algorithm: Field<String>,
    cert_start_time: Field<Scalar>,
    cert_end_time: Field<Scalar>,
    start_date: Field<String>,
    end_date: Field<String>,
    resource_group_id: Field<Scalar>,
}

/// Converts a record. One that cannot be read keeps its place in the list, with a note.
fn certificate(scope: &Scope, record: &RawValue) -> Certificate {
    let mut reader = RecordReader::default();
    let wire: CertificateWire = reader.record(record);
    let algorithm = reader.text("Algorithm", wire.algorithm);
    let id = reader.scalar("CertificateId", wire.certificate_id);
    let name = reader.scalar("Name", wire.name);
    let common_name = reader.scalar("CommonName", wire.common_name);
    let names = reader.names("Sans", wire.sans, "Sans", ',');
    Certificate {
        id,
        name,
        unreadable: reader.unreadable(&[
            ("CertificateId", Facet::Id),
            ("Name", Facet::Name),
            ("Sans", Facet::Names),
            (if names.is_empty() { "CommonName" } else { "" }, Facet::Names),
        ]),
        common_name,
        subject_alternative_names: names,
        fingerprint_sha1: hex(&mut reader, "Fingerprint", wire.fingerprint, Some(40)),
        fingerprint_sha256: hex(&mut reader, "Sha2", wire.sha2, Some(64)),
        serial_number: hex(&mut reader, "SerialNo", wire.serial_no, None).and_then(|hex| SerialNumber::from_hex(&hex)),
        key_type: algorithm.as_deref().and_then(key_type).map(str::to_owned),
        not_before: moment(
            &mut reader,
            ("CertStartTime", wire.cert_start_time),
            ("StartDate", wire.start_date),
            NaiveTime::MIN,
        ),
        not_after: moment(&mut reader, ("CertEndTime", wire.cert_end_time), ("EndDate", wire.end_date), last_second()),
        resource_group_id: reader.scalar("ResourceGroupId", wire.resource_group_id),
        notes: reader.notes,
        ..Certificate::in_scope(scope, None)
    }
}

/// Hex digits, as many as there must be.
fn hex(reader: &mut RecordReader, name: &str, field: Field<String>, digits: Option<usize>) -> Option<String> {
    let text = reader.text(name, field)?;
    let hex = hex_digits(&text).filter(|hex| digits.is_none_or(|digits| hex.len() == digits));
    if hex.is_some() {
        return hex;
    }
    let text = match digits {
        Some(digits) => format!("the cloud's `{name}` is not {digits} hex digits"),
        None => format!("the cloud's `{name}` is not in hex"),
    };
    reader.note(NoteCode::CloudFieldInvalid, text);
    None
}

fn key_type(algorithm: &str) -> Option<&'static str> {
    match algorithm.to_ascii_uppercase().as_str() {
        "RSA" => Some("rsa"),
        "ECC" | "EC" => Some("ec"),
        "SM2" => Some("sm2"),
        _ => None,
    }
}

/// The exact time; else the day, which is one of UTC, at this time of it.
fn moment(
    reader: &mut RecordReader,
    (exact_name, exact): (&str, Field<Scalar>),
    (day_name, day): (&str, Field<String>),
    time: NaiveTime,
) -> Option<DateTime<Utc>> {
    reader.millis(exact_name, exact).or_else(|| {
        let day: NaiveDate = reader.day(day_name, day)?;
        let text = format!("the cloud tells only the day, in `{day_name}`; the time is not known");
        reader.note(NoteCode::DayWithoutTime, text);
        Some(day.and_time(time).and_utc())
    })
}

fn last_second() -> NaiveTime {
    NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default()
}

#[cfg(test)]
#[path = "cas_tests.rs"]
mod tests;

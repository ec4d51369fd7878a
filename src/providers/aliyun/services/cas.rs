//! Certificate Management Service (CAS): the certificates that were bought there or uploaded to it.
//!
//! The service is in no region: it keeps what an account has in two data centers, one for mainland
//! China and one for the rest of the world. Both are always asked; `--region` does not narrow them.
//! A center that does not know who asks answers with Hangzhou's list, so Singapore's waits for that,
//! and leaves out what stands there.
//! Reference: <https://www.alibabacloud.com/help/en/ssl-certificate/developer-reference/api-cas-2020-04-07-listusercertificateorder>

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use futures_util::future::join;
use futures_util::stream::{self, BoxStream, StreamExt};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::{Mutex, OnceCell};

use crate::config::Endpoint;
use crate::error::Error;
use crate::model::{Certificate, Kinds, NoteCode, Scope, SerialNumber};
use crate::providers::aliyun::client::Operation;
use crate::providers::aliyun::session::AliyunSession;
use crate::providers::paging::Progress;
use crate::providers::provider::Service;
use crate::providers::record::{Field, RecordReader, Scalar, hex_digits};
use crate::providers::{ScopedStore, ServiceInfo, Store};

pub(super) const ID: &str = "cas";

static LIST_USER_CERTIFICATE_ORDER: Operation = Operation {
    action: "ListUserCertificateOrder",
    version: "2020-04-07",
    permission: Some("yundun-cert:ListUserCertificateOrder"),
};

/// The data centers and their hosts. Hangzhou is the one whose list others may repeat.
static HANGZHOU: (&str, &str) = ("cn-hangzhou", "cas.aliyuncs.com");
static SINGAPORE: (&str, &str) = ("ap-southeast-1", "cas.ap-southeast-1.aliyuncs.com");

/// The lists of a center: without a status those that are issued and those about to expire, and only
/// with this one those that have expired.
static STATUSES: [Option<&str>; 2] = [None, Some("EXPIRED")];

/// How many certificates a page holds.
const PAGE: &str = "50";

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
        let scoped = |(region, _), center: Result<Arc<Center>, Error>| ScopedStore {
            scope: session.scope(region, ID),
            store: center.map(|center| center as Arc<dyn Store>),
        };
        vec![scoped(HANGZHOU, hangzhou), scoped(SINGAPORE, singapore)]
    }
}

/// One of the data centers.
struct Center {
    session: AliyunSession,
    endpoint: Endpoint,
    scope: Scope,
    walked: Mutex<Walked>,
    ids: OnceCell<HashSet<String>>,
    /// The center whose certificates this one may list once more.
    other: Option<Arc<Center>>,
}

/// What a center has listed so far: each page is asked for once, however many look at it.
#[derive(Default)]
struct Walked {
    pages: Vec<Vec<Certificate>>,
    seen: HashSet<String>,
    /// Which of the lists is being read, and how far.
    list: usize,
    progress: Progress,
    failed: Option<Error>,
}

#[async_trait]
impl Store for Center {
    fn certificates(&self, kinds: Kinds) -> BoxStream<'_, Result<Vec<Certificate>, Error>> {
        if kinds == Kinds::Ca {
            return stream::empty().boxed();
        }
        stream::try_unfold(0, move |number| async move {
            let (page, elsewhere) = join(self.page(number), self.elsewhere()).await;
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
    fn open(
        session: &AliyunSession,
        (region, host): (&str, &str),
        other: Option<Arc<Self>>,
    ) -> Result<Arc<Self>, Error> {
        Ok(Arc::new(Self {
            session: session.clone(),
            endpoint: session.client().endpoint(ID, host)?,
            scope: session.scope(region, ID),
            walked: Mutex::default(),
            ids: OnceCell::new(),
            other,
        }))
    }

    /// The page of this number, counted from 0 through both lists; `None` after the last.
    async fn page(&self, number: usize) -> Result<Option<Vec<Certificate>>, Error> {
        let mut walked = self.walked.lock().await;
        while walked.pages.len() <= number {
            if let Some(error) = &walked.failed {
                return Err(error.clone());
            }
            let Some(status) = STATUSES.get(walked.list) else { return Ok(None) };
            let sheet = self.read(*status, walked.progress.pages + 1).await;
            if let Err(error) = sheet.and_then(|sheet| walked.take(sheet)) {
                walked.failed = Some(error);
            }
        }
        Ok(walked.pages.get(number).cloned())
    }

    /// The ids that the other center lists; those that it listed before it failed, where it does.
    async fn elsewhere(&self) -> Option<&HashSet<String>> {
        Some(self.other.as_ref()?.ids().await)
    }

    async fn ids(&self) -> &HashSet<String> {
        let read = async || {
            let mut number = 0;
            while let Ok(Some(_)) = self.page(number).await {
                number += 1;
            }
            self.walked.lock().await.seen.clone()
        };
        self.ids.get_or_init(read).await
    }

    async fn read(&self, status: Option<&str>, number: usize) -> Result<Sheet, Error> {
        let number = number.to_string();
        let mut params = vec![
            // A central endpoint, named with `--endpoint`, tells the centers apart by this alone.
            ("RegionId", self.scope.region.as_str()),
            ("OrderType", "CERT"),
            ("CurrentPage", number.as_str()),
            ("ShowSize", PAGE),
        ];
        params.extend(status.map(|status| ("Status", status)));
        let listed = self.session.call(&LIST_USER_CERTIFICATE_ORDER, &self.endpoint, &params);
        let (reply, account_id) = join(listed, self.session.account_id()).await;
        let reply = reply?;
        let list: ListWire<'_> = reply.json()?;
        let records = list.certificate_order_list.into_iter();
        let certificates = records.map(|record| certificate(record).in_scope(&self.scope, account_id.clone()));
        Ok(Sheet { certificates: certificates.collect(), total: list.total_count.known() })
    }
}

/// A page, and how many certificates the cloud counts in the whole list.
struct Sheet {
    certificates: Vec<Certificate>,
    total: Option<usize>,
}

impl Walked {
    /// Keeps a page, less what an earlier one held: one that expires meanwhile is in both lists.
    fn take(&mut self, Sheet { mut certificates, total }: Sheet) -> Result<(), Error> {
        let first = certificates.first().and_then(|certificate| certificate.id.as_deref());
        if !self.progress.goes_on(certificates.len(), first, total)? {
            self.list += 1;
            self.progress = Progress::default();
        }
        certificates.retain(|certificate| certificate.id.as_ref().is_none_or(|id| self.seen.insert(id.clone())));
        self.pages.push(certificates);
        Ok(())
    }
}

/// The list is required: a reply without it is no empty one.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListWire<'a> {
    #[serde(borrow)]
    certificate_order_list: Vec<&'a RawValue>,
    #[serde(default)]
    total_count: Field<usize>,
}

/// `Issuer` is not read: it is the name of an organisation, and no distinguished name.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct CertificateWire {
    certificate_id: Field<Scalar>,
    name: Field<String>,
    common_name: Field<String>,
    sans: Field<String>,
    fingerprint: Field<String>,
    sha2: Field<String>,
    serial_no: Field<String>,
    algorithm: Field<String>,
    cert_start_time: Field<Scalar>,
    cert_end_time: Field<Scalar>,
    start_date: Field<String>,
    end_date: Field<String>,
    resource_group_id: Field<String>,
}

/// A record as certls knows it. A record that is none keeps its place, with a note.
fn certificate(record: &RawValue) -> Certificate {
    let mut reader = RecordReader::default();
    let wire: CertificateWire = reader.record(record);
    let algorithm = reader.text("Algorithm", wire.algorithm);
    Certificate {
        id: reader.value("CertificateId", wire.certificate_id).map(|id| id.0).filter(|id| !id.is_empty()),
        name: reader.text("Name", wire.name),
        common_name: reader.text("CommonName", wire.common_name),
        subject_alternative_names: reader.names("Sans", wire.sans, ','),
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
        resource_group_id: reader.text("ResourceGroupId", wire.resource_group_id),
        notes: reader.notes,
        ..Certificate::default()
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
mod tests {
    use super::*;
    use crate::model::{AlternativeName, Note};
    use crate::providers::aliyun::ID as PROVIDER;

    fn texts(notes: &[Note]) -> Vec<&str> {
        notes.iter().map(|note| note.text.as_str()).collect()
    }

    fn read(json: &str) -> Certificate {
        let region = HANGZHOU.0.to_owned();
        let scope = Scope { provider: PROVIDER, account: "shop".to_owned(), region, service: ID, project: None };
        let list = format!(r#"{{"CertificateOrderList":[{json}],"TotalCount":1}}"#);
        let list: ListWire<'_> = serde_json::from_str(&list).expect(json);
        certificate(list.certificate_order_list[0]).in_scope(&scope, None)
    }

    fn time(time: Option<DateTime<Utc>>) -> String {
        time.map(|time| time.to_rfc3339()).unwrap_or_default()
    }

    #[test]
    fn a_documented_record() {
        let record = read(
            r#"{"Status":"ISSUED","Sha2":"0F3517F16417959E383A5311E0C9C2D541B16E91512AB08C3D4E3E08ACA5FE32",
            "SerialNo":"0cb80c8221efb4f514ddb19db8aeddf4","Fingerprint":"19FA7E44EBCEE977361FF7F455721F72E2F3C439",
            "ResourceGroupId":"rg-acfmx4snyahsiuy","InstanceId":"cas-ivauto-j179g7","Issuer":"DigiCert Inc",
            "CertEndTime":1754179199000,"CertificateId":18382705,"Upload":false,"OrgName":"","Expired":false,
            "CertStartTime":1746403200000,"EndDate":"2025-08-02","Name":"cert-13822284","StartDate":"2025-05-05",
            "Sans":"example.cn,www.example.cn","CommonName":"example.cn"}"#,
        );
        assert_eq!((record.region.as_str(), record.id.as_deref()), ("cn-hangzhou", Some("18382705")));
        let names = ["example.cn", "www.example.cn"].map(|name| AlternativeName::Dns(name.to_owned()));
        assert_eq!(record.subject_alternative_names, names);
        assert_eq!(record.fingerprint_sha1.as_deref(), Some("19fa7e44ebcee977361ff7f455721f72e2f3c439"));
        assert!(record.fingerprint_sha256.is_some_and(|hex| hex.starts_with("0f3517f1") && hex.len() == 64));
        assert_eq!(record.serial_number, SerialNumber::from_hex("0cb80c8221efb4f514ddb19db8aeddf4"));
        assert_eq!(time(record.not_before), "2025-05-05T00:00:00+00:00");
        assert_eq!(time(record.not_after), "2025-08-02T23:59:59+00:00");
        assert_eq!((record.issuer, record.key_type, record.notes), (None, None, vec![]));
    }

    #[test]
    fn a_day_alone_lasts_until_its_last_second() {
        let record = read(r#"{"CertificateId":"7","EndDate":"2025-08-02","Algorithm":"ECC","Sans":""}"#);
        assert_eq!((record.id.as_deref(), record.key_type.as_deref()), (Some("7"), Some("ec")));
        assert_eq!(
            (time(record.not_before), time(record.not_after)),
            (String::new(), "2025-08-02T23:59:59+00:00".into())
        );
        assert_eq!(texts(&record.notes), ["the cloud tells only the day, in `EndDate`; the time is not known"]);
        assert!(record.subject_alternative_names.is_empty());
    }

    #[test]
    fn serial_numbers_are_whole_bytes() {
        for (told, kept) in [("00FF01", "ff01"), ("abc", "0abc"), ("0A:BC", "0abc"), ("0", "00"), ("0cb8", "0cb8")] {
            let serial_number = read(&format!(r#"{{"SerialNo":"{told}"}}"#)).serial_number;
            assert_eq!(serial_number.map(|number| number.to_string()).as_deref(), Some(kept), "{told}");
        }
        assert_eq!(texts(&read(r#"{"SerialNo":"none"}"#).notes), ["the cloud's `SerialNo` is not in hex"]);
    }

    #[test]
    fn odd_records_keep_their_place() {
        assert_eq!(texts(&read("3").notes), ["the cloud's record is unreadable"]);
        let odd = read(r#"{"CertificateId":{},"Name":"a","Sha2":"ab","CertEndTime":5}"#);
        assert_eq!((odd.id, odd.name.as_deref(), odd.not_after), (None, Some("a"), None));
        assert_eq!(odd.notes.len(), 3, "{:?}", odd.notes);
    }
}

//! Server Load Balancer (Classic): the server certificates of a region, and the CA certificates that it
//! checks clients against.
//!
//! The API has no pages, and returns no certificates, only what the cloud knows of them.
//! Reference: <https://www.alibabacloud.com/help/en/slb/developer-reference/api-slb-2014-05-15-describeservercertificates>,
//! <https://www.alibabacloud.com/help/en/slb/developer-reference/api-slb-2014-05-15-describecacertificates>

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, FuturesUnordered, StreamExt};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::model::{Certificate, Facet, Kind as CertificateKind, Kinds, NoteCode, Scope, Source};
use crate::providers::aliyun::client::Operation;
use crate::providers::aliyun::endpoints::{self, ListedRegion};
use crate::providers::aliyun::session::AliyunSession;
use crate::providers::provider::Service;
use crate::providers::record::{self, Field, RecordReader, Scalar};
use crate::providers::{ScopedStore, ServiceInfo, Store, unknown_region};

pub(super) const ID: &str = "slb";
pub(super) const VERSION: &str = "2014-05-15";

static DESCRIBE_REGIONS: Operation =
    Operation { action: "DescribeRegions", version: VERSION, permission: Some("slb:DescribeRegions") };

/// One of the two lists of a region. Their records differ only in the names of two fields.
struct List {
    kind: CertificateKind,
    operation: Operation,
    /// The field that holds the id, and the parameter that asks for a single one.
    id: &'static str,
    name: &'static str,
}

static SERVER: List = List {
    kind: CertificateKind::Server,
    operation: Operation {
        action: "DescribeServerCertificates",
        version: VERSION,
        permission: Some("slb:DescribeServerCertificates"),
    },
    id: "ServerCertificateId",
    name: "ServerCertificateName",
};

static CA: List = List {
    kind: CertificateKind::Ca,
    operation: Operation {
        action: "DescribeCACertificates",
        version: VERSION,
        permission: Some("slb:DescribeCACertificates"),
    },
    id: "CACertificateId",
    name: "CACertificateName",
};

static INFO: ServiceInfo = ServiceInfo { id: ID, by_default: true, is_regional: true };

/// The service in the table of stores.
pub(super) struct Slb;

#[async_trait]
impl Service<AliyunSession> for Slb {
    fn info(&self) -> &'static ServiceInfo {
        &INFO
    }

    async fn open(&self, session: &AliyunSession, regions: Option<&[String]>) -> Vec<ScopedStore> {
        let open = |SlbRegion { scope, endpoint }: SlbRegion| ScopedStore {
            store: endpoint.map(|endpoint| {
                let (session, scope) = (session.clone(), scope.clone());
                Arc::new(RegionStore { session, endpoint, scope }) as Arc<dyn Store>
            }),
            scope,
        };
        open_regions(session, regions).await.into_iter().map(open).collect()
    }
}

/// A region of this service, and where it answers.
pub(super) struct SlbRegion {
    pub scope: Scope,
    pub endpoint: Result<Endpoint, Error>,
}

/// Returns every region that is named, or that the cloud lists.
///
/// A named region that certls does not know is looked up in the cloud's list, so that a new region works and a
/// misspelt one is an error of its own scope.
pub(super) async fn open_regions(session: &AliyunSession, wanted: Option<&[String]>) -> Vec<SlbRegion> {
    let known = |region: &str| endpoints::REGIONS.contains(&region);
    let listed = match wanted {
        Some(wanted) if wanted.iter().all(|region| known(region)) => Ok(Vec::new()),
        _ => session.slb_regions(|| describe_regions(session)).await,
    };
    let regions = match (wanted, &listed) {
        (Some(wanted), _) => wanted.to_vec(),
        (None, Ok(listed)) => listed.iter().map(|region| region.id.clone()).collect(),
        (None, Err(_)) => vec![Scope::ALL_REGIONS.to_owned()],
    };
    let by_id: HashMap<&str, &ListedRegion> =
        listed.iter().flatten().map(|listed| (listed.id.as_str(), listed)).collect();
    let endpoint = |region: &str| match &listed {
        Ok(listed) => match by_id.get(region) {
            Some(listed) => session.client().region_endpoint(ID, listed),
            None if known(region) => session.client().endpoint(ID, &endpoints::host(ID, region)),
            None => Err(not_listed(region, listed)),
        },
        Err(_) if known(region) => session.client().endpoint(ID, &endpoints::host(ID, region)),
        Err(error) => Err(error.clone()),
    };
    let open = |region: &String| SlbRegion { scope: session.scope(region, ID), endpoint: endpoint(region) };
    regions.iter().map(open).collect()
}

fn not_listed(region: &str, listed: &[ListedRegion]) -> Error {
    let names = listed.iter().map(|listed| listed.id.as_str());
    unknown_region(
        region,
        format!("Alibaba Cloud has no region `{region}`"),
        names.chain(endpoints::REGIONS.iter().copied()),
    )
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RegionsWire<'a> {
    #[serde(borrow, deserialize_with = "record::object")]
    regions: RegionListWire<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RegionListWire<'a> {
    #[serde(borrow)]
    region: Vec<&'a RawValue>,
}

async fn describe_regions(session: &AliyunSession) -> Result<Vec<ListedRegion>, Error> {
    let endpoint = session.client().endpoint(ID, &endpoints::central_host(ID))?;
    let reply = session.call(&DESCRIBE_REGIONS, &endpoint, &[]).await?;
    let listed = reply.json::<RegionsWire<'_>>()?.regions.region.into_iter();
    let mut regions: Vec<ListedRegion> = listed.map(ListedRegion::read).collect();
    regions.sort_by(|a, b| a.id.cmp(&b.id));
    regions.dedup_by(|a, b| a.id == b.id);
    if regions.is_empty() {
        return Err(Error::new(Kind::Reply, "the cloud listed no region at all"));
    }
    Ok(regions)
}

/// The certificates of one region.
struct RegionStore {
    session: AliyunSession,
    endpoint: Endpoint,
    scope: Scope,
}

#[async_trait]
impl Store for RegionStore {
    /// Both lists are requested at once and returned as they arrive. Where one of them fails, the other is returned
    /// before the error; where both do, the error of the first list.
    fn certificates(&self, kinds: Kinds) -> BoxStream<'_, Result<Vec<Certificate>, Error>> {
        let lists = [&SERVER, &CA].into_iter().filter(move |list| kinds.include(list.kind));
        let requests: FuturesUnordered<_> = lists
            .enumerate()
            .map(|(number, list)| async move { self.describe(list, None).await.map_err(|error| (number, error)) })
            .collect();
        stream::unfold((requests, BTreeMap::new()), |(mut requests, mut failed)| async move {
            loop {
                match requests.next().await {
                    Some(Ok(page)) => return Some((Ok(page), (requests, failed))),
                    Some(Err((number, error))) => {
                        failed.insert(number, error);
                    }
                    None => return failed.pop_first().map(|(_, error)| (Err(error), (requests, BTreeMap::new()))),
                }
            }
        })
        .boxed()
    }

    fn has_separate_ca_list(&self) -> bool {
        true
    }

    fn can_look_up(&self, _: &str) -> bool {
        true
    }

    async fn certificate(&self, id: &str) -> Result<Option<Certificate>, Error> {
        let listed = self.describe(&SERVER, Some(id)).await?;
        Ok(listed.into_iter().find(|certificate| certificate.id.as_deref() == Some(id)))
    }
}

impl RegionStore {
    async fn describe(&self, list: &List, id: Option<&str>) -> Result<Vec<Certificate>, Error> {
        let mut params = vec![("RegionId", self.scope.region.as_str())];
        params.extend(id.map(|id| (list.id, id)));
        let listed = async {
            let reply = self.session.call(&list.operation, &self.endpoint, &params).await?;
            let records = reply.json::<ListWire<'_>>()?.certificates.certificate.into_iter();
            Ok(records.map(|record| certificate(&self.scope, list, record)).collect())
        };
        let (certificates, account_id) = tokio::join!(listed, self.session.account_id());
        let mut certificates: Vec<Certificate> = certificates?;
        for certificate in &mut certificates {
            certificate.account_id.clone_from(&account_id);
        }
        Ok(certificates)
    }
}

/// Both levels are required: a reply without them is not an empty list.
#[derive(Deserialize)]
struct ListWire<'a> {
    #[serde(borrow, rename = "ServerCertificates", alias = "CACertificates", deserialize_with = "record::object")]
    certificates: RecordsWire<'a>,
}

#[derive(Deserialize)]
struct RecordsWire<'a> {
    #[serde(borrow, rename = "ServerCertificate", alias = "CACertificate")]
    certificate: Vec<&'a RawValue>,
}

/// A record of either list; that of a CA certificate has no other names and comes from nowhere else.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct CertificateWire {
    server_certificate_id: Field<Scalar>,
    #[serde(rename = "CACertificateId")]
    ca_certificate_id: Field<Scalar>,
    server_certificate_name: Field<Scalar>,
    #[serde(rename = "CACertificateName")]
    ca_certificate_name: Field<Scalar>,
    region_id_alias: Field<String>,
    common_name: Field<Scalar>,
    /// `{"SubjectAlternativeName": […]}`.
    subject_alternative_names: Field<Value>,
    fingerprint: Field<String>,
    expire_time: Field<String>,
    expire_time_stamp: Field<Scalar>,
    create_time: Field<String>,
    create_time_stamp: Field<Scalar>,
    is_ali_cloud_certificate: Field<Scalar>,
    ali_cloud_certificate_id: Field<Scalar>,
    ali_cloud_certificate_name: Field<Scalar>,
    resource_group_id: Field<Scalar>,
    /// `{"Tag": […]}`; a bare list on Apsara Stack.
    tags: Field<Value>,
}

/// Converts a record. One that cannot be read keeps its place in the list, with a note.
fn certificate(scope: &Scope, list: &List, record: &RawValue) -> Certificate {
    let mut reader = RecordReader::default();
    let wire: CertificateWire = reader.record(record);
    let expire_time = reader.time("ExpireTime", wire.expire_time);
    let expire_stamp = reader.millis("ExpireTimeStamp", wire.expire_time_stamp);
    if let (Some(time), Some(stamp)) = (expire_time, expire_stamp)
        && time.timestamp() != stamp.timestamp()
    {
        let text = format!("the cloud's `ExpireTime` ({time}) and `ExpireTimeStamp` ({stamp}) disagree");
        reader.note(NoteCode::CloudInconsistent, text);
    }
    let create_time = reader.time("CreateTime", wire.create_time);
    let create_stamp = reader.millis("CreateTimeStamp", wire.create_time_stamp);
    let (fingerprint_sha1, fingerprint_sha256) = reader.fingerprints("Fingerprint", wire.fingerprint);
    let (id, name) = match list.kind {
        CertificateKind::Ca => (wire.ca_certificate_id, wire.ca_certificate_name),
        _ => (wire.server_certificate_id, wire.server_certificate_name),
    };
    let id = reader.scalar(list.id, id);
    let name = reader.value(list.name, name).map(|name| name.0);
    let common_name = reader.scalar("CommonName", wire.common_name);
    let names = wire.subject_alternative_names;
    let names = reader.names("SubjectAlternativeNames", names, "SubjectAlternativeName", ',');
    let tags = reader.tags("Tags", wire.tags);
    let resource_group_id = reader.scalar("ResourceGroupId", wire.resource_group_id);
    let managed = reader.value("IsAliCloudCertificate", wire.is_ali_cloud_certificate);
    let managed_id = reader.value("AliCloudCertificateId", wire.ali_cloud_certificate_id);
    let managed_name = reader.scalar("AliCloudCertificateName", wire.ali_cloud_certificate_name);
    Certificate {
        // The id of the region may be the vendor's internal one; its alias is the public one.
        region: reader.text("RegionIdAlias", wire.region_id_alias).unwrap_or_else(|| scope.region.clone()),
        id,
        name,
        kind: list.kind,
        unreadable: reader.unreadable(&[
            (list.id, Facet::Id),
            (list.name, Facet::Name),
            ("SubjectAlternativeNames", Facet::Names),
            ("Tags", Facet::Tags),
            (if names.is_empty() { "CommonName" } else { "" }, Facet::Names),
        ]),
        common_name,
        subject_alternative_names: names,
        fingerprint_sha1,
        fingerprint_sha256,
        not_after: expire_time.or(expire_stamp),
        uploaded_at: create_time.or(create_stamp),
        source: managed.filter(is_true).map(|_| Source {
            service: "cas",
            id: managed_id.map(|id| id.0).filter(|id| !matches!(id.as_str(), "" | "0")),
            name: managed_name,
        }),
        resource_group_id,
        tags,
        notes: reader.notes,
        ..Certificate::in_scope(scope, None)
    }
}

fn is_true(value: &Scalar) -> bool {
    matches!(value.0.as_str(), "1" | "1.0" | "true" | "True")
}

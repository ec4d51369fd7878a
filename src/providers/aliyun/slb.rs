//! Server Load Balancer (Classic): the server certificates of a region, and the CA certificates that it
//! checks clients against.
//!
//! The API has no pages, and returns no certificates, only what the cloud knows of them.
//! Reference: <https://www.alibabacloud.com/help/en/slb/developer-reference/api-slb-2014-05-15-describeservercertificates>,
//! <https://www.alibabacloud.com/help/en/slb/developer-reference/api-slb-2014-05-15-describecacertificates>

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{self, BoxStream, FuturesUnordered, StreamExt};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::config::Endpoint;
use crate::error::{Error, Kind};
use crate::model::{Certificate, Kind as CertificateKind, Kinds, Scope, Source};
use crate::providers::wire::{self, Field, Loose, Reader};
use crate::providers::{Lookup, Place, ServiceInfo, Store, Usage, unknown_region};

use super::api::{Api, Operation};
use super::{Account, ID as PROVIDER, endpoints, listeners};

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

pub(super) struct Service;

impl super::Service<Account> for Service {
    fn info(&self) -> ServiceInfo {
        ServiceInfo { id: ID, by_default: true, regional: true }
    }

    fn stores<'a>(&'a self, account: &'a Account, regions: Option<&'a [String]>) -> BoxFuture<'a, Vec<Place>> {
        stores(account, regions).boxed()
    }
}

/// Every region that was named, or that the cloud names.
///
/// A region that certls does not know is looked up at the cloud, so that neither a new region nor a
/// misspelt one is taken for something else.
async fn stores(account: &Account, wanted: Option<&[String]>) -> Vec<Place> {
    let known = |region: &str| endpoints::REGIONS.contains(&region);
    let listed = match wanted {
        Some(wanted) if wanted.iter().all(|region| known(region)) => Ok(Vec::new()),
        _ => describe_regions(account).await,
    };
    let regions = match (wanted, &listed) {
        (Some(wanted), _) => wanted.to_vec(),
        (None, Ok(listed)) => listed.iter().map(|region| region.region_id.clone()).collect(),
        (None, Err(_)) => vec![Scope::ALL_REGIONS.to_owned()],
    };
    let endpoint = |region: &str| match &listed {
        Ok(listed) => match listed.iter().find(|listed| listed.region_id == region) {
            Some(listed) => account.api.client.endpoint(ID, &listed.region_endpoint),
            None if known(region) => account.api.client.endpoint(ID, &endpoints::host(region)),
            None => Err(not_listed(region, listed)),
        },
        Err(_) if known(region) => account.api.client.endpoint(ID, &endpoints::host(region)),
        Err(error) => Err(error.clone()),
    };
    let place = |region: &String| {
        let scope = account.scope(region, ID);
        let store = endpoint(region).map(|endpoint| {
            let api = account.api.clone();
            Arc::new(Slb { api, endpoint, scope: scope.clone() }) as Arc<dyn Store>
        });
        Place { scope, store }
    };
    regions.iter().map(place).collect()
}

fn not_listed(region: &str, listed: &[RegionWire]) -> Error {
    let names = listed.iter().map(|listed| listed.region_id.as_str());
    unknown_region(
        region,
        format!("Alibaba Cloud has no region `{region}`"),
        names.chain(endpoints::REGIONS.iter().copied()),
    )
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RegionsWire {
    #[serde(deserialize_with = "wire::object")]
    regions: RegionListWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RegionListWire {
    region: Vec<RegionWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RegionWire {
    region_id: String,
    region_endpoint: String,
}

async fn describe_regions(account: &Account) -> Result<Vec<RegionWire>, Error> {
    let endpoint = account.api.client.endpoint(ID, endpoints::CENTRAL)?;
    let reply = account.api.call(&DESCRIBE_REGIONS, &endpoint, &[]).await?;
    let mut regions = reply.json::<RegionsWire>()?.regions.region;
    regions.sort_by(|a, b| a.region_id.cmp(&b.region_id));
    regions.dedup_by(|a, b| a.region_id == b.region_id);
    if regions.is_empty() {
        return Err(Error::new(Kind::Reply, "the cloud listed no region at all"));
    }
    Ok(regions)
}

/// The certificates of one region.
struct Slb {
    api: Arc<Api>,
    endpoint: Endpoint,
    scope: Scope,
}

impl Store for Slb {
    /// The lists as they come; where one of them fails, the other is told first, and where both do, the first.
    fn certificates(self: Arc<Self>, kinds: Kinds) -> BoxStream<'static, Result<Vec<Certificate>, Error>> {
        let lists = [&SERVER, &CA].into_iter().filter(move |list| kinds.include(list.kind));
        let asked: FuturesUnordered<_> = lists
            .enumerate()
            .map(|(number, list)| {
                let slb = self.clone();
                async move { slb.describe(list, None).await.map_err(|error| (number, error)) }
            })
            .collect();
        stream::unfold((asked, BTreeMap::new()), |(mut asked, mut failed)| async move {
            loop {
                match asked.next().await {
                    Some(Ok(page)) => return Some((Ok(page), (asked, failed))),
                    Some(Err((number, error))) => drop(failed.insert(number, error)),
                    None => return failed.pop_first().map(|(_, error)| (Err(error), (asked, BTreeMap::new()))),
                }
            }
        })
        .boxed()
    }

    fn keeps_authorities_apart(&self) -> bool {
        true
    }

    fn certificate(self: Arc<Self>, id: String) -> Option<Lookup> {
        let lookup = async move {
            let listed = self.describe(&SERVER, Some(&id)).await?;
            Ok(listed.into_iter().find(|certificate| certificate.id.as_ref() == Some(&id)))
        };
        Some(lookup.boxed())
    }

    fn usage(self: Arc<Self>) -> Option<Usage> {
        let usage = async move {
            let region = listeners::Region { api: &self.api, endpoint: &self.endpoint, id: &self.scope.region };
            region.usage().await
        };
        Some(usage.boxed())
    }
}

impl Slb {
    async fn describe(&self, list: &List, id: Option<&str>) -> Result<Vec<Certificate>, Error> {
        let mut params = vec![("RegionId", self.scope.region.as_str())];
        params.extend(id.map(|id| (list.id, id)));
        let listed = self.api.call(&list.operation, &self.endpoint, &params);
        let (reply, account_id) = tokio::join!(listed, self.api.account_id());
        let reply = reply?;
        let records = reply.json::<ListWire<'_>>()?.certificates.certificate.into_iter();
        let own = |record| Certificate { account_id: account_id.clone(), ..certificate(&self.scope, list, record) };
        Ok(records.map(own).collect())
    }
}

/// Both levels are required: a reply without them is no empty list.
#[derive(Deserialize)]
struct ListWire<'a> {
    #[serde(borrow, rename = "ServerCertificates", alias = "CACertificates", deserialize_with = "wire::object")]
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
    #[serde(rename = "ServerCertificateId", alias = "CACertificateId")]
    id: Field<String>,
    #[serde(rename = "ServerCertificateName", alias = "CACertificateName")]
    name: Field<String>,
    region_id_alias: Field<String>,
    common_name: Field<String>,
    subject_alternative_names: Field<NamesWire>,
    fingerprint: Field<String>,
    expire_time: Field<String>,
    expire_time_stamp: Field<Loose>,
    create_time: Field<String>,
    create_time_stamp: Field<Loose>,
    is_ali_cloud_certificate: Field<Loose>,
    ali_cloud_certificate_id: Field<Loose>,
    ali_cloud_certificate_name: Field<String>,
    resource_group_id: Field<String>,
    tags: Field<TagsWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NamesWire {
    subject_alternative_name: Vec<String>,
}

/// `{"Tag": […]}`; a bare list on Apsara Stack.
#[derive(Deserialize)]
#[serde(untagged)]
enum TagsWire {
    Nested {
        #[serde(rename = "Tag", default)]
        tag: Vec<TagWire>,
    },
    Bare(Vec<TagWire>),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagWire {
    tag_key: String,
    #[serde(default)]
    tag_value: String,
}

/// A record as certls knows it. A record that is none keeps its place, with a note.
fn certificate(scope: &Scope, list: &List, record: &RawValue) -> Certificate {
    let mut reader = Reader::default();
    let wire: CertificateWire = reader.record(record);
    let expire_time = reader.time("ExpireTime", wire.expire_time);
    let expire_stamp = reader.millis("ExpireTimeStamp", wire.expire_time_stamp);
    if let (Some(time), Some(stamp)) = (expire_time, expire_stamp)
        && time.timestamp() != stamp.timestamp()
    {
        reader.notes.push(format!("the cloud's `ExpireTime` ({time}) and `ExpireTimeStamp` ({stamp}) disagree"));
    }
    let create_time = reader.time("CreateTime", wire.create_time);
    let create_stamp = reader.millis("CreateTimeStamp", wire.create_time_stamp);
    let (fingerprint_sha1, fingerprint_sha256) = reader.fingerprints("Fingerprint", wire.fingerprint);
    let names = reader.value("SubjectAlternativeNames", wire.subject_alternative_names);
    let managed = reader.value("IsAliCloudCertificate", wire.is_ali_cloud_certificate);
    let managed_id = reader.value("AliCloudCertificateId", wire.ali_cloud_certificate_id);
    let managed_name = reader.text("AliCloudCertificateName", wire.ali_cloud_certificate_name);
    Certificate {
        provider: PROVIDER,
        service: ID,
        account: scope.account.clone(),
        // The id of the region may be the vendor's internal one; its alias is the public one.
        region: reader.text("RegionIdAlias", wire.region_id_alias).unwrap_or_else(|| scope.region.clone()),
        id: reader.text(list.id, wire.id),
        name: reader.value(list.name, wire.name),
        kind: list.kind,
        common_name: reader.text("CommonName", wire.common_name),
        subject_alternative_names: names.map(flatten).unwrap_or_default(),
        fingerprint_sha1,
        fingerprint_sha256,
        not_after: expire_time.or(expire_stamp),
        uploaded_at: create_time.or(create_stamp),
        source: managed.filter(is_true).map(|_| Source {
            service: "cas",
            id: managed_id.map(|id| id.0).filter(|id| !matches!(id.as_str(), "" | "0")),
            name: managed_name,
        }),
        resource_group_id: reader.text("ResourceGroupId", wire.resource_group_id),
        tags: reader.value("Tags", wire.tags).map(tags).unwrap_or_default(),
        notes: reader.notes,
        ..Certificate::default()
    }
}

fn is_true(value: &Loose) -> bool {
    matches!(value.0.as_str(), "1" | "1.0" | "true" | "True")
}

/// Names come as a list, or as a list with one element that is itself a JSON list of names.
fn flatten(names: NamesWire) -> Vec<String> {
    let names = names.subject_alternative_name.into_iter();
    names.flat_map(|name| serde_json::from_str::<Vec<String>>(&name).unwrap_or_else(|_| vec![name])).collect()
}

fn tags(wire: TagsWire) -> BTreeMap<String, String> {
    let (TagsWire::Nested { tag: tags } | TagsWire::Bare(tags)) = wire;
    tags.into_iter().map(|tag| (tag.tag_key, tag.tag_value)).collect()
}

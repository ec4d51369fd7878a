//! Where Alibaba Cloud's products answer for each region.
//!
//! Sources: the vendor's endpoint pages, regional but for cn-hangzhou
//! (<https://help.aliyun.com/zh/slb/classic-load-balancer/developer-reference/api-slb-2014-05-15-endpoint>),
//! and the table inside its SDKs for the regions that these pages do not settle.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::config::{Endpoint, Env};
use crate::error::{Error, Kind};
use crate::providers::object;
use crate::providers::record::{Field, Scalar};

/// The domain of every host of the vendor's APIs.
const DOMAIN: &str = ".aliyuncs.com";

/// Where a product answers, where that is not `PRODUCT.REGION.aliyuncs.com`.
struct Hosts {
    service: &'static str,
    /// The regions that the host without a region serves.
    on_central: &'static [&'static str],
    /// Regions with a host of another form.
    others: &'static [(&'static str, &'static str)],
}

static HOSTS: &[Hosts] = &[
    Hosts { service: "cas", on_central: &["cn-hangzhou"], others: &[] },
    Hosts {
        service: "slb",
        on_central: &[
            "cn-beijing-gov-1",
            "cn-hangzhou",
            "cn-hangzhou-finance",
            "cn-hongkong",
            "cn-north-2-gov-1",
            "cn-shanghai-finance-1",
            "cn-shenzhen-finance-1",
            "us-east-1",
            "us-west-1",
        ],
        others: &[("cn-huhehaote-nebula-1", "slb-api.cn-qingdao-nebula.aliyuncs.com")],
    },
];

/// The regions that were known when this was written, in alphabetical order.
pub(super) static REGIONS: &[&str] = &[
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ap-southeast-8",
    "cn-beijing",
    "cn-beijing-finance-1",
    "cn-beijing-gov-1",
    "cn-chengdu",
    "cn-fuzhou",
    "cn-guangzhou",
    "cn-hangzhou",
    "cn-hangzhou-finance",
    "cn-heyuan",
    "cn-heyuan-acdr-1",
    "cn-hongkong",
    "cn-huhehaote",
    "cn-huhehaote-nebula-1",
    "cn-nanjing",
    "cn-north-2-gov-1",
    "cn-qingdao",
    "cn-shanghai",
    "cn-shanghai-finance-1",
    "cn-shenzhen",
    "cn-shenzhen-finance-1",
    "cn-wuhan-lr",
    "cn-wulanchabu",
    "cn-zhangjiakou",
    "cn-zhengzhou-jva",
    "cn-zhongwei",
    "eu-central-1",
    "eu-west-1",
    "me-central-1",
    "me-east-1",
    "na-south-1",
    "us-east-1",
    "us-southeast-1",
    "us-west-1",
];

/// A region, as a product lists it.
#[derive(Debug, Clone)]
pub(super) struct ListedRegion {
    pub id: String,
    /// Where it answers; `None` where the list does not tell.
    pub host: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct RegionWire {
    region_id: Field<Scalar>,
    region_endpoint: Field<String>,
}

impl ListedRegion {
    /// What stands for the id of a region that has none, or none that is formed as ids are.
    const UNKNOWN: &'static str = "unknown";

    /// Reads a region of a list. One that cannot be read keeps its place.
    pub(super) fn read(value: &RawValue) -> Self {
        let wire: RegionWire = object::read(value).unwrap_or_default();
        let is_id =
            |id: &Scalar| !id.0.is_empty() && id.0.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let id = wire.region_id.known().filter(is_id).map(|id| id.0);
        let host = wire.region_endpoint.known().filter(|host| !host.is_empty());
        match id {
            Some(id) => Self { id, host },
            None => Self { id: Self::UNKNOWN.to_owned(), host: None },
        }
    }

    /// Returns where a product answers in the region: as the list tells, or by the vendor's table.
    ///
    /// # Errors
    /// Where neither tells.
    pub(super) fn host(&self, service: &str) -> Result<String, Error> {
        match &self.host {
            Some(host) => Ok(host.clone()),
            None if REGIONS.contains(&self.id.as_str()) => Ok(host(service, &self.id)),
            None if self.id == Self::UNKNOWN => Err(Error::new(Kind::Reply, "the cloud lists a region without an id")),
            None => {
                Err(Error::new(Kind::Reply, format!("the cloud does not say where the region {} answers", self.id)))
            }
        }
    }
}

/// Returns the host of a product in a region, by the vendor's rule.
pub(super) fn host(service: &str, region: &str) -> String {
    let hosts = HOSTS.iter().find(|hosts| hosts.service == service);
    let other = hosts.and_then(|hosts| hosts.others.iter().find(|(id, _)| *id == region));
    match (other, hosts) {
        (Some((_, host)), _) => (*host).to_owned(),
        (None, Some(hosts)) if hosts.on_central.contains(&region) => central_host(service),
        (None, _) => format!("{service}.{region}{DOMAIN}"),
    }
}

/// Returns the host of a product that is for no region, which also lists the regions.
pub(super) fn central_host(service: &str) -> String {
    format!("{service}{DOMAIN}")
}

/// The variable that names the region whose STS is used.
pub(super) const STS_REGION: &str = "ALIBABA_CLOUD_STS_REGION";

/// The variable that says whether STS is reached inside the network of that region.
pub(super) const VPC_ENDPOINT_ENABLED: &str = "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED";

/// Which host of STS is used.
#[derive(Debug, Clone, Default)]
pub(super) struct StsEndpoint {
    region: Option<String>,
    is_in_vpc: bool,
}

impl StsEndpoint {
    /// Returns what the environment chooses.
    pub(super) fn of(env: &Env) -> Self {
        Self {
            region: env.get(STS_REGION).map(str::to_owned),
            is_in_vpc: env.get(VPC_ENDPOINT_ENABLED).is_some_and(|value| value.eq_ignore_ascii_case("true")),
        }
    }

    /// Returns the host, of `region` where one is named.
    pub(super) fn host(&self, region: Option<&str>) -> String {
        match (region.or(self.region.as_deref()), self.is_in_vpc) {
            (Some(region), true) => host("sts-vpc", region),
            (Some(region), false) => host("sts", region),
            (None, _) => central_host("sts"),
        }
    }
}

/// Returns the endpoint at a host; `None` where it is outside of the vendor's domain.
pub(super) fn named(host: &str) -> Option<Endpoint> {
    let endpoint = Endpoint::of_host(host)?;
    let host = endpoint.host();
    let labels = host.strip_suffix(DOMAIN)?;
    let is_label = |label: &str| {
        !label.is_empty() && label.len() < 64 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    (labels.split('.').all(is_label) && host.len() < 254).then_some(endpoint)
}

/// Returns whether a host that a reply names is one of a product: customers have hosts in the vendor's domain as well.
pub(super) fn is_of_product(service: &str, host: &str) -> bool {
    host.strip_prefix(service).is_some_and(|rest| rest.starts_with(['.', '-']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regional_hosts_but_for_the_ones_on_the_central_one() {
        assert_eq!(host("slb", "cn-hangzhou"), "slb.aliyuncs.com");
        assert_eq!(host("slb", "cn-beijing"), "slb.cn-beijing.aliyuncs.com");
        assert_eq!(host("slb", "cn-hangzhou-finance"), "slb.aliyuncs.com");
        assert_eq!(host("slb", "cn-huhehaote-nebula-1"), "slb-api.cn-qingdao-nebula.aliyuncs.com");
        assert_eq!(host("slb", "xx-new-1"), "slb.xx-new-1.aliyuncs.com");
        assert_eq!(host("cas", "cn-hangzhou"), "cas.aliyuncs.com");
        assert_eq!(host("cas", "ap-southeast-1"), "cas.ap-southeast-1.aliyuncs.com");
        assert_eq!(host("alb", "cn-hangzhou"), "alb.cn-hangzhou.aliyuncs.com");
        assert!(HOSTS.iter().flat_map(|hosts| hosts.on_central).all(|region| REGIONS.contains(region)));
        assert!(REGIONS.is_sorted());
    }

    #[test]
    fn the_host_of_sts_follows_the_region_and_the_network() {
        let endpoint = |region: Option<&str>, is_in_vpc| StsEndpoint { region: region.map(str::to_owned), is_in_vpc };
        assert_eq!(endpoint(None, false).host(None), "sts.aliyuncs.com");
        assert_eq!(endpoint(None, true).host(None), "sts.aliyuncs.com");
        assert_eq!(endpoint(Some("cn-beijing"), false).host(None), "sts.cn-beijing.aliyuncs.com");
        assert_eq!(endpoint(Some("cn-beijing"), true).host(Some("cn-hangzhou")), "sts-vpc.cn-hangzhou.aliyuncs.com");
    }

    #[test]
    fn a_reply_cannot_send_keys_elsewhere() {
        for good in ["slb.aliyuncs.com", "slb.cn-beijing.aliyuncs.com", "slb-api.cn-qingdao-nebula.aliyuncs.com"] {
            assert!(named(good).is_some() && is_of_product("slb", good), "{good}");
        }
        let long = format!("slb.{}.aliyuncs.com", "a".repeat(64));
        for bad in [
            "evil.example",
            "aliyuncs.com.evil.example",
            "evilaliyuncs.com",
            "slb.aliyuncs.com@evil.example",
            "",
            ".aliyuncs.com",
            "*.aliyuncs.com",
            "slb..aliyuncs.com",
            "slbx.aliyuncs.com",
            "bucket.oss-cn-hangzhou.aliyuncs.com",
            "1234.cn-hangzhou.fc.aliyuncs.com",
            &long,
        ] {
            assert!(named(bad).is_none() || !is_of_product("slb", bad), "{bad}");
        }
    }
}

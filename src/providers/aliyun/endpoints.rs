//! Where Alibaba Cloud SLB answers for each region.
//!
//! Sources: the vendor's endpoint page, regional but for cn-hangzhou
//! (<https://help.aliyun.com/zh/slb/classic-load-balancer/developer-reference/api-slb-2014-05-15-endpoint>),
//! and the table inside its SDKs for the regions that page does not settle.

use crate::config::Endpoint;

/// The host that also answers `DescribeRegions`.
pub(super) const CENTRAL: &str = "slb.aliyuncs.com";

/// The domain that every host of the vendor's APIs is in.
const DOMAIN: &str = ".aliyuncs.com";

/// The regions that the central host serves. A region that is not here has a host of its own.
static ON_CENTRAL: &[&str] = &[
    "cn-beijing-gov-1",
    "cn-hangzhou",
    "cn-hangzhou-finance",
    "cn-hongkong",
    "cn-north-2-gov-1",
    "cn-shanghai-finance-1",
    "cn-shenzhen-finance-1",
    "us-east-1",
    "us-west-1",
];

/// The regions that were known when this was written.
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

/// The host of a region, by the vendor's rule.
pub(super) fn host(region: &str) -> String {
    if region == "cn-huhehaote-nebula-1" {
        "slb-api.cn-qingdao-nebula.aliyuncs.com".to_owned()
    } else if ON_CENTRAL.contains(&region) {
        CENTRAL.to_owned()
    } else {
        format!("slb.{region}{DOMAIN}")
    }
}

/// The endpoint at a host that a reply names, unless that is outside the vendor's domain.
pub(super) fn named(host: &str) -> Option<Endpoint> {
    let endpoint = Endpoint::of_host(host)?;
    endpoint.host().ends_with(DOMAIN).then_some(endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regional_hosts_but_for_the_ones_on_the_central_one() {
        assert_eq!(host("cn-hangzhou"), "slb.aliyuncs.com");
        assert_eq!(host("cn-beijing"), "slb.cn-beijing.aliyuncs.com");
        assert_eq!(host("cn-hangzhou-finance"), "slb.aliyuncs.com");
        assert_eq!(host("xx-new-1"), "slb.xx-new-1.aliyuncs.com");
        assert!(ON_CENTRAL.iter().all(|region| REGIONS.contains(region)));
        assert!(REGIONS.is_sorted());
    }

    #[test]
    fn a_reply_cannot_send_keys_elsewhere() {
        assert!(named("slb.cn-beijing.aliyuncs.com").is_some());
        for bad in
            ["evil.example", "aliyuncs.com.evil.example", "evilaliyuncs.com", "slb.aliyuncs.com@evil.example", ""]
        {
            assert!(named(bad).is_none(), "{bad}");
        }
    }
}

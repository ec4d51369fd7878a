//! Where Huawei Cloud answers for each region.
//!
//! Sources: the vendor's endpoint table (<https://console-intl.huaweicloud.com/apiexplorer/#/endpoint>)
//! and its rule for regions that are not in it, `https://SERVICE.REGION.myhuaweicloud.com`.

/// The regions that were known when this was written.
pub(super) static REGIONS: &[&str] = &[
    "ae-ad-1",
    "af-north-1",
    "af-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "cn-east-2",
    "cn-east-3",
    "cn-east-4",
    "cn-east-5",
    "cn-north-1",
    "cn-north-12",
    "cn-north-2",
    "cn-north-4",
    "cn-north-9",
    "cn-south-1",
    "cn-south-2",
    "cn-south-4",
    "cn-southwest-2",
    "eu-west-0",
    "eu-west-101",
    "la-north-2",
    "la-south-2",
    "me-east-1",
    "my-kualalumpur-1",
    "na-mexico-1",
    "ru-moscow-1",
    "ru-northwest-2",
    "sa-brazil-1",
    "tr-west-1",
];

/// Regions of sites that keep accounts of their own: their keys are unknown to the global IAM.
pub(super) static PARTNER_SITES: &[&str] = &["ae-ad-1", "eu-west-0", "eu-west-101", "my-kualalumpur-1", "tr-west-1"];

const GLOBAL_IAM: &str = "iam.myhuaweicloud.com";

/// The host of a service in a region. The European site has a domain of its own.
pub(super) fn host(service: &str, region: &str) -> String {
    let top = if region.starts_with("eu-west-1") { "eu" } else { "com" };
    format!("{service}.{region}.myhuaweicloud.{top}")
}

/// The host of the IAM that knows the account of this region; without one, of the global site.
pub(super) fn iam_host(region: Option<&str>) -> String {
    match region {
        Some(region) if PARTNER_SITES.contains(&region) => host("iam", region),
        _ => GLOBAL_IAM.to_owned(),
    }
}

/// The hosts of the certificate service, which is in no region: one for each site, China's first. Only
/// the cloud can tell which of the two an account belongs to; a site of its own must be named.
pub(super) fn scm_hosts(site: Option<&str>) -> Vec<String> {
    let regions = site.map_or(vec!["cn-north-4", "ap-southeast-1"], |site| vec![site]);
    regions.into_iter().map(|region| host("scm", region)).collect()
}

/// The site of its own that the regions name.
pub(super) fn partner_site(regions: Option<&[String]>) -> Option<&str> {
    match regions {
        Some([region]) if PARTNER_SITES.contains(&region.as_str()) => Some(region),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_site_has_its_own_iam_and_domain() {
        assert_eq!(host("elb", "cn-north-4"), "elb.cn-north-4.myhuaweicloud.com");
        assert_eq!(host("elb", "eu-west-101"), "elb.eu-west-101.myhuaweicloud.eu");
        assert_eq!(host("elb", "eu-west-0"), "elb.eu-west-0.myhuaweicloud.com");
        assert_eq!(iam_host(Some("cn-north-4")), "iam.myhuaweicloud.com");
        assert_eq!(iam_host(Some("eu-west-101")), "iam.eu-west-101.myhuaweicloud.eu");
        assert_eq!(iam_host(None), "iam.myhuaweicloud.com");
        assert!(REGIONS.is_sorted());
    }

    #[test]
    fn certificates_are_kept_by_site() {
        let hosts = |regions: &[&str]| {
            let regions: Vec<String> = regions.iter().map(ToString::to_string).collect();
            scm_hosts(partner_site(Some(&regions)))
        };
        let global = ["scm.cn-north-4.myhuaweicloud.com", "scm.ap-southeast-1.myhuaweicloud.com"];
        assert_eq!(scm_hosts(partner_site(None)), global);
        assert_eq!(hosts(&["la-south-2"]), global);
        assert_eq!(hosts(&["eu-west-101"]), ["scm.eu-west-101.myhuaweicloud.eu"]);
    }
}

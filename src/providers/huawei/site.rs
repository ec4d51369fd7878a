//! Where the accounts of a cloud live: the sites of Huawei Cloud, and other clouds with the same API. Keys of one are
//! unknown to the others, and are never sent there.

use crate::error::{Error, Kind};

use super::endpoints::{self, PARTNER_SITES, REGIONS};

/// Another cloud with the API of Huawei Cloud: its hosts are `SERVICE.REGION.DOMAIN`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OtherCloud {
    pub title: &'static str,
    pub domain: &'static str,
    /// The first label of its IAM's host.
    iam: &'static str,
    /// The regions that only this cloud has.
    regions: &'static [&'static str],
    /// The region whose IAM is used where none is named; `None` where each region has accounts of its own.
    home: Option<&'static str>,
}

impl OtherCloud {
    /// Returns the region of this name, where it may be one of this cloud: not one that only Huawei Cloud has.
    pub(super) fn region(&self, name: &str) -> Option<String> {
        let name = name.to_ascii_lowercase();
        let is_own = self.regions.contains(&name.as_str()) || self.home == Some(name.as_str());
        let is_shared = self.home.is_none() && REGIONS.contains(&name.as_str());
        (is_own || is_shared).then_some(name)
    }
}

/// The other clouds. A domain stands before the one that it is part of.
static OTHER_CLOUDS: &[OtherCloud] = &[
    OtherCloud {
        title: "Swiss Open Telekom Cloud",
        domain: "sc.otc.t-systems.com",
        iam: "iam-pub",
        regions: &["eu-ch2"],
        home: Some("eu-ch2"),
    },
    OtherCloud {
        title: "Open Telekom Cloud",
        domain: "otc.t-systems.com",
        iam: "iam",
        regions: &["eu-de", "eu-nl"],
        home: Some("eu-de"),
    },
    OtherCloud {
        title: "Flexible Engine",
        domain: "prod-cloud-ocb.orange-business.com",
        iam: "iam",
        regions: &[],
        home: Some("eu-west-0"),
    },
    OtherCloud { title: "G42 Cloud", domain: "g42cloud.com", iam: "iam", regions: &[], home: Some("ae-ad-1") },
    OtherCloud { title: "Cloud.ru", domain: "hc.sbercloud.ru", iam: "iam", regions: &[], home: Some("ru-moscow-1") },
    OtherCloud {
        title: "Telefónica Open Cloud",
        domain: "telefonicaopencloud.com",
        iam: "iam",
        regions: &["sa-argentina-1", "sa-chile-1", "sa-peru-1"],
        home: None,
    },
];

/// The domains of Huawei Cloud itself; `myhwclouds.com` is its former one.
const OWN_DOMAINS: [&str; 5] =
    ["myhuaweicloud.com", EUROPEAN_DOMAIN, "myhuaweicloud.cn", "myhwclouds.com", "huaweicloud.com"];

const EUROPE: &str = "eu-west-101";
const EUROPEAN_DOMAIN: &str = "myhuaweicloud.eu";

/// Where an account lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Site {
    /// Nothing says so: the site of the region that is read.
    OfRegion,
    /// China and the international site, whose IAM is one.
    Global,
    /// A site of Huawei Cloud with accounts of its own, by its region.
    Partner(&'static str),
    /// A known cloud with the same API, and the region of its IAM where that is named.
    Other(&'static OtherCloud, Option<String>),
    /// A cloud whose hosts only the user can name. Holds the variable or key that names it, and its host.
    Unknown { origin: String, host: String },
}

impl Site {
    /// Returns the site of a host, or of a domain. `None` where it is of no known cloud.
    pub(super) fn of_host(host: &str) -> Option<Self> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if let Some((domain, labels)) = OWN_DOMAINS.iter().find_map(|domain| Some((*domain, below(&host, domain)?))) {
            let region = labels.iter().find_map(|label| PARTNER_SITES.iter().find(|region| *region == label));
            return Some(match region {
                Some(region) => Self::Partner(region),
                None if domain == EUROPEAN_DOMAIN => Self::Partner(EUROPE),
                None => Self::Global,
            });
        }
        let (cloud, labels) = OTHER_CLOUDS.iter().find_map(|cloud| Some((cloud, below(&host, cloud.domain)?)))?;
        let region = labels.last().filter(|region| **region != cloud.iam).map(|region| (*region).to_owned());
        Some(Self::Other(cloud, region))
    }

    /// Returns the site that has this region. One that several clouds have is Huawei Cloud's.
    pub(super) fn of_region(region: &str) -> Self {
        let region = region.to_ascii_lowercase();
        if let Some(region) = PARTNER_SITES.iter().find(|partner| **partner == region) {
            return Self::Partner(region);
        }
        let has = |cloud: &&OtherCloud| cloud.regions.contains(&region.as_str());
        match OTHER_CLOUDS.iter().find(has) {
            Some(cloud) if !REGIONS.contains(&region.as_str()) => Self::Other(cloud, Some(region)),
            _ => Self::OfRegion,
        }
    }

    /// Returns whether both are one cloud, whichever of its regions they name.
    pub(super) fn is_same_cloud(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Other(one, _), Self::Other(other, _)) => one == other,
            (one, other) => one == other,
        }
    }

    /// Returns the name of the cloud, for messages.
    pub(super) fn title(&self) -> String {
        match self {
            Self::OfRegion | Self::Global => "Huawei Cloud".to_owned(),
            Self::Partner(region) => format!("Huawei Cloud {region}"),
            Self::Other(cloud, _) => cloud.title.to_owned(),
            Self::Unknown { host, .. } => host.clone(),
        }
    }

    /// Returns the host of the IAM that knows the account. `region` is the one that the user named, if any.
    ///
    /// # Errors
    /// Where the host is known of no rule.
    pub(super) fn iam_host(&self, region: Option<&str>) -> Result<String, Error> {
        match self {
            Self::OfRegion => Ok(endpoints::iam_host(region)),
            Self::Global => Ok(endpoints::iam_host(None)),
            Self::Partner(own) => Ok(endpoints::iam_host(Some(own))),
            Self::Other(cloud, own) => match own.as_deref().or(region).or(cloud.home) {
                Some(region) => Ok(format!("{}.{region}.{}", cloud.iam, cloud.domain)),
                None => {
                    Err(Error::new(Kind::Config, format!("each region of {} has accounts of its own", cloud.title))
                        .with_hint("name yours with HW_REGION_NAME or `--region`"))
                }
            },
            Self::Unknown { .. } => Err(self.unknown_host("iam")),
        }
    }

    /// Returns the host of a service in a region.
    ///
    /// # Errors
    /// Where the host is known of no rule.
    pub(super) fn host(&self, service: &str, region: &str) -> Result<String, Error> {
        match self {
            Self::OfRegion | Self::Global | Self::Partner(_) => Ok(endpoints::host(service, region)),
            Self::Other(cloud, _) => Ok(format!("{service}.{region}.{}", cloud.domain)),
            Self::Unknown { .. } => Err(self.unknown_host(service)),
        }
    }

    /// Returns the region of the site of Huawei Cloud with accounts of its own that the account is of: `regions` are
    /// those that the user named.
    pub(super) fn partner<'a>(&'a self, regions: Option<&'a [String]>) -> Option<&'a str> {
        match self {
            Self::Partner(region) => Some(region),
            Self::OfRegion => endpoints::partner_site(regions),
            Self::Global | Self::Other(..) | Self::Unknown { .. } => None,
        }
    }

    /// Returns whether it is a site of Huawei Cloud.
    pub(super) fn is_huawei_cloud(&self) -> bool {
        matches!(self, Self::OfRegion | Self::Global | Self::Partner(_))
    }

    /// Returns the error of a service whose host is not known.
    fn unknown_host(&self, service: &str) -> Error {
        let (origin, host) = match self {
            Self::Unknown { origin, host } => (origin.as_str(), host.as_str()),
            _ => ("this account", "one without such a service"),
        };
        let message = format!("{origin} names another cloud, {host}, and certls does not know its hosts");
        Error::new(Kind::Config, message).with_hint(format!(
            "name the host with `--endpoint huawei.{service}=https://…` if that cloud has the API of Huawei Cloud, \
             else unset {origin}"
        ))
    }
}

/// Returns the labels of a host in front of a domain, which may be none; `None` for a host of another domain.
fn below<'h>(host: &'h str, domain: &str) -> Option<Vec<&'h str>> {
    let rest = host.strip_suffix(domain)?;
    if rest.is_empty() {
        return Some(Vec::new());
    }
    let labels = rest.strip_suffix('.').filter(|labels| !labels.is_empty())?;
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let labels: Vec<&str> = labels.split('.').collect();
    labels.iter().all(|label| is_label(label)).then_some(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iam(host: &str) -> Option<String> {
        Site::of_host(host).map(|site| site.iam_host(None).unwrap_or_else(|error| error.message))
    }

    #[test]
    fn a_host_says_where_the_account_lives() {
        for (host, own) in [
            ("iam.myhuaweicloud.com", "iam.myhuaweicloud.com"),
            ("iam.cn-north-4.myhuaweicloud.com", "iam.myhuaweicloud.com"),
            ("iam.cn-north-1.myhwclouds.com", "iam.myhuaweicloud.com"),
            ("IAM.MyHuaweiCloud.com.", "iam.myhuaweicloud.com"),
            ("iam.myhuaweicloud.eu", "iam.eu-west-101.myhuaweicloud.eu"),
            ("iam.eu-west-101.myhuaweicloud.eu", "iam.eu-west-101.myhuaweicloud.eu"),
            ("iam.tr-west-1.myhuaweicloud.com", "iam.tr-west-1.myhuaweicloud.com"),
            ("iam.eu-nl.otc.t-systems.com", "iam.eu-nl.otc.t-systems.com"),
            ("otc.t-systems.com", "iam.eu-de.otc.t-systems.com"),
            ("iam-pub.eu-ch2.sc.otc.t-systems.com", "iam-pub.eu-ch2.sc.otc.t-systems.com"),
            ("iam.ru-moscow-1.hc.sbercloud.ru", "iam.ru-moscow-1.hc.sbercloud.ru"),
            ("telefonicaopencloud.com", "each region of Telefónica Open Cloud has accounts of its own"),
        ] {
            assert_eq!(iam(host).as_deref(), Some(own), "{host}");
        }
        for host in ["keystone.example.org", "evilmyhuaweicloud.com", "myhuaweicloud.com.evil.example", "", "127.0.0.1"]
        {
            assert_eq!(iam(host), None, "{host}");
        }
    }

    #[test]
    fn a_region_that_only_one_cloud_has_says_so_as_well() {
        assert_eq!(Site::of_region("EU-West-101"), Site::Partner("eu-west-101"));
        assert_eq!(Site::of_region("cn-north-4"), Site::OfRegion);
        assert_eq!(Site::of_region("RegionOne"), Site::OfRegion);
        assert_eq!(Site::of_region("eu-de").title(), "Open Telekom Cloud");
        let host = |site: Site| site.host("elb", "eu-de").map_err(|error| error.message);
        assert_eq!(host(Site::of_region("eu-de")).as_deref(), Ok("elb.eu-de.otc.t-systems.com"));
        let unknown = Site::Unknown { origin: "HW_CLOUD".to_owned(), host: "example.org".to_owned() };
        assert!(host(unknown).expect_err("unknown").contains("HW_CLOUD names another cloud, example.org"));
    }
}

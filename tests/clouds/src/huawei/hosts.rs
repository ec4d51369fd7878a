//! The hosts on which each product of the simulated Huawei Cloud, or of a partner's cloud with the same API, is found.

use super::State;
use super::call::Call;

/// The domain of Huawei Cloud itself, without its last label: `com`, and `eu` or `cn` for single regions.
const OWN: &str = "myhuaweicloud";

/// The products that partners' clouds have. SCM, CDN and Organizations are not among them.
const OF_PARTNERS: &[&str] = &["elb", "iam", "waf", "apig"];

/// The regions of WAF and of API Gateway.
const REGIONAL: &[&str] = &[
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
    "cn-north-11",
    "cn-north-12",
    "cn-north-2",
    "cn-north-4",
    "cn-north-9",
    "cn-south-1",
    "cn-south-2",
    "cn-south-4",
    "cn-southwest-2",
    "cn-southwest-3",
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

const STS: &[&str] = &[
    "af-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "cn-east-3",
    "cn-north-4",
    "cn-south-1",
    "cn-southwest-2",
    "la-south-2",
    "sa-brazil-1",
    "tr-west-1",
];

/// The hosts of the products that keep nothing by region. SCM and the private CA have one for each site.
const WITHOUT_REGIONS: &[(&str, &[&str])] = &[
    ("cdn", &["cdn.myhuaweicloud.com", "cdn.myhuaweicloud.eu"]),
    ("organizations", &["organizations.myhuaweicloud.com"]),
    (
        "scm",
        &[
            "scm.cn-north-4.myhuaweicloud.com",
            "scm.ap-southeast-1.myhuaweicloud.com",
            "scm.my-kualalumpur-1.myhuaweicloud.com",
            "scm.eu-west-101.myhuaweicloud.eu",
        ],
    ),
    (
        "ccm",
        &[
            "ccm.myhuaweicloud.com",
            "ccm.cn-north-4.myhuaweicloud.com",
            "ccm.ap-southeast-3.myhuaweicloud.com",
            "ccm.eu-west-101.myhuaweicloud.com",
            "ccm.my-kualalumpur-1.myhuaweicloud.com",
            "ccm.ru-moscow-1.myhuaweicloud.com",
        ],
    ),
];

/// Returns the region whose host a request was sent to, which is empty for a host without one; `None` where the
/// product of the call is not found on that host. A loopback address has every product of the cloud.
pub(crate) fn find<'a>(state: &State, call: &Call, host: &'a str) -> Option<&'a str> {
    let product = match call.action().split_once(':') {
        Some(("pca", _)) => "ccm",
        Some((product, _)) if product != "ecs" => product,
        _ => return Some(""),
    };
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let cloud = state.world.cloud.as_str();
    match (cloud.is_empty() || OF_PARTNERS.contains(&product), host) {
        (false, _) => None,
        (true, "127.0.0.1" | "localhost" | "[::1]") => Some(""),
        (true, _) if cloud.is_empty() => own(product, host),
        (true, _) => of_partner(product, host, cloud),
    }
}

/// Tells whether the project of a call is in the region of the host. A project's name is its region or begins with it.
pub(crate) fn is_in_region(state: &State, call: &Call, host: &str) -> bool {
    let named = find(state, call, host).unwrap_or_default();
    let project = state.world.projects.iter().find(|known| call.project() == Some(known.id.as_str()));
    project.is_none_or(|project| {
        named.is_empty() || project.name.split('_').next().is_some_and(|region| region.eq_ignore_ascii_case(named))
    })
}

/// Returns the region of a product's host of Huawei Cloud itself.
fn own<'a>(product: &str, host: &'a str) -> Option<&'a str> {
    match (product, host.split('.').collect::<Vec<_>>().as_slice()) {
        ("iam", ["iam", OWN, "com"] | ["iam", _, OWN, "com" | "eu"]) => Some(""),
        ("sts", ["sts", named, OWN, "com"]) if STS.contains(named) => Some(""),
        ("elb", ["elb", named, OWN, "com" | "eu" | "cn"]) => Some(*named),
        ("waf" | "apig", [label, named, OWN, top]) => {
            let fits = *label == product && REGIONAL.contains(named) && tops(product, named).contains(top);
            fits.then_some(*named)
        }
        _ => WITHOUT_REGIONS.iter().any(|(name, hosts)| *name == product && hosts.contains(&host)).then_some(""),
    }
}

/// Returns the last labels of a regional product's hosts. Of WAF in Europe two are documented.
fn tops(product: &str, region: &str) -> &'static [&'static str] {
    match (product, region) {
        ("waf", "cn-north-9") => &["cn"],
        ("waf", "eu-west-101") => &["com", "eu"],
        ("apig", "eu-west-101") => &["eu"],
        _ => &["com"],
    }
}

/// Returns the region of `SERVICE.REGION.DOMAIN` in a partner's cloud. IAM has other labels in some.
fn of_partner<'a>(product: &str, host: &'a str, cloud: &str) -> Option<&'a str> {
    let (label, named) = host.strip_suffix(cloud)?.strip_suffix('.')?.split_once('.')?;
    let fits = match (product, cloud) {
        ("iam", "sc.otc.t-systems.com") => label == "iam-pub",
        ("iam", "otc.t-systems.com" | "hc.sbercloud.ru" | "g42cloud.com" | "telefonicaopencloud.com") => label == "iam",
        ("iam", _) => ["iam", "iam-apigateway-proxy"].contains(&label),
        _ => label == product,
    };
    (fits && !named.contains('.')).then_some(named)
}

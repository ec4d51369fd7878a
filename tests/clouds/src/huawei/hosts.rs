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

/// Tells whether the product of a call is found on the request's host. A loopback address has every product of the
/// cloud.
pub(crate) fn serves(state: &State, call: &Call, host: &str) -> bool {
    let product = match call.action().split_once(':') {
        Some(("pca", _)) => "ccm",
        Some((product, _)) if product != "ecs" => product,
        _ => return true,
    };
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let cloud = state.world.cloud.as_str();
    if !cloud.is_empty() && !OF_PARTNERS.contains(&product) {
        return false;
    }
    if matches!(host, "127.0.0.1" | "localhost" | "[::1]") {
        return true;
    }
    let region = call.project().and_then(|id| region_of(state, id));
    if cloud.is_empty() { own(product, region, host) } else { of_partner(product, region, host, cloud) }
}

/// Returns the region of a project, whose name is the region or begins with it.
fn region_of<'a>(state: &'a State, project: &str) -> Option<&'a str> {
    let project = state.world.projects.iter().find(|known| known.id == project)?;
    Some(project.name.split('_').next().unwrap_or_default())
}

/// Tells whether a host of Huawei Cloud itself belongs to a product, and to the region of the call's project.
fn own(product: &str, region: Option<&str>, host: &str) -> bool {
    let fits = |named: &str| region.is_none_or(|region| region == named);
    match (product, host.split('.').collect::<Vec<_>>().as_slice()) {
        ("iam", ["iam", OWN, "com"] | ["iam", _, OWN, "com" | "eu"]) => true,
        ("sts", ["sts", named, OWN, "com"]) => STS.contains(named),
        ("elb", ["elb", named, OWN, "com" | "eu" | "cn"]) => fits(named),
        ("waf" | "apig", [label, named, OWN, top]) => {
            *label == product && REGIONAL.contains(named) && fits(named) && tops(product, named).contains(top)
        }
        _ => WITHOUT_REGIONS.iter().any(|(name, hosts)| *name == product && hosts.contains(&host)),
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

/// Tells whether `SERVICE.REGION.DOMAIN` is the host of a product in a partner's cloud. IAM has other labels in some.
fn of_partner(product: &str, region: Option<&str>, host: &str, cloud: &str) -> bool {
    let Some((label, named)) = host.strip_suffix(cloud).and_then(|rest| rest.strip_suffix('.')?.split_once('.')) else {
        return false;
    };
    let labels: &[&str] = match (product, cloud) {
        ("iam", "sc.otc.t-systems.com") => &["iam-pub"],
        ("iam", "otc.t-systems.com" | "hc.sbercloud.ru" | "g42cloud.com" | "telefonicaopencloud.com") => &["iam"],
        ("iam", _) => &["iam", "iam-apigateway-proxy"],
        _ => &[],
    };
    let is_label = if labels.is_empty() { label == product } else { labels.contains(&label) };
    is_label && !named.contains('.') && region.is_none_or(|region| region == named)
}

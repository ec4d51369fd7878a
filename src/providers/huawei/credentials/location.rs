//! What variables and files say of the cloud that credentials are for.

use url::Url;

use crate::config::{Endpoints, Env};
use crate::error::{Error, Kind};
use crate::providers::huawei::ID;
use crate::providers::huawei::site::Site;

use super::variables::{CLOUD, HW_AUTH_URL, OS_AUTH_URL, REGION_NAMES, SDK_IAM_ENDPOINT};

/// The tool whose variables or file hold the credentials. Its own address of the IAM counts before those of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    Sdk,
    Terraform,
    OpenStack,
}

/// What a file says of its own keys: the key in words, such as `iam_endpoint in [basic] of ~/.huaweicloud/credentials`,
/// and its value.
#[derive(Debug, Clone)]
pub(crate) enum Stated {
    IamEndpoint { origin: String, address: String },
    Region(String),
}

/// Returns where the account of these credentials lives: what their file says, or else the variables.
///
/// # Errors
/// Where that is a cloud whose IAM certls does not know, or two clouds.
pub(super) fn site(env: &Env, endpoints: &Endpoints, tool: Tool, stated: Option<&Stated>) -> Result<Site, Error> {
    let site = match stated {
        Some(Stated::IamEndpoint { origin, address }) => of_address(origin, address)?,
        Some(Stated::Region(region)) if Site::of_region(region) != Site::OfRegion => Site::of_region(region),
        _ => of_variables(env, tool)?,
    };
    if let (Site::Unknown { .. }, None) = (&site, endpoints.get(ID, "iam")) {
        site.iam_host(None)?;
    }
    Ok(site)
}

/// Returns the host that the variables of `OpenStack` are for, where that is of another cloud: one that certls does not
/// know, and whose host is not the IAM that the user named. They are then left alone.
pub(super) fn foreign_openstack(env: &Env, endpoints: &Endpoints) -> Option<String> {
    let host = env.get(OS_AUTH_URL).map(|address| host_of(address).unwrap_or_else(|| "no host".to_owned()))?;
    let is_named = endpoints.get(ID, "iam").is_some_and(|iam| iam.host_and_port().0 == host);
    (Site::of_host(&host).is_none() && !is_named).then_some(host)
}

fn of_variables(env: &Env, tool: Tool) -> Result<Site, Error> {
    let addresses = match tool {
        Tool::Sdk => [SDK_IAM_ENDPOINT, HW_AUTH_URL, OS_AUTH_URL],
        Tool::Terraform => [HW_AUTH_URL, SDK_IAM_ENDPOINT, OS_AUTH_URL],
        Tool::OpenStack => [OS_AUTH_URL, HW_AUTH_URL, SDK_IAM_ENDPOINT],
    };
    let address = env.first(&addresses)?;
    let by_address = address.map(|(name, address)| Ok((name, of_address(name, address)?))).transpose()?;
    let by_domain = env.checked(CLOUD)?.map(|domain| of_address(CLOUD, domain)).transpose()?;
    // The usual domain is that of all sites but one, so that it does not say which.
    let by_domain = by_domain.filter(|site| *site != Site::Global);
    let region = env.first(&REGION_NAMES)?.map(|(_, region)| region);
    let site = match (by_address, by_domain) {
        (Some((name, one)), Some(other)) if !one.is_same_cloud(&other) => {
            let message = format!("{name} names {}, but {CLOUD} names {}", one.title(), other.title());
            return Err(Error::new(Kind::Config, message).with_hint("unset the one that these keys are not for"));
        }
        (Some((_, site)), _) | (None, Some(site)) => site,
        (None, None) => return Ok(region.map_or(Site::OfRegion, Site::of_region)),
    };
    Ok(match site {
        Site::Other(cloud, None) => Site::Other(cloud, region.and_then(|region| cloud.region(region))),
        site => site,
    })
}

/// Returns the site of an address or a domain. `origin` is where it stands, in words.
fn of_address(origin: &str, address: &str) -> Result<Site, Error> {
    let Some(host) = host_of(address) else {
        return Err(Error::new(Kind::Config, format!("{origin} is not the address of an IAM"))
            .with_hint("write https://HOST/v3, such as https://iam.myhuaweicloud.com/v3"));
    };
    Ok(Site::of_host(&host).unwrap_or_else(|| Site::Unknown { origin: origin.to_owned(), host }))
}

/// Returns the host of an address, which may lack its scheme. What stands in front of an `@` is not part of it.
fn host_of(address: &str) -> Option<String> {
    let address = address.trim();
    let url = if address.contains("://") { Url::parse(address) } else { Url::parse(&format!("https://{address}")) };
    let host = url.ok()?.host_str()?.to_owned();
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tool: Tool, variables: &[(&str, &str)]) -> Result<Site, String> {
        let env = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        site(&env, &Endpoints::default(), tool, None).map_err(|error| error.message)
    }

    #[test]
    fn the_tools_own_variable_counts_first() {
        let both = [
            ("HW_AUTH_URL", "https://iam.eu-de.otc.t-systems.com/v3"),
            ("OS_AUTH_URL", "https://iam.myhuaweicloud.com/v3"),
        ];
        assert_eq!(read(Tool::Terraform, &both).expect("a site").title(), "Open Telekom Cloud");
        assert_eq!(read(Tool::OpenStack, &both), Ok(Site::Global));
        assert_eq!(read(Tool::Sdk, &both).expect("a site").title(), "Open Telekom Cloud");
        assert_eq!(read(Tool::Sdk, &[]), Ok(Site::OfRegion));
    }

    #[test]
    fn another_cloud_is_an_error() {
        for (name, value) in [
            ("HW_AUTH_URL", "https://iam.example.org/v3"),
            ("HW_AUTH_URL", "https://iam.myhuaweicloud.com:x@other.example"),
            ("OS_AUTH_URL", "https://other.example/x://iam.myhuaweicloud.com"),
            ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "iam.example.org"),
            ("HW_CLOUD", "example.org"),
            ("HW_AUTH_URL", "https://"),
        ] {
            let message = read(Tool::Terraform, &[(name, value)]).expect_err(value);
            assert!(message.starts_with(name), "{message}");
        }
        let two = [("HW_AUTH_URL", "https://iam.myhuaweicloud.com/v3"), ("HW_CLOUD", "otc.t-systems.com")];
        assert!(read(Tool::Sdk, &two).expect_err("two clouds").contains("but HW_CLOUD names Open Telekom Cloud"));
    }

    #[test]
    fn a_domain_and_a_region_choose_the_iam() {
        let iam = |variables: &[(&str, &str)]| {
            read(Tool::Terraform, variables).expect("a site").iam_host(None).expect("a host")
        };
        assert_eq!(
            iam(&[("HW_CLOUD", "otc.t-systems.com"), ("HW_REGION_NAME", "eu-nl")]),
            "iam.eu-nl.otc.t-systems.com"
        );
        assert_eq!(
            iam(&[("HW_CLOUD", "otc.t-systems.com"), ("HW_REGION_NAME", "cn-north-4")]),
            "iam.eu-de.otc.t-systems.com"
        );
        assert_eq!(
            iam(&[("HW_CLOUD", "myhuaweicloud.com"), ("HW_REGION_NAME", "tr-west-1")]),
            "iam.tr-west-1.myhuaweicloud.com"
        );
        assert_eq!(iam(&[("HW_CLOUD", "myhuaweicloud.eu")]), "iam.eu-west-101.myhuaweicloud.eu");
        assert_eq!(iam(&[("HW_REGION_NAME", "cn-north-4")]), "iam.myhuaweicloud.com");
    }
}

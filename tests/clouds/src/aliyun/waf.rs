//! The simulated Alibaba Cloud's WAF 3.0, 2021-10-01: an instance in one of two centers, and its domains.

use super::call::{Answer, Call, Operation, Via};
use super::cas;
use crate::certs::Certificate;
use crate::server::Reply;
use serde_json::{Value, json};

/// An instance with its domains. An account without one has no WAF in that center.
#[derive(Clone, Debug, Default)]
pub struct WafInstance {
    /// `cn-hangzhou` or `ap-southeast-1`.
    pub region: String,
    pub id: String,
    pub domains: Vec<WafDomain>,
    /// The certificate of requests for other domains: `<CAS id>-<CAS center>`; empty for none.
    pub default_certificate: String,
    /// What `DescribeAbnormalCloudResources` returns.
    pub abnormal: Vec<Value>,
    /// The account's id; empty for all accounts.
    pub uid: String,
}

impl WafInstance {
    /// Creates an instance of all accounts.
    pub fn new(region: &str, domains: Vec<WafDomain>) -> Self {
        let id = format!("waf_v2_public_cn-{region}");
        Self { region: region.into(), id, domains, ..Self::default() }
    }
}

/// A domain that WAF protects.
#[derive(Clone, Debug, Default)]
pub struct WafDomain {
    pub name: String,
    /// Empty without HTTPS.
    pub https_ports: Vec<u16>,
    /// `<CAS id>-<CAS center>`; one of digits only is also sent as a number, as in one sample of the documents.
    pub certificate_id: String,
    pub certificate: Option<Certificate>,
}

impl WafDomain {
    /// Creates a domain with HTTPS at port 443.
    pub fn https(name: &str, certificate_id: &str, certificate: &Certificate) -> Self {
        Self {
            name: name.into(),
            https_ports: vec![443],
            certificate_id: certificate_id.into(),
            certificate: Some(certificate.clone()),
        }
    }

    /// Creates a domain without HTTPS.
    pub fn plain(name: &str) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "DescribeInstance",
        via: Via::Query,
        needed: &[],
        optional: &[],
        run: |call| Ok(describe_instance(call)),
    },
    Operation {
        name: "DescribeDomains",
        via: Via::Query,
        needed: &["InstanceId"],
        optional: &["Domain", "PageNumber", "PageSize"],
        run: describe_domains,
    },
    Operation {
        name: "DescribeDomainDetail",
        via: Via::Query,
        needed: &["InstanceId", "Domain"],
        optional: &[],
        run: describe_domain,
    },
    Operation {
        name: "DescribeCerts",
        via: Via::Query,
        needed: &["InstanceId"],
        optional: &["Algorithm", "Domain", "PageNumber", "PageSize"],
        run: describe_certificates,
    },
    Operation {
        name: "DescribeDefaultHttps",
        via: Via::Query,
        needed: &["InstanceId"],
        optional: &[],
        run: describe_default,
    },
    Operation {
        name: "DescribeAbnormalCloudResources",
        via: Via::Query,
        needed: &["InstanceId"],
        optional: &[],
        run: describe_abnormal,
    },
];

const PAGE: (&str, &str) = ("PageNumber", "PageSize");

fn of_caller<'a>(call: &'a Call) -> Option<&'a WafInstance> {
    let region = if call.region.is_empty() { "cn-hangzhou" } else { call.region };
    call.cloud.world.waf.iter().find(|instance| instance.region == region && call.owns(&instance.uid))
}

/// Returns the named instance. The code of the refusal is not known.
fn instance<'a>(call: &'a Call) -> Result<&'a WafInstance, Reply> {
    let id = call.param("InstanceId");
    let found = of_caller(call).filter(|instance| instance.id == id);
    found.ok_or_else(|| call.error(400, "Waf.Instance.NotExist", "The specified instance does not exist."))
}

/// Describes the instance. Without WAF there is no id; the documents do not say whether the key is absent or empty.
fn describe_instance(call: &Call) -> Value {
    match of_caller(call) {
        None => json!({}),
        Some(instance) => json!({
            "Edition": "default_version",
            "EndTime": 4_809_859_200_000_i64,
            "InDebt": "1",
            "InstanceId": instance.id,
            "PayType": "POSTPAY",
            "RegionId": instance.region,
            "StartTime": 1_668_496_310_000_i64,
            "Status": 1,
        }),
    }
}

fn describe_domains(call: &Call) -> Answer {
    let (instance, name) = (instance(call)?, call.param("Domain"));
    let backend = |used: bool, address: &str| if used { json!([{"Backend": address}]) } else { json!([]) };
    let rows = (instance.domains.iter().filter(|domain| domain.name.contains(name)))
        .map(|domain| {
            let is_https = !domain.https_ports.is_empty();
            json!({
                "Backeds": {"Http": backend(!is_https, "192.0.2.11"), "Https": backend(is_https, "192.0.2.10")},
                "Cname": "abcdefghijklmnop.yundunwaf3.com",
                "Domain": domain.name,
                "DomainId": format!("{}-waf", domain.name),
                "ListenPorts": {"Http": [80], "Https": domain.https_ports},
                "ResourceManagerResourceGroupId": "rg-acfmx1a2b3c4d5e",
                "Status": 1,
            })
        })
        .collect();
    let page = call.page(PAGE, rows, 10, 50)?;
    Ok(json!({"Domains": page.rows, "TotalCount": page.total}))
}

fn describe_domain(call: &Call) -> Answer {
    let (instance, name) = (instance(call)?, call.param("Domain"));
    let Some(domain) = instance.domains.iter().find(|domain| domain.name == name) else {
        // The real code is not known.
        return Err(call.error(400, "Waf.Domain.NotExist", "The specified domain does not exist."));
    };
    let mut body = json!({
        "Cname": "abcdefghijklmnop.yundunwaf3.com",
        "Domain": domain.name,
        "DomainId": format!("{}-waf", domain.name),
        "Listen": {
            "HttpPorts": [80],
            "HttpsPorts": domain.https_ports,
            "IPv6Enabled": false,
            "ProtectionResource": "share",
        },
        "ResourceManagerResourceGroupId": "rg-acfmx1a2b3c4d5e",
        "Status": 1,
    });
    if let Some(certificate) = &domain.certificate {
        let id = &domain.certificate_id;
        body["Listen"]["CertId"] = id.parse::<i64>().map_or_else(|_| json!(id), |number| json!(number));
        body["CertDetail"] = json!({
            "CommonName": certificate.cn,
            "EndTime": certificate.not_after.timestamp_millis(),
            "Id": id,
            "Name": format!("cert-{id}"),
            "Sans": certificate.sans,
            "StartTime": certificate.not_before.timestamp_millis(),
        });
    }
    Ok(body)
}

/// Lists the certificates of CAS that a domain could use: candidates, not uses.
fn describe_certificates(call: &Call) -> Answer {
    let region = &instance(call)?.region;
    let rows = cas::held(call.cloud, call.uid, region)
        .map(|record| {
            json!({
                "AfterDate": record["CertEndTime"],
                "BeforeDate": record["CertStartTime"],
                "CertIdentifier": format!("{}-{region}", record["CertificateId"]),
                "CertName": record["Name"],
                "CommonName": record["CommonName"],
                "Domain": record["Sans"],
                "IsChainCompleted": true,
            })
        })
        .collect();
    let page = call.page(PAGE, rows, 10, 100)?;
    Ok(json!({"Certs": page.rows, "TotalCount": page.total}))
}

fn describe_default(call: &Call) -> Answer {
    let instance = instance(call)?;
    Ok(json!({"CertId": instance.default_certificate}))
}

fn describe_abnormal(call: &Call) -> Answer {
    let instance = instance(call)?;
    Ok(json!({"AbnormalCloudResources": instance.abnormal}))
}

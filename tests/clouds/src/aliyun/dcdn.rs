//! The simulated Alibaba Cloud's DCDN 2018-01-15: as CDN, with other names for some fields.

use super::call::{Answer, Call, Operation, Via};
use super::cdn::{find, https_domains, user_domains};
use serde_json::json;

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "DescribeDcdnHttpsDomainList",
        via: Via::Query,
        needed: &[],
        optional: &["Keyword", "PageNumber", "PageSize"],
        run: |call| https_domains(call, &call.cloud.world.dcdn),
    },
    Operation {
        name: "DescribeDcdnDomainCertificateInfo",
        via: Via::Query,
        needed: &["DomainName"],
        optional: &[],
        run: certificate_info,
    },
    Operation {
        name: "DescribeDcdnUserDomains",
        via: Via::Query,
        needed: &[],
        optional: &["DomainName", "DomainStatus", "PageNumber", "PageSize"],
        run: |call| user_domains(call, &call.cloud.world.dcdn, "SSLProtocol"),
    },
];

fn certificate_info(call: &Call) -> Answer {
    let domain = find(call, &call.cloud.world.dcdn)?;
    let mut row = domain.details();
    row["SSLProtocol"] = json!(domain.switch());
    if let Some(https) = &domain.https {
        row["SSLPub"] = json!(https.pem);
    }
    Ok(json!({"CertInfos": {"CertInfo": [row]}}))
}

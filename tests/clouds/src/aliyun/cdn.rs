//! The simulated Alibaba Cloud's CDN 2018-05-10, and the domains that it has in common with DCDN.

use super::call::{Answer, Call, Operation, Via};
use crate::certs::Certificate;
use crate::server::Reply;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

/// A domain that CDN or DCDN accelerates, and its certificate.
#[derive(Clone, Debug, Default)]
pub struct CdnDomain {
    /// A wildcard is `.example.com`.
    pub name: String,
    /// `online`, `offline`, …
    pub status: String,
    /// `None` where HTTPS is off.
    pub https: Option<CdnCertificate>,
    /// The account's id; empty for all accounts.
    pub uid: String,
}

/// The certificate that a domain serves.
#[derive(Clone, Debug)]
pub struct CdnCertificate {
    /// `cas`, `upload` or `free`.
    pub kind: String,
    pub name: String,
    /// The id in CAS; 0 for a certificate that CAS does not list.
    pub cas_id: i64,
    /// The center of CAS; empty for a certificate that CAS does not list.
    pub cas_center: String,
    pub certificate: Certificate,
    /// The PEM in the details.
    pub pem: String,
}

impl CdnDomain {
    /// Creates a domain that serves a certificate of CAS.
    pub fn cas(name: &str, cas_id: i64, cas_center: &str, certificate: &Certificate) -> Self {
        Self::serving(name, "cas", &format!("cert-{cas_id}"), (cas_id, cas_center), certificate)
    }

    /// Creates a domain with a certificate that was uploaded to it.
    pub fn upload(name: &str, certificate: &Certificate) -> Self {
        Self::serving(name, "upload", &format!("{name}-upload"), (0, ""), certificate)
    }

    /// Creates a domain with a free certificate.
    pub fn free(name: &str, certificate: &Certificate) -> Self {
        Self::serving(name, "free", name, (0, ""), certificate)
    }

    /// Creates a domain without HTTPS.
    pub fn plain(name: &str) -> Self {
        Self { name: name.into(), status: "online".into(), https: None, uid: String::new() }
    }

    fn serving(name: &str, kind: &str, title: &str, cas: (i64, &str), certificate: &Certificate) -> Self {
        let https = CdnCertificate {
            kind: kind.into(),
            name: title.into(),
            cas_id: cas.0,
            cas_center: cas.1.into(),
            certificate: certificate.clone(),
            pem: certificate.pem.clone(),
        };
        Self { https: Some(https), ..Self::plain(name) }
    }

    /// Returns the row in the list of domains with HTTPS, where times have no zone.
    fn https_row(&self, now: DateTime<Utc>) -> Option<Value> {
        let https = self.https.as_ref()?;
        let certificate = &https.certificate;
        let zoneless = |time: DateTime<Utc>| time.format("%Y-%m-%d %H:%M:%S").to_string();
        let left = certificate.not_after - now;
        let status = if left < Duration::zero() {
            "expired"
        } else if left < Duration::days(30) {
            "expire_soon"
        } else {
            "ok"
        };
        Some(json!({
            "CertCommonName": certificate.cn,
            "CertExpireTime": zoneless(certificate.not_after),
            "CertName": https.name,
            "CertStartTime": zoneless(certificate.not_before),
            "CertStatus": status,
            "CertType": https.kind,
            "CertUpdateTime": zoneless(certificate.not_before + Duration::hours(8)),
            "DomainName": self.name,
        }))
    }

    /// Returns the details that CDN and DCDN name alike.
    pub(crate) fn details(&self) -> Value {
        let Some(https) = &self.https else {
            return json!({"DomainName": self.name});
        };
        let certificate = &https.certificate;
        let utc = |time: DateTime<Utc>| time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let mut row = json!({
            "CertDomainName": certificate.cn,
            "CertExpireTime": utc(certificate.not_after),
            "CertLife": "3 months",
            "CertName": https.name,
            "CertOrg": certificate.cn,
            "CertType": https.kind,
            "DomainName": self.name,
            "Status": "success",
        });
        if https.kind == "cas" {
            row["CertId"] = json!(https.cas_id.to_string());
            row["CertRegion"] = json!(https.cas_center);
        }
        row
    }

    /// Returns `on` or `off`.
    pub(crate) fn switch(&self) -> &'static str {
        if self.https.is_some() { "on" } else { "off" }
    }
}

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "DescribeCdnHttpsDomainList",
        via: Via::Query,
        needed: &[],
        optional: &["Keyword", "PageNumber", "PageSize"],
        run: |call| https_domains(call, &call.cloud.world.cdn),
    },
    Operation {
        name: "DescribeDomainCertificateInfo",
        via: Via::Query,
        needed: &["DomainName"],
        optional: &[],
        run: certificate_info,
    },
    Operation {
        name: "DescribeUserDomains",
        via: Via::Query,
        needed: &[],
        optional: &["DomainName", "DomainStatus", "PageNumber", "PageSize"],
        run: |call| user_domains(call, &call.cloud.world.cdn, "SslProtocol"),
    },
];

/// The documents name a maximum for DCDN alone: 500.
const MOST: usize = 500;

const PAGE: (&str, &str) = ("PageNumber", "PageSize");

pub(crate) fn https_domains(call: &Call, domains: &[CdnDomain]) -> Answer {
    let keyword = call.param("Keyword");
    let now = call.cloud.now();
    let owned = domains.iter().filter(|domain| call.owns(&domain.uid));
    let all: Vec<Value> = owned.filter_map(|domain| domain.https_row(now)).collect();
    if all.is_empty() {
        return Err(call.error(400, "NoHttpsDomain", "Your account doesn't have https domain."));
    }
    let rows = all.into_iter().filter(|row| row["DomainName"].as_str().is_some_and(|name| name.contains(keyword)));
    let page = call.page(PAGE, rows.collect(), 20, MOST)?;
    Ok(json!({"CertInfos": {"CertInfo": page.rows}, "TotalCount": page.total}))
}

pub(crate) fn find<'a>(call: &'a Call, domains: &'a [CdnDomain]) -> Result<&'a CdnDomain, Reply> {
    let name = call.param("DomainName");
    let found = domains.iter().find(|domain| domain.name == name && call.owns(&domain.uid));
    found.ok_or_else(|| {
        call.error(404, "InvalidDomain.NotFound", "The domain provided does not belong to you or does not exist.")
    })
}

fn certificate_info(call: &Call) -> Answer {
    let domain = find(call, &call.cloud.world.cdn)?;
    let mut row = domain.details();
    row["ServerCertificateStatus"] = json!(domain.switch());
    if let Some(https) = &domain.https {
        let utc = |time: DateTime<Utc>| time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        row["CertStartTime"] = json!(utc(https.certificate.not_before));
        row["CertUpdateTime"] = json!(utc(https.certificate.not_before));
        row["DomainCnameStatus"] = json!("ok");
        row["ServerCertificate"] = json!(https.pem);
    }
    Ok(json!({"CertInfos": {"CertInfo": [row]}}))
}

pub(crate) fn user_domains(call: &Call, domains: &[CdnDomain], switch: &str) -> Answer {
    let (name, status) = (call.param("DomainName"), call.param("DomainStatus"));
    let rows = (domains.iter().filter(|domain| call.owns(&domain.uid)))
        .filter(|domain| domain.name.contains(name) && (status.is_empty() || domain.status == status))
        .map(|domain| {
            json!({
                "CdnType": "web",
                "Cname": format!("{}.w.kunlunsl.com", domain.name),
                "Coverage": "domestic",
                "Description": "",
                "DomainName": domain.name,
                "DomainStatus": domain.status,
                "GmtCreated": "2024-02-28T09:01:02Z",
                "GmtModified": "2024-02-28T09:01:02Z",
                "ResourceGroupId": "rg-acfmx1a2b3c4d5e",
                "Sandbox": "normal",
                switch: domain.switch(),
            })
        })
        .collect();
    let page = call.page(PAGE, rows, 20, MOST)?;
    Ok(json!({
        "Domains": {"PageData": page.rows},
        "PageNumber": page.number,
        "PageSize": page.size,
        "TotalCount": page.total,
    }))
}

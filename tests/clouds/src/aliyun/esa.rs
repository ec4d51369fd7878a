//! The simulated Alibaba Cloud's ESA 2024-09-10: sites and their certificates. Every call is a GET.

use super::call::{Answer, Call, Operation, Via};
use crate::certs::Certificate;
use crate::records::{cas_record, id_of};
use crate::server::Reply;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

/// A site with its certificates.
#[derive(Clone, Debug, Default)]
pub struct EsaSite {
    pub id: i64,
    pub name: String,
    pub certificates: Vec<EsaCertificate>,
    /// The account's id; empty for all accounts.
    pub uid: String,
}

impl EsaSite {
    /// Creates a site of all accounts.
    pub fn new(id: i64, name: &str, certificates: Vec<EsaCertificate>) -> Self {
        Self { id, name: name.into(), certificates, uid: String::new() }
    }
}

/// A certificate of a site.
#[derive(Clone, Debug, Default)]
pub struct EsaCertificate {
    pub id: String,
    pub name: String,
    /// `cas`, `upload`, `free` or `keyless`.
    pub kind: String,
    /// The id in CAS; 0 for a certificate that CAS does not list.
    pub cas_id: i64,
    /// The center of CAS; empty for a certificate that CAS does not list.
    pub cas_center: String,
    /// `None` where none was issued yet.
    pub certificate: Option<Certificate>,
    /// The name of a certificate that was not issued yet.
    pub domain: String,
}

impl EsaCertificate {
    /// Creates a certificate of CAS.
    pub fn cas(cas_id: i64, cas_center: &str, certificate: &Certificate) -> Self {
        let name = format!("cert-{cas_id}");
        Self { cas_id, cas_center: cas_center.into(), ..Self::of(&name, "cas", certificate) }
    }

    /// Creates an uploaded certificate.
    pub fn upload(name: &str, certificate: &Certificate) -> Self {
        Self::of(name, "upload", certificate)
    }

    /// Creates a free certificate.
    pub fn free(name: &str, certificate: &Certificate) -> Self {
        Self::of(name, "free", certificate)
    }

    /// Creates a free certificate that was not issued yet: it has no dates and no fingerprint.
    pub fn applying(domain: &str) -> Self {
        let name = format!("free-{domain}");
        Self { id: id_of(&name), name, kind: "free".into(), domain: domain.into(), ..Self::default() }
    }

    fn of(name: &str, kind: &str, certificate: &Certificate) -> Self {
        Self {
            id: id_of(name),
            name: name.into(),
            kind: kind.into(),
            certificate: Some(certificate.clone()),
            ..Self::default()
        }
    }

    fn record(&self, now: DateTime<Utc>) -> Value {
        let mut record = json!({"Id": self.id, "Name": self.name, "Type": self.kind});
        let fields = match &self.certificate {
            None => json!({
                "ApplyCode": 0,
                "ApplyMessage": "",
                "CommonName": self.domain,
                "CreateTime": "2026-02-25 08:00:00",
                "DCV": [{
                    "Id": id_of(&self.domain),
                    "Key": format!("https://{}/.well-known/acme-challenge/abcdefg", self.domain),
                    "Status": "pending",
                    "Type": "HTTP",
                    "Value": "abcdefg.hijklmn",
                }],
                "SAN": self.domain,
                "Status": "Applying",
                "UpdateTime": "2026-02-25 08:00:00",
            }),
            Some(certificate) => issued(certificate, now),
        };
        record.as_object_mut().expect("a record").extend(fields.as_object().expect("fields").clone());
        if self.kind == "cas" {
            record["CasId"] = json!(self.cas_id.to_string());
            record["Region"] = json!(self.cas_center);
        }
        record
    }
}

/// Returns the fields of an issued certificate. Times are UTC without a zone.
fn issued(certificate: &Certificate, now: DateTime<Utc>) -> Value {
    let utc = |time: DateTime<Utc>| time.format("%Y-%m-%d %H:%M:%S").to_string();
    let left = certificate.not_after - now;
    let status = if left < Duration::zero() {
        "Expired"
    } else if left < Duration::days(30) {
        "Expiring"
    } else {
        "OK"
    };
    json!({
        "CommonName": certificate.cn,
        "CreateTime": utc(certificate.not_before),
        "FingerprintSha256": certificate.sha256_hex,
        "Issuer": certificate.cn,
        "IssuerCN": certificate.cn,
        "NotAfter": utc(certificate.not_after),
        "NotBefore": utc(certificate.not_before),
        "PubAlg": "Ed25519",
        "SAN": certificate.sans.join(","),
        "SerialNumber": cas_record(0, "", certificate)["SerialNo"],
        "SigAlg": "Ed25519",
        "Status": status,
        "UpdateTime": utc(certificate.not_before),
    })
}

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "ListSites",
        via: Via::Get,
        needed: &[],
        optional: &["SiteName", "Status", "PageNumber", "PageSize"],
        run: list_sites,
    },
    Operation {
        name: "ListCertificates",
        via: Via::Get,
        needed: &["SiteId"],
        optional: &["Keyword", "PageNumber", "PageSize", "Type", "ValidOnly"],
        run: list_certificates,
    },
    Operation { name: "GetCertificate", via: Via::Get, needed: &["SiteId", "Id"], optional: &[], run: get_certificate },
];

const PAGE: (&str, &str) = ("PageNumber", "PageSize");

fn sites<'a>(call: &'a Call) -> impl Iterator<Item = &'a EsaSite> {
    call.cloud.world.esa.iter().filter(|site| call.owns(&site.uid))
}

fn list_sites(call: &Call) -> Answer {
    call.cloud.check_site(call)?;
    let (name, status) = (call.param("SiteName"), call.param("Status"));
    let rows = sites(call)
        .filter(|site| site.name.contains(name) && ["", "active"].contains(&status))
        .map(|site| {
            json!({
                "AccessType": "NS",
                "Coverage": "global",
                "CreateTime": "2025-01-20T02:03:04Z",
                "InstanceId": format!("sp-xcdn-{}", site.id),
                "PlanName": "basic",
                "ResourceGroupId": "rg-acfmx1a2b3c4d5e",
                "SiteId": site.id,
                "SiteName": site.name,
                "Status": "active",
                "Tags": {"env": "prod"},
                "UpdateTime": "2026-01-20T02:03:04Z",
            })
        })
        .collect();
    let page = call.page(PAGE, rows, 20, 500)?;
    Ok(json!({
        "PageNumber": page.number,
        "PageSize": page.size,
        "Sites": page.rows,
        "TotalCount": page.total,
    }))
}

/// Returns the named site. The code of the refusal is not known.
fn site<'a>(call: &'a Call) -> Result<&'a EsaSite, Reply> {
    call.cloud.check_site(call)?;
    let id = call.param("SiteId");
    let found = sites(call).find(|site| site.id.to_string() == id);
    found.ok_or_else(|| call.error(404, "SiteNotFound", "The specified site is not found."))
}

fn list_certificates(call: &Call) -> Answer {
    let site = site(call)?;
    let (keyword, kind) = (call.param("Keyword"), call.param("Type"));
    let valid_only = call.one_of("ValidOnly", &["0", "1", "false", "true"])?;
    let is_valid = |row: &Value| ["OK", "Expiring"].iter().any(|status| row["Status"] == *status);
    let rows = (site.certificates.iter().map(|certificate| certificate.record(call.cloud.now())))
        .filter(|row| kind.is_empty() || row["Type"] == kind)
        .filter(|row| row["SAN"].as_str().is_some_and(|names| names.contains(keyword)))
        .filter(|row| !["1", "true"].contains(&valid_only) || is_valid(row))
        .collect();
    // The documents name no maximum; 500 is that of the other lists.
    let page = call.page(PAGE, rows, 20, 500)?;
    Ok(json!({
        "PageNumber": page.number,
        "PageSize": page.size,
        "Result": page.rows,
        "SiteId": site.id,
        "SiteName": site.name,
        "TotalCount": page.total,
    }))
}

fn get_certificate(call: &Call) -> Answer {
    let (site, id) = (site(call)?, call.param("Id"));
    let Some(found) = site.certificates.iter().find(|certificate| certificate.id == id) else {
        return Err(call.error(404, "CertificateNotFound", "The specified certificate is not found."));
    };
    let mut body = json!({"Result": found.record(call.cloud.now()), "SiteId": site.id, "SiteName": site.name});
    if let Some(certificate) = &found.certificate {
        body["Certificate"] = json!(certificate.pem);
    }
    Ok(body)
}

//! The simulated Alibaba Cloud's certificate service: `ListCloudResources`, its own copy of where certificates are
//! used.

use super::call::{Answer, Call, Operation, Via};
use serde_json::{Value, json};

/// A resource in the copy. It need not agree with the product that it is of.
#[derive(Clone, Debug, Default)]
pub struct CloudResource {
    /// The center of CAS that lists it.
    pub center: String,
    /// 0 for a resource without a certificate.
    pub certificate_id: i64,
    /// `SLB`, `ALB`, `NLB`, `GA`, `CDN`, `DCDN`, `LIVE`, `VOD`, `OSS`, `FC`, `WAF`, `MSE`, `SAE`, `CR`, …
    pub product: String,
    pub region: String,
    /// Empty for a resource that is not a domain.
    pub domain: String,
    /// Empty for a resource that is not a listener.
    pub instance_id: String,
    pub listener_id: String,
    pub port: u16,
    /// Whether it is the default certificate of the listener.
    pub is_default: bool,
    /// The account's id; empty for all accounts.
    pub uid: String,
}

impl CloudResource {
    /// Creates a domain of CDN, FC, ….
    pub fn domain(center: &str, certificate_id: i64, product: &str, domain: &str) -> Self {
        Self {
            center: center.into(),
            certificate_id,
            product: product.into(),
            region: center.into(),
            domain: domain.into(),
            ..Self::default()
        }
    }

    /// Creates a listener of SLB, ALB, NLB or GA at port 443, where the certificate is the default.
    pub fn listener(center: &str, certificate_id: i64, product: &str, region: &str, ids: (&str, &str)) -> Self {
        Self {
            region: region.into(),
            instance_id: ids.0.into(),
            listener_id: ids.1.into(),
            port: 443,
            is_default: true,
            ..Self::domain(center, certificate_id, product, "")
        }
    }

    /// Returns the record. Times are texts of milliseconds.
    fn record(&self, index: usize, of: Option<&Value>) -> Value {
        let time = |key: &str| of.map_or_else(String::new, |of| of[key].to_string());
        let mut record = json!({
            "CertEndTime": time("CertEndTime"),
            "CertId": self.certificate_id,
            "CertName": of.map_or(json!(""), |of| of["Name"].clone()),
            "CertStartTime": time("CertStartTime"),
            "CloudName": "aliyun",
            "CloudProduct": self.product,
            "EnableHttps": i32::from(self.certificate_id != 0),
            "GmtCreate": "1767225600000",
            "GmtModified": "1768010431000",
            "Id": 7_159_601 + index,
            "RegionId": self.region,
            "UserId": 1_000_000_000_000_001_i64,
        });
        if !self.domain.is_empty() {
            record["Domain"] = json!(self.domain);
        }
        if !self.instance_id.is_empty() {
            record["InstanceId"] = json!(self.instance_id);
            record["ListenerId"] = json!(self.listener_id);
            record["ListenerPort"] = json!(self.port.to_string());
            record["DefaultResource"] = json!(i32::from(self.is_default));
        }
        record
    }
}

pub(crate) const OPERATIONS: &[Operation] = &[Operation {
    name: "ListCloudResources",
    via: Via::Query,
    needed: &[],
    optional: &["CertIds", "CloudName", "CloudProduct", "CurrentPage", "Keyword", "SecretId", "ShowSize"],
    run: list,
}];

fn list(call: &Call) -> Answer {
    let cloud = call.one_of("CloudName", &["aliyun", "Tencent", "Huawei", "Aws"])?;
    let (product, keyword) = (call.param("CloudProduct"), call.param("Keyword"));
    let ids: Option<Vec<i64>> = match call.param("CertIds") {
        "" => None,
        text => Some(serde_json::from_str(text).map_err(|_| call.invalid("CertIds"))?),
    };
    let held: Vec<&Value> = super::cas::held(call.cloud, call.uid, call.region).collect();
    let rows = (call.cloud.world.cloud_resources.iter().enumerate())
        .filter(|(_, resource)| resource.center == call.region && call.owns(&resource.uid))
        .filter(|_| ["", "aliyun"].contains(&cloud))
        .filter(|(_, resource)| product.is_empty() || resource.product == product)
        .filter(|(_, resource)| resource.domain.contains(keyword) || resource.instance_id.contains(keyword))
        .filter(|(_, resource)| ids.as_ref().is_none_or(|ids| ids.contains(&resource.certificate_id)))
        .map(|(index, resource)| {
            let of = held.iter().find(|record| record["CertificateId"] == resource.certificate_id);
            resource.record(index, of.copied())
        })
        .collect();
    // The documents name no maximum; 50 was seen to work.
    let page = call.page(("CurrentPage", "ShowSize"), rows, 20, 50)?;
    Ok(json!({"CurrentPage": page.number, "Data": page.rows, "ShowSize": page.size, "Total": page.total}))
}

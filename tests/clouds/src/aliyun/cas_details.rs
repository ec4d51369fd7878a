//! The simulated Alibaba Cloud's certificate service: the newer list and the details of one certificate.
//! `GetUserCertificateDetail` returns the private key unless `CertFilter` is set.

use super::call::{Answer, Call, Operation, Via};
use super::cas;
use crate::records::PLANTED_KEY;
use crate::server::Reply;
use serde_json::{Value, json};

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "ListCertificates",
        via: Via::Query,
        needed: &[],
        optional: &[
            "CertificateSource",
            "CertificateStatus",
            "CurrentPage",
            "InstanceId",
            "Keyword",
            "ResourceGroupId",
            "ShowSize",
        ],
        run: list,
    },
    Operation {
        name: "GetCertificateDetail",
        via: Via::Query,
        needed: &["CertificateId"],
        optional: &[],
        run: get_certificate,
    },
    Operation {
        name: "GetUserCertificateDetail",
        via: Via::Query,
        needed: &["CertId"],
        optional: &["CertFilter"],
        run: get_user_certificate,
    },
];

/// Returns the record of the newer calls for one of `ListUserCertificateOrder`.
fn record(center: &str, of: &Value) -> Value {
    let status = match of["Status"].as_str() {
        Some("EXPIRED") => "expired",
        Some("WILLEXPIRED") => "willExpire",
        Some("REVOKED") => "revoked",
        _ => "issued",
    };
    let sans: Vec<&str> = of["Sans"].as_str().unwrap_or_default().split(',').filter(|name| !name.is_empty()).collect();
    json!({
        "Algorithm": "ECC",
        "CertIdentifier": identifier(center, of),
        "CertificateId": of["CertificateId"].to_string(),
        "CertificateName": of["Name"],
        "CertificateSource": if of["Upload"] == true { "UPLOAD" } else { "BUY" },
        "CertificateStatus": status,
        "CommonName": of["CommonName"],
        "Domain": of["Sans"],
        "ExistPrivateKey": true,
        "FingerPrint": of["Fingerprint"],
        "InstanceId": of["InstanceId"],
        "Issuer": of["Issuer"],
        "KeySize": 256,
        "NotAfter": of["CertEndTime"],
        "NotBefore": of["CertStartTime"],
        "Serial": of["SerialNo"],
        "SubjectAlternativeNames": sans,
        "UsingProductList": [],
    })
}

/// Returns `<id>-<center>`, by which the products name a certificate.
fn identifier(center: &str, of: &Value) -> String {
    format!("{}-{center}", of["CertificateId"])
}

fn list(call: &Call) -> Answer {
    let status = call.one_of("CertificateStatus", &["issued", "revoked", "willExpire", "expired"])?;
    let source = call.one_of("CertificateSource", &["BUY", "TEST", "UPLOAD"])?;
    let keyword = call.param("Keyword");
    let rows = cas::held(call.cloud, call.uid, call.region)
        .map(|of| record(call.region, of))
        .filter(|row| status.is_empty() || row["CertificateStatus"] == status)
        .filter(|row| source.is_empty() || row["CertificateSource"] == source)
        .filter(|row| row["Domain"].as_str().is_none_or(|names| names.contains(keyword)))
        .collect();
    let page = call.page(("CurrentPage", "ShowSize"), rows, 10, 100)?;
    Ok(json!({
        "CertificateList": page.rows,
        "CurrentPage": page.number,
        "ShowSize": page.size,
        "TotalCount": page.total,
    }))
}

fn find<'a>(call: &'a Call, param: &str) -> Result<&'a Value, Reply> {
    let id: i64 = call.param(param).parse().map_err(|_| call.invalid(param))?;
    let found = cas::held(call.cloud, call.uid, call.region).find(|record| record["CertificateId"] == id);
    found.ok_or_else(|| call.error(404, "NotFound", "The specified certificate does not exist."))
}

fn get_certificate(call: &Call) -> Answer {
    let of = find(call, "CertificateId")?;
    let mut body = record(call.region, of);
    body["CertificateId"] = of["CertificateId"].clone();
    body["CertificateChainList"] = json!([{
        "Issuer": of["Issuer"],
        "NotAfter": of["CertEndTime"],
        "NotBefore": of["CertStartTime"],
        "RemainDay": 38,
        "Subject": of["CommonName"],
    }]);
    body.as_object_mut().expect("a record").remove("SubjectAlternativeNames");
    Ok(body)
}

fn get_user_certificate(call: &Call) -> Answer {
    let of = find(call, "CertId")?;
    let mut body = json!({
        "Algorithm": "ECC",
        "BuyInAliyun": of["Upload"] != true,
        "CertIdentifier": identifier(call.region, of),
        "Common": of["CommonName"],
        "EndDate": of["EndDate"],
        "Expired": of["Expired"],
        "Fingerprint": of["Fingerprint"],
        "Id": of["CertificateId"],
        "Issuer": of["Issuer"],
        "Name": of["Name"],
        "NotAfter": of["CertEndTime"],
        "NotBefore": of["CertStartTime"],
        "ResourceGroupId": of["ResourceGroupId"],
        "Sans": of["Sans"],
        "SerialNo": of["SerialNo"],
        "Sha2": of["Sha2"],
        "StartDate": of["StartDate"],
    });
    if call.one_of("CertFilter", &["true", "false"])? != "true" {
        body["Key"] = json!(PLANTED_KEY);
        body["EncryptPrivateKey"] = json!("");
        body["SignPrivateKey"] = json!("");
    }
    Ok(body)
}

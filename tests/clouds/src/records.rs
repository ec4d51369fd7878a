//! Records of the clouds' lists: the documented form, and every odd form that was seen.

use crate::certs::{Certificate, Chain, SM2_ENCRYPTION_NOT_AFTER, SM2_ENCRYPTION_PEM, SM2_SIGNING_PEM};
use crate::wire;
use chrono::{DateTime, FixedOffset, Utc};
use serde_json::{Map, Value, json};

/// The private key in Huawei's records. It must never be printed.
pub const PLANTED_KEY: &str = "-----BEGIN PRIVATE KEY-----PLANTED-PRIVATE-KEY-----END PRIVATE KEY-----";
/// The private key of the encryption certificate in Huawei's records. It must never be printed.
pub const PLANTED_ENC_KEY: &str = "-----BEGIN PRIVATE KEY-----PLANTED-ENC-PRIVATE-KEY-----END PRIVATE KEY-----";

/// Makes an element of `DescribeServerCertificates`, uploaded a day after the certificate's start.
pub fn aliyun_record(id: &str, name: &str, region: &str, certificate: &Certificate) -> Value {
    let created = certificate.not_before + chrono::Duration::days(1);
    let mut record = json!({
        "ServerCertificateId": id,
        "ServerCertificateName": name,
        "RegionId": region,
        "RegionIdAlias": region,
        "ResourceGroupId": "rg-acfmxazb4ph6aiy",
        "Fingerprint": certificate.sha1_hex_colons,
        "CommonName": certificate.cn,
        "CreateTime": iso(created),
        "CreateTimeStamp": created.timestamp_millis(),
        "ExpireTime": iso(certificate.not_after),
        "ExpireTimeStamp": certificate.not_after.timestamp_millis(),
        "IsAliCloudCertificate": 0,
        "AliCloudCertificateId": "",
        "AliCloudCertificateName": "",
        "Tags": {"Tag": [{"TagKey": "team", "TagValue": "web"}]},
    });
    // The real service leaves the key out when there are no names.
    if !certificate.sans.is_empty() {
        record["SubjectAlternativeNames"] = json!({"SubjectAlternativeName": certificate.sans});
    }
    record
}

/// Makes an element of `DescribeCACertificates`.
pub fn aliyun_ca_record(id: &str, name: &str, region: &str, certificate: &Certificate) -> Value {
    let record = aliyun_record(id, name, region, certificate);
    let own = json!({"CACertificateId": id, "CACertificateName": name});
    let of_servers = [
        "ServerCertificateId",
        "ServerCertificateName",
        "SubjectAlternativeNames",
        "IsAliCloudCertificate",
        "AliCloudCertificateId",
        "AliCloudCertificateName",
    ];
    let none = of_servers.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    changed(changed(record, &none), &own)
}

/// Makes an element of CAS's `ListUserCertificateOrder` with `OrderType=CERT`, with the status of today.
pub fn cas_record(id: i64, name: &str, certificate: &Certificate) -> Value {
    let left = certificate.not_after - Utc::now();
    let status = match left {
        left if left <= chrono::Duration::zero() => "EXPIRED",
        left if left <= chrono::Duration::days(30) => "WILLEXPIRED",
        _ => "ISSUED",
    };
    json!({
        "CertificateId": id,
        "Name": name,
        "CommonName": certificate.cn,
        "Sans": certificate.sans.join(","),
        "Status": status,
        "Expired": status == "EXPIRED",
        "Fingerprint": certificate.sha1_hex.to_uppercase(),
        "Sha2": certificate.sha256_hex.to_uppercase(),
        "SerialNo": serial_hex(&certificate.der),
        "Issuer": certificate.cn,
        "CertStartTime": certificate.not_before.timestamp_millis(),
        "CertEndTime": certificate.not_after.timestamp_millis(),
        "StartDate": certificate.not_before.format("%Y-%m-%d").to_string(),
        "EndDate": certificate.not_after.format("%Y-%m-%d").to_string(),
        "InstanceId": format!("cas-ivauto-{id}"),
        "ResourceGroupId": "rg-acfmx4snyahsiuy",
        "Upload": false,
        "OrgName": "",
        "City": "",
        "Province": "",
        "Country": "",
    })
}

/// Returns the serial number, which is the second element of the inner sequence, after the version.
fn serial_hex(der: &[u8]) -> String {
    let header = |at: usize| if der[at + 1] < 0x80 { 2 } else { 2 + usize::from(der[at + 1] & 0x7f) };
    let mut at = header(0);
    at += header(at);
    if der[at] == 0xa0 {
        at += header(at) + usize::from(der[at + 1]);
    }
    wire::hex(&der[at + 2..at + 2 + usize::from(der[at + 1])])
}

/// Makes odd elements of `DescribeServerCertificates`, each with a name for its oddity. All but the last two can be
/// read.
pub fn aliyun_odd(region: &str, certificate: &Certificate) -> Vec<(&'static str, Value)> {
    let record =
        |what: &str| aliyun_record(&format!("1000000000000001_{}", &id_of(what)[..11]), what, region, certificate);
    let sans = |value: Value| json!({"SubjectAlternativeName": value});
    let listed = serde_json::to_string(&certificate.sans).unwrap_or_default();
    let odd = |what: &'static str, changes: Value| (what, changed(record(what), &changes));
    vec![
        odd("san-json-in-string", json!({"SubjectAlternativeNames": sans(json!([listed]))})),
        odd("san-number-text", json!({"SubjectAlternativeNames": sans(json!(["123"]))})),
        odd("san-array", json!({"SubjectAlternativeNames": sans(json!(certificate.sans))})),
        odd("san-absent-cn-absent", json!({"SubjectAlternativeNames": null, "CommonName": null})),
        odd(
            "expiry-absent",
            json!({"ExpireTime": null, "ExpireTimeStamp": null, "CommonName": null, "SubjectAlternativeNames": null, "Tags": null}),
        ),
        odd("timestamp-11-digits", json!({"ExpireTimeStamp": 15_041_477_450_i64})),
        odd("timestamp-only", json!({"ExpireTime": null})),
        odd("time-only", json!({"ExpireTimeStamp": null})),
        odd("time-three-digit-year", json!({"ExpireTime": "017-08-31T02:49:05Z"})),
        odd("time-without-seconds", json!({"ExpireTime": certificate.not_after.format("%Y-%m-%dT%H:%MZ").to_string()})),
        odd("cas-id-zero", json!({"AliCloudCertificateId": "0"})),
        odd("cas-id-empty", json!({"AliCloudCertificateId": ""})),
        odd(
            "cas-int",
            json!({"IsAliCloudCertificate": 1, "AliCloudCertificateId": "1501739", "AliCloudCertificateName": "slb"}),
        ),
        odd("cas-string", json!({"IsAliCloudCertificate": "1", "AliCloudCertificateId": "1501739"})),
        odd("cas-bool", json!({"IsAliCloudCertificate": true, "AliCloudCertificateId": "1501739"})),
        odd("tags-absent", json!({"Tags": null})),
        odd("tags-empty", json!({"Tags": {"Tag": []}})),
        odd("tags-bare-array", json!({"Tags": [{"TagKey": "team", "TagValue": "web"}]})),
        odd("tag-value-empty", json!({"Tags": {"Tag": [{"TagKey": "team", "TagValue": ""}]}})),
        odd("region-internal", json!({"RegionId": format!("{region}-btc-a01")})),
        odd("region-alias-absent", json!({"RegionIdAlias": null})),
        ("unreadable-number", json!(42)),
        (
            "unreadable-types",
            json!({"ServerCertificateId": {"not": "text"}, "ExpireTimeStamp": ["never"], "Fingerprint": 7}),
        ),
    ]
}

/// Makes an element of Huawei's certificate list in its newest form. `id` and `project` are 32 hex digits.
pub fn huawei_record(id: &str, project: &str, name: &str, certificate: &Certificate) -> Value {
    let created = iso(certificate.not_before + chrono::Duration::days(1));
    json!({
        "id": id,
        "project_id": project,
        "name": name,
        "description": "",
        "type": "server",
        "domain": certificate.sans.join(","),
        "certificate": certificate.pem,
        "private_key": PLANTED_KEY,
        "enc_certificate": "",
        "enc_private_key": "",
        "admin_state_up": true,
        "created_at": created,
        "updated_at": created,
        "expire_time": iso(certificate.not_after),
        "common_name": certificate.cn,
        "fingerprint": certificate.sha1_hex,
        "subject_alternative_names": certificate.sans,
        "scm_certificate_id": "",
        "source": "",
        "protection_status": "nonProtection",
        "protection_reason": "",
        "enterprise_project_id": "0",
    })
}

/// Makes an element of Huawei's list of listeners without a certificate. The test fills in
/// `default_tls_container_ref`, `sni_container_refs` and `client_ca_tls_container_ref`.
pub fn huawei_listener(name: &str, project: &str, load_balancer: &str, port: u16) -> Value {
    json!({
        "id": name,
        "name": name,
        "description": "",
        "protocol": "HTTPS",
        "protocol_port": port,
        "default_tls_container_ref": null,
        "sni_container_refs": [],
        "sni_match_algo": "wildcard",
        "client_ca_tls_container_ref": null,
        "loadbalancers": [{"id": load_balancer}],
        "project_id": project,
        "enterprise_project_id": "0",
        "admin_state_up": true,
        "connection_limit": -1,
        "tls_ciphers_policy": "tls-1-2",
        "tags": [],
        "created_at": "2025-03-24T11:26:16Z",
        "updated_at": "2025-03-24T11:26:17Z",
        "quic_config": null,
    })
}

/// Makes an element of SCM's list. `id` begins with `scs`; the expiry is Beijing time without a time zone.
pub fn scm_record(id: &str, name: &str, certificate: &Certificate) -> Value {
    let domain = if certificate.cn.is_empty() {
        certificate.sans.first().cloned().unwrap_or_default()
    } else {
        certificate.cn.clone()
    };
    let others: Vec<&str> = certificate.sans.iter().map(String::as_str).filter(|san| *san != domain).collect();
    let wildcards = certificate.sans.iter().filter(|san| san.starts_with("*.")).count();
    let domain_type = match (others.is_empty(), wildcards) {
        (false, _) => "MULTI_DOMAIN",
        (true, 0) => "SINGLE_DOMAIN",
        (true, _) => "WILDCARD",
    };
    let beijing = FixedOffset::east_opt(8 * 3600).expect("an offset");
    json!({
        "id": id,
        "name": name,
        "domain": domain,
        "sans": if others.is_empty() { Value::Null } else { json!(others.join(";")) },
        "type": "OV_SSL_CERT",
        "deploy_support": true,
        "signature_algorithm": "SHA256WITHRSA",
        "brand": "GEOTRUST",
        "expire_time": certificate.not_after.with_timezone(&beijing).format("%Y-%m-%d %H:%M:%S.0").to_string(),
        "domain_type": domain_type,
        "validity_period": 12,
        "status": if certificate.not_after <= Utc::now() { "EXPIRED" } else { "ISSUED" },
        "domain_count": others.len() + 1,
        "wildcard_count": wildcards,
        "description": null,
    })
}

/// Makes a record with two SM2 certificates. Both must be valid, so the pair expires with the first of them.
pub fn huawei_sm2_record(project: &str) -> Value {
    let name = "sm2-pair";
    json!({
        "id": id_of(name),
        "project_id": project,
        "name": name,
        "description": "",
        "type": "server_sm",
        "domain": "sm2.example.com",
        "certificate": SM2_SIGNING_PEM,
        "private_key": PLANTED_KEY,
        "enc_certificate": SM2_ENCRYPTION_PEM,
        "enc_private_key": PLANTED_ENC_KEY,
        "admin_state_up": true,
        "created_at": "2026-11-22T22:12:06Z",
        "updated_at": "2026-11-22T22:12:06Z",
        "expire_time": SM2_ENCRYPTION_NOT_AFTER,
        "common_name": "sm2.example.com",
        "subject_alternative_names": ["sm2.example.com", "gm.example.com"],
        "scm_certificate_id": "",
        "source": "",
        "enterprise_project_id": "0",
    })
}

/// Makes odd elements of Huawei's list, each with a name for its oddity. All but the last two can be read.
pub fn huawei_odd(project: &str, chain: &Chain) -> Vec<(&'static str, Value)> {
    let certificate = &chain.leaf;
    let record = |what: &str| {
        let mut record = huawei_record(&id_of(what), project, what, certificate);
        record["certificate"] = json!(chain.pem);
        record
    };
    let odd = |what: &'static str, changes: Value| (what, changed(record(what), &changes));
    vec![
        odd("pem-no-newlines", json!({"certificate": chain.pem.replace('\n', "")})),
        odd("pem-crlf", json!({"certificate": chain.pem.replace('\n', "\r\n")})),
        odd("pem-leaf-only", json!({"certificate": certificate.pem})),
        odd("pem-empty", json!({"certificate": ""})),
        odd(
            "pem-garbage",
            json!({"certificate": "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n"}),
        ),
        odd("pem-absent", json!({"certificate": null})),
        with(record("domain-null"), "domain", Value::Null, "domain-null"),
        with(record("description-null"), "description", Value::Null, "description-null"),
        odd("fingerprint-disagrees", json!({"fingerprint": "869df7fcb441c2ef3fb9329437815972eeb1ef0e"})),
        odd(
            "names-disagree",
            json!({"common_name": "other.example.net", "subject_alternative_names": ["other.example.net"]}),
        ),
        odd("expiry-disagrees", json!({"expire_time": "2045-11-17T13:25:47Z"})),
        ("old-region", old_region(record("old-region"))),
        odd(
            "source-scm",
            json!({"source": "scm", "scm_certificate_id": "scs1554192131150", "description": "Push by SSL Certificate Manager"}),
        ),
        odd("type-client", json!({"type": "client", "domain": ""})),
        odd("protected", json!({"protection_status": "consoleProtection", "protection_reason": "in use"})),
        odd("key-masked", json!({"private_key": "******", "enc_private_key": "*****"})),
        ("server-sm", huawei_sm2_record(project)),
        ("unreadable-number", json!(42)),
        (
            "unreadable-types",
            json!({"id": {"not": "text"}, "certificate": 7, "expire_time": ["never"], "private_key": PLANTED_KEY}),
        ),
    ]
}

/// Returns `record` with the fields of `changes`. A field that is `null` there is removed.
#[must_use]
pub fn changed(mut record: Value, changes: &Value) -> Value {
    let none = Map::new();
    let fields = record.as_object_mut().expect("a record");
    for (name, value) in changes.as_object().unwrap_or(&none) {
        if value.is_null() {
            fields.remove(name);
        } else {
            fields.insert(name.clone(), value.clone());
        }
    }
    record
}

/// Returns 32 hexadecimal digits that follow from `name`.
pub fn id_of(name: &str) -> String {
    wire::sha256_hex(name.as_bytes())[..32].to_owned()
}

/// Returns `record` without the fields that older regions and partner clouds do not send.
fn old_region(record: Value) -> Value {
    let newer = [
        "common_name",
        "fingerprint",
        "subject_alternative_names",
        "enc_certificate",
        "enc_private_key",
        "scm_certificate_id",
        "source",
        "protection_status",
        "protection_reason",
        "enterprise_project_id",
    ];
    changed(record, &newer.iter().map(|name| ((*name).to_owned(), Value::Null)).collect())
}

fn with(mut record: Value, field: &str, value: Value, what: &'static str) -> (&'static str, Value) {
    record[field] = value;
    (what, record)
}

fn iso(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

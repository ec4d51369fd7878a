//! The simulated Alibaba Cloud's certificate service, CAS 2020-04-07: `ListUserCertificateOrder`.

use super::Cloud;
use super::response::Responder;
use crate::server::Reply;
use crate::wire;
use serde_json::{Value, json};

const HANGZHOU: &str = "cn-hangzhou";
const SINGAPORE: &str = "ap-southeast-1";

/// Returns the data centre of a call: the named one, or that of the host.
pub(crate) fn centre<'a>(host: &str, named: &'a str) -> &'a str {
    match named {
        "" if host.starts_with("cas.ap-southeast-1.") => SINGAPORE,
        "" => HANGZHOU,
        named => named,
    }
}

pub(crate) fn act(cloud: &Cloud, uid: &str, params: &[(String, String)], responder: &Responder) -> Reply {
    match responder.action {
        "ListUserCertificateOrder" => list(cloud, uid, params, responder),
        _ => responder.no_such_action(),
    }
}

fn list(cloud: &Cloud, uid: &str, params: &[(String, String)], responder: &Responder) -> Reply {
    let number = |name: &str, default: usize, most: usize| match wire::find(params, name) {
        None | Some("") => Ok(default),
        Some(text) => match text.parse() {
            Ok(number) if (1..=most).contains(&number) => Ok(number),
            // The real text is not known.
            _ => {
                Err(responder.error(400, "InvalidParameter", &format!("The specified parameter {name} is not valid.")))
            }
        },
    };
    let (page, size) = match (number("CurrentPage", 1, usize::MAX), number("ShowSize", 50, 100)) {
        (Ok(page), Ok(size)) => (page, size),
        (Err(refusal), _) | (_, Err(refusal)) => return refusal,
    };
    let region = centre(responder.host, wire::find(params, "RegionId").unwrap_or_default());
    let held = held(cloud, uid, region);
    let status = wire::find(params, "Status").unwrap_or_default();
    let rows: Vec<Value> = match wire::find(params, "OrderType").unwrap_or_default() {
        "CERT" => held.filter(|record| is_in(record, status)).cloned().collect(),
        "UPLOAD" => held.filter(|record| is_in(record, status) && record["Upload"] == true).cloned().collect(),
        // Orders, which are the default, do not contain the certificates that were issued for them.
        "" | "CPACK" | "BUY" => held.filter(|record| record["Upload"] != true).map(order).collect(),
        _ => return responder.error(400, "InvalidParameter", "The specified parameter OrderType is not valid."),
    };
    let shown: Vec<&Value> = rows.iter().skip(page.saturating_sub(1).saturating_mul(size)).take(size).collect();
    responder.success(json!({
        "CertificateOrderList": shown,
        "CurrentPage": page,
        "ShowSize": size,
        "TotalCount": rows.len(),
    }))
}

/// Returns an account's certificates in a data centre. As in the real service, one that does not exist has Hangzhou's.
pub(crate) fn held<'a>(cloud: &'a Cloud, uid: &str, region: &str) -> impl Iterator<Item = &'a Value> {
    let exists = [HANGZHOU, SINGAPORE].contains(&region) || cloud.world.cas.iter().any(|known| known.region == region);
    let region = if exists { region.to_owned() } else { HANGZHOU.to_owned() };
    let uid = uid.to_owned();
    let centres = cloud.world.cas.iter().filter(move |known| known.region == region && known.is_of(&uid));
    centres.flat_map(|centre| &centre.certificates)
}

/// Tells whether a record is in the list of this status. Without a status, only valid certificates are; a record
/// without a status always is.
fn is_in(record: &Value, wanted: &str) -> bool {
    match (record["Status"].as_str(), wanted) {
        (Some(status), "") => ["ISSUED", "WILLEXPIRED"].contains(&status),
        (Some(status), wanted) => status == wanted,
        (None, wanted) => wanted.is_empty(),
    }
}

fn order(record: &Value) -> Value {
    json!({
        "Status": "ISSUED",
        "ProductName": "专业版 OV SSL",
        "InstanceId": record["InstanceId"],
        "ProductCode": "globalsign-ov-1-personal",
        "SourceType": "buy",
        "WildDomainCount": 0,
        "CertType": "OV",
        "PartnerOrderId": "",
        "OrderId": 3_451_111,
        "Algorithm": "RSA",
        "RootBrand": "GlobalSign",
        "AliyunOrderId": 210_000_000_040_655_i64,
        "DomainType": "ONE",
        "TrusteeStatus": "unTrustee",
        "Domain": record["CommonName"],
        "BuyDate": record["CertStartTime"],
        "DomainCount": 1,
    })
}

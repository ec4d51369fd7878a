//! The simulated Alibaba Cloud's certificate service, CAS 2020-04-07: `ListUserCertificateOrder`.

use super::aliyun::Cloud;
use super::aliyun_answer::Answer;
use super::server::Reply;
use super::wire;
use serde_json::{Value, json};

const HANGZHOU: &str = "cn-hangzhou";
const SINGAPORE: &str = "ap-southeast-1";

/// The data centre that a call is for: the one it names, or the one its host belongs to.
pub(crate) fn centre<'a>(host: &str, named: &'a str) -> &'a str {
    match named {
        "" if host.starts_with("cas.ap-southeast-1.") => SINGAPORE,
        "" => HANGZHOU,
        named => named,
    }
}

pub(crate) fn act(cloud: &Cloud, uid: &str, params: &[(String, String)], answer: &Answer) -> Reply {
    match answer.action {
        "ListUserCertificateOrder" => list(cloud, uid, params, answer),
        _ => answer.no_such_action(),
    }
}

fn list(cloud: &Cloud, uid: &str, params: &[(String, String)], answer: &Answer) -> Reply {
    let number = |name: &str, default: usize, most: usize| match wire::find(params, name) {
        None | Some("") => Ok(default),
        Some(text) => match text.parse() {
            Ok(number) if (1..=most).contains(&number) => Ok(number),
            // The real text is not known.
            _ => Err(answer.error(400, "InvalidParameter", &format!("The specified parameter {name} is not valid."))),
        },
    };
    let (page, size) = match (number("CurrentPage", 1, usize::MAX), number("ShowSize", 50, 100)) {
        (Ok(page), Ok(size)) => (page, size),
        (Err(refusal), _) | (_, Err(refusal)) => return refusal,
    };
    let region = centre(answer.host, wire::find(params, "RegionId").unwrap_or_default());
    let held = held(cloud, uid, region);
    let status = wire::find(params, "Status").unwrap_or_default();
    let rows: Vec<Value> = match wire::find(params, "OrderType").unwrap_or_default() {
        "CERT" => held.filter(|record| is_in(record, status)).cloned().collect(),
        "UPLOAD" => held.filter(|record| is_in(record, status) && record["Upload"] == true).cloned().collect(),
        // Orders, which is what comes without an OrderType, know nothing of the certificates that came of them.
        "" | "CPACK" | "BUY" => held.filter(|record| record["Upload"] != true).map(order).collect(),
        _ => return answer.error(400, "InvalidParameter", "The specified parameter OrderType is not valid."),
    };
    let shown: Vec<&Value> = rows.iter().skip(page.saturating_sub(1).saturating_mul(size)).take(size).collect();
    answer.good(json!({
        "CertificateOrderList": shown,
        "CurrentPage": page,
        "ShowSize": size,
        "TotalCount": rows.len(),
    }))
}

/// What a data centre has of an account. The trap of the real service: one that does not exist has Hangzhou's.
fn held<'a>(cloud: &'a Cloud, uid: &str, region: &str) -> impl Iterator<Item = &'a Value> {
    let exists = [HANGZHOU, SINGAPORE].contains(&region) || cloud.world.cas.iter().any(|known| known.region == region);
    let region = if exists { region.to_owned() } else { HANGZHOU.to_owned() };
    let uid = uid.to_owned();
    let centres = cloud.world.cas.iter().filter(move |known| known.region == region && known.is_of(&uid));
    centres.flat_map(|centre| &centre.certificates)
}

/// Without a status only the certificates that are still good come; a record without one always comes.
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

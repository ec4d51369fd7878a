//! The simulated Alibaba Cloud's MSE gateways, 2019-05-31, whose replies have `Code` 200 in a success, and 200 with
//! `Success` false in a refusal.

use super::call::{Answer, Call, Operation, Via};
use crate::records::id_of;
use serde_json::{Value, json};

/// A gateway with its domains.
#[derive(Clone, Debug, Default)]
pub struct MseGateway {
    pub region: String,
    pub name: String,
    /// A domain, and its certificate `<CAS id>-<CAS center>`, which is empty without HTTPS.
    pub domains: Vec<(String, String)>,
    /// The account's id; empty for all accounts.
    pub uid: String,
}

impl MseGateway {
    /// Creates a gateway with one domain.
    pub fn new(region: &str, name: &str, domain: &str, certificate: &str) -> Self {
        let domains = vec![(domain.to_owned(), certificate.to_owned())];
        Self { region: region.into(), name: name.into(), domains, uid: String::new() }
    }

    fn id(&self) -> String {
        format!("gw-{}", id_of(&self.name))
    }
}

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "ListGateway",
        via: Via::Query,
        needed: &[],
        optional: &["PageNumber", "PageSize"],
        run: list_gateways,
    },
    Operation {
        name: "ListGatewayDomain",
        via: Via::Query,
        needed: &["GatewayUniqueId"],
        optional: &["Type"],
        run: list_domains,
    },
];

fn gateways<'a>(call: &'a Call) -> impl Iterator<Item = &'a MseGateway> {
    call.cloud.world.mse.iter().filter(|gateway| gateway.region == call.region && call.owns(&gateway.uid))
}

fn success(data: &Value) -> Value {
    json!({
        "Code": 200,
        "Data": data,
        "HttpStatusCode": 200,
        "Message": "The request is successfully processed.",
        "Success": true,
    })
}

fn list_gateways(call: &Call) -> Answer {
    let record = |gateway: &MseGateway| {
        json!({
            "GatewayType": "ingress",
            "GatewayUniqueId": gateway.id(),
            "Id": 12,
            "Name": gateway.name,
            "Region": gateway.region,
            "Status": 2,
        })
    };
    let page = call.page(("PageNumber", "PageSize"), gateways(call).map(record).collect(), 10, 100)?;
    let data = json!({"PageNumber": page.number, "PageSize": page.size, "Result": page.rows, "TotalSize": page.total});
    Ok(success(&data))
}

fn list_domains(call: &Call) -> Answer {
    let (id, kind) = (call.param("GatewayUniqueId"), call.one_of("Type", &["Op", "Ingress"])?);
    let Some(gateway) = gateways(call).find(|gateway| gateway.id() == id) else {
        return Ok(json!({
            "Code": 404,
            "ErrorCode": "mse-100-404",
            "HttpStatusCode": 404,
            "Message": "The gateway does not exist.",
            "Success": false,
        }));
    };
    let record = |(domain, certificate): &(String, String)| {
        let mut record = json!({"GatewayId": 12, "Id": 243, "Name": domain, "Protocol": "HTTP", "Type": "Op"});
        if !certificate.is_empty() {
            record["Protocol"] = json!("HTTPS");
            record["CertIdentifier"] = json!(certificate);
        }
        record
    };
    let rows: Vec<Value> = gateway.domains.iter().map(record).filter(|_| kind != "Ingress").collect();
    Ok(success(&json!(rows)))
}

//! Security Token Service: who a key belongs to.
//!
//! Reference: <https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-getcalleridentity>

use serde::Deserialize;

use crate::config::Endpoint;
use crate::error::Error;
use crate::providers::Identity;

use super::api::{Api, Client, Operation};

pub(super) const ID: &str = "sts";
const VERSION: &str = "2015-04-01";
const HOST: &str = "sts.aliyuncs.com";

static GET_CALLER_IDENTITY: Operation = Operation { action: "GetCallerIdentity", version: VERSION, permission: None };

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IdentityWire {
    account_id: String,
    arn: Option<String>,
}

/// The account that the keys belong to; its name is the ARN of the user or role.
pub(super) async fn caller_identity(api: &Api) -> Result<Identity, Error> {
    let endpoint = endpoint(&api.client)?;
    let reply = api.call(&GET_CALLER_IDENTITY, &endpoint, &[]).await?;
    let wire: IdentityWire = reply.json()?;
    Ok(Identity { account_id: wire.account_id, name: wire.arn })
}

pub(super) fn endpoint(client: &Client) -> Result<Endpoint, Error> {
    client.endpoint(ID, HOST)
}

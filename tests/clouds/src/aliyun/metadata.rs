//! The simulated Alibaba Cloud's metadata service and credentials URI, which issue temporary keys.

use super::Cloud;
use super::sts::seconds;
use super::world::Role;
use crate::server::{Reply, Request};
use crate::wire;
use chrono::{DateTime, Duration, Utc};
use std::collections::HashMap;
use std::sync::Mutex;

const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

/// The tokens of the metadata service, each with its expiry.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, DateTime<Utc>>>);

impl Tokens {
    /// Issues a token for `seconds`, the text of a header; `None` where the service does not accept that text.
    pub(crate) fn issue(&self, seconds: Option<&str>, now: DateTime<Utc>) -> Option<String> {
        let seconds = seconds?.parse::<i64>().ok().filter(|seconds| (1..=21_600).contains(seconds))?;
        let token = format!("TESTMETADATATOKEN{:08}==", wire::serial());
        self.0.lock().expect("the tokens").insert(token.clone(), now + Duration::seconds(seconds));
        Some(token)
    }

    pub(crate) fn knows(&self, token: &str, now: DateTime<Utc>) -> bool {
        self.0.lock().expect("the tokens").get(token).is_some_and(|end| now < *end)
    }
}

/// Returns the name of a call of the two services; `None` for any other request.
pub(crate) fn action(request: &Request) -> Option<&'static str> {
    match (request.method.as_str(), request.path.as_str()) {
        (_, "/latest/api/token") => Some("imds:token"),
        (_, "/credentials-uri") => Some("credentials-uri"),
        ("GET", ROLES) => Some("imds:role"),
        (_, path) if path.starts_with("/latest/") => Some("imds:keys"),
        _ => None,
    }
}

pub(crate) fn serve(cloud: &Cloud, action: &str, request: &Request) -> Reply {
    let world = &cloud.world;
    match action {
        "imds:token" if request.method != "PUT" => plain(405, "Method Not Allowed"),
        "imds:token" => {
            match cloud.tokens.issue(request.header("x-aliyun-ecs-metadata-token-ttl-seconds"), cloud.now()) {
                Some(token) => plain(200, &token),
                None => plain(400, "Bad Request"),
            }
        }
        "credentials-uri" => world.uri_role.as_ref().map_or_else(not_found, |role| keys(cloud, role)),
        _ if !is_authorized(cloud, request) => plain(403, "Forbidden"),
        _ => match (&world.instance_role, request.path.strip_prefix(ROLES)) {
            (Some(role), Some("")) => plain(200, role.name()),
            (Some(role), Some(name)) if name == role.name() => keys(cloud, role),
            _ => not_found(),
        },
    }
}

fn is_authorized(cloud: &Cloud, request: &Request) -> bool {
    match request.header("x-aliyun-ecs-metadata-token") {
        Some(token) => cloud.tokens.knows(token, cloud.now()),
        None => cloud.world.imds_v1,
    }
}

fn keys(cloud: &Cloud, role: &Role) -> Reply {
    let now = cloud.now();
    let mut body = cloud.issued.issue(role, "i-test", Duration::hours(1), now).body();
    body["Code"] = "Success".into();
    body["LastUpdated"] = seconds(now).into();
    Reply::new(200, "text/plain", body.to_string())
}

fn plain(status: u16, text: &str) -> Reply {
    Reply::new(status, "text/plain", text)
}

fn not_found() -> Reply {
    Reply::new(404, "text/html", "<html><head><title>404 - Not Found</title></head><body>404 - Not Found</body></html>")
}

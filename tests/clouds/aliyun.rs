//! A simulated Alibaba Cloud: SLB 2014-05-15 `DescribeServerCertificates` and `DescribeRegions`.

use super::aliyun_auth::{self as auth, Claim, Refusal};
use super::fault::{self, Fault, Faults, What};
use super::seen::{Log, Seen};
use super::server::{self, Reply, Request, Running};
use super::wire;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub key_id: String,
    pub secret: String,
    /// Temporary keys come with a token that every request must carry.
    pub token: Option<String>,
    pub uid: String,
    /// The actions this account may not do.
    pub denied: Vec<String>,
}

impl Account {
    pub(crate) fn new(key_id: &str, secret: &str) -> Self {
        Self { key_id: key_id.into(), secret: secret.into(), uid: "1000000000000001".into(), ..Self::default() }
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Region {
    pub id: String,
    /// The host that `DescribeRegions` names.
    pub endpoint: String,
    pub certificates: Vec<Value>,
    /// Whose certificates these are; empty is everybody's. One region may stand here once for each account.
    pub uid: String,
}

impl Region {
    pub(crate) fn new(id: &str, certificates: Vec<Value>) -> Self {
        Self { id: id.into(), endpoint: format!("slb.{id}.aliyuncs.com"), certificates, uid: String::new() }
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub accounts: Vec<Account>,
    pub regions: Vec<Region>,
    pub faults: Vec<Fault>,
    /// How far the cloud's clock is ahead of this machine's.
    pub clock: chrono::Duration,
    /// How long every reply takes.
    pub delay: Duration,
}

/// A running cloud; it stops when this is dropped.
pub(crate) struct Aliyun {
    pub url: String,
    pub log: Log,
    _server: Running,
}

pub(crate) fn start(world: World) -> Aliyun {
    let log = Log::default();
    let cloud = Cloud { faults: Faults::new(world.faults.clone()), nonces: Mutex::default(), log: log.clone(), world };
    let server = server::start(log.gauge(), move |request| cloud.serve(request));
    Aliyun { url: server.url.clone(), log, _server: server }
}

struct Cloud {
    world: World,
    faults: Faults,
    nonces: Mutex<HashSet<String>>,
    log: Log,
}

impl Cloud {
    fn serve(&self, request: &Request) -> Reply {
        let params = auth::params(request);
        let claim = auth::read(request);
        let named = |header: &str, param: &str| {
            let value = request.header(header).or_else(|| wire::find(&params, param));
            value.unwrap_or_default().to_owned()
        };
        let action = named("x-acs-action", "Action");
        let region = wire::find(&params, "RegionId").unwrap_or_default().to_owned();
        // The signature is checked even when a fault strikes: the nonce is spent all the same.
        let admitted = claim.as_ref().map_err(Clone::clone).and_then(|claim| self.admit(claim));
        self.log.add(Seen {
            host: request.host.clone(),
            action: action.clone(),
            region: region.clone(),
            query: request.query.clone(),
            at: Instant::now(),
            authorized: admitted.is_ok(),
        });
        let answer = Answer {
            host: &request.host,
            json: claim.as_ref().map_or(request.header("x-acs-action").is_some(), Claim::wants_json),
            action: &action,
        };
        let truth = || match (&claim, &admitted) {
            (Ok(claim), Ok(account)) => self.act(claim, account, &answer),
            (_, Err(refusal)) | (Err(refusal), _) => answer.refuse(refusal),
        };
        let fault = self.faults.take(&action, &region);
        let mut reply = match fault {
            None => truth(),
            Some(What::MissingList) => answer.good(json!({})),
            Some(What::Xml) => Answer { json: false, ..answer }.good(self.list(&region, "", None)),
            Some(What::Throttle { headers }) => {
                let mut reply = answer.error(400, "Throttling.User", "Request was denied due to user flow control.");
                reply.headers.extend(headers);
                reply
            }
            Some(What::ServerError) => answer.error(
                503,
                "ServiceUnavailable",
                "The request has failed due to a temporary failure of the server.",
            ),
            Some(What::Denied) => answer.denied(&Account::default()),
            Some(What::EchoRequest(status)) => answer.error(status, "EchoRequest", &fault::echo(request)),
            Some(what) => fault::general(what, truth),
        };
        reply.delay += self.world.delay;
        reply.header("Date", &wire::http_date(self.now()))
    }

    fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.world.clock
    }

    /// Whose request this is, if it is anybody's.
    fn admit(&self, claim: &Claim) -> Result<&Account, Refusal> {
        let account =
            self.world.accounts.iter().find(|account| account.key_id == claim.key_id).ok_or_else(|| {
                Refusal::new(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
            })?;
        let skew = self.now() - claim.time()?;
        if skew.abs() > chrono::Duration::minutes(15) {
            return Err(Refusal::new(
                400,
                "InvalidTimeStamp.Expired",
                "Specified time stamp or date value is expired.",
            ));
        }
        if !claim.is_signed_with(&account.secret) {
            let own = &claim.string_to_sign;
            let message =
                format!("Specified signature is not matched with our calculation. server string to sign is:{own}");
            return Err(Refusal::new(400, "SignatureDoesNotMatch", message));
        }
        if !self.nonces.lock().expect("the nonces").insert(claim.nonce.clone()) {
            return Err(Refusal::new(400, "SignatureNonceUsed", "Specified signature nonce was used already."));
        }
        let token = claim.token.as_deref().filter(|token| !token.is_empty());
        match (account.token.as_deref(), token) {
            (Some(_), None) => {
                Err(Refusal::new(400, "MissingSecurityToken", "SecurityToken is mandatory for this action."))
            }
            (Some(wanted), Some(given)) if wanted != given => {
                Err(Refusal::new(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired."))
            }
            (None, Some(_)) => Err(Refusal::new(
                400,
                "InvalidSecurityToken.MismatchWithAccessKey",
                "Specified SecurityToken mismatch with the AccessKey.",
            )),
            _ => Ok(account),
        }
    }

    fn act(&self, claim: &Claim, account: &Account, answer: &Answer) -> Reply {
        if claim.version != "2014-05-15" {
            return answer.error(400, "InvalidVersion", "Specified parameter Version is not valid.");
        }
        if account.denied.contains(&claim.action) {
            return answer.denied(account);
        }
        let region = claim.param("RegionId").unwrap_or_default();
        match claim.action.as_str() {
            "DescribeRegions" => answer.good(self.regions(account)),
            "DescribeServerCertificates"
                if !region.is_empty() && !self.world.regions.iter().any(|known| known.id == region) =>
            {
                answer.error(404, "InvalidRegionId.NotFound", "The specified RegionId does not exist.")
            }
            "DescribeServerCertificates" => {
                answer.good(self.list(region, &account.uid, claim.param("ServerCertificateId")))
            }
            _ => answer.error(
                404,
                "InvalidAction.NotFound",
                "Specified api is not found, please check your url and method.",
            ),
        }
    }

    fn list(&self, region: &str, uid: &str, id: Option<&str>) -> Value {
        // The trap of the real service: without a region one silently sees only Hangzhou's.
        let region = if region.is_empty() { "cn-hangzhou" } else { region };
        let regions = self.world.regions.iter().filter(|known| known.id == region && known.is_of(uid));
        let certificates: Vec<&Value> = regions
            .flat_map(|region| &region.certificates)
            .filter(|certificate| id.is_none_or(|id| certificate["ServerCertificateId"] == id))
            .collect();
        json!({"ServerCertificates": {"ServerCertificate": certificates}})
    }

    fn regions(&self, account: &Account) -> Value {
        let mut known = HashSet::new();
        let regions: Vec<Value> = self
            .world
            .regions
            .iter()
            .filter(|region| region.is_of(&account.uid) && known.insert(region.id.clone()))
            .map(|region| json!({"RegionId": region.id, "RegionEndpoint": region.endpoint, "LocalName": region.id}))
            .collect();
        json!({"Regions": {"Region": regions}})
    }
}

impl Region {
    fn is_of(&self, uid: &str) -> bool {
        self.uid.is_empty() || uid.is_empty() || self.uid == uid
    }
}

/// How replies to one request are written.
#[derive(Clone, Copy)]
struct Answer<'a> {
    host: &'a str,
    json: bool,
    action: &'a str,
}

impl Answer<'_> {
    fn good(&self, mut body: Value) -> Reply {
        body["RequestId"] = json!(request_id());
        self.write(200, &format!("{}Response", self.action), &body)
    }

    fn error(&self, status: u16, code: &str, message: &str) -> Reply {
        self.write(status, "Error", &self.error_body(code, message))
    }

    fn refuse(&self, refusal: &Refusal) -> Reply {
        self.error(refusal.status, refusal.code, &refusal.message)
    }

    fn denied(&self, account: &Account) -> Reply {
        let mut body = self.error_body("Forbidden", "User not authorized to operate on the specified resource.");
        body["AccessDeniedDetail"] = json!({
            "AuthAction": format!("slb:{}", self.action),
            "AuthPrincipalDisplayName": "200000000000000000",
            "AuthPrincipalOwnerId": account.uid,
            "AuthPrincipalType": "SubUser",
            "EncodedDiagnosticMessage": "AQEAAAAAaikRpxxx",
            "NoPermissionType": "ImplicitDeny",
        });
        self.write(403, "Error", &body)
    }

    fn error_body(&self, code: &str, message: &str) -> Value {
        let id = request_id();
        json!({
            "RequestId": id,
            "HostId": self.host,
            "Code": code,
            "Message": message,
            "Recommend": format!("https://api.aliyun.com/troubleshoot?q={code}&product=Slb&requestId={id}"),
        })
    }

    fn write(&self, status: u16, root: &str, body: &Value) -> Reply {
        if self.json {
            Reply::json(status, body)
        } else {
            Reply::new(
                status,
                "text/xml;charset=utf-8",
                format!("<?xml version='1.0' encoding='UTF-8'?>{}", xml(root, body)),
            )
        }
    }
}

fn request_id() -> String {
    format!("00000000-0000-4000-8000-{:012X}", wire::serial())
}

/// A list becomes a row of elements of the same name, as Alibaba writes it.
fn xml(name: &str, value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(|item| xml(name, item)).collect(),
        Value::Object(fields) => {
            let inner = fields.iter().fold(String::new(), |mut text, (name, value)| {
                let _ = write!(text, "{}", xml(name, value));
                text
            });
            format!("<{name}>{inner}</{name}>")
        }
        Value::String(text) => {
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            format!("<{name}>{text}</{name}>")
        }
        other => format!("<{name}>{other}</{name}>"),
    }
}

//! A simulated Alibaba Cloud, told apart by version and path: SLB 2014-05-15 (`DescribeServerCertificates`,
//! `DescribeCACertificates`, `DescribeRegions`, listeners), CAS 2020-04-07, STS 2015-04-01, the metadata service and a credentials URI.

use super::aliyun_answer::{Answer, Product};
use super::aliyun_auth::{self as auth, Claim, Refusal};
pub(crate) use super::aliyun_listeners::Listener;
use super::aliyun_sts::{self as sts, Issued, Keys, Principal};
pub(crate) use super::aliyun_world::{Account, CasCentre, Region, Role, World};
use super::fault::{self, Faults, What};
use super::seen::{Log, Seen};
use super::server::{self, Reply, Request, Running};
use super::{aliyun_cas as cas, aliyun_imds as imds, aliyun_listeners as listeners, wire};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Instant;

/// A running cloud; it stops when this is dropped.
pub(crate) struct Aliyun {
    pub url: String,
    pub log: Log,
    _server: Running,
}

pub(crate) fn start(world: World) -> Aliyun {
    let log = Log::default();
    let cloud = Cloud {
        faults: Faults::new(world.faults.clone()),
        nonces: Mutex::default(),
        issued: Issued::default(),
        tokens: imds::Tokens::default(),
        log: log.clone(),
        world,
    };
    let server = server::start(log.gauge(), move |request| cloud.serve(request));
    Aliyun { url: server.url.clone(), log, _server: server }
}

pub(crate) struct Cloud {
    pub world: World,
    /// The temporary keys it gave out.
    pub issued: Issued,
    /// The metadata service's tokens.
    pub tokens: imds::Tokens,
    faults: Faults,
    nonces: Mutex<HashSet<String>>,
    log: Log,
}

impl Cloud {
    fn serve(&self, request: &Request) -> Reply {
        let mut reply = match imds::action(request) {
            Some(action) => self.serve_keys(action, request),
            None => self.serve_api(request),
        };
        reply.delay += self.world.delay;
        reply.header("Date", &wire::http_date(self.now()))
    }

    /// The metadata service and the credentials URI: nobody signs there.
    fn serve_keys(&self, action: &'static str, request: &Request) -> Reply {
        let truth = imds::serve(self, action, request);
        self.log.add(Seen {
            host: request.host.clone(),
            action: action.to_owned(),
            region: String::new(),
            query: request.query.clone(),
            at: Instant::now(),
            authorized: truth.status != 403,
            account: String::new(),
            owner: String::new(),
        });
        match self.faults.take(action, "") {
            None => truth,
            Some(what) => fault::plain(what, request, || truth),
        }
    }

    fn serve_api(&self, request: &Request) -> Reply {
        let params = auth::params(request);
        let claim = auth::read(request);
        let named = |header: &str, param: &str| {
            let value = request.header(header).or_else(|| wire::find(&params, param));
            value.unwrap_or_default().to_owned()
        };
        let action = named("x-acs-action", "Action");
        let product = Product::of(&named("x-acs-version", "Version"));
        let region = wire::find(&params, "RegionId").unwrap_or_default();
        let region = if product == Some(Product::Cas) { cas::centre(&request.host, region) } else { region }.to_owned();
        let with_oidc = product == Some(Product::Sts) && action == "AssumeRoleWithOIDC";
        // The signature is checked even when a fault strikes: the nonce is spent all the same.
        let admitted = claim.as_ref().map_err(Clone::clone).and_then(|claim| self.admit(claim));
        self.log.add(Seen {
            host: request.host.clone(),
            action: action.clone(),
            region: region.clone(),
            query: request.query.clone(),
            at: Instant::now(),
            authorized: admitted.is_ok() || (with_oidc && sts::knows_oidc_token(self, &params)),
            account: claim.as_ref().map_or_else(|_| String::new(), |claim| claim.key_id.clone()),
            owner: admitted.as_ref().map_or_else(|_| String::new(), |principal| principal.uid.clone()),
        });
        let asks_json = || wire::find(&params, "Format").is_some_and(|format| format.eq_ignore_ascii_case("json"));
        let unsigned_json = request.header("x-acs-action").is_some() || (with_oidc && asks_json());
        let answer = Answer {
            host: &request.host,
            json: claim.as_ref().map_or(unsigned_json, Claim::wants_json),
            action: &action,
            product: product.unwrap_or(Product::Slb),
        };
        let truth = |answer: Answer| match (&claim, &admitted) {
            _ if with_oidc => sts::assume_role_with_oidc(self, &params, &answer),
            (Ok(claim), Ok(principal)) => self.act(claim, product, principal, &answer),
            (_, Err(refusal)) | (Err(refusal), _) => answer.refuse(refusal),
        };
        match self.faults.take(&action, &region) {
            None => truth(answer),
            Some(What::MissingList) => answer.good(json!({})),
            Some(What::Xml) => truth(Answer { json: false, ..answer }),
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
            Some(What::Denied) => answer.denied(""),
            Some(What::RepeatMarker) if action == "DescribeLoadBalancerListeners" => listeners::repeat(&answer),
            Some(What::EchoRequest(status)) => answer.error(status, "EchoRequest", &fault::echo(request)),
            Some(what) => fault::general(what, || truth(answer)),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.world.clock
    }

    fn keys(&self, key_id: &str) -> Option<Keys> {
        let account = self.world.accounts.iter().find(|account| account.key_id == key_id);
        account.map(Keys::of).or_else(|| self.issued.find(key_id))
    }

    /// Whose request this is, if it is anybody's.
    fn admit(&self, claim: &Claim) -> Result<Principal, Refusal> {
        let keys = self
            .keys(&claim.key_id)
            .ok_or_else(|| Refusal::new(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found."))?;
        let skew = self.now() - claim.time()?;
        if skew.abs() > chrono::Duration::minutes(15) {
            return Err(Refusal::new(
                400,
                "InvalidTimeStamp.Expired",
                "Specified time stamp or date value is expired.",
            ));
        }
        if !claim.is_signed_with(&keys.secret) {
            let own = &claim.string_to_sign;
            let message =
                format!("Specified signature is not matched with our calculation. server string to sign is:{own}");
            return Err(Refusal::new(400, "SignatureDoesNotMatch", message));
        }
        if !self.nonces.lock().expect("the nonces").insert(claim.nonce.clone()) {
            return Err(Refusal::new(400, "SignatureNonceUsed", "Specified signature nonce was used already."));
        }
        let token = claim.token.as_deref().filter(|token| !token.is_empty());
        match (keys.token.as_deref(), token) {
            (Some(_), None) => {
                Err(Refusal::new(400, "MissingSecurityToken", "SecurityToken is mandatory for this action."))
            }
            (Some(wanted), Some(given)) if wanted != given || keys.expires.is_some_and(|end| end <= self.now()) => {
                Err(Refusal::new(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired."))
            }
            (None, Some(_)) => Err(Refusal::new(
                400,
                "InvalidSecurityToken.MismatchWithAccessKey",
                "Specified SecurityToken mismatch with the AccessKey.",
            )),
            _ => Ok(keys.principal),
        }
    }

    fn act(&self, claim: &Claim, product: Option<Product>, principal: &Principal, answer: &Answer) -> Reply {
        let Some(product) = product else {
            return answer.error(400, "InvalidVersion", "Specified parameter Version is not valid.");
        };
        if principal.denied.contains(&claim.action) {
            return answer.denied(&principal.uid);
        }
        match product {
            Product::Slb => self.act_slb(claim, &principal.uid, answer),
            Product::Sts => sts::act(self, principal, &claim.params, answer),
            Product::Cas => cas::act(self, &principal.uid, &claim.params, answer),
        }
    }

    fn act_slb(&self, claim: &Claim, uid: &str, answer: &Answer) -> Reply {
        let region = claim.param("RegionId").unwrap_or_default();
        match answer.action {
            "DescribeRegions" => answer.good(self.regions(uid)),
            "DescribeServerCertificates" | "DescribeCACertificates" | "DescribeLoadBalancerListeners"
                if !region.is_empty() && !self.world.regions.iter().any(|known| known.id == region) =>
            {
                answer.error(404, "InvalidRegionId.NotFound", "The specified RegionId does not exist.")
            }
            "DescribeServerCertificates" => answer.good(self.list(region, uid, claim, "ServerCertificate")),
            "DescribeCACertificates" if region.is_empty() => answer.missing("RegionId"),
            "DescribeCACertificates" => answer.good(self.list(region, uid, claim, "CACertificate")),
            "DescribeLoadBalancerListeners" => listeners::list(self, &claim.params, answer),
            "DescribeDomainExtensions" => listeners::domain_extensions(self, &claim.params, answer),
            _ => answer.no_such_action(),
        }
    }

    /// One of the two lists, which differ in the word in front of everything.
    fn list(&self, region: &str, uid: &str, claim: &Claim, what: &str) -> Value {
        let key = format!("{what}Id");
        let id = claim.param(&key);
        // The trap of the real service: without a region one silently sees only Hangzhou's.
        let region = if region.is_empty() { "cn-hangzhou" } else { region };
        let regions = self.world.regions.iter().filter(|known| known.id == region && known.is_of(uid));
        let certificates: Vec<&Value> = regions
            .flat_map(|region| if what == "CACertificate" { &region.ca_certificates } else { &region.certificates })
            .filter(|certificate| id.is_none_or(|id| certificate[&key] == id))
            .collect();
        json!({format!("{what}s"): {what: certificates}})
    }

    fn regions(&self, uid: &str) -> Value {
        let mut known = HashSet::new();
        let regions: Vec<Value> = self
            .world
            .regions
            .iter()
            .filter(|region| region.is_of(uid) && known.insert(region.id.clone()))
            .map(|region| json!({"RegionId": region.id, "RegionEndpoint": region.endpoint, "LocalName": region.id}))
            .collect();
        json!({"Regions": {"Region": regions}})
    }
}

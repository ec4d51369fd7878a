//! A simulated Alibaba Cloud: SLB 2014-05-15 (`DescribeServerCertificates`, `DescribeCACertificates`,
//! `DescribeRegions`, listeners), CAS 2020-04-07, STS 2015-04-01, the metadata service and a credentials URI, all at
//! one address. The version and the path of a request tell the service.
//!
//! The other products have a file each. In faults, denials and the log their actions have a prefix:
//! `alb:ListListeners`, `nlb:`, `ga:`, `waf:`, `cdn:`, `dcdn:`, `esa:`, `fc:`, `rd:` (resource directory), `apig:`,
//! `mse:`.

mod alb;
mod apig;
pub mod auth;
mod call;
mod cas;
mod cas_details;
mod cas_resources;
mod cdn;
mod dcdn;
mod directory;
mod esa;
mod fc;
mod ga;
mod listeners;
mod metadata;
mod mse;
mod nlb;
mod products;
mod response;
mod sts;
mod waf;
mod world;

use crate::fault::{self, Effect, Faults};
use crate::request_log::{Log, LoggedRequest};
use crate::server::{self, Reply, Request, Running};
use crate::wire;
pub use alb::AlbListener;
pub use apig::ApigDomain;
use auth::{Claim, Refusal};
pub use cas_resources::CloudResource;
pub use cdn::{CdnCertificate, CdnDomain};
use chrono::{DateTime, Utc};
pub use directory::{Directory, Member};
pub use esa::{EsaCertificate, EsaSite};
pub use fc::FcDomain;
pub use ga::{Accelerator, GaListener};
pub use listeners::Listener;
pub use mse::MseGateway;
pub use nlb::NlbListener;
use response::{Product, Responder};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Instant;
use sts::{Issued, Keys, Principal};
pub use waf::{WafDomain, WafInstance};
pub use world::{Account, CasCentre, Region, Role, ServiceRegion, World};

/// A running cloud. It stops when this is dropped.
pub struct Aliyun {
    /// The endpoint of all its services.
    pub url: String,
    /// The requests that it received.
    pub log: Log,
    _server: Running,
}

/// Starts a simulated cloud on a free port of loopback.
pub fn start(world: World) -> Aliyun {
    let log = Log::default();
    let cloud = Cloud {
        faults: Faults::new(world.faults.clone()),
        nonces: Mutex::default(),
        issued: Issued::default(),
        tokens: metadata::Tokens::default(),
        log: log.clone(),
        world,
    };
    let server = server::start(log.gauge(), move |request| cloud.serve(request));
    Aliyun { url: server.url.clone(), log, _server: server }
}

pub(crate) struct Cloud {
    pub world: World,
    /// The temporary keys that were issued.
    pub issued: Issued,
    /// The tokens of the metadata service.
    pub tokens: metadata::Tokens,
    faults: Faults,
    nonces: Mutex<HashSet<String>>,
    log: Log,
}

impl Cloud {
    fn serve(&self, request: &Request) -> Reply {
        let mut reply = match metadata::action(request) {
            Some(action) => self.serve_keys(action, request),
            None => self.serve_api(request),
        };
        reply.delay += self.world.delay;
        reply.header("Date", &wire::http_date(self.now()))
    }

    /// Serves the metadata service and the credentials URI, whose requests are not signed.
    fn serve_keys(&self, action: &'static str, request: &Request) -> Reply {
        let normal_reply = metadata::serve(self, action, request);
        self.log.add(LoggedRequest {
            host: request.host.clone(),
            action: action.to_owned(),
            region: String::new(),
            query: request.query.clone(),
            at: Instant::now(),
            authorized: normal_reply.status != 403,
            account: String::new(),
            owner: String::new(),
        });
        match self.faults.take(action, "") {
            None => normal_reply,
            Some(what) => fault::plain_reply(what, request, || normal_reply),
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
        let region = match product {
            Some(Product::Cas) => cas::centre(&request.host, region).to_owned(),
            Some(Product::Slb | Product::Sts) | None => region.to_owned(),
            Some(product) => self.region_of(product, &request.host, region),
        };
        let label = product.map_or_else(|| action.clone(), |product| product.label(&action));
        let with_oidc = product == Some(Product::Sts) && action == "AssumeRoleWithOIDC";
        // The signature is checked even where a fault strikes, because the nonce is spent all the same.
        let admitted = claim.as_ref().map_err(Clone::clone).and_then(|claim| self.admit(claim));
        self.log.add(LoggedRequest {
            host: request.host.clone(),
            action: label.clone(),
            region: region.clone(),
            query: request.query.clone(),
            at: Instant::now(),
            authorized: admitted.is_ok() || (with_oidc && sts::knows_oidc_token(self, &params)),
            account: claim.as_ref().map_or_else(|_| String::new(), |claim| claim.key_id.clone()),
            owner: admitted.as_ref().map_or_else(|_| String::new(), |principal| principal.uid.clone()),
        });
        let wants_json = || wire::find(&params, "Format").is_some_and(|format| format.eq_ignore_ascii_case("json"));
        let unsigned_json = request.header("x-acs-action").is_some() || (with_oidc && wants_json());
        let responder = Responder {
            host: &request.host,
            json: claim.as_ref().map_or(unsigned_json, Claim::wants_json),
            action: &action,
            product: product.unwrap_or(Product::Slb),
        };
        let normal_reply = |responder: Responder| match (&claim, &admitted) {
            _ if with_oidc => sts::assume_role_with_oidc(self, &params, &responder),
            (Ok(_), Ok(principal)) if self.world.throttled.contains(&principal.uid) => responder.throttled(),
            (Ok(claim), Ok(principal)) => match product {
                Some(product) if product.describes(&action) => {
                    let denied = principal.denied.contains(&label);
                    let perform = || self.perform((request, claim.scheme), &principal.uid, &region, &responder);
                    if denied { responder.denied(&principal.uid) } else { perform() }
                }
                _ => self.act(claim, product, principal, &responder),
            },
            (_, Err(refusal)) | (Err(refusal), _) => responder.refuse(refusal),
        };
        match self.faults.take(&label, &region) {
            None => normal_reply(responder),
            Some(Effect::MissingList) => responder.success(json!({})),
            Some(Effect::Xml) => normal_reply(Responder { json: false, ..responder }),
            Some(Effect::Throttle { headers }) => {
                let mut reply = responder.throttled();
                reply.headers.extend(headers);
                reply
            }
            Some(Effect::ServerError) => responder.error(
                503,
                "ServiceUnavailable",
                "The request has failed due to a temporary failure of the server.",
            ),
            Some(Effect::Denied) => responder.denied(""),
            Some(Effect::RepeatMarker) if action == "DescribeLoadBalancerListeners" => listeners::repeat(&responder),
            Some(Effect::RepeatMarker) => match (&claim, &admitted) {
                (Ok(claim), Ok(principal)) if responder.product.describes(&action) => {
                    let first = call::without_page(request);
                    let perform = || self.perform((&first, claim.scheme), &principal.uid, &region, &responder);
                    call::repeat(&responder).unwrap_or_else(perform)
                }
                _ => normal_reply(responder),
            },
            Some(Effect::EchoRequest(status)) => responder.error(status, "EchoRequest", &fault::echo(request)),
            Some(what) => fault::common_reply(what, || normal_reply(responder)),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.world.clock
    }

    fn keys(&self, key_id: &str) -> Option<Keys> {
        let account = self.world.accounts.iter().find(|account| account.key_id == key_id);
        account.map(Keys::of).or_else(|| self.issued.find(key_id))
    }

    /// Authenticates a request.
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

    fn act(&self, claim: &Claim, product: Option<Product>, principal: &Principal, responder: &Responder) -> Reply {
        let Some(product) = product else {
            return responder.error(400, "InvalidVersion", "Specified parameter Version is not valid.");
        };
        if principal.denied.contains(&claim.action) {
            return responder.denied(&principal.uid);
        }
        match product {
            Product::Slb => self.act_slb(claim, &principal.uid, responder),
            Product::Sts => sts::act(self, principal, &claim.params, responder),
            Product::Cas => cas::act(self, &principal.uid, &claim.params, responder),
            _ => responder.no_such_action(),
        }
    }

    fn act_slb(&self, claim: &Claim, uid: &str, responder: &Responder) -> Reply {
        let region = claim.param("RegionId").unwrap_or_default();
        match responder.action {
            "DescribeRegions" => responder.success(self.regions(uid)),
            "DescribeServerCertificates" | "DescribeCACertificates" | "DescribeLoadBalancerListeners"
                if !region.is_empty() && !self.world.regions.iter().any(|known| known.id == region) =>
            {
                responder.error(404, "InvalidRegionId.NotFound", "The specified RegionId does not exist.")
            }
            "DescribeServerCertificates" => responder.success(self.list(region, uid, claim, "ServerCertificate")),
            "DescribeCACertificates" if region.is_empty() => responder.missing("RegionId"),
            "DescribeCACertificates" => responder.success(self.list(region, uid, claim, "CACertificate")),
            "DescribeLoadBalancerListeners" => listeners::list(self, &claim.params, responder),
            "DescribeDomainExtensions" => listeners::domain_extensions(self, &claim.params, responder),
            _ => responder.no_such_action(),
        }
    }

    /// Returns one of the two lists. They differ in the prefix of every key.
    fn list(&self, region: &str, uid: &str, claim: &Claim, what: &str) -> Value {
        let key = format!("{what}Id");
        let id = claim.param(&key);
        // As the real service does: without a region the list is that of Hangzhou, without a word.
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

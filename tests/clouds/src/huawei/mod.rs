//! A simulated Huawei Cloud: ELB v3 certificates and listeners, SCM v3 certificates, CDN, WAF, API Gateway, the private
//! CA, Organizations, IAM, STS v5 and the metadata service, all at one address. The path of a request tells the
//! service; a vendor's host name must fit it.

mod apig;
pub mod auth;
mod call;
mod cdn;
mod deployments;
mod elb;
mod enterprise;
mod estate;
mod hosts;
mod iam;
mod metadata;
mod organizations;
mod parameters;
mod pca;
mod products;
mod scm;
mod scm_details;
mod scope;
mod sts;
mod waf;
mod world;

use crate::fault::{Effect, Faults};
use crate::request_log::{Log, LoggedRequest};
use crate::server::{self, Reply, Request, Running};
use crate::wire::{self, Plus};
pub use apig::{Gateway, GatewayCertificate};
use call::Call;
pub use cdn::{CdnCertificate, CdnDomain, PLANTED_AUTH_KEY};
use chrono::{DateTime, Utc};
pub use deployments::{Deployment, UnreadRegion};
use elb::refuse;
use metadata::Temporary;
pub use organizations::{Member, Organization, PLANTED_CONTACT};
pub use pca::PrivateCertificate;
pub use scm_details::{PLANTED_CHALLENGE, PLANTED_PERSON, ScmDetail, ScmTag, TagRows};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;
pub use waf::{Waf, WafCertificate, WafForm};
pub use world::{Account, Agency, Project, ScmStore, Token, User, World};

/// A running cloud. It stops when this is dropped.
pub struct Huawei {
    /// The endpoint of all its services.
    pub url: String,
    /// The requests that it received.
    pub log: Log,
    _server: Running,
}

/// Starts a simulated cloud on a free port of loopback.
pub fn start(mut world: World) -> Huawei {
    let log = Log::default();
    // An agency is represented by one more account of its domain, without a key and without users.
    let agency_account = world.agency.clone().map(|agency| {
        let owner = world.accounts.iter().find(|account| account.domain_id == agency.domain_id);
        let domain_name = owner.map(|owner| owner.domain_name.clone()).unwrap_or_default();
        let account = Account { domain_id: agency.domain_id, domain_name, denied: agency.denied, ..Account::default() };
        world.accounts.push(account);
        world.accounts.len() - 1
    });
    let sessions = sts::Sessions::new(&mut world);
    let state = State {
        sessions,
        faults: Faults::new(world.faults.clone()),
        issued: Mutex::default(),
        temporary: metadata::Issued::default(),
        agency_account,
        log: log.clone(),
        world,
    };
    let server = server::start(log.gauge(), move |request| state.serve(request));
    Huawei { url: server.url.clone(), log, _server: server }
}

/// The scope of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Domain,
    Project(String),
}

/// The authenticated sender of a request.
pub(crate) struct Caller {
    pub account: usize,
    /// The scope of the token; `None` for a signature.
    pub scope: Option<Scope>,
    /// The access key that signed, or that of the token's account.
    ak: String,
}

struct Issued {
    account: usize,
    scope: Scope,
    uses_left: Option<u32>,
}

pub(crate) struct State {
    pub world: World,
    /// The keys and tokens that the metadata service issued.
    pub temporary: metadata::Issued,
    /// The keys that STS issued.
    pub sessions: sts::Sessions,
    /// The index of the agency's account.
    pub agency_account: Option<usize>,
    faults: Faults,
    issued: Mutex<HashMap<String, Issued>>,
    log: Log,
}

impl State {
    fn serve(&self, request: &Request) -> Reply {
        let call = Call::of(&request.method, &request.path);
        let action = if call.action().is_empty() { request.path.as_str() } else { call.action() };
        let region = self.region(&call, request);
        let caller = if call.is_open() { Ok(None) } else { self.admit(request, &call).map(Some) };
        let is_served = hosts::find(self, &call, &request.host).is_some();
        let answer = |request: &Request| match (&call, &caller) {
            _ if !is_served => not_published(),
            (Call::IssueToken, _) => iam::issue_token(self, request),
            (Call::MetadataToken, _) => metadata::token(self, request),
            (Call::SecurityKey, _) => metadata::security_key(self, request),
            (Call::Unknown, _) => not_published(),
            (_, Err(refusal)) => refusal.clone(),
            (call, Ok(Some(caller))) => self.act(call, action, caller, request),
            (_, Ok(None)) => unreachable!("every other call has a caller"),
        };
        let normal_reply = || answer(request);
        let authorized = caller.is_ok();
        let known = caller.as_ref().ok().and_then(Option::as_ref);
        let claimed = || auth::read(request).map(|claim| claim.ak).unwrap_or_default();
        let logged = LoggedRequest {
            host: request.host.clone(),
            action: action.to_owned(),
            region: region.clone(),
            query: request.query.clone(),
            at: Instant::now(),
            authorized,
            account: known.map_or_else(claimed, |caller| caller.ak.clone()),
            owner: known.map_or_else(String::new, |caller| self.account(caller).domain_id.clone()),
        };
        let mut reply = match (self.faults.take(action, &region), &call) {
            (None, _) => normal_reply(),
            (Some(Effect::Throttle { headers }), _) if !action.starts_with("ecs:") => {
                let mut reply = refuse(
                    429,
                    "APIGW.0308",
                    "The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 minute",
                );
                reply.headers.extend(headers);
                reply
            }
            (Some(what), Call::Product(product)) => product.faulty_reply(what, request, answer),
            (Some(what), _) if action.starts_with("iam:") => iam::faulty_reply(what, request, normal_reply),
            (Some(what), _) if action.starts_with("scm:") => scm::faulty_reply(what, request, normal_reply),
            (Some(what), _) if action.starts_with("ecs:") || action.starts_with("sts:") => {
                metadata::faulty_reply(what, action, request, normal_reply)
            }
            (Some(what), _) => elb::faulty_reply(what, action, self, call.project(), request, normal_reply),
        };
        // A wrong password makes a request unauthorized as well, and so does a wrong token of the metadata service.
        let authorized = logged.authorized && !(call.is_open() && reply.status == 401);
        self.log.add(LoggedRequest { authorized, ..logged });
        reply.delay += self.world.delay;
        let request_id = format!("{:032x}", wire::serial());
        reply.header("X-Request-Id", &request_id).header("Date", &wire::http_date(self.now()))
    }

    /// Returns the name of the project of a call, which is its region. Of an agency that is assumed it is its account.
    fn region(&self, call: &Call, request: &Request) -> String {
        if let Some(id) = call.project() {
            return self
                .world
                .projects
                .iter()
                .find(|project| project.id == id)
                .map_or(id, |project| project.name.as_str())
                .to_owned();
        }
        if matches!(call, Call::Product(products::Product::StsAssume)) {
            return sts::wanted_account(request);
        }
        if matches!(call, Call::IssueToken) {
            let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            return body["auth"]["scope"]["project"]["name"].as_str().unwrap_or_default().to_owned();
        }
        wire::find(&wire::pairs(&request.query, Plus::Space), "name").unwrap_or_default().to_owned()
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.world.clock
    }

    pub(crate) fn account(&self, caller: &Caller) -> &Account {
        &self.world.accounts[caller.account]
    }

    pub(crate) fn projects_of<'a>(&'a self, account: &'a Account) -> impl Iterator<Item = &'a Project> {
        self.world
            .projects
            .iter()
            .filter(|project| project.domain_id.is_empty() || project.domain_id == account.domain_id)
    }

    /// Issues a token of several kilobytes, as real ones are.
    pub(crate) fn issue(&self, account: usize, scope: Scope) -> String {
        let token = format!("MIIPAgYJ{:08x}{}", wire::serial(), "TESTTOKEN-".repeat(500));
        let issued = Issued { account, scope, uses_left: self.world.token_uses };
        self.issued.lock().expect("the tokens").insert(token.clone(), issued);
        token
    }

    /// Returns the account and the scope of a token, without counting it as used.
    pub(crate) fn token(&self, value: &str) -> Option<(&Account, Scope)> {
        let (account, scope) = self.find_token(value, false)?;
        Some((&self.world.accounts[account], scope))
    }

    fn find_token(&self, value: &str, count_use: bool) -> Option<(usize, Scope)> {
        for (index, account) in self.world.accounts.iter().enumerate() {
            if let Some(token) = account.tokens.iter().find(|token| token.value == value) {
                let project = self.projects_of(account).find(|project| project.name == token.project);
                return Some((index, project.map_or(Scope::Domain, |project| Scope::Project(project.id.clone()))));
            }
        }
        let mut issued = self.issued.lock().expect("the tokens");
        let token = issued.get_mut(value)?;
        if token.uses_left == Some(0) {
            return None;
        }
        if count_use {
            token.uses_left = token.uses_left.map(|left| left - 1);
        }
        Some((token.account, token.scope.clone()))
    }

    fn admit(&self, request: &Request, call: &Call) -> Result<Caller, Reply> {
        let caller = if let Some(token) = request.header("x-auth-token") {
            let found = self.find_token(token, true);
            let (account, scope) = found.ok_or_else(|| match call.project() {
                Some(_) => unknown_caller("decrypt token fail"),
                None => iam::error(401, "The X-Auth-Token is invalid!"),
            })?;
            Caller { account, scope: Some(scope), ak: self.world.accounts[account].ak.clone() }
        } else {
            let (account, ak) = self.signer(request).map_err(|why| unknown_caller(&why))?;
            Caller { account, scope: None, ak }
        };
        let Some(project) = call.project() else {
            return Ok(caller);
        };
        let in_scope = match &caller.scope {
            Some(scope) => *scope == Scope::Project(project.to_owned()),
            None => self.projects_of(self.account(&caller)).any(|known| known.id == project),
        };
        let named = request.header("x-project-id").is_none_or(|header| header == project);
        if in_scope && named && hosts::is_in_region(self, call, &request.host) {
            Ok(caller)
        } else {
            Err(match call {
                Call::Product(product) => product.foreign_project(),
                _ => refuse(400, "ELB.9808", "Tenant_id in token mismatches with tenant_id in url."),
            })
        }
    }

    /// Returns the secret, token and expiry of an access key.
    fn keys(&self, ak: &str) -> Option<Temporary> {
        let account = self.world.accounts.iter().position(|account| account.ak == ak && !ak.is_empty());
        let lasting = account.map(|account| Temporary {
            sk: self.world.accounts[account].sk.clone(),
            token: self.world.accounts[account].security_token.clone().unwrap_or_default(),
            expires: DateTime::<Utc>::MAX_UTC,
            account,
        });
        lasting.or_else(|| self.temporary.find(ak)).or_else(|| self.sessions.find(ak))
    }

    /// Returns the account and the access key of a signature; the error is the gateway's message.
    fn signer(&self, request: &Request) -> Result<(usize, String), String> {
        let claim = auth::read(request)?;
        let ak = &claim.ak;
        let keys = self.keys(ak).ok_or_else(|| format!("ak {ak} not exist"))?;
        let skew = claim.time().map(|time| self.now() - time);
        if skew.is_none_or(|skew| skew.abs() > chrono::Duration::minutes(15)) {
            let (date, now) = (&claim.date, auth::compact(self.now()));
            return Err(format!("calc aksk signature fail:signature expired, signature time:{date},server time:{now}"));
        }
        if !claim.is_signed_with(&keys.sk) {
            let own = claim.canonical_request.replace('\n', "|");
            return Err(format!("verify aksk signature fail, canonicalRequest:{own}"));
        }
        let given = request.header("x-security-token");
        // A temporary key is looked up by its token: without the token it does not exist.
        if given.is_none() && !keys.token.is_empty() {
            return Err(format!("ak {ak} not exist"));
        }
        // The gateway's message for an expired token is not known; this is its message for an invalid one.
        let is_good = given.unwrap_or_default() == keys.token && self.now() < keys.expires;
        if !is_good || (given.is_some() && !claim.signs("x-security-token")) {
            return Err("decrypt token fail".to_owned());
        }
        Ok((keys.account, claim.ak))
    }

    fn act(&self, call: &Call, action: &str, caller: &Caller, request: &Request) -> Reply {
        if self.account(caller).denied.iter().any(|denied| denied == action) {
            return match call {
                Call::List(_) | Call::Show(..) | Call::Listeners(_) | Call::Echo(_) => elb::denied(action),
                Call::Scm => scm::denied("scm:cert:list"),
                Call::Product(product) => product.denied(),
                Call::CallerIdentity => metadata::denied(),
                _ => iam::denied(),
            };
        }
        match call {
            Call::Projects(_) => iam::projects(self, request, caller),
            Call::CheckToken => iam::check_token(self, request),
            Call::Domains => iam::domains(self, caller),
            Call::List(project) => elb::list(self, "certificates", project, caller, request),
            Call::Listeners(project) => elb::list(self, "listeners", project, caller, request),
            Call::Show(project, id) => elb::show(self, project, id),
            Call::Echo(_) => elb::good(json!({"private_key_echo": self.world.private_key_echo})),
            Call::Scm => scm::list(self, caller, request),
            Call::CallerIdentity => sts::caller_identity(self, caller),
            Call::AgencyKeys => sts::agency_keys(self, caller, request),
            Call::Product(product) => product.answer(self, caller, request),
            Call::IssueToken | Call::MetadataToken | Call::SecurityKey | Call::Unknown => not_published(),
        }
    }
}

fn unknown_caller(why: &str) -> Reply {
    refuse(401, "APIGW.0301", &format!("Incorrect IAM authentication information: {why}"))
}

fn not_published() -> Reply {
    refuse(404, "APIGW.0101", "The API does not exist or has not been published in the environment")
}

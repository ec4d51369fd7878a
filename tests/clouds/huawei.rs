//! A simulated Huawei Cloud: ELB v3 certificates, and the IAM calls that lead to them.

use super::fault::{Faults, What};
use super::huawei_auth as auth;
use super::huawei_elb::{self as elb, refuse};
use super::huawei_iam as iam;
pub(crate) use super::huawei_world::{Account, Project, Token, User, World};
use super::seen::{Log, Seen};
use super::server::{self, Reply, Request, Running};
use super::wire::{self, Plus};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;

/// A running cloud; it stops when this is dropped.
pub(crate) struct Huawei {
    pub url: String,
    pub log: Log,
    _server: Running,
}

pub(crate) fn start(world: World) -> Huawei {
    let log = Log::default();
    let state = State { faults: Faults::new(world.faults.clone()), issued: Mutex::default(), log: log.clone(), world };
    let server = server::start(log.gauge(), move |request| state.serve(request));
    Huawei { url: server.url.clone(), log, _server: server }
}

/// What a token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Domain,
    Project(String),
}

/// Who sent a request, and with which token's scope; a signature has none.
pub(crate) struct Caller {
    account: usize,
    scope: Option<Scope>,
}

struct Issued {
    account: usize,
    scope: Scope,
    uses_left: Option<u32>,
}

pub(crate) struct State {
    pub world: World,
    faults: Faults,
    issued: Mutex<HashMap<String, Issued>>,
    log: Log,
}

/// The calls this cloud knows.
enum Call<'a> {
    Projects(&'static str),
    CheckToken,
    IssueToken,
    Domains,
    List(&'a str),
    Show(&'a str, &'a str),
    Unknown,
}

impl<'a> Call<'a> {
    fn of(method: &str, path: &'a str) -> Self {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        match (method, parts.as_slice()) {
            ("GET", ["v3", "projects"]) => Self::Projects("iam:projects"),
            ("GET", ["v3", "auth", "projects"]) => Self::Projects("iam:auth-projects"),
            ("GET", ["v3", "auth", "tokens"]) => Self::CheckToken,
            ("POST", ["v3", "auth", "tokens"]) => Self::IssueToken,
            ("GET", ["v3", "auth", "domains"]) => Self::Domains,
            ("GET", ["v3", project, "elb", "certificates"]) => Self::List(project),
            ("GET", ["v3", project, "elb", "certificates", id]) => Self::Show(project, id),
            _ => Self::Unknown,
        }
    }

    fn action(&self) -> &'static str {
        match self {
            Self::Projects(action) => action,
            Self::CheckToken => "iam:token-check",
            Self::IssueToken => "iam:token",
            Self::Domains => "iam:domains",
            Self::List(_) => "elb:list",
            Self::Show(..) => "elb:show",
            Self::Unknown => "",
        }
    }

    fn project(&self) -> Option<&str> {
        match self {
            Self::List(project) | Self::Show(project, _) => Some(project),
            _ => None,
        }
    }
}

impl State {
    fn serve(&self, request: &Request) -> Reply {
        let call = Call::of(&request.method, &request.path);
        let action = if call.action().is_empty() { request.path.as_str() } else { call.action() };
        let region = self.region(&call, request);
        // A password is proven by the call itself, so nobody needs to be known before it.
        let caller = if matches!(call, Call::IssueToken) { Ok(None) } else { self.admit(request, &call).map(Some) };
        let truth = || match (&call, &caller) {
            (Call::IssueToken, _) => iam::issue_token(self, request),
            (Call::Unknown, _) => not_published(),
            (_, Err(refusal)) => refusal.clone(),
            (call, Ok(Some(caller))) => self.act(call, action, caller, request),
            (_, Ok(None)) => unreachable!("every other call has a caller"),
        };
        let authorized = caller.is_ok();
        let seen = Seen {
            host: request.host.clone(),
            action: action.to_owned(),
            region: region.clone(),
            query: request.query.clone(),
            at: Instant::now(),
            authorized,
        };
        let mut reply = match self.faults.take(action, &region) {
            None => truth(),
            Some(What::Throttle { headers }) => {
                let mut reply = refuse(
                    429,
                    "APIGW.0308",
                    "The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 minute",
                );
                reply.headers.extend(headers);
                reply
            }
            Some(what) if action.starts_with("iam:") => iam::spoil(what, request, truth),
            Some(what) => elb::spoil(what, action, self, call.project(), request, truth),
        };
        // A password that was wrong is an unauthorized request too.
        let authorized = seen.authorized && !(matches!(call, Call::IssueToken) && reply.status == 401);
        self.log.add(Seen { authorized, ..seen });
        reply.delay += self.world.delay;
        let request_id = format!("{:032x}", wire::serial());
        reply.header("X-Request-Id", &request_id).header("Date", &wire::http_date(self.now()))
    }

    /// The name of the project that a call is about; that is its region.
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

    /// Gives out a token. Real ones reach several kilobytes, so these do too.
    pub(crate) fn issue(&self, account: usize, scope: Scope) -> String {
        let token = format!("MIIPAgYJ{:08x}{}", wire::serial(), "TESTTOKEN-".repeat(500));
        let issued = Issued { account, scope, uses_left: self.world.token_uses };
        self.issued.lock().expect("the tokens").insert(token.clone(), issued);
        token
    }

    /// Whose a token is and what it is for, without using it.
    pub(crate) fn token(&self, value: &str) -> Option<(&Account, Scope)> {
        let (account, scope) = self.find_token(value, false)?;
        Some((&self.world.accounts[account], scope))
    }

    fn find_token(&self, value: &str, use_it: bool) -> Option<(usize, Scope)> {
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
        if use_it {
            token.uses_left = token.uses_left.map(|left| left - 1);
        }
        Some((token.account, token.scope.clone()))
    }

    fn admit(&self, request: &Request, call: &Call) -> Result<Caller, Reply> {
        let caller = match request.header("x-auth-token") {
            Some(token) => {
                let found = self.find_token(token, true);
                let (account, scope) = found.ok_or_else(|| match call.project() {
                    Some(_) => unknown_caller("decrypt token fail"),
                    None => iam::error(401, "The X-Auth-Token is invalid!"),
                })?;
                Caller { account, scope: Some(scope) }
            }
            None => Caller { account: self.signer(request).map_err(|why| unknown_caller(&why))?, scope: None },
        };
        let Some(project) = call.project() else {
            return Ok(caller);
        };
        let in_scope = match &caller.scope {
            Some(scope) => *scope == Scope::Project(project.to_owned()),
            None => self.projects_of(self.account(&caller)).any(|known| known.id == project),
        };
        let named = request.header("x-project-id").is_none_or(|header| header == project);
        if in_scope && named {
            Ok(caller)
        } else {
            Err(refuse(400, "ELB.9808", "Tenant_id in token mismatches with tenant_id in url."))
        }
    }

    /// Whose signature this is; the error is the gateway's text.
    fn signer(&self, request: &Request) -> Result<usize, String> {
        let claim = auth::read(request)?;
        let ak = &claim.ak;
        let account = self.world.accounts.iter().position(|account| account.ak == *ak && !ak.is_empty());
        let account = account.ok_or_else(|| format!("ak {ak} not exist"))?;
        let skew = claim.time().map(|time| self.now() - time);
        if skew.is_none_or(|skew| skew.abs() > chrono::Duration::minutes(15)) {
            let (date, now) = (&claim.date, auth::compact(self.now()));
            return Err(format!("calc aksk signature fail:signature expired, signature time:{date},server time:{now}"));
        }
        if !claim.is_signed_with(&self.world.accounts[account].sk) {
            let own = claim.canonical_request.replace('\n', "|");
            return Err(format!("verify aksk signature fail, canonicalRequest:{own}"));
        }
        // The gateway's words for a temporary key without its token are not known; these are its words for a bad token.
        let given = request.header("x-security-token");
        if self.world.accounts[account].security_token.as_deref() != given
            || (given.is_some() && !claim.signs("x-security-token"))
        {
            return Err("decrypt token fail".to_owned());
        }
        Ok(account)
    }

    fn act(&self, call: &Call, action: &str, caller: &Caller, request: &Request) -> Reply {
        if self.account(caller).denied.iter().any(|denied| denied == action) {
            return if call.project().is_some() { elb::denied(action) } else { iam::denied() };
        }
        match call {
            Call::Projects(_) => iam::projects(self, request, caller),
            Call::CheckToken => iam::check_token(self, request),
            Call::Domains => iam::domains(self, caller),
            Call::List(project) => elb::list(self, project, request),
            Call::Show(project, id) => elb::show(self, project, id),
            Call::IssueToken | Call::Unknown => not_published(),
        }
    }
}

fn unknown_caller(why: &str) -> Reply {
    refuse(401, "APIGW.0301", &format!("Incorrect IAM authentication information: {why}"))
}

fn not_published() -> Reply {
    refuse(404, "APIGW.0101", "The API does not exist or has not been published in the environment")
}

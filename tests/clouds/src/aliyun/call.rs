//! One call of a product: its operation, and its parameters where the documents place them.

use super::Cloud;
use super::auth::Scheme;
use super::response::{Product, Responder};
use super::world::is_of;
use crate::server::{Reply, Request};
use crate::wire::{self, Plus};
use serde_json::{Value, json};

/// How an operation is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Via {
    /// GET or POST at `/`. A parameter of the query is also accepted in a form.
    Query,
    /// GET at `/`.
    Get,
    /// POST at `/`, with the parameters in a form.
    Form,
    /// GET at this path, which has one segment for each `*`; ACS3 only.
    Path(&'static str),
}

/// A documented operation of a product.
pub(crate) struct Operation {
    pub name: &'static str,
    pub via: Via,
    pub needed: &'static [&'static str],
    /// `LoadBalancerIds.N` stands for `LoadBalancerIds.1`, `LoadBalancerIds.2`, …
    pub optional: &'static [&'static str],
    pub run: fn(&Call) -> Answer,
}

/// The body of a success, or the refusal of a call.
pub(crate) type Answer = Result<Value, Reply>;

type Params = Vec<(String, String)>;

/// The parameters of the gateway, which every operation accepts.
const OF_THE_GATEWAY: &[&str] = &[
    "AccessKeyId",
    "Action",
    "Format",
    "RegionId",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureNonce",
    "SignatureType",
    "SignatureVersion",
    "Timestamp",
    "Version",
];

/// An authenticated call with sound parameters.
pub(crate) struct Call<'a> {
    pub cloud: &'a Cloud,
    pub uid: &'a str,
    /// The region that the host serves, or that `RegionId` names; empty for a product without regions.
    pub region: &'a str,
    pub path: &'a str,
    pub responder: &'a Responder<'a>,
    params: Params,
}

/// Some rows of a list.
pub(crate) struct Page {
    pub rows: Vec<Value>,
    pub number: usize,
    pub size: usize,
    pub total: usize,
}

impl<'a> Call<'a> {
    /// Reads a call of `operation`.
    ///
    /// The real gateway ignores undocumented parameters. This one refuses them, because a misspelled parameter would
    /// otherwise silently have its default.
    pub(crate) fn read(
        cloud: &'a Cloud,
        operation: &Operation,
        (request, scheme): (&'a Request, Scheme),
        (uid, region): (&'a str, &'a str),
        responder: &'a Responder<'a>,
    ) -> Result<Self, Reply> {
        let fits = match operation.via {
            Via::Query => request.path == "/" && ["GET", "POST"].contains(&request.method.as_str()),
            Via::Get => request.path == "/" && request.method == "GET",
            Via::Form => request.path == "/" && request.method == "POST",
            Via::Path(path) => path_fits(path, &request.path) && request.method == "GET",
        };
        if !fits {
            let message = "This http method is not supported.";
            return Err(responder.error(400, "UnsupportedHTTPMethod", message));
        }
        let is_path = matches!(operation.via, Via::Path(_));
        if is_path && scheme != Scheme::Acs3 {
            let message = "The request signature does not conform to Aliyun standards.";
            return Err(responder.error(400, "IncompleteSignature", message));
        }
        let (query, form) = split(request);
        let of_gateway = |name: &str| !is_path && OF_THE_GATEWAY.contains(&name);
        let mut params = form;
        match operation.via {
            Via::Form => params.extend(query.into_iter().filter(|(name, _)| of_gateway(name))),
            Via::Query => params.extend(query),
            Via::Get | Via::Path(_) => params = query,
        }
        let call = Self { cloud, uid, region, path: &request.path, responder, params };
        for (name, _) in &call.params {
            let known = operation.needed.iter().chain(operation.optional).any(|known| names(known, name));
            if !known && !of_gateway(name) {
                return Err(call.invalid(name));
            }
        }
        match operation.needed.iter().find(|name| call.param(name).is_empty()) {
            Some(name) => Err(responder.missing(name)),
            None => Ok(call),
        }
    }

    /// Returns a parameter; empty where it was not sent.
    pub(crate) fn param(&self, name: &str) -> &str {
        wire::find(&self.params, name).unwrap_or_default()
    }

    /// Returns the values of `name.1`, `name.2`, …, of which the documents allow 20.
    pub(crate) fn list(&self, name: &str) -> Result<Vec<&str>, Reply> {
        let prefix = format!("{name}.");
        let values: Vec<&str> =
            self.params.iter().filter(|(key, _)| key.starts_with(&prefix)).map(|(_, value)| value.as_str()).collect();
        if values.len() > 20 { Err(self.invalid(name)) } else { Ok(values) }
    }

    /// Returns a number between 1 and `most`.
    pub(crate) fn number(&self, name: &str, default: usize, most: usize) -> Result<usize, Reply> {
        match self.param(name) {
            "" => Ok(default),
            text => match text.parse() {
                Ok(number) if (1..=most).contains(&number) => Ok(number),
                _ => Err(self.invalid(name)),
            },
        }
    }

    /// Returns a parameter that is one of `known`, or empty.
    pub(crate) fn one_of(&self, name: &str, known: &[&str]) -> Result<&str, Reply> {
        let value = self.param(name);
        if value.is_empty() || known.contains(&value) { Ok(value) } else { Err(self.invalid(name)) }
    }

    /// Tells whether a thing of account `owner` is the caller's. An empty owner is every account.
    pub(crate) fn owns(&self, owner: &str) -> bool {
        is_of(owner, self.uid)
    }

    /// Returns the page that `names`, a page's number and its size, select.
    pub(crate) fn page(
        &self,
        names: (&str, &str),
        rows: Vec<Value>,
        default: usize,
        most: usize,
    ) -> Result<Page, Reply> {
        let (number, size) = (self.number(names.0, 1, usize::MAX)?, self.number(names.1, default, most)?);
        let total = rows.len();
        let rows = rows.into_iter().skip((number - 1).saturating_mul(size)).take(size).collect();
        Ok(Page { rows, number, size, total })
    }

    /// Returns the body of a page that `NextToken` and `MaxResults` select. The last page has no token.
    pub(crate) fn token_page(&self, key: &str, rows: &[Value], most: usize) -> Result<Value, Reply> {
        let size = self.number("MaxResults", 20, most)?;
        let start: usize = match self.param("NextToken") {
            "" => 0,
            token => unpack(token).filter(|start| *start < rows.len()).ok_or_else(|| self.invalid("NextToken"))?,
        };
        let end = rows.len().min(start + size);
        let mut body = json!({key: &rows[start..end], "MaxResults": size, "TotalCount": rows.len()});
        if end < rows.len() {
            body["NextToken"] = json!(pack(end));
        }
        Ok(body)
    }

    pub(crate) fn error(&self, status: u16, code: &str, message: &str) -> Reply {
        self.responder.error(status, code, message)
    }

    /// Returns the error for a parameter that the documents do not allow. Only NLB's code is known.
    pub(crate) fn invalid(&self, name: &str) -> Reply {
        let message = format!("The specified parameter {name} is not valid.");
        match self.responder.product {
            Product::Nlb => self.error(400, &format!("IllegalParam.{name}"), &message),
            _ => self.error(400, "InvalidParameter", &message),
        }
    }
}

/// Returns a page without rows whose next page is itself; `None` for a list whose pages are numbered.
pub(crate) fn repeat(responder: &Responder) -> Option<Reply> {
    let key = match (responder.product, responder.action) {
        (Product::Fc, _) => {
            return Some(Reply::json(200, &json!({"customDomains": [], "nextToken": "www.example.com"})));
        }
        (_, "ListListenerCertificates") => "Certificates",
        (Product::Alb | Product::Nlb, _) => "Listeners",
        _ => return None,
    };
    Some(responder.success(json!({key: [], "MaxResults": 100, "TotalCount": 1000, "NextToken": pack(0)})))
}

/// Returns the request without the number of the page.
pub(crate) fn without_page(request: &Request) -> Request {
    let keep = |text: &str| {
        let is_number =
            |part: &&str| ["PageNumber=", "CurrentPage=", "pageNumber="].iter().any(|it| part.starts_with(it));
        text.split('&').filter(|part| !is_number(part)).collect::<Vec<_>>().join("&")
    };
    let body = keep(&String::from_utf8_lossy(&request.body)).into_bytes();
    Request { query: keep(&request.query), body, ..request.clone() }
}

/// Makes a token with characters that must be escaped, as real ones have.
fn pack(start: usize) -> String {
    format!("FFmyTO70tTpLG6I3FmYAXGKPd+/{start}==")
}

fn unpack(token: &str) -> Option<usize> {
    token.strip_prefix("FFmyTO70tTpLG6I3FmYAXGKPd+/")?.strip_suffix("==")?.parse().ok()
}

fn split(request: &Request) -> (Params, Params) {
    let query = wire::pairs(&request.query, Plus::Space);
    let is_form =
        request.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let form = if is_form { wire::pairs(&String::from_utf8_lossy(&request.body), Plus::Space) } else { Vec::new() };
    (query, form)
}

fn names(known: &str, name: &str) -> bool {
    match known.strip_suffix(".N") {
        None => known == name,
        Some(list) => name
            .strip_prefix(list)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|index| index.parse::<usize>().is_ok_and(|index| index > 0)),
    }
}

fn path_fits(known: &str, path: &str) -> bool {
    let (known, path): (Vec<&str>, Vec<&str>) = (known.split('/').collect(), path.split('/').collect());
    known.len() == path.len()
        && known.iter().zip(path).all(|(known, part)| *known == part || (*known == "*" && !part.is_empty()))
}

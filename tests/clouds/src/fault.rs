//! Faults: which calls fail, how, and how often.

use crate::server::{Body, Reply, Request};
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Duration;

/// The calls that a fault strikes.
#[derive(Clone, Debug)]
pub struct Match {
    /// Alibaba's `Action`, or a short name (`elb:list`, `iam:projects`, `scm:list`, `imds:keys`, …); `*` is any.
    pub action: String,
    /// Alibaba's `RegionId`, or the name of Huawei's project; `None` is any.
    pub region: Option<String>,
}

/// A failure of some calls.
#[derive(Clone, Debug)]
pub struct Fault {
    pub on: Match,
    /// How many calls fail; `u32::MAX` is all of them.
    pub times: u32,
    pub effect: Effect,
}

impl Fault {
    /// Creates a fault that strikes the first `times` calls of `action`.
    pub fn new(action: &str, times: u32, effect: Effect) -> Self {
        Self { on: Match { action: action.to_owned(), region: None }, times, effect }
    }

    /// Creates a fault that strikes the first call of `action`.
    pub fn once(action: &str, effect: Effect) -> Self {
        Self::new(action, 1, effect)
    }

    /// Creates a fault that strikes every call of `action`.
    pub fn always(action: &str, effect: Effect) -> Self {
        Self::new(action, u32::MAX, effect)
    }

    /// Restricts the fault to one region.
    #[must_use]
    pub fn in_region(mut self, region: &str) -> Self {
        self.on.region = Some(region.to_owned());
        self
    }
}

/// How a call fails.
#[derive(Clone, Debug)]
pub enum Effect {
    /// This status, with these headers and this body.
    Status(u16, Vec<(String, String)>, String),
    /// No reply, and the connection stays open.
    Hang,
    /// The head of the normal reply; the body never follows.
    Stall,
    /// The normal reply, later.
    Delay(Duration),
    /// Half of the normal reply, then the connection closes.
    Cut,
    /// The normal reply, a few bytes at a time.
    Drip { piece: usize, every: Duration },
    /// 200 with an empty body.
    Empty200,
    /// 200 with a page of HTML, as a captive portal sends it.
    Html200,
    /// A gateway's page of HTML with status 502.
    Html502,
    /// 302 to this URL.
    Redirect(String),
    /// 200 and JSON, but without the list that was asked for.
    MissingList,
    /// Alibaba: the normal reply as XML. Huawei has no such form and answers `Html200`.
    Xml,
    /// The vendor's throttling error, with these headers (`Retry-After`, `x-acs-retry-after`).
    Throttle { headers: Vec<(String, String)> },
    /// The vendor's internal error, with a 5xx status.
    ServerError,
    /// The vendor's permission error.
    Denied,
    /// An error with this status whose message repeats the whole request, secrets included.
    EchoRequest(u16),
    /// Huawei's list: the marker is ignored, so the first page is returned for ever, with the same marker.
    RepeatMarker,
}

/// The faults of a running cloud. Each is used up as it strikes.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self(Mutex::new(faults))
    }

    /// Uses up and returns the first fault left for this call.
    pub(crate) fn take(&self, action: &str, region: &str) -> Option<Effect> {
        let mut faults = self.0.lock().expect("the faults");
        let fault = faults.iter_mut().find(|fault| {
            let action_fits = fault.on.action == "*" || fault.on.action == action;
            let region_fits = fault.on.region.as_deref().is_none_or(|wanted| wanted == region);
            fault.times > 0 && action_fits && region_fits
        })?;
        if fault.times != u32::MAX {
            fault.times -= 1;
        }
        Some(fault.effect.clone())
    }
}

/// Returns the reply of the faults that look the same in every cloud. `normal_reply` makes the reply without a fault.
pub(crate) fn common_reply(what: Effect, normal_reply: impl FnOnce() -> Reply) -> Reply {
    match what {
        Effect::Status(status, headers, body) => Reply { headers, ..Reply::new(status, "", body) },
        Effect::Hang => Reply { body: Body::Silent, ..Reply::new(200, JSON, "") },
        Effect::Stall => Reply { body: Body::Stalled, ..normal_reply() },
        Effect::Delay(delay) => Reply { delay, ..normal_reply() },
        Effect::Cut => reshape(normal_reply(), Body::Cut),
        Effect::Drip { piece, every } => reshape(normal_reply(), |bytes| Body::Drip { bytes, piece, every }),
        Effect::Empty200 => Reply::new(200, JSON, ""),
        Effect::Html200 | Effect::Xml => {
            Reply::new(200, HTML, "<!DOCTYPE html>\n<html><body>Please sign in to the guest network</body></html>\n")
        }
        Effect::Html502 => Reply::new(
            502,
            HTML,
            "<html>\n<head><title>502 Bad Gateway</title></head>\n<body>\n<center><h1>502 Bad Gateway</h1></center>\n<hr><center>nginx</center>\n</body>\n</html>\n",
        ),
        Effect::Redirect(url) => Reply::new(302, HTML, "<html>moved</html>").header("Location", &url),
        // The rest have a vendor's own format, and the clouds answer them before this function is called.
        Effect::MissingList
        | Effect::Throttle { .. }
        | Effect::ServerError
        | Effect::Denied
        | Effect::EchoRequest(_)
        | Effect::RepeatMarker => normal_reply(),
    }
}

/// Returns the reply of a service without an error format of its own, such as a metadata service.
pub(crate) fn plain_reply(what: Effect, request: &Request, normal_reply: impl FnOnce() -> Reply) -> Reply {
    let text = |status: u16, text: &str| Reply::new(status, "text/plain", text);
    match what {
        Effect::MissingList => Reply::new(200, JSON, "{}"),
        Effect::Throttle { headers } => {
            let mut reply = text(429, "Too Many Requests");
            reply.headers.extend(headers);
            reply
        }
        Effect::ServerError => text(500, "Internal Server Error"),
        Effect::Denied => text(403, "Forbidden"),
        Effect::EchoRequest(status) => text(status, &echo(request)),
        what => common_reply(what, normal_reply),
    }
}

/// Returns the whole request as text, for an error message.
pub(crate) fn echo(request: &Request) -> String {
    let mut text = format!("{} {}?{}", request.method, request.path, request.query);
    for (name, value) in &request.headers {
        let _ = write!(text, " | {name}: {value}");
    }
    let _ = write!(text, " | {}", String::from_utf8_lossy(&request.body));
    text
}

const JSON: &str = "application/json;charset=utf-8";
const HTML: &str = "text/html";

fn reshape(reply: Reply, shape: impl FnOnce(Vec<u8>) -> Body) -> Reply {
    match reply.body {
        Body::Whole(bytes) => Reply { body: shape(bytes), ..reply },
        _ => reply,
    }
}

//! What goes wrong, for which calls, and how often.

use super::server::{Body, Reply, Request};
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Duration;

/// Which calls a fault is for.
#[derive(Clone, Debug)]
pub(crate) struct Match {
    /// Alibaba's `Action`, or a short name (`elb:list`, `iam:projects`, `scm:list`, `imds:keys`, …); `*` is any.
    pub action: String,
    /// Alibaba's `RegionId`, or the name of Huawei's project; `None` is any.
    pub region: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub on: Match,
    /// How many calls it spoils; `u32::MAX` is all of them.
    pub times: u32,
    pub then: What,
}

impl Fault {
    pub(crate) fn new(action: &str, times: u32, then: What) -> Self {
        Self { on: Match { action: action.to_owned(), region: None }, times, then }
    }

    pub(crate) fn once(action: &str, then: What) -> Self {
        Self::new(action, 1, then)
    }

    pub(crate) fn always(action: &str, then: What) -> Self {
        Self::new(action, u32::MAX, then)
    }

    #[must_use]
    pub(crate) fn in_region(mut self, region: &str) -> Self {
        self.on.region = Some(region.to_owned());
        self
    }
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Status(u16, Vec<(String, String)>, String),
    /// No reply, and the connection stays open.
    Hang,
    /// The head of a reply, and never its body.
    Stall,
    /// The true reply, later.
    Delay(Duration),
    /// Half of the true reply, then the connection closes.
    Cut,
    /// The true reply, a few bytes at a time.
    Drip {
        piece: usize,
        every: Duration,
    },
    Empty200,
    Html200,
    Html502,
    Redirect(String),
    /// 200 and JSON, but without the list that was asked for.
    MissingList,
    /// Alibaba: the true reply as XML. Huawei has no such form and answers `Html200`.
    Xml,
    /// The vendor's own words for "slow down", with these headers (`Retry-After`, `x-acs-retry-after`).
    Throttle {
        headers: Vec<(String, String)>,
    },
    /// The vendor's own words for its own failure, with a 5xx status.
    ServerError,
    /// The vendor's own words for "you may not".
    Denied,
    /// An error whose message holds everything the request held, secrets too.
    EchoRequest(u16),
    /// Huawei's list: the marker is ignored, so the first page comes for ever, with the same marker.
    RepeatMarker,
}

/// The faults of a running cloud, each used up as it strikes.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self(Mutex::new(faults))
    }

    /// The first fault left for this call.
    pub(crate) fn take(&self, action: &str, region: &str) -> Option<What> {
        let mut faults = self.0.lock().expect("the faults");
        let fault = faults.iter_mut().find(|fault| {
            let action_fits = fault.on.action == "*" || fault.on.action == action;
            let region_fits = fault.on.region.as_deref().is_none_or(|wanted| wanted == region);
            fault.times > 0 && action_fits && region_fits
        })?;
        if fault.times != u32::MAX {
            fault.times -= 1;
        }
        Some(fault.then.clone())
    }
}

/// The faults that look the same in every cloud. `truth` is the reply there would have been.
pub(crate) fn general(what: What, truth: impl FnOnce() -> Reply) -> Reply {
    match what {
        What::Status(status, headers, body) => Reply { headers, ..Reply::new(status, "", body) },
        What::Hang => Reply { body: Body::Silent, ..Reply::new(200, JSON, "") },
        What::Stall => Reply { body: Body::Stalled, ..truth() },
        What::Delay(delay) => Reply { delay, ..truth() },
        What::Cut => reshape(truth(), Body::Cut),
        What::Drip { piece, every } => reshape(truth(), |bytes| Body::Drip { bytes, piece, every }),
        What::Empty200 => Reply::new(200, JSON, ""),
        What::Html200 | What::Xml => {
            Reply::new(200, HTML, "<!DOCTYPE html>\n<html><body>Please sign in to the guest network</body></html>\n")
        }
        What::Html502 => Reply::new(
            502,
            HTML,
            "<html>\n<head><title>502 Bad Gateway</title></head>\n<body>\n<center><h1>502 Bad Gateway</h1></center>\n<hr><center>nginx</center>\n</body>\n</html>\n",
        ),
        What::Redirect(url) => Reply::new(302, HTML, "<html>moved</html>").header("Location", &url),
        // The rest have a vendor's own words, and the clouds answer them before they come here.
        What::MissingList
        | What::Throttle { .. }
        | What::ServerError
        | What::Denied
        | What::EchoRequest(_)
        | What::RepeatMarker => truth(),
    }
}

/// The faults of a service that has no words of its own, such as a metadata service.
pub(crate) fn plain(what: What, request: &Request, truth: impl FnOnce() -> Reply) -> Reply {
    let text = |status: u16, text: &str| Reply::new(status, "text/plain", text);
    match what {
        What::MissingList => Reply::new(200, JSON, "{}"),
        What::Throttle { headers } => {
            let mut reply = text(429, "Too Many Requests");
            reply.headers.extend(headers);
            reply
        }
        What::ServerError => text(500, "Internal Server Error"),
        What::Denied => text(403, "Forbidden"),
        What::EchoRequest(status) => text(status, &echo(request)),
        what => general(what, truth),
    }
}

/// Everything a request held, to be put into an error message.
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

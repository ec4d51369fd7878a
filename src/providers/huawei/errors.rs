//! What Huawei Cloud's refusals mean, by their code.
//!
//! Reference: <https://support.huaweicloud.com/intl/en-us/api-elb/ErrorCode.html>

use chrono::NaiveDateTime;
use serde::Deserialize;

use crate::error::{Error, Kind};
use crate::net::{Redactor, Reply};
use crate::providers::error_table;
use crate::providers::record::Scalar;

/// A code, what it means, and the next step. `{origin}` stands for where the credentials were found,
/// `{permission}` for the IAM action.
type Row = (&'static str, Kind, Option<&'static str>);

static CODES: &[Row] = &[
    ("APIGW.0308", Kind::Throttled, None),
    ("APIG.0308", Kind::Throttled, None),
    (
        "APIGW.0101",
        Kind::Request,
        Some("this region may not offer the service, or `--endpoint` names another service's host"),
    ),
    ("ELB.1102", Kind::Credentials, Some(TOKEN)),
    ("ELB.1103", Kind::Credentials, Some(TOKEN)),
    ("ELB.1104", Kind::Credentials, Some(TOKEN)),
    ("ELB.1105", Kind::Credentials, Some(TOKEN)),
    ("ELB.1109", Kind::Credentials, Some(TOKEN)),
    ("ELB.1201", Kind::Credentials, Some(TOKEN)),
    ("SYS.0401", Kind::Credentials, Some(TOKEN)),
    ("ELB.9802", Kind::Denied, Some(GRANT)),
    ("ELB.9803", Kind::Denied, Some(GRANT)),
    ("ELB.9804", Kind::Denied, Some(GRANT)),
    ("SYS.0403", Kind::Denied, Some(GRANT)),
    (
        "ELB.9808",
        Kind::Config,
        Some(
            "the project id or the token belongs to another region: unset HUAWEICLOUD_SDK_PROJECT_ID, or name its region with `--region`",
        ),
    ),
    ("CBC.0150", Kind::Credentials, Some(SITE)),
    ("CBC.0156", Kind::Credentials, Some(SITE)),
];

const GRANT: &str = "allow the IAM action `{permission}` to this user or agency";
const TOKEN: &str = "fetch a new token into {origin}";
const SITE: &str = "the account belongs to another site of Huawei Cloud: name one of its regions with `--region`";

/// The vendor's three shapes of a refusal: the gateway's and most services', IAM's, and the oldest one's.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    #[serde(alias = "errorCode", alias = "code")]
    error_code: Option<Scalar>,
    #[serde(alias = "errorMsg", alias = "message")]
    error_msg: Option<String>,
    request_id: Option<String>,
    error: Option<Nested>,
    #[serde(rename = "NeutronError")]
    neutron_error: Option<Nested>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Nested {
    #[serde(alias = "type")]
    code: Option<Scalar>,
    message: Option<String>,
}

/// A reply that is no success, and what it answers.
pub(super) struct Refusal<'a> {
    pub reply: &'a Reply,
    /// What was signed; empty where a token was sent.
    pub canonical_request: &'a str,
    pub origin: &'a str,
    pub permission: Option<&'static str>,
    pub redactor: &'a Redactor,
}

impl Refusal<'_> {
    pub(super) fn into_error(self) -> Error {
        let by_status = self.reply.refusal();
        let body: Body = self.reply.json().unwrap_or_default();
        let nested = body.error.or(body.neutron_error).unwrap_or_default();
        let code = body.error_code.or(nested.code).map(|code| code.0);
        let told = body.error_msg.or(nested.message).unwrap_or_default();
        let mut error = match &code {
            Some(code) => self.meaning(code, &told, &by_status),
            None => by_status.clone(),
        };
        let header = || self.reply.header("x-request-id").or_else(|| self.reply.header("x-iam-trace-id"));
        let request_id = body.request_id.or_else(|| header().map(str::to_owned));
        // IAM repeats the status as its code, which says nothing more.
        let code = code.filter(|code| *code != self.reply.status.as_u16().to_string());
        error.code = code.map(|code| self.redactor.line(&code));
        error.request_id = request_id.map(|id| self.redactor.line(&id));
        error.retry_after = by_status.retry_after;
        error
    }

    fn meaning(&self, code: &str, told: &str, by_status: &Error) -> Error {
        if code == "APIGW.0301" {
            return self.authentication(told);
        }
        let row = CODES.iter().find(|(known, ..)| *known == code);
        let message = match told.trim() {
            "" => by_status.message.clone(),
            told => self.redactor.line(told),
        };
        let kind = row.map_or(by_status.kind, |(_, kind, _)| *kind);
        let default = (kind == Kind::Denied).then_some(GRANT);
        let error = Error::new(kind, message);
        match (row.and_then(|(.., hint)| *hint).or(default), self.permission) {
            (Some(hint), None) if hint == GRANT => error,
            (Some(hint), permission) => error.with_hint(
                hint.replace("{origin}", self.origin).replace("{permission}", permission.unwrap_or_default()),
            ),
            (None, _) => error,
        }
    }

    /// The gateway's one code for all that is wrong with a signature or a token; its text tells which.
    /// The text is not shown: it may hold the key id and the request as it was signed.
    fn authentication(&self, told: &str) -> Error {
        let wrong_secret = || {
            Error::new(
                Kind::Credentials,
                "the secret access key is wrong: the cloud signed the same request, with another result",
            )
            .with_hint(format!("copy the secret that belongs to {}", self.origin))
        };
        if told.contains("signature expired") {
            return expired_signature(told);
        }
        if told.contains("not exist") {
            return Error::new(Kind::Credentials, "the cloud does not know this access key id")
                .with_hint(format!("correct {}", self.origin));
        }
        if told.contains("verify aksk signature fail") {
            // The echo has a bar for each line end.
            return match told.split_once("canonicalRequest:") {
                Some((_, theirs)) if theirs.trim() != self.canonical_request.replace('\n', "|") => Error::new(
                    Kind::Request,
                    "the signature does not match: the cloud received another request than was sent",
                )
                .with_hint("look for a proxy that rewrites requests"),
                _ => wrong_secret(),
            };
        }
        Error::new(Kind::Credentials, "the cloud refused the token or key: it is invalid or has expired")
            .with_hint(format!("put a new one into {}", self.origin))
    }
}

/// `signature expired, signature time:20211217T064303Z,server time:20211217T065804Z`.
fn expired_signature(told: &str) -> Error {
    let time = |mark: &str| {
        let (_, rest) = told.split_once(mark)?;
        NaiveDateTime::parse_from_str(rest.get(..16)?, "%Y%m%dT%H%M%SZ").ok()
    };
    match (time("signature time:"), time("server time:")) {
        (Some(ours), Some(theirs)) => error_table::clock_error(ours - theirs),
        _ => Error::new(Kind::Clock, "this machine's clock and the cloud's are too far apart"),
    }
}

/// The error for credentials that cannot stand in a header.
pub(super) fn unusable(origin: &str) -> Error {
    Error::new(Kind::Config, "the key or token holds characters that no request can carry")
        .with_hint(format!("copy it again into {origin}"))
}

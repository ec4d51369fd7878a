//! Huawei Cloud's refusals, explained by their code.
//!
//! Reference: <https://support.huaweicloud.com/intl/en-us/api-elb/ErrorCode.html>

use chrono::{NaiveDateTime, TimeDelta};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::{Error, Kind};
use crate::net::Reply;
use crate::providers::call::Exchange;
use crate::providers::error_table::{Access, Code, ErrorTable, Refusal, Row, clock_error, rewritten_request};
use crate::providers::object;
use crate::providers::record::{Field, Scalar};

static TABLE: ErrorTable = ErrorTable {
    rows: &[
        row("APIGW.0308", Kind::Throttled, None),
        row("APIG.0308", Kind::Throttled, None),
        row(
            "APIGW.0101",
            Kind::Request,
            Some("this region may not offer the service, or `--endpoint` names another service's host"),
        ),
        row("ELB.1102", Kind::Credentials, Some(TOKEN)),
        row("ELB.1103", Kind::Credentials, Some(TOKEN)),
        row("ELB.1104", Kind::Credentials, Some(TOKEN)),
        row("ELB.1105", Kind::Credentials, Some(TOKEN)),
        row("ELB.1109", Kind::Credentials, Some(TOKEN)),
        row("ELB.1201", Kind::Credentials, Some(TOKEN)),
        row("SYS.0401", Kind::Credentials, Some(TOKEN)),
        row("ELB.9802", Kind::Denied, None),
        row("ELB.9803", Kind::Denied, None),
        row("ELB.9804", Kind::Denied, None),
        row("SYS.0403", Kind::Denied, None),
        row(
            "ELB.9808",
            Kind::Config,
            Some(
                "the project id or the token belongs to another region: unset HUAWEICLOUD_SDK_PROJECT_ID, or name its region with `--region`",
            ),
        ),
        row("CBC.0150", Kind::Credentials, Some(SITE)),
        row("CBC.0156", Kind::Credentials, Some(SITE)),
    ],
    denied: "allow the IAM action `{permission}` to this user or agency",
};

const TOKEN: &str = "fetch a new token into {origin}";
const SITE: &str = "the account belongs to another site of Huawei Cloud: name one of its regions with `--region`";

/// How the vendor names the secret half of a key.
const SECRET: &str = "secret access key";

const fn row(code: &'static str, kind: Kind, hint: Option<&'static str>) -> Row {
    Row { code: Code::Exact(code), kind, hint }
}

/// The vendor's three shapes of a refusal: the gateway's and most services', IAM's, and the oldest one's.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    error_code: Field<Scalar>,
    error_msg: Field<Scalar>,
    code: Field<Scalar>,
    message: Field<Scalar>,
    request_id: Field<Scalar>,
    error: Field<Box<RawValue>>,
    #[serde(rename = "NeutronError")]
    neutron_error: Field<Box<RawValue>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Nested {
    code: Field<Scalar>,
    #[serde(rename = "type")]
    kind: Field<Scalar>,
    message: Field<Scalar>,
}

fn text(field: Field<Scalar>) -> Option<String> {
    field.known().map(|text| text.0)
}

/// Returns the error that a refusal tells of.
pub(super) fn classify(exchange: &Exchange<'_>, access: Access<'_>) -> Error {
    let refusal = read(exchange.reply);
    let is_authentication = refusal.code.as_deref() == Some("APIGW.0301");
    let special = is_authentication.then(|| authentication(&refusal.message, exchange, access));
    // IAM repeats the status as its code, which says nothing more.
    let is_status = refusal.code.as_deref() == Some(exchange.reply.status.as_str());
    let mut error = TABLE.explain(exchange, access, &refusal, special);
    if error.kind == Kind::Denied
        && let Some(hint) = denial_hint(&refusal.message, access)
    {
        error = error.with_hint(hint);
    }
    if is_status {
        error.code = None;
    }
    error
}

/// Returns the next step where the message tells that a policy denies the action, so that granting it is not enough.
fn denial_hint(message: &str, access: Access<'_>) -> Option<String> {
    let message = message.to_ascii_lowercase();
    let is_explicit = message.contains("explicit deny") || message.contains("explicitly den");
    let action = access.permission.map_or_else(|| "the action".to_owned(), |action| format!("`{action}`"));
    if message.contains("service control policy") || message.contains("service control policies") {
        let hint = "a service control policy of the organization denies";
        return Some(format!("{hint} {action}: the organization's administrator has to change it"));
    }
    is_explicit.then(|| {
        format!("a policy explicitly denies {action}: remove that denial, for it outweighs what other policies allow")
    })
}

/// Reads a refusal in any of the vendor's shapes; one of another shape has no code.
fn read(reply: &Reply) -> Refusal {
    let body: Result<&RawValue, _> = reply.json();
    let body: Body = body.ok().and_then(object::read).unwrap_or_default();
    let nested = body.error.known().or(body.neutron_error.known());
    let nested: Nested = nested.and_then(|nested| object::read(&nested)).unwrap_or_default();
    let header = || reply.header("x-request-id").or_else(|| reply.header("x-iam-trace-id")).map(str::to_owned);
    Refusal {
        code: [body.error_code, body.code, nested.code, nested.kind].into_iter().find_map(text),
        message: [body.error_msg, body.message, nested.message].into_iter().find_map(text).unwrap_or_default(),
        request_id: text(body.request_id).or_else(header),
    }
}

/// The gateway's one code for all that is wrong with a signature or a token; its text tells which. The text is not
/// shown: it may hold the key id and the request as it was signed.
fn authentication(message: &str, exchange: &Exchange<'_>, access: Access<'_>) -> Error {
    if message.contains("signature expired") {
        return clock_error(clock_difference(message));
    }
    // Five wrong signatures in succession lock a key for all its users.
    if message.contains("reach the limit") {
        return Error::new(Kind::Credentials, "this access key is locked after too many failed attempts").with_hint(
            "stop what uses it with a wrong secret, wait five minutes, and run again: the key itself may be right",
        );
    }
    if message.contains("not exist") {
        return Error::new(Kind::Credentials, "the cloud does not know this access key id")
            .with_hint(format!("correct {}", access.origin));
    }
    if message.contains("verify aksk signature fail") {
        // The echo has a bar for each line end.
        return match message.split_once("canonicalRequest:") {
            Some((_, theirs)) if theirs.trim() != exchange.signed_text.replace('\n', "|") => rewritten_request(),
            Some(_) => access.wrong_secret(SECRET),
            None => Error::new(Kind::Credentials, "the signature does not match").with_hint(access.copy_secret()),
        };
    }
    Error::new(Kind::Credentials, "the cloud refused the token or key: it is invalid or has expired")
        .with_hint(format!("put a new one into {}", access.origin))
}

/// Returns how far this machine's clock is ahead, by
/// `signature expired, signature time:20211217T064303Z,server time:20211217T065804Z`.
fn clock_difference(message: &str) -> Option<TimeDelta> {
    let time = |mark: &str| {
        let (_, rest) = message.split_once(mark)?;
        NaiveDateTime::parse_from_str(rest.get(..16)?, "%Y%m%dT%H%M%SZ").ok()
    };
    Some(time("signature time:")? - time("server time:")?)
}

/// Returns the error for credentials that cannot stand in a header.
pub(super) fn unusable(origin: &str) -> Error {
    Error::new(Kind::Config, "the key or token holds characters that cannot be sent")
        .with_hint(format!("copy it again into {origin}"))
}

//! Alibaba Cloud's refusals, explained by their code: the HTTP status differs between its gateways.
//!
//! Reference: <https://api.aliyun.com/troubleshoot>

use std::time::Duration;

use percent_encoding::percent_decode_str;
use serde::Deserialize;

use crate::error::{Error, Kind};
use crate::net::Reply;
use crate::providers::call::Exchange;
use crate::providers::error_table::{Access, Code, ErrorTable, Refusal, Row, clock_error, rewritten_request};

use super::sign;

static TABLE: ErrorTable = ErrorTable {
    rows: &[
        row(
            "InvalidAccessKeyId.Inactive",
            Kind::Credentials,
            Some("this access key is disabled: enable it in the RAM console, or put another into {origin}"),
        ),
        row("InvalidAccessKeyId", Kind::Credentials, Some("no account has this access key id: correct {origin}")),
        row(
            "MissingSecurityToken",
            Kind::Credentials,
            Some("this key id (STS.…) is temporary: set the security token that came with it, beside {origin}"),
        ),
        row(
            INVALID_TOKEN,
            Kind::Credentials,
            Some("the security token has expired or belongs to another key: fetch new temporary keys into {origin}"),
        ),
        row("Forbidden", Kind::Denied, None),
        row("NoPermission", Kind::Denied, None),
        row("InvalidRegionId", Kind::Region, None),
        row("Throttling", Kind::Throttled, None),
        row("Rejected.Throttling", Kind::Throttled, None),
        row("FlowControlError", Kind::Throttled, None),
        row("SignatureNonceUsed", Kind::Unavailable, None),
        row("ServiceUnavailable", Kind::Unavailable, None),
        row("InternalError", Kind::Unavailable, None),
        row("SystemBusy", Kind::Unavailable, None),
        row("OperationBusy", Kind::Unavailable, None),
        row("ServiceIsConfiguring", Kind::Unavailable, None),
        row("LocationServiceTimeout", Kind::Unavailable, None),
        row("InvalidAction", Kind::Request, Some(WRONG_HOST)),
        row("InvalidApi", Kind::Request, Some(WRONG_HOST)),
        row("InvalidVersion", Kind::Request, Some(WRONG_HOST)),
        row("UnsupportedHTTPMethod", Kind::Request, Some(WRONG_HOST)),
    ],
    denied: "allow the RAM action `{permission}` on `*` to this user or role",
};

const INVALID_TOKEN: &str = "InvalidSecurityToken";
const WRONG_HOST: &str = "this host does not know the operation: look at `--endpoint`";

/// How the vendor names the secret half of a key.
const SECRET: &str = "access key secret";

/// Requests a pause, in milliseconds; not all codes of throttling are named so.
const RETRY_AFTER: &str = "x-acs-retry-after";

const fn row(family: &'static str, kind: Kind, hint: Option<&'static str>) -> Row {
    Row { code: Code::Family(family), kind, hint }
}

/// The body of a refusal. Some products write the keys in lower case.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Body {
    #[serde(alias = "code")]
    code: Option<String>,
    #[serde(alias = "message")]
    message: Option<String>,
    #[serde(alias = "requestId")]
    request_id: Option<String>,
}

/// Returns whether the body is a refusal, whatever the status: some gateways answer 200 to what they refuse, and no
/// successful reply has a code.
pub(super) fn is_refusal(reply: &Reply) -> bool {
    const MAX_REFUSAL: usize = 16 * 1024;
    reply.body.len() < MAX_REFUSAL && reply.json().is_ok_and(|body: Body| body.code.is_some())
}

/// Returns the error that a refusal tells of.
pub(super) fn classify(exchange: &Exchange<'_>, access: Access<'_>) -> Error {
    let body: Body = exchange.reply.json().unwrap_or_default();
    let Some(code) = body.code else {
        return TABLE.explain(exchange, access, &Refusal::default(), None);
    };
    let message = body.message.unwrap_or_default();
    let is_about_token = code == "InvalidParameter" && message.contains("SecurityToken");
    let special = match code.as_str() {
        code if code.starts_with("InvalidTimeStamp") => {
            Some(clock_error(exchange.reply.date().map(|theirs| exchange.sent_at - theirs)))
        }
        "SignatureDoesNotMatch" | "IncompleteSignature" => Some(wrong_signature(&message, exchange, access)),
        _ => None,
    };
    let explained = if is_about_token { INVALID_TOKEN.to_owned() } else { code.clone() };
    let refusal = Refusal { code: Some(explained), message, request_id: body.request_id };
    let mut error = TABLE.explain(exchange, access, &refusal, special);
    if is_about_token {
        error.code = Some(code);
    }
    if let Some(delay) = exchange.reply.header(RETRY_AFTER) {
        error.kind = Kind::Throttled;
        error.retry_after = delay.trim().parse().ok().map(Duration::from_millis).or(error.retry_after);
    }
    error
}

/// The cloud sends the text that it signed itself. Where that is the text that was signed here, only the secret can
/// differ. The message is not shown: it holds the key id, the token and every parameter.
fn wrong_signature(message: &str, exchange: &Exchange<'_>, access: Access<'_>) -> Error {
    const MARK: &str = "server string to sign is:";
    let ours = exchange.signed_text;
    let theirs = message.split_once(MARK).map(|(_, text)| text.trim());
    let is_equal = theirs.is_some_and(|text| text == ours || percent_decode_str(text).decode_utf8_lossy() == ours);
    // ACS3 signs a hash; it stands somewhere in the message when the requests were equal.
    let hash = ours.rsplit('\n').next().unwrap_or_default();
    if is_equal || (hash.len() == 64 && message.contains(hash)) {
        access.wrong_secret(SECRET)
    } else if theirs.is_some() {
        let error = rewritten_request();
        let hint = error.hint().unwrap_or_default();
        let hint = format!("{hint}; or try the other signature with {}=acs3", sign::VARIABLE);
        error.with_hint(hint)
    } else {
        Error::new(Kind::Credentials, "the signature does not match").with_hint(access.copy_secret())
    }
}

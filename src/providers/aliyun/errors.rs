//! Alibaba Cloud's refusals, explained by their code: the HTTP status differs between its gateways.
//!
//! Reference: <https://api.aliyun.com/troubleshoot>

use std::time::Duration;

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::{Error, Kind};
use crate::net::Reply;
use crate::providers::call::Exchange;
use crate::providers::error_table::{Access, Code, ErrorTable, Refusal, Row, clock_error, rewritten_request};
use crate::providers::object;
use crate::providers::record::{Field, Scalar};

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
    code: Field<Scalar>,
    message: Field<Scalar>,
    request_id: Field<Scalar>,
    access_denied_detail: Field<Box<RawValue>>,
}

/// Why an action is denied, where the cloud tells: RAM's access denied detail.
///
/// Reference: <https://www.alibabacloud.com/help/en/ram/user-guide/view-the-details-of-access-denied-errors>
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Detail {
    auth_action: Field<Scalar>,
    no_permission_type: Field<Scalar>,
    policy_type: Field<Scalar>,
}

fn body_of(reply: &Reply) -> Body {
    let body: Result<&RawValue, _> = reply.json();
    body.ok().and_then(object::read).unwrap_or_default()
}

fn text(field: Field<Scalar>) -> Option<String> {
    field.known().map(|text| text.0).filter(|text| !text.is_empty())
}

/// Returns whether the body is a refusal, whatever the status: some gateways answer 200 to what they refuse, and no
/// successful reply has a code of an error.
pub(super) fn is_refusal(reply: &Reply) -> bool {
    const MAX_REFUSAL: usize = 16 * 1024;
    const SUCCESS: [&str; 3] = ["200", "OK", "Success"];
    reply.body.len() < MAX_REFUSAL && text(body_of(reply).code).is_some_and(|code| !SUCCESS.contains(&code.as_str()))
}

/// Returns the error that a refusal tells of.
pub(super) fn classify(exchange: &Exchange<'_>, access: Access<'_>) -> Error {
    let body = body_of(exchange.reply);
    let Some(code) = text(body.code) else {
        return TABLE.explain(exchange, access, &Refusal::default(), None);
    };
    let message = text(body.message).unwrap_or_default();
    let is_about_token = code == "InvalidParameter" && message.contains("SecurityToken");
    let special = match code.as_str() {
        code if code.starts_with("InvalidTimeStamp") => {
            Some(clock_error(exchange.reply.date().map(|theirs| exchange.sent_at - theirs)))
        }
        "SignatureDoesNotMatch" | "IncompleteSignature" => Some(wrong_signature(&message, exchange, access)),
        _ => None,
    };
    let explained = if is_about_token { INVALID_TOKEN.to_owned() } else { code.clone() };
    let refusal = Refusal { code: Some(explained), message, request_id: text(body.request_id) };
    let mut error = TABLE.explain(exchange, access, &refusal, special);
    if is_about_token {
        error.code = Some(exchange.redactor().line(&code));
    }
    if error.kind == Kind::Denied
        && let Some(hint) = body.access_denied_detail.known().and_then(|detail| denial_hint(&detail, exchange, access))
    {
        error = error.with_hint(hint);
    }
    if let Some(delay) = exchange.reply.header(RETRY_AFTER) {
        error.kind = Kind::Throttled;
        error.retry_after = delay.trim().parse().ok().map(Duration::from_millis).or(error.retry_after);
    }
    error
}

/// Returns the next step where the cloud tells which policy denies an action, and granting the action is not enough.
fn denial_hint(detail: &RawValue, exchange: &Exchange<'_>, access: Access<'_>) -> Option<String> {
    let detail: Detail = object::read(detail)?;
    let told = text(detail.auth_action).map(|action| exchange.redactor().line(&action));
    let action = access.permission.map(str::to_owned).or(told).unwrap_or_else(|| "the action".to_owned());
    let is_explicit = text(detail.no_permission_type).is_some_and(|kind| kind.eq_ignore_ascii_case("ExplicitDeny"));
    let policy = text(detail.policy_type).unwrap_or_default();
    let verb = if is_explicit { "denies" } else { "does not allow" };
    Some(match (policy.to_ascii_lowercase().as_str(), is_explicit) {
        ("controlpolicy", _) => {
            format!("a control policy of the resource directory {verb} `{action}`: its administrator has to change it")
        }
        ("sessionpolicy", _) => {
            format!(
                "the session policy of these temporary keys {verb} `{action}`: fetch keys with another or without one"
            )
        }
        ("assumerolepolicy", _) => {
            format!("the trust policy of the role {verb} `{action}`: its owner has to change it")
        }
        ("resourcegrouplevelidentitybasedpolicy", true) => format!(
            "a policy on a resource group explicitly denies `{action}`: remove that denial, for it outweighs what is allowed"
        ),
        (_, true) => format!(
            "a policy of this user, group or role explicitly denies `{action}`: remove that denial, for it outweighs what is allowed"
        ),
        (_, false) => return None,
    })
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

//! What Alibaba Cloud's refusals mean, by their code: the HTTP status differs between its gateways.
//!
//! Reference: <https://api.aliyun.com/troubleshoot>

use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde::Deserialize;

use crate::error::{Error, Kind};
use crate::net::{Redactor, Reply};
use crate::providers::error_table;

/// A code, or a family of codes that begin with it and a full stop; what it means; and the next step.
/// `{origin}` stands for where the key was found, `{permission}` for the RAM action.
type Row = (&'static str, Kind, Option<&'static str>);

static CODES: &[Row] = &[
    (
        "InvalidAccessKeyId.Inactive",
        Kind::Credentials,
        Some("this access key is disabled: enable it in the RAM console, or put another into {origin}"),
    ),
    ("InvalidAccessKeyId", Kind::Credentials, Some("no account has this access key id: correct {origin}")),
    (
        "MissingSecurityToken",
        Kind::Credentials,
        Some("this key id (STS.…) is temporary: set the security token that came with it, beside {origin}"),
    ),
    (
        "InvalidSecurityToken",
        Kind::Credentials,
        Some("the security token has expired or belongs to another key: fetch new temporary keys into {origin}"),
    ),
    ("Forbidden", Kind::Denied, Some(GRANT)),
    ("NoPermission", Kind::Denied, Some(GRANT)),
    ("InvalidRegionId", Kind::Region, None),
    ("Throttling", Kind::Throttled, None),
    ("Rejected.Throttling", Kind::Throttled, None),
    ("FlowControlError", Kind::Throttled, None),
    ("SignatureNonceUsed", Kind::Unavailable, None),
    ("ServiceUnavailable", Kind::Unavailable, None),
    ("InternalError", Kind::Unavailable, None),
    ("SystemBusy", Kind::Unavailable, None),
    ("OperationBusy", Kind::Unavailable, None),
    ("ServiceIsConfiguring", Kind::Unavailable, None),
    ("LocationServiceTimeout", Kind::Unavailable, None),
    ("InvalidAction", Kind::Request, Some(WRONG_HOST)),
    ("InvalidApi", Kind::Request, Some(WRONG_HOST)),
    ("InvalidVersion", Kind::Request, Some(WRONG_HOST)),
    ("UnsupportedHTTPMethod", Kind::Request, Some(WRONG_HOST)),
];

const GRANT: &str = "allow the RAM action `{permission}` on `*` to this user or role";
const WRONG_HOST: &str = "this host does not know the operation: look at `--endpoint`";

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

/// Whether a reply of whatever status is a refusal in its body.
pub(super) fn is_refusal(reply: &Reply) -> bool {
    const LONGEST: usize = 16 * 1024;
    reply.body.len() < LONGEST && reply.json().is_ok_and(|body: Body| body.code.is_some())
}

/// A reply that is no success, and what it answers.
pub(super) struct Refusal<'a> {
    pub reply: &'a Reply,
    pub sent_at: DateTime<Utc>,
    pub string_to_sign: &'a str,
    pub origin: &'a str,
    pub permission: Option<&'static str>,
    pub redactor: &'a Redactor,
}

impl Refusal<'_> {
    pub(super) fn into_error(self) -> Error {
        let by_status = self.reply.refusal();
        let Body { code: Some(code), message, request_id } = self.reply.json().unwrap_or_default() else {
            return by_status;
        };
        let told = message.unwrap_or_default();
        let mut error = self.meaning(&code, &told, &by_status);
        error.code = Some(self.redactor.line(&code));
        error.request_id = request_id.map(|id| self.redactor.line(&id));
        error.retry_after = by_status.retry_after;
        if self.reply.headers.contains_key("x-acs-retry-after") {
            // Not all codes of throttling are named so; the header is its surest sign.
            error.kind = Kind::Throttled;
        }
        error
    }

    fn meaning(&self, code: &str, told: &str, by_status: &Error) -> Error {
        if code.starts_with("InvalidTimeStamp") {
            return self.clock();
        }
        if code == "SignatureDoesNotMatch" || code == "IncompleteSignature" {
            return self.signature(told);
        }
        if code == "InvalidParameter" && told.contains("SecurityToken") {
            return self.meaning("InvalidSecurityToken", told, by_status);
        }
        let row = CODES.iter().find(|(family, ..)| {
            code.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        let message = match told.trim() {
            "" => by_status.message.clone(),
            told => self.redactor.line(told),
        };
        let kind = row.map_or(by_status.kind, |(_, kind, _)| *kind);
        let error = Error::new(kind, message);
        match row.and_then(|(.., hint)| *hint) {
            Some(hint) if hint.contains("{permission}") && self.permission.is_none() => error,
            Some(hint) => error.with_hint(
                hint.replace("{origin}", self.origin).replace("{permission}", self.permission.unwrap_or_default()),
            ),
            None => error,
        }
    }

    /// The cloud tells what it signed itself. Equal to ours: only the secret can differ.
    /// Its message is not shown: it holds the key id, the token and every parameter.
    fn signature(&self, told: &str) -> Error {
        const MARK: &str = "server string to sign is:";
        let theirs = told.split_once(MARK).map(|(_, text)| text.trim());
        let equal = theirs.is_some_and(|text| {
            text == self.string_to_sign || percent_decode_str(text).decode_utf8_lossy() == self.string_to_sign
        });
        // ACS3 signs a hash; it stands somewhere in the message when the requests were equal.
        let hash = self.string_to_sign.rsplit('\n').next().unwrap_or_default();
        if equal || (hash.len() == 64 && told.contains(hash)) {
            Error::new(
                Kind::Credentials,
                "the access key secret is wrong: the cloud signed the same text, with another result",
            )
            .with_hint(format!("copy the secret that belongs to {}", self.origin))
        } else if theirs.is_some() {
            Error::new(Kind::Request, "the signature does not match: the cloud received another request than was sent")
                .with_hint("look for a proxy that rewrites requests; or try the other signature with CERTLS_ALIYUN_SIGNATURE=acs3")
        } else {
            Error::new(Kind::Credentials, "the signature does not match")
                .with_hint(format!("copy the secret that belongs to {}", self.origin))
        }
    }

    fn clock(&self) -> Error {
        match self.reply.date() {
            Some(theirs) => error_table::clock_error(self.sent_at - theirs),
            None => Error::new(Kind::Clock, "this machine's clock and the cloud's are too far apart"),
        }
    }
}

//! The replies of the simulated Alibaba Cloud: JSON or XML, and each product's errors.

use super::auth::Refusal;
use crate::server::Reply;
use crate::wire;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A product. The version of the API identifies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    Slb,
    Sts,
    Cas,
    Alb,
    Nlb,
    Ga,
    Waf,
    Cdn,
    Dcdn,
    Esa,
    Fc,
    Directory,
    Apig,
    Mse,
}

impl Product {
    pub(crate) fn of(version: &str) -> Option<Self> {
        match version {
            "2014-05-15" => Some(Self::Slb),
            "2015-04-01" => Some(Self::Sts),
            "2020-04-07" => Some(Self::Cas),
            "2020-06-16" => Some(Self::Alb),
            "2022-04-30" => Some(Self::Nlb),
            "2019-11-20" => Some(Self::Ga),
            "2021-10-01" => Some(Self::Waf),
            "2018-05-10" => Some(Self::Cdn),
            "2018-01-15" => Some(Self::Dcdn),
            "2024-09-10" => Some(Self::Esa),
            "2023-03-30" => Some(Self::Fc),
            "2022-04-19" => Some(Self::Directory),
            "2024-03-27" => Some(Self::Apig),
            "2019-05-31" => Some(Self::Mse),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Slb => "Slb",
            Self::Sts => "Sts",
            Self::Cas => "cas",
            Self::Alb => "Alb",
            Self::Nlb => "Nlb",
            Self::Ga => "Ga",
            Self::Waf => "waf-openapi",
            Self::Cdn => "Cdn",
            Self::Dcdn => "dcdn",
            Self::Esa => "ESA",
            Self::Fc => "FC",
            Self::Directory => "ResourceDirectoryMaster",
            Self::Apig => "APIG",
            Self::Mse => "mse",
        }
    }

    /// Returns the prefix of its actions in policies.
    fn policy(self) -> &'static str {
        match self {
            Self::Slb => "slb",
            Self::Sts => "sts",
            Self::Cas => "yundun-cert",
            Self::Alb => "alb",
            Self::Nlb => "nlb",
            Self::Ga => "ga",
            Self::Waf => "yundun-waf",
            Self::Cdn => "cdn",
            Self::Dcdn => "dcdn",
            Self::Esa => "esa",
            Self::Fc => "fc",
            Self::Directory => "resourcemanager",
            Self::Apig => "apig",
            Self::Mse => "mse",
        }
    }

    /// Returns the name of an action in faults, denials and the log. Several products have a `ListListeners`, so all
    /// but SLB, STS and CAS have a prefix there: `alb:ListListeners`, `rd:ListAccounts`.
    pub(crate) fn label(self, action: &str) -> String {
        match self {
            Self::Slb | Self::Sts | Self::Cas => action.to_owned(),
            Self::Waf => format!("waf:{action}"),
            Self::Directory => format!("rd:{action}"),
            _ => format!("{}:{action}", self.policy()),
        }
    }

    /// Returns the code and the message of a denied call.
    fn denial(self) -> (&'static str, &'static str) {
        const BY_RAM: &str = "You are not authorized to do this action. You should be authorized by RAM.";
        match self {
            Self::Slb | Self::Cas => ("Forbidden", "User not authorized to operate on the specified resource."),
            Self::Sts | Self::Ga | Self::Directory | Self::Mse => ("NoPermission", BY_RAM),
            Self::Alb => ("Forbidden.LoadBalancer", "Authentication is failed for the specified load balancer."),
            Self::Nlb => ("Forbidden.NoPermission", "Authentication is failed for NoPermission."),
            Self::Waf | Self::Cdn | Self::Dcdn | Self::Esa | Self::Apig => (
                "Forbidden.RAM",
                "User not authorized to operate on the specified resource, or this API doesn't support RAM.",
            ),
            Self::Fc => ("AccessDenied", "the caller is not authorized to perform this action"),
        }
    }
}

/// Writes the replies to one request.
#[derive(Clone, Copy)]
pub(crate) struct Responder<'a> {
    pub host: &'a str,
    pub json: bool,
    pub action: &'a str,
    pub product: Product,
}

impl Responder<'_> {
    pub(crate) fn success(&self, mut body: Value) -> Reply {
        body["RequestId"] = json!(request_id());
        self.write(200, &format!("{}Response", self.action), &body)
    }

    pub(crate) fn error(&self, status: u16, code: &str, message: &str) -> Reply {
        self.write(status, "Error", &self.error_body(code, message))
    }

    pub(crate) fn refuse(&self, refusal: &Refusal) -> Reply {
        self.error(refusal.status, refusal.code, &refusal.message)
    }

    /// Returns the error for a missing parameter.
    pub(crate) fn missing(&self, param: &str) -> Reply {
        self.error(400, &format!("Missing{param}"), &format!("{param} is mandatory for this action."))
    }

    pub(crate) fn throttled(&self) -> Reply {
        self.error(400, "Throttling.User", "Request was denied due to user flow control.")
    }

    pub(crate) fn no_such_action(&self) -> Reply {
        self.error(404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.")
    }

    /// Returns the error for an action that is denied to a user of account `uid`.
    pub(crate) fn denied(&self, uid: &str) -> Reply {
        let (code, message) = self.product.denial();
        let mut body = self.error_body(code, message);
        body["AccessDeniedDetail"] = json!({
            "AuthAction": format!("{}:{}", self.product.policy(), self.action),
            "AuthPrincipalDisplayName": "200000000000000000",
            "AuthPrincipalOwnerId": uid,
            "AuthPrincipalType": "SubUser",
            "EncodedDiagnosticMessage": "AQEAAAAAaikRpxxx",
            "NoPermissionType": "ImplicitDeny",
        });
        self.write(403, "Error", &body)
    }

    fn error_body(&self, code: &str, message: &str) -> Value {
        let (id, product) = (request_id(), self.product.name());
        json!({
            "RequestId": id,
            "HostId": self.host,
            "Code": code,
            "Message": message,
            "Recommend": format!("https://api.aliyun.com/troubleshoot?q={code}&product={product}&requestId={id}"),
        })
    }

    fn write(&self, status: u16, root: &str, body: &Value) -> Reply {
        if self.json {
            Reply::json(status, body)
        } else {
            Reply::new(
                status,
                "text/xml;charset=utf-8",
                format!("<?xml version='1.0' encoding='UTF-8'?>{}", xml(root, body)),
            )
        }
    }
}

fn request_id() -> String {
    format!("00000000-0000-4000-8000-{:012X}", wire::serial())
}

/// Formats a value as XML. A list becomes a sequence of elements of the same name.
fn xml(name: &str, value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(|item| xml(name, item)).collect(),
        Value::Object(fields) => {
            let inner = fields.iter().fold(String::new(), |mut text, (name, value)| {
                let _ = write!(text, "{}", xml(name, value));
                text
            });
            format!("<{name}>{inner}</{name}>")
        }
        Value::String(text) => {
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            format!("<{name}>{text}</{name}>")
        }
        other => format!("<{name}>{other}</{name}>"),
    }
}

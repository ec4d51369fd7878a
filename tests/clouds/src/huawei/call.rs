//! The calls of the simulated Huawei Cloud.

use super::products::Product;

pub(crate) enum Call<'a> {
    Projects(&'static str),
    CheckToken,
    IssueToken,
    Domains,
    List(&'a str),
    Show(&'a str, &'a str),
    Listeners(&'a str),
    Echo(&'a str),
    Scm,
    CallerIdentity,
    AgencyKeys,
    MetadataToken,
    SecurityKey,
    Product(Product<'a>),
    Unknown,
}

impl<'a> Call<'a> {
    pub(crate) fn of(method: &str, path: &'a str) -> Self {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        match (method, parts.as_slice()) {
            ("GET", ["v3", "projects"]) => Self::Projects("iam:projects"),
            ("GET", ["v3", "auth", "projects"]) => Self::Projects("iam:auth-projects"),
            ("GET", ["v3", "auth", "tokens"]) => Self::CheckToken,
            ("POST", ["v3", "auth", "tokens"]) => Self::IssueToken,
            ("GET", ["v3", "auth", "domains"]) => Self::Domains,
            ("GET", ["v3", "scm", "certificates"]) => Self::Scm,
            ("GET", ["v3", project, "elb", "certificates"]) => Self::List(project),
            ("GET", ["v3", project, "elb", "certificates", id]) => Self::Show(project, id),
            ("GET", ["v3", project, "elb", "listeners"]) => Self::Listeners(project),
            ("GET", ["v3", project, "elb", "certificates", "settings", "private-key-echo"]) => Self::Echo(project),
            ("GET", ["v5", "caller-identity"]) => Self::CallerIdentity,
            ("POST", ["v3.0", "OS-CREDENTIAL", "securitytokens"]) => Self::AgencyKeys,
            ("PUT", ["meta-data", "latest", "api", "token"]) => Self::MetadataToken,
            ("GET", ["openstack", "latest", "securitykey"]) => Self::SecurityKey,
            (method, parts) => Product::of(method, parts).map_or(Self::Unknown, Self::Product),
        }
    }

    pub(crate) fn action(&self) -> &'static str {
        match self {
            Self::Projects(action) => action,
            Self::CheckToken => "iam:token-check",
            Self::IssueToken => "iam:token",
            Self::Domains => "iam:domains",
            Self::List(_) => "elb:list",
            Self::Show(..) => "elb:show",
            Self::Listeners(_) => "elb:listeners",
            Self::Echo(_) => "elb:getPrivateKeyEcho",
            Self::Scm => "scm:list",
            Self::CallerIdentity => "sts:caller",
            Self::AgencyKeys => "iam:agency-keys",
            Self::MetadataToken => "ecs:token",
            Self::SecurityKey => "ecs:securitykey",
            Self::Product(product) => product.action(),
            Self::Unknown => "",
        }
    }

    pub(crate) fn project(&self) -> Option<&str> {
        match self {
            Self::List(project) | Self::Show(project, _) | Self::Listeners(project) | Self::Echo(project) => {
                Some(project)
            }
            Self::Product(product) => product.project(),
            _ => None,
        }
    }

    /// Tells whether the call needs no authentication: the call itself contains the password, and the metadata service
    /// knows its machine.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Self::IssueToken | Self::MetadataToken | Self::SecurityKey)
    }
}

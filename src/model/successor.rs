//! The certificate that replaces another one.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use super::time::rfc3339;

/// The longest-lived certificate for the names of another one, and where it is kept. Serialised as JSON's `superseded_by`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Successor {
    pub provider: &'static str,
    pub service: &'static str,
    pub account: String,
    pub region: String,
    pub id: Option<String>,
    pub name: Option<String>,
    #[serde(serialize_with = "as_rfc3339")]
    pub not_after: DateTime<Utc>,
}

impl Successor {
    /// Returns the name; where it has none, the id.
    pub fn title(&self) -> &str {
        let name = self.name.as_deref().filter(|name| !name.is_empty());
        name.or(self.id.as_deref()).unwrap_or("a certificate without a name")
    }
}

/// The title, then the place and the id.
impl fmt::Display for Successor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { provider, account, region, service, .. } = self;
        write!(f, "{} ({provider} {account} {region} {service}", self.title())?;
        let id = self.id.as_deref().filter(|id| *id != self.title());
        id.map_or(Ok(()), |id| write!(f, " {id}"))?;
        f.write_str(")")
    }
}

fn as_rfc3339<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*time))
}

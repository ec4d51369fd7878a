//! The keys that a server gives out: STS, the metadata service and a credentials URI all write them so.

use chrono::DateTime;
use secrecy::SecretString;
use serde::Deserialize;

use crate::config::AccessKey;
use crate::error::{Error, Kind};
use crate::providers::credentials::temporary_keys::Issued;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct IssuedWire {
    /// `Success`; STS sends none.
    pub code: Option<String>,
    access_key_id: Option<SecretString>,
    access_key_secret: Option<SecretString>,
    security_token: Option<SecretString>,
    expiration: Option<String>,
}

impl IssuedWire {
    /// `who` gave them out.
    pub(super) fn issued(self, who: &str) -> Result<Issued, Error> {
        if self.code.as_deref().is_some_and(|code| code != "Success") {
            return Err(Error::new(Kind::Credentials, format!("{who}: it gave no keys, and does not say Success")));
        }
        let (Some(id), Some(secret)) = (self.access_key_id, self.access_key_secret) else {
            return Err(Error::new(Kind::Reply, format!("{who}: it gave no whole access key")));
        };
        let until = self.expiration.as_deref().map(DateTime::parse_from_rfc3339).transpose();
        let until = until.map_err(|_| Error::new(Kind::Reply, format!("{who}: the `Expiration` is no time")))?;
        let keys = AccessKey { id, secret, token: self.security_token, origin: who.to_owned() };
        Ok(Issued { keys, until: until.map(|until| until.to_utc()) })
    }
}

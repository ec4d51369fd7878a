//! The keys that a server gives out: STS, the metadata service and a credentials URI all write them so.

use secrecy::SecretString;
use serde::Deserialize;

use crate::error::{Error, Kind};
use crate::providers::credentials::temporary_keys::IssuedKeys;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct IssuedWire {
    /// `Success`; STS sends none.
    code: Option<String>,
    access_key_id: Option<SecretString>,
    access_key_secret: Option<SecretString>,
    security_token: Option<SecretString>,
    expiration: Option<String>,
}

impl IssuedWire {
    /// # Errors
    /// Where the server reports a failure, or half of the key is missing.
    pub(super) fn issued(self) -> Result<IssuedKeys, Error> {
        if self.code.as_deref().is_some_and(|code| code != "Success") {
            return Err(Error::new(Kind::Credentials, "the answer has no keys, and its code is not `Success`"));
        }
        let expiry = self.expiration.as_deref();
        IssuedKeys::parse(self.access_key_id, self.access_key_secret, self.security_token, expiry)
    }
}

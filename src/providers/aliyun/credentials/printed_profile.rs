//! Keys of a program that prints a profile.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;

use crate::error::Error;
use crate::providers::aliyun::client::Client;
use crate::providers::credentials::signing_keys::KeyIssuer;
use crate::providers::credentials::source_error::broken;
use crate::providers::credentials::temporary_keys::IssuedKeys;

use super::process::{LIMIT, Process};
use super::profile::{Profile, ProfileContext};

#[async_trait]
impl KeyIssuer<Client> for Process {
    async fn issue(&self, client: &Client, origin: &str, now: DateTime<Utc>) -> Result<IssuedKeys, Error> {
        let printed = self.run(LIMIT).await.map_err(|why| {
            broken(origin, &format!("its program {why}")).with_hint("run its `process_command` by hand to see why")
        })?;
        // The parser's own words may quote what it read.
        let profile: Profile = serde_json::from_str(printed.expose_secret()).map_err(|_| {
            broken(origin, "its program printed something else than a profile")
                .with_hint("it must print {\"mode\": \"StsToken\", \"access_key_id\": …, …}")
        })?;
        if profile.is_external() {
            return Err(broken(origin, "its program printed a profile that again runs a program"));
        }
        let context = ProfileContext { origin: origin.to_owned(), options: &self.options };
        let no_source = |name: &str| {
            Err(broken(origin, &format!("its program printed a profile that builds on another, `{name}`")))
        };
        let mut issued = profile.credentials(&context, no_source)?.issue(client, now).await?;
        issued.expires_at = profile.expiration.or(issued.expires_at);
        Ok(issued)
    }
}

//! The agency of an ECS instance, whose keys its metadata service gives out.
//!
//! Reference: <https://support.huaweicloud.com/intl/en-us/usermanual-ecs/ecs_03_0166.html>

use std::net::Ipv4Addr;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::future::FutureExt;
use secrecy::SecretString;
use serde::Deserialize;

use crate::clock::Clock;
use crate::error::{Error, Kind};
use crate::net::Http;
use crate::providers::credentials::chain::Load;
use crate::providers::credentials::metadata::{Metadata, MetadataService, source_error};
use crate::providers::credentials::signing_keys::{KeyIssuer, SigningKeys};
use crate::providers::credentials::source_error::of_source;
use crate::providers::credentials::temporary_keys::IssuedKeys;
use crate::providers::huawei::ID;
use crate::providers::{Context, ProbeLimit};

use super::source::{Contents, CredentialSource, Credentials, LoadContext};
use super::variables::NO_METADATA;

pub(super) static SOURCE: CredentialSource = CredentialSource {
    name: "the agency of this ECS instance, by its metadata service",
    has_profiles: false,
    load: Load::Request(|context| load(context).boxed()),
};

static SERVICE: MetadataService = MetadataService {
    provider: ID,
    address: Ipv4Addr::new(169, 254, 169, 254),
    token_path: "/meta-data/latest/api/token",
    token_header: "x-metadata-token",
    lifetime_header: "x-metadata-token-ttl-seconds",
    needs: "agency",
    switch: &NO_METADATA,
};

/// The source in words.
const NAME: &str = "the agency of this ECS instance";

/// What the service answers on an instance that has no agency.
const NO_AGENCY: &str = "configure Cloud Service Agency";

/// The instance that certls runs on.
#[derive(Debug)]
struct Instance(Metadata);

#[derive(Deserialize)]
struct AnswerWire {
    credential: CredentialWire,
}

#[derive(Deserialize)]
struct CredentialWire {
    access: Option<SecretString>,
    secret: Option<SecretString>,
    securitytoken: Option<SecretString>,
    expires_at: Option<String>,
}

/// Returns the metadata service; `None` where the environment forbids requests to it.
pub(super) fn enabled(cx: &Context) -> Option<Metadata> {
    Metadata::enabled(&SERVICE, cx)
}

async fn load(context: &LoadContext<'_>) -> Result<Contents, Error> {
    let cx = context.cx;
    let Some(metadata) = context.vendor.metadata.clone() else { return Ok(Contents::Nothing) };
    let instance = Instance(metadata);
    let limit = (!context.account.required).then_some(&cx.probe_limit);
    let found = instance.request(&cx.http, limit).await.map_err(|error| instance.0.search_error(error))?;
    let Some(issued) = found else { return Ok(Contents::Nothing) };
    let keys = SigningKeys::issued_by(instance, NAME.to_owned(), cx.clock).starting_with(issued);
    Ok(Contents::Credentials(Credentials::AccessKey(keys).into()))
}

/// Returns the agency of this instance, for a profile that demands it. `origin` is the profile in words.
///
/// # Errors
/// Where the environment forbids requests to the metadata service.
pub(super) fn credentials(metadata: Option<&Metadata>, clock: Clock, origin: &str) -> Result<Credentials, Error> {
    let metadata = metadata.cloned().ok_or_else(|| SERVICE.forbidden(origin))?;
    Ok(Credentials::AccessKey(SigningKeys::issued_by(Instance(metadata), origin.to_owned(), clock)))
}

#[async_trait]
impl KeyIssuer<Http> for Instance {
    async fn issue(&self, http: &Http, origin: &str, _: DateTime<Utc>) -> Result<IssuedKeys, Error> {
        let issued = self.request(http, None).await.map_err(|error| source_error(origin, error))?;
        issued.ok_or_else(|| {
            let message = "no metadata service here gives keys of an agency";
            let hint = "give this instance an agency, or set up credentials that need none";
            of_source(origin, Error::new(Kind::Credentials, message).with_hint(hint))
        })
    }
}

impl Instance {
    /// Requests the keys; `None` where nothing is there that knows of agencies, or the instance has none.
    async fn request(&self, http: &Http, limit: Option<&ProbeLimit>) -> Result<Option<IssuedKeys>, Error> {
        let Some(session) = self.0.open(http, limit).await? else { return Ok(None) };
        let Some(reply) = session.get("/openstack/latest/securitykey").await? else { return Ok(None) };
        // A page that answers in its place, as a network without a log-in shows it, knows of no agency.
        if reply.status.is_success() && reply.body.trim_ascii_start().starts_with(b"<") {
            return Ok(None);
        }
        if reply.status.is_success() {
            let AnswerWire { credential } = reply.json()?;
            let CredentialWire { access, secret, securitytoken, expires_at } = credential;
            return IssuedKeys::parse(access, secret, securitytoken, expires_at.as_deref()).map(Some);
        }
        let has_no_agency = String::from_utf8_lossy(&reply.body).contains(NO_AGENCY);
        // Without a token it is the first version of the service, or another cloud's: they share the address.
        if session.token_refusal().is_some() || has_no_agency {
            return Ok(None);
        }
        Err(session.refused(reply.status))
    }
}

//! The role of an ECS instance, whose keys its metadata service gives out.
//!
//! Reference: <https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata>

use std::net::Ipv4Addr;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::future::FutureExt;

use crate::error::{Error, Kind};
use crate::net::encode::encode;
use crate::net::{Http, Reply};
use crate::providers::aliyun::ID;
use crate::providers::aliyun::client::Client;
use crate::providers::aliyun::issued_keys::IssuedWire;
use crate::providers::credentials::chain::Load;
use crate::providers::credentials::metadata::{Metadata, MetadataService, MetadataSession, source_error};
use crate::providers::credentials::signing_keys::KeyIssuer;
use crate::providers::credentials::source_error::of_source;
use crate::providers::credentials::temporary_keys::IssuedKeys;
use crate::providers::{Context, ProbeLimit};

use super::source::{Contents, CredentialSource, Credentials, LoadContext, Options};
use super::variables::{METADATA_ROLE, NO_METADATA, NO_METADATA_V1};

pub(super) static SOURCE: CredentialSource = CredentialSource {
    name: "the role of this ECS instance, by its metadata service",
    has_profiles: false,
    load: Load::Request(|context| load(context).boxed()),
};

static SERVICE: MetadataService = MetadataService {
    provider: ID,
    address: Ipv4Addr::new(100, 100, 100, 200),
    token_path: "/latest/api/token",
    token_header: "x-aliyun-ecs-metadata-token",
    lifetime_header: "x-aliyun-ecs-metadata-token-ttl-seconds",
    needs: "RAM role",
    switch: &NO_METADATA,
};

const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

/// The instance that certls runs on.
#[derive(Debug)]
struct Instance {
    metadata: Metadata,
    /// Its role, where that is named; otherwise the service names it.
    role: Option<String>,
    no_v1: bool,
}

/// Returns the metadata service; `None` where the environment forbids requests to it.
pub(super) fn enabled(cx: &Context) -> Option<Metadata> {
    Metadata::enabled(&SERVICE, cx)
}

async fn load(context: &LoadContext<'_>) -> Result<Contents, Error> {
    let (cx, options) = (context.cx, &context.vendor);
    let Some(metadata) = options.metadata.clone() else { return Ok(Contents::Nothing) };
    let role = METADATA_ROLE.checked(&cx.env)?.map(str::to_owned);
    let named = role.as_ref().map(|role| format!("the ECS instance role `{role}` ({})", METADATA_ROLE.name));
    let instance = Instance { metadata, role, no_v1: options.no_metadata_v1 };
    if let Some(origin) = named {
        return Ok(Contents::Credentials(Credentials::issued_by(instance, origin, options)));
    }
    let limit = (!context.account.required).then_some(&cx.probe_limit);
    let found = instance.request(&cx.http, limit).await.map_err(|error| instance.metadata.search_error(error))?;
    let Some((issued, role)) = found else { return Ok(Contents::Nothing) };
    let origin = format!("the ECS instance role `{role}`");
    Ok(Contents::Credentials(Credentials::issued_by(instance, origin, options).starting_with(issued)))
}

/// Returns the role of this instance, for a profile that demands it. `origin` is the profile in words.
///
/// # Errors
/// Where the environment forbids requests to the metadata service.
pub(super) fn credentials(role: Option<String>, options: &Options, origin: &str) -> Result<Credentials, Error> {
    let metadata = options.metadata.clone().ok_or_else(|| SERVICE.forbidden(origin))?;
    let instance = Instance { metadata, role, no_v1: options.no_metadata_v1 };
    Ok(Credentials::issued_by(instance, origin.to_owned(), options))
}

#[async_trait]
impl KeyIssuer<Client> for Instance {
    async fn issue(&self, client: &Client, origin: &str, _: DateTime<Utc>) -> Result<IssuedKeys, Error> {
        match self.request(&client.http, None).await.map_err(|error| source_error(origin, error))? {
            Some((issued, _)) => Ok(issued),
            None => Err(of_source(
                origin,
                Error::new(Kind::Credentials, "no metadata service here gives keys of such a role")
                    .with_hint("attach a RAM role to this instance, or set up credentials that need none"),
            )),
        }
    }
}

impl Instance {
    /// Requests the keys and the role's name; `None` where nothing is there, or the instance has no such role.
    async fn request(&self, http: &Http, limit: Option<&ProbeLimit>) -> Result<Option<(IssuedKeys, String)>, Error> {
        let Some(session) = self.metadata.open(http, limit).await? else { return Ok(None) };
        if let (Some(status), true) = (session.token_refusal(), self.no_v1) {
            return Err(Error::new(Kind::Credentials, format!("it gives no token ({})", status.as_u16()))
                .with_hint(format!("unset {}, or look at the instance's metadata options", NO_METADATA_V1.name)));
        }
        let role = match &self.role {
            Some(role) => role.clone(),
            None => match get(&session, ROLES).await? {
                Some(reply) => first_line(&reply),
                None => return Ok(None),
            },
        };
        // Something else answers in its place.
        if self.role.is_none() && !is_role_name(&role) {
            return Ok(None);
        }
        let Some(reply) = get(&session, &format!("{ROLES}{}", encode(&role))).await? else {
            return if self.role.is_some() { Err(unknown_role(&role, &session).await) } else { Ok(None) };
        };
        Ok(Some((reply.json::<IssuedWire>()?.issued()?, role)))
    }
}

/// Returns the error of a role that the instance does not have. It names the one that it has.
async fn unknown_role(role: &str, session: &MetadataSession<'_>) -> Error {
    let own = get(session, ROLES).await.ok().flatten().map(|reply| first_line(&reply));
    let error = Error::new(Kind::Credentials, format!("this instance has no RAM role `{role}`"));
    match own.filter(|own| is_role_name(own)) {
        Some(own) => error.with_hint(format!("its role is `{own}`: name that one, or none")),
        None => error.with_hint("attach the RAM role to this instance, or set up credentials that need none"),
    }
}

/// Returns whether a text can be the name of a role: letters, digits, `.`, `-` and `_`, at most 64.
fn is_role_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    !text.is_empty() && text.len() <= 64 && text.bytes().all(fits)
}

async fn get(session: &MetadataSession<'_>, path: &str) -> Result<Option<Reply>, Error> {
    match session.get(path).await? {
        Some(reply) if !reply.status.is_success() => Err(session.refused(reply.status)),
        reply => Ok(reply),
    }
}

fn first_line(reply: &Reply) -> String {
    String::from_utf8_lossy(&reply.body).trim().lines().next().unwrap_or_default().to_owned()
}

//! The role of an ECS instance, whose keys its metadata service gives out.
//!
//! Reference: <https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata>

use http::StatusCode;
use secrecy::{ExposeSecret, SecretString};

use crate::config::{ALIYUN_METADATA, Endpoint};
use crate::error::{Error, Kind};
use crate::net::Reply;
use crate::net::encode::encode;
use crate::providers::credentials::temporary_keys::{Issued, Renewal};

use super::super::issued_keys::IssuedWire;
use super::variables::{METADATA_ROLE, NO_METADATA};
use super::{Client, Credentials, Found, Issuer, Options, Search, broken, of_source};

/// The service in words, while the role is not known.
const SERVICE: &str = "the ECS metadata service";

const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

/// The instance that certls runs on.
#[derive(Debug)]
pub(super) struct Instance {
    /// Its role, where that is named; otherwise the service names it.
    role: Option<String>,
    no_v1: bool,
}

/// The last thing that is asked unasked: where nothing answers, or there is no role, nothing is set up.
pub(super) async fn find(search: &Search) -> Result<Found<Credentials>, Error> {
    if search.options.no_metadata {
        return Ok(Found::Nothing);
    }
    let role = search.env.get(METADATA_ROLE).map(str::to_owned);
    let is_named = role.is_some();
    let instance = Instance { role, no_v1: search.options.no_metadata_v1 };
    if is_named {
        let origin =
            format!("the ECS instance role `{}` ({METADATA_ROLE})", instance.role.as_deref().unwrap_or_default());
        return Ok(Found::Credentials(Credentials::of(Issuer::Instance(instance), origin)));
    }
    let Some((mut issued, role)) = instance.ask(&search.client).await.map_err(|error| of_source(SERVICE, error))?
    else {
        return Ok(Found::Nothing);
    };
    let origin = format!("the ECS instance role `{role}`");
    issued.keys.origin.clone_from(&origin);
    let renewal = Renewal::starting_with(issued);
    Ok(Found::Credentials(Credentials { source: Issuer::Instance(instance), origin, renewal }))
}

/// The role of this instance, for a profile that asks for it.
pub(super) fn credentials(role: Option<String>, options: &Options, origin: &str) -> Result<Credentials, Error> {
    if options.no_metadata {
        return Err(broken(origin, &format!("it wants this instance's role, but {NO_METADATA} is set"))
            .with_hint(format!("unset {NO_METADATA}, or use another profile")));
    }
    let instance = Instance { role, no_v1: options.no_metadata_v1 };
    Ok(Credentials::of(Issuer::Instance(instance), origin.to_owned()))
}

impl Instance {
    pub(super) async fn keys(&self, client: &Client) -> Result<Issued, Error> {
        match self.ask(client).await? {
            Some((issued, _)) => Ok(issued),
            None => Err(Error::new(Kind::Credentials, "no metadata service here gives keys of such a role")
                .with_hint("attach a RAM role to this instance, or set up credentials that need none")),
        }
    }

    /// The keys and the role's name; `None` where nothing answers, or the instance has no such role.
    async fn ask(&self, client: &Client) -> Result<Option<(Issued, String)>, Error> {
        let Some(endpoint) = client.endpoints.get(super::super::ID, "metadata").cloned().or_else(own) else {
            return Ok(None);
        };
        let service = Service { client, endpoint, token: None };
        let Some(service) = service.with_token(self.no_v1).await? else { return Ok(None) };
        let role = match &self.role {
            Some(role) => role.clone(),
            None => match service.get(ROLES).await? {
                Some(reply) => {
                    String::from_utf8_lossy(&reply.body).trim().lines().next().unwrap_or_default().to_owned()
                }
                None => return Ok(None),
            },
        };
        if role.is_empty() {
            return Ok(None);
        }
        let Some(reply) = service.get(&format!("{ROLES}{}", encode(&role))).await? else { return Ok(None) };
        let issued = reply.json::<IssuedWire>()?.issued("the metadata service")?;
        Ok(Some((issued, role)))
    }
}

fn own() -> Option<Endpoint> {
    Endpoint::metadata(ALIYUN_METADATA)
}

struct Service<'a> {
    client: &'a Client,
    endpoint: Endpoint,
    /// What the second version of the service wants with every question.
    token: Option<SecretString>,
}

impl Service<'_> {
    /// `None` where nothing answers. Without a token the first version is asked, unless that is forbidden.
    async fn with_token(self, no_v1: bool) -> Result<Option<Self>, Error> {
        let request = http::Request::put(self.endpoint.at("/latest/api/token", ""))
            .header("x-aliyun-ecs-metadata-token-ttl-seconds", "21600")
            .body(String::new());
        let Some(reply) = self.send(request).await? else { return Ok(None) };
        let token = String::from_utf8_lossy(&reply.body).trim().to_owned();
        if reply.status.is_success() && !token.is_empty() {
            return Ok(Some(Self { token: Some(token.into()), ..self }));
        }
        if no_v1 {
            let told = format!("it gives no token ({})", reply.status.as_u16());
            return Err(Error::new(Kind::Credentials, told).with_hint(format!(
                "unset {}, or look at the instance's metadata options",
                super::variables::NO_METADATA_V1
            )));
        }
        Ok(Some(self))
    }

    /// `None` where there is no such thing, or nothing answers any more.
    async fn get(&self, path: &str) -> Result<Option<Reply>, Error> {
        let mut request = http::Request::get(self.endpoint.at(path, ""));
        if let Some(token) = &self.token {
            request = request.header("x-aliyun-ecs-metadata-token", token.expose_secret());
        }
        let reply = self.send(request.body(String::new())).await?;
        match reply.as_ref().map(|reply| reply.status) {
            Some(StatusCode::NOT_FOUND) | None => Ok(None),
            Some(status) if status.is_success() => Ok(reply),
            Some(status) => {
                let told = format!("it refuses ({})", status.as_u16());
                Err(Error::new(Kind::Credentials, told)
                    .with_hint(format!("look at the instance's metadata options, or set {NO_METADATA}=true")))
            }
        }
    }

    async fn send(&self, request: Result<http::Request<String>, http::Error>) -> Result<Option<Reply>, Error> {
        let request =
            request.map_err(|_| Error::new(Kind::Reply, "the metadata service gave a token that none can send"))?;
        let ask = || async {
            let reply = self.client.http.ask_metadata("aliyun metadata", request.clone()).await?;
            match &reply {
                Some(reply) if reply.status.is_server_error() => Err(reply.status_error()),
                _ => Ok(reply),
            }
        };
        self.client.http.retrying(ask).await
    }
}

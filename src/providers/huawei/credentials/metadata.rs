//! The agency of an ECS instance, whose keys its metadata service gives out.
//!
//! Reference: <https://support.huaweicloud.com/intl/en-us/usermanual-ecs/ecs_03_0166.html>

use chrono::DateTime;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::config::{AccessKey, Endpoint, Endpoints, HUAWEI_METADATA};
use crate::error::{Error, Kind};
use crate::net::{Http, Reply};
use crate::providers::credentials::temporary_keys::{Issued, Renewal};
use crate::providers::huawei::ID;

use super::{Credentials, Found, Loaded, Search, of_source};

/// The instance that certls runs on.
#[derive(Debug)]
pub(in super::super) struct Instance {
    endpoint: Option<Endpoint>,
}

#[derive(Deserialize)]
struct AnswerWire {
    credential: CredentialWire,
}

#[derive(Deserialize)]
struct CredentialWire {
    access: SecretString,
    secret: SecretString,
    securitytoken: SecretString,
    expires_at: Option<String>,
}

/// The last place: where nothing answers, or the instance has no agency, nothing is set up.
pub(super) async fn find(search: &Search) -> Result<Found<Loaded>, Error> {
    let instance = Instance::of(&search.endpoints);
    let origin = "the agency of this ECS instance";
    let asked = instance.ask(&search.http, origin).await.map_err(|error| of_source(origin, error))?;
    let Some(issued) = asked else { return Ok(Found::Nothing) };
    let renewal = Renewal::starting_with(issued);
    Ok(Found::Credentials(Credentials::Agency { instance, origin: origin.to_owned(), renewal }.into()))
}

impl Instance {
    pub(super) fn of(endpoints: &Endpoints) -> Self {
        let endpoint = endpoints.get(ID, "metadata").cloned();
        Self { endpoint: endpoint.or_else(|| Endpoint::metadata(HUAWEI_METADATA)) }
    }

    pub(super) async fn keys(&self, http: &Http, origin: &str) -> Result<Issued, Error> {
        let issued = self.ask(http, origin).await.map_err(|error| of_source(origin, error))?;
        issued.ok_or_else(|| {
            Error::new(Kind::Credentials, format!("{origin}: no metadata service here gives keys of an agency"))
                .with_hint("give this instance an agency, or set up credentials that need none")
        })
    }

    /// `None` where nothing answers that knows of agencies, or the instance has none.
    async fn ask(&self, http: &Http, origin: &str) -> Result<Option<Issued>, Error> {
        let Some(endpoint) = &self.endpoint else { return Ok(None) };
        let request = http::Request::put(endpoint.at("/meta-data/latest/api/token", ""))
            .header("x-metadata-token-ttl-seconds", "21600");
        let Some(reply) = send(http, request).await? else { return Ok(None) };
        let token = String::from_utf8_lossy(&reply.body).trim().to_owned();
        // Without one it is the first version of the service, or another cloud's: they share the address.
        let token = (reply.status.is_success() && !token.is_empty()).then(|| SecretString::from(token));
        let mut request = http::Request::get(endpoint.at("/openstack/latest/securitykey", ""));
        if let Some(token) = &token {
            request = request.header("x-metadata-token", token.expose_secret());
        }
        let Some(reply) = send(http, request).await? else { return Ok(None) };
        if reply.status.is_success() {
            return issued(&reply, origin).map(Some);
        }
        let has_no_agency = String::from_utf8_lossy(&reply.body).contains("configure Cloud Service Agency");
        if token.is_none() || has_no_agency || reply.status == http::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let told = format!("the metadata service refuses ({})", reply.status.as_u16());
        Err(Error::new(Kind::Credentials, told).with_hint("look at the instance's metadata options and its agency"))
    }
}

async fn send(http: &Http, request: http::request::Builder) -> Result<Option<Reply>, Error> {
    let request = request
        .body(String::new())
        .map_err(|_| Error::new(Kind::Reply, "the metadata service gave a token that none can send"))?;
    let ask = || async {
        let reply = http.ask_metadata("huawei metadata", request.clone()).await?;
        match &reply {
            Some(reply) if reply.status.as_u16() == 429 => Err(reply.status_error()),
            _ => Ok(reply),
        }
    };
    http.retrying(ask).await
}

fn issued(reply: &Reply, origin: &str) -> Result<Issued, Error> {
    let AnswerWire { credential } = reply.json()?;
    let until = credential.expires_at.as_deref().map(DateTime::parse_from_rfc3339).transpose();
    let until = until.map_err(|_| Error::new(Kind::Reply, "`expires_at` is no time"))?;
    let keys = AccessKey {
        id: credential.access,
        secret: credential.secret,
        token: Some(credential.securitytoken),
        origin: origin.to_owned(),
    };
    Ok(Issued { keys, until: until.map(|until| until.to_utc()) })
}

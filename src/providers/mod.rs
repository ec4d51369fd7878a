//! The clouds: a registry, and what each of them must be able to do.
//!
//! To add a cloud, add its folder and its name in the registry below; everything else that names
//! providers (flags, help, README, the message when no credentials are found) is made from it.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

use crate::config::{Account, EnvVar};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::model::{Certificate, Identity, Kinds, Scope, Use};
use crate::nearest::did_you_mean;

mod chain;
mod clock;
mod digest;
mod paging;
mod path;
mod renewal;
mod secret_file;
mod truth;
mod wire;

macro_rules! registry {
    ($($name:ident),+ $(,)?) => {
        $(mod $name;)+
        /// Every provider, in the order of their names.
        pub static ALL: &[&dyn Provider] = &[$(&$name::Provider),+];
    };
}

registry! { aliyun, huawei }

/// A cloud.
pub trait Provider: Sync {
    /// The name users type.
    fn id(&self) -> &'static str;
    /// The vendor's name of the cloud and its service.
    fn title(&self) -> &'static str;
    /// The places that are looked into for credentials, a line each, in the order in which they win.
    fn looked_at(&self) -> Vec<&'static str>;
    /// The variables that hold credentials, or say where they are.
    fn credentials(&self) -> &'static [EnvVar];
    /// The other variables that are read.
    fn options(&self) -> &'static [EnvVar];
    /// The two variables that a newcomer sets.
    fn first_steps(&self) -> [&'static str; 2];
    /// The services that keep certificates.
    fn services(&self) -> Vec<ServiceInfo>;
    /// The services whose endpoints `--endpoint` can override.
    fn endpoints(&self) -> &'static [&'static str];
    /// The regions known when certls was built; a cloud may have more.
    fn regions(&self) -> &'static [&'static str];
    /// Finds the account's credentials. Asks no more than who issues them.
    ///
    /// `Ok(None)`: nothing is set up.
    ///
    /// # Errors
    /// Where something is set up, but broken.
    fn connect<'a>(
        &'a self,
        cx: &'a Context,
        account: &'a Account,
    ) -> BoxFuture<'a, Result<Option<Arc<dyn Session>>, Error>>;
}

/// One account of a cloud.
pub trait Session: Send + Sync {
    /// Where the credentials were found.
    fn origin(&self) -> String;
    /// Who the cloud says this is. Asked once.
    fn identity(&self) -> BoxFuture<'_, Result<Identity, Error>>;
    /// Every place where a service of this account keeps certificates, in the regions named, or in all.
    ///
    /// A region that cannot be looked into is an `Err` of its own scope.
    fn stores<'a>(&'a self, service: &'a str, regions: Option<&'a [String]>) -> BoxFuture<'a, Vec<Place>>;
}

/// A service that keeps certificates, as users name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceInfo {
    pub id: &'static str,
    /// Asked where no service is named: the load balancers' own.
    pub by_default: bool,
    /// Whether it is asked region by region; the others know none, and `--region` does not narrow them.
    pub regional: bool,
}

/// A service of a provider whose accounts are `A`: one file with one of these, and its place in the
/// provider's registry of services.
trait Service<A>: Sync {
    /// What users name, and whether it is asked unasked.
    fn info(&self) -> ServiceInfo;
    /// See [`Session::stores`].
    fn stores<'a>(&'a self, account: &'a A, regions: Option<&'a [String]>) -> BoxFuture<'a, Vec<Place>>;
}

/// A scope, and the way into it.
pub struct Place {
    pub scope: Scope,
    pub store: Result<Arc<dyn Store>, Error>,
}

/// The certificates of one scope.
pub trait Store: Send + Sync {
    /// All of these kinds, a page at a time; others may be among them, where they come along unasked. A page that
    /// fails ends the stream.
    fn certificates(self: Arc<Self>, kinds: Kinds) -> BoxStream<'static, Result<Vec<Certificate>, Error>>;
    /// Whether CA certificates are in a list of their own, which is read only where they are asked for.
    fn keeps_authorities_apart(&self) -> bool {
        false
    }
    /// The one with this id; `None` where the service can only list.
    fn certificate(self: Arc<Self>, id: String) -> Option<Lookup> {
        let _ = id;
        None
    }
    /// Every use of a certificate by a listener, with the certificate's id. `None` where the service
    /// knows of no listeners, so that nothing can be asked.
    fn usage(self: Arc<Self>) -> Option<Usage> {
        None
    }
}

/// A certificate, still to be asked for; `None` where there is none of that id.
pub type Lookup = BoxFuture<'static, Result<Option<Certificate>, Error>>;

/// The uses of the certificates of one scope, still to be asked for: all of them, or an error.
pub type Usage = BoxFuture<'static, Result<Vec<(String, Use)>, Error>>;

/// The provider of this name.
pub fn by_id(id: &str) -> Option<&'static dyn Provider> {
    ALL.iter().copied().find(|provider| provider.id() == id)
}

/// The error for a region that the account does not have, with the names that are most like it.
fn unknown_region<'a>(region: &str, message: String, known: impl IntoIterator<Item = &'a str>) -> Error {
    let error = Error::new(Kind::Region, message);
    match did_you_mean(region, known) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

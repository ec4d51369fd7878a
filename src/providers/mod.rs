//! The clouds: a registry, and what each of them must be able to do.
//!
//! To add a cloud, add its folder and its name in the registry below; everything else that names
//! providers (flags, help, README, the message when no credentials are found) is made from it.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

use crate::config::EnvVar;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::model::{Certificate, Scope};

mod clock;
mod digest;
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
    /// The variables that hold credentials, in the order in which they win.
    fn credentials(&self) -> &'static [EnvVar];
    /// The other variables that are read.
    fn options(&self) -> &'static [EnvVar];
    /// The two variables that a newcomer sets.
    fn first_steps(&self) -> [&'static str; 2];
    /// The services whose endpoints `--endpoint` can override.
    fn endpoints(&self) -> &'static [&'static str];
    /// The regions known when certls was built; a cloud may have more.
    fn regions(&self) -> &'static [&'static str];
    /// The account that is set up here.
    ///
    /// `Ok(None)`: nothing is set up. Sends nothing.
    ///
    /// # Errors
    /// Where something is set up, but broken.
    fn connect(&self, cx: &Context, account: &str) -> Result<Option<Arc<dyn Session>>, Error>;
}

/// One account of a cloud.
pub trait Session: Send + Sync {
    /// The services that this session looks into; their scopes stand in for all regions until those are known.
    fn services(&self) -> &'static [&'static str];
    /// Every place where this account keeps certificates, in the regions named, or in all.
    ///
    /// A region that cannot be looked into is an `Err` of its own scope.
    fn stores<'a>(&'a self, regions: Option<&'a [String]>) -> BoxFuture<'a, Vec<Place>>;
}

/// A scope, and the way into it.
pub struct Place {
    pub scope: Scope,
    pub store: Result<Arc<dyn Store>, Error>,
}

/// The certificates of one scope.
pub trait Store: Send + Sync {
    /// All of them, a page at a time. A page that fails ends the stream.
    fn certificates(self: Arc<Self>) -> BoxStream<'static, Result<Vec<Certificate>, Error>>;
    /// The one with this id, or `None`.
    fn certificate(self: Arc<Self>, id: String) -> BoxFuture<'static, Result<Option<Certificate>, Error>>;
}

/// The provider of this name.
pub fn by_id(id: &str) -> Option<&'static dyn Provider> {
    ALL.iter().copied().find(|provider| provider.id() == id)
}

/// The error for a region that the account does not have, with the names that are most like it.
fn unknown_region<'a>(region: &str, message: String, known: impl IntoIterator<Item = &'a str>) -> Error {
    const ALIKE: f64 = 0.85;
    let mut near: Vec<(f64, &str)> = known
        .into_iter()
        .filter(|name| *name != region)
        .map(|name| (strsim::jaro_winkler(region, name), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.dedup_by(|a, b| a.1 == b.1);
    let error = Error::new(Kind::Region, message);
    if near.is_empty() {
        return error;
    }
    let names: Vec<String> = near.iter().take(3).map(|(_, name)| format!("`{name}`")).collect();
    error.with_hint(format!("did you mean {}?", names.join(" or ")))
}

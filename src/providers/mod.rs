//! The clouds: a registry, and what each of them must be able to do.
//!
//! To add a cloud, add its folder and two lines below; everything else that names providers (flags, help, README,
//! the message when no credentials are found) is made from the registry.

use std::sync::Arc;

use crate::clock::Clock;
use crate::config::{Endpoints, Env};
use crate::error::{Error, Kind};
use crate::net::Http;
use crate::suggest::did_you_mean;

mod aliyun;
mod call;
mod cloud;
mod credentials;
mod digest;
mod error_table;
mod huawei;
mod object;
mod paging;
mod probe_limit;
mod provider;
mod record;

pub use credentials::profile_file::ProfileFiles;
pub(crate) use error_table::clock_error;
pub use probe_limit::ProbeLimit;
pub use provider::{
    Provider, ProviderInfo, ScopedStore, ScopedUsage, ServiceInfo, Session, Store, UsageReader, UsageSourceInfo,
    UsedService,
};

/// Every provider, in the order of their names.
pub static ALL: &[&dyn Provider] = &[aliyun::CLOUD, huawei::CLOUD];

/// What the world outside gives a provider. Tests build their own.
pub struct Context {
    pub env: Env,
    pub clock: Clock,
    pub endpoints: Endpoints,
    pub http: Arc<Http>,
    pub probe_limit: ProbeLimit,
    /// The files of profiles that were read.
    pub files: ProfileFiles,
    /// Every provider, for what must be known of the others.
    pub providers: &'static [&'static dyn Provider],
}

/// Returns the provider of this name.
pub fn by_id(id: &str) -> Option<&'static dyn Provider> {
    ALL.iter().copied().find(|provider| provider.info().id == id)
}

/// Returns the error for a region that the account does not have; its hint says whether it is another cloud's, or holds
/// the most similar known names.
fn unknown_region<'a>(region: &str, message: String, known: impl IntoIterator<Item = &'a str>) -> Error {
    let error = Error::new(Kind::Region, message);
    let known: Vec<&str> = known.into_iter().collect();
    // Some names are regions of two clouds; the cloud of this account is the one that has most of its regions.
    let shared = |info: &ProviderInfo| known.iter().filter(|name| info.regions.contains(name)).count();
    let infos = || ALL.iter().map(|provider| provider.info());
    let most = infos().map(shared).max().unwrap_or_default();
    let owner = infos().find(|info| info.regions.contains(&region) && shared(info) < most);
    if let Some(ProviderInfo { id, title, .. }) = owner {
        return error.with_hint(format!("`{region}` is a region of {title}: ask it with `--provider {id}`"));
    }
    match did_you_mean(region, known) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

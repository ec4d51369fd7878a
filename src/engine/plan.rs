//! Which accounts are asked for which services and regions. Nothing is sent before a session is wanted.

use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::config::{self, CredentialsFrom};
use crate::error::{Error, Kind};
use crate::model::Scope;
use crate::providers::{self, Context, Provider, Session};
use crate::settings::{Regions, Settings};

/// What one account is going to be asked.
#[derive(Clone)]
pub(super) struct Planned<'a> {
    pub account: &'a config::Account,
    pub provider: &'static dyn Provider,
    pub services: Vec<&'static str>,
    /// `None` for all.
    pub regions: Option<Vec<String>>,
    /// Whether it is an error that nothing is set up: the user named it, or a region that only its
    /// cloud has.
    pub required: bool,
    session: OnceCell<Result<Option<Arc<dyn Session>>, Error>>,
}

impl Planned<'_> {
    /// The account, which is logged in to once, whether or not it succeeds; `None` where it is not set up.
    pub(super) async fn session(&self, cx: &Context) -> Result<Option<Arc<dyn Session>>, Error> {
        self.session.get_or_init(|| self.provider.connect(cx, self.account)).await.clone()
    }

    /// The scope of a service whose regions are not known yet.
    pub(super) fn placeholder_scope(&self, service: &'static str) -> Scope {
        Scope {
            provider: self.provider.info().id,
            account: self.account.name.clone(),
            region: Scope::ALL_REGIONS.to_owned(),
            service,
            project: None,
        }
    }
}

/// The accounts that have something to be asked.
///
/// A named region goes to the clouds that have it; one that none of them is known to have goes to
/// all: it may be new, and the clouds will tell.
///
/// # Errors
/// Where nothing is left to be asked.
pub(super) fn plan(settings: &Settings) -> Result<Vec<Planned<'_>>, Error> {
    let all = settings.accounts.iter().filter_map(|account| Some((account, providers::by_id(&account.provider)?)));
    let all: Vec<(&config::Account, &'static dyn Provider)> = all.collect();
    let has = |provider: &dyn Provider, region: &String| provider.info().regions.contains(&region.as_str());
    let is_known = |region: &String| all.iter().any(|(_, provider)| has(*provider, region));
    let planned = all.iter().map(|(account, provider)| {
        let mut required = account.required;
        let regions = match &settings.regions {
            Regions::Default => account.regions.clone(),
            Regions::All => None,
            Regions::Named(named) => {
                required |= named.iter().any(|region| has(*provider, region) && !shared(&all, *provider, region));
                let own = named.iter().filter(|region| has(*provider, region) || !is_known(region));
                Some(own.cloned().collect())
            }
        };
        let nowhere = regions.as_ref().is_some_and(Vec::is_empty);
        let services = settings.services_of(*provider).into_iter().filter(|service| !(nowhere && service.is_regional));
        let services = services.map(|service| service.id).collect();
        Planned { account, provider: *provider, services, regions, required, session: OnceCell::new() }
    });
    let planned: Vec<Planned<'_>> = planned.filter(|planned| !planned.services.is_empty()).collect();
    if planned.is_empty() {
        let clouds: Vec<&str> = all.iter().map(|(_, provider)| provider.info().id).collect();
        return Err(Error::new(Kind::Usage, format!("nothing is left to be asked of {}", clouds.join(", ")))
            .with_hint("the services named belong to another cloud: correct `--service` or `--provider`"));
    }
    Ok(planned)
}

/// Whether another cloud has a region of the same name.
fn shared(all: &[(&config::Account, &'static dyn Provider)], provider: &dyn Provider, region: &str) -> bool {
    all.iter().any(|(_, other)| other.info().id != provider.info().id && other.info().regions.contains(&region))
}

/// The accounts as they are asked for again where none of the clouds has the profile that was named:
/// each then tells which it has.
pub(super) fn required_profile_accounts(settings: &Settings) -> Vec<config::Account> {
    let by_profile =
        settings.accounts.iter().filter(|account| matches!(account.credentials, CredentialsFrom::Profile(_)));
    by_profile.map(|account| config::Account { required: true, ..account.clone() }).collect()
}

/// What was planned, for these accounts instead.
pub(super) fn replan_with<'a>(planned: &[Planned<'_>], accounts: &'a [config::Account]) -> Vec<Planned<'a>> {
    let again = accounts.iter().filter_map(|account| {
        let same = planned.iter().find(|planned| planned.account.provider == account.provider)?;
        let Planned { provider, services, regions, .. } = same.clone();
        Some(Planned { account, provider, services, regions, required: true, session: OnceCell::new() })
    });
    again.collect()
}

/// Lists every place that was looked into, and the two lines to set.
pub(super) fn no_credentials(absent: &[&dyn Provider]) -> Error {
    let looked = absent.iter().map(|provider| {
        let lines: Vec<String> = provider.credential_sources().iter().map(|place| format!("\n    {place}")).collect();
        format!("\n  {}: looked at, in this order,{}", provider.info().title, lines.concat())
    });
    let steps = absent.iter().map(|provider| {
        let lines = provider.info().quickstart_variables.map(|name| format!("    export {name}=…"));
        format!("\n  {}:\n{}", provider.info().title, lines.join("\n"))
    });
    let (looked, steps): (String, String) = (looked.collect(), steps.collect());
    Error::new(Kind::Config, format!("no credentials are set up here{looked}"))
        .with_hint(format!("set two lines{steps}"))
}

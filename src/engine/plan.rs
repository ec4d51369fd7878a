//! Plans which services and regions of which accounts are read. No request is sent before a session is opened.

use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::config::{self, CredentialsFrom};
use crate::error::{Error, Kind};
use crate::model::Scope;
use crate::providers::{self, Context, Provider, Session};
use crate::settings::{Regions, Settings};

/// What is going to be read of one account.
#[derive(Clone)]
pub(super) struct Planned<'a> {
    pub account: &'a config::Account,
    pub provider: &'static dyn Provider,
    pub services: Vec<&'static str>,
    /// `None` for all.
    pub regions: Option<Vec<String>>,
    /// Whether missing credentials are an error: the user named the account, or a region that only its cloud has.
    pub required: bool,
    session: OnceCell<Result<Option<Arc<dyn Session>>, Error>>,
}

impl<'a> Planned<'a> {
    pub(super) fn new(
        account: &'a config::Account,
        provider: &'static dyn Provider,
        services: Vec<&'static str>,
        regions: Option<Vec<String>>,
        required: bool,
    ) -> Self {
        Self { account, provider, services, regions, required, session: OnceCell::new() }
    }

    /// Logs in to the account once, whether or not that succeeds; `None` where nothing is set up.
    pub(super) async fn session(&self, cx: &Context) -> Result<Option<Arc<dyn Session>>, Error> {
        self.session.get_or_init(|| self.provider.connect(cx, self.account)).await.clone()
    }

    /// Returns the scope that stands for all regions of a service until they are known.
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

/// Returns the accounts that hold any of the requested services and regions.
///
/// A named region is read in the clouds that have it. One that no cloud is known to have may be new, and is read in
/// all of them.
///
/// # Errors
/// Where no service is left.
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
        Planned::new(account, *provider, services, regions, required)
    });
    let planned: Vec<Planned<'_>> = planned.filter(|planned| !planned.services.is_empty()).collect();
    if planned.is_empty() {
        let clouds: Vec<&str> = all.iter().map(|(_, provider)| provider.info().id).collect();
        return Err(Error::new(Kind::Usage, format!("nothing is left to be asked of {}", clouds.join(", ")))
            .with_hint("the services named belong to another cloud: correct `--service` or `--provider`"));
    }
    Ok(planned)
}

/// Returns whether another cloud has a region of the same name.
fn shared(all: &[(&config::Account, &'static dyn Provider)], provider: &dyn Provider, region: &str) -> bool {
    all.iter().any(|(_, other)| other.info().id != provider.info().id && other.info().regions.contains(&region))
}

/// Returns the accounts of a named profile, each as required: the error then lists the profiles of its cloud.
pub(super) fn required_profile_accounts(settings: &Settings) -> Vec<config::Account> {
    let by_profile =
        settings.accounts.iter().filter(|account| matches!(account.credentials, CredentialsFrom::Profile(_)));
    by_profile.map(|account| config::Account { required: true, ..account.clone() }).collect()
}

/// Returns the plan with these accounts in place of those of the same cloud.
pub(super) fn replan_with<'a>(planned: &[Planned<'_>], accounts: &'a [config::Account]) -> Vec<Planned<'a>> {
    let again = accounts.iter().filter_map(|account| {
        let same = planned.iter().find(|planned| planned.account.provider == account.provider)?;
        let Planned { provider, services, regions, .. } = same.clone();
        Some(Planned::new(account, provider, services, regions, true))
    });
    again.collect()
}

/// Returns the error that lists every credential source of these clouds, what is set but not read, and the variables to
/// set.
pub(super) fn no_credentials(cx: &Context, absent: &[&dyn Provider]) -> Error {
    let looked = absent.iter().map(|provider| {
        let lines: Vec<String> = provider.credential_sources().iter().map(|place| format!("\n    {place}")).collect();
        format!("\n  {}: looked at, in this order,{}", provider.info().title, lines.concat())
    });
    let steps = absent.iter().map(|provider| {
        let lines = provider.info().quickstart_variables.map(|name| format!("    export {name}=…"));
        format!("\n  {}:\n{}", provider.info().title, lines.join("\n"))
    });
    let mut unread: Vec<String> = absent.iter().flat_map(|provider| provider.unread_credentials(cx)).collect();
    unread.extend(cx.env.home_trouble());
    if !unread.is_empty() {
        unread.insert(0, "\n  not read:".to_owned());
    }
    let (looked, steps): (String, String) = (looked.collect(), steps.collect());
    Error::new(Kind::Config, format!("no credentials are set up here{looked}{}", unread.join("\n    ")))
        .with_hint(format!("set two lines{steps}"))
}

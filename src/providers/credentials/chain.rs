//! The sources in which a cloud's credentials are searched, in their order: the first that is set up wins.

use futures_util::future::BoxFuture;
use secrecy::ExposeSecret;

use crate::clock::Clock;
use crate::config::{AccessKey, Account, CredentialsFrom, Env, EnvVar, KeyVariables};
use crate::error::{Error, Kind};
use crate::providers::Context;
use crate::suggest::did_you_mean;

/// What one source holds.
#[derive(Debug)]
pub(crate) enum Contents<C> {
    /// Nothing is set up there.
    Nothing,
    /// Profiles, but not the requested one.
    ProfileNotFound {
        available: Vec<String>,
    },
    Credentials(C),
}

impl<C> From<Option<C>> for Contents<C> {
    fn from(found: Option<C>) -> Self {
        found.map_or(Self::Nothing, Self::Credentials)
    }
}

/// What a source reads. `X` is what only this cloud's sources need.
pub(crate) struct LoadContext<'a, X> {
    pub cx: &'a Context,
    pub account: &'a Account,
    pub requested: Option<RequestedProfile>,
    pub vendor: X,
}

/// Reads one source. The error tells that something is set up there, but broken.
pub(crate) enum Load<X, C> {
    /// From variables and files.
    Now(fn(&LoadContext<'_, X>) -> Result<Contents<C>, Error>),
    /// With requests.
    Request(for<'a> fn(&'a LoadContext<'a, X>) -> Loading<'a, C>),
}

/// The answer of a source that sends requests.
pub(crate) type Loading<'a, C> = BoxFuture<'a, Result<Contents<C>, Error>>;

/// A source of credentials `C`.
pub(crate) struct CredentialSource<X, C> {
    /// Its line in the list of all sources.
    pub name: &'static str,
    /// Whether it is a file of profiles, which are requested by name.
    pub has_profiles: bool,
    pub load: Load<X, C>,
}

impl<X: Sync, C> CredentialSource<X, C> {
    async fn load(&self, context: &LoadContext<'_, X>) -> Result<Contents<C>, Error> {
        match self.load {
            Load::Now(load) => load(context),
            Load::Request(load) => load(context).await,
        }
    }
}

/// Credentials that may be an access key.
pub(crate) trait MayBeKey {
    fn of_key(key: AccessKey, clock: Clock) -> Self;
    /// Returns the access key that the user set up; `None` for everything else.
    fn static_key(&self) -> Option<&AccessKey>;
}

/// A profile of the credential files, and where it is requested.
#[derive(Debug, Clone)]
pub(crate) struct RequestedProfile {
    pub name: String,
    /// The variable that names it; `None` where the account does.
    pub variable: Option<&'static str>,
}

impl RequestedProfile {
    /// Returns the profile that the account names, or else the first of these variables that is set.
    ///
    /// # Errors
    /// Where that variable is in quotes, or holds an invisible character.
    pub(crate) fn of(account: &Account, env: &Env, variables: &[&EnvVar]) -> Result<Option<Self>, Error> {
        Ok(match &account.credentials {
            CredentialsFrom::Profile(name) => Some(Self { name: name.clone(), variable: None }),
            CredentialsFrom::Variables(_) => None,
            CredentialsFrom::Chain => {
                let names: Vec<&'static str> = variables.iter().map(|variable| variable.name).collect();
                let found = env.first(&names)?;
                found.map(|(variable, name)| Self { name: name.to_owned(), variable: Some(variable) })
            }
        })
    }

    /// Whether nothing but the files of profiles is read.
    pub(crate) fn is_exclusive(&self) -> bool {
        self.variable.is_none()
    }
}

/// Returns the names of all sources, in their order.
pub(crate) fn names<X, C>(chain: &[&CredentialSource<X, C>]) -> Vec<&'static str> {
    chain.iter().map(|source| source.name).collect()
}

/// Returns a line for each of these variables of other tools that is set, with the one that is read in its place.
pub(crate) fn unread_variables(env: &Env, others: &[(&str, &str)]) -> Vec<String> {
    let is_set = others.iter().filter(|(other, _)| env.get(other).is_some());
    is_set.map(|(other, own)| format!("{other} is set, and not read; {own} is")).collect()
}

/// Loads the credentials of an account: from the variables that it names, or from the first source that is set up.
///
/// Returns `None` where nothing is set up, or where the requested profile is missing and the account is optional.
///
/// # Errors
/// Where a source is set up, but broken: the next one is not read. Where no file has the requested profile. Where the
/// key is of another cloud, or holds what no key does.
pub(crate) async fn load<X: Sync, C: MayBeKey>(
    chain: &[&CredentialSource<X, C>],
    context: &LoadContext<'_, X>,
) -> Result<Option<C>, Error> {
    let credentials = match &context.account.credentials {
        CredentialsFrom::Variables(names) => {
            Some(C::of_key(named_keys(&context.cx.env, names, context.account)?, context.cx.clock))
        }
        CredentialsFrom::Chain | CredentialsFrom::Profile(_) => first(chain, context).await?,
    };
    if let Some(key) = credentials.as_ref().and_then(C::static_key) {
        key.check()?;
        refuse_foreign(key, context)?;
    }
    Ok(credentials)
}

async fn first<X: Sync, C>(
    chain: &[&CredentialSource<X, C>],
    context: &LoadContext<'_, X>,
) -> Result<Option<C>, Error> {
    let requested = context.requested.as_ref();
    let is_exclusive = requested.is_some_and(RequestedProfile::is_exclusive);
    let last_file = chain.iter().rposition(|source| source.has_profiles);
    let mut profiles = Vec::new();
    for (index, source) in chain.iter().enumerate() {
        if source.has_profiles || !is_exclusive {
            match source.load(context).await? {
                Contents::Credentials(credentials) => return Ok(Some(credentials)),
                Contents::ProfileNotFound { available } => profiles.extend(available),
                Contents::Nothing => {}
            }
        }
        if let (Some(requested), true) = (requested, Some(index) == last_file) {
            let is_optional = is_exclusive && !context.account.required;
            return if is_optional {
                Ok(None)
            } else {
                Err(unknown_profile(chain, requested, &profiles, context.account))
            };
        }
    }
    Ok(None)
}

fn unknown_profile<X, C>(
    chain: &[&CredentialSource<X, C>],
    requested: &RequestedProfile,
    profiles: &[String],
    account: &Account,
) -> Error {
    let files: Vec<&str> = chain.iter().filter(|source| source.has_profiles).map(|source| source.name).collect();
    let place = match (requested.variable, &account.place) {
        (Some(variable), _) => format!("{variable}: "),
        (None, Some(place)) => format!("{place}: "),
        (None, None) => String::new(),
    };
    let message = format!("{place}no profile is named `{}`; looked into {}", requested.name, files.join(", "));
    Error::new(Kind::Config, message).with_hint(other_names(&requested.name, profiles))
}

/// Reads the key in the variables that the account names.
///
/// The message quotes a name only where it looks like a variable's: a key may have been pasted in its place.
fn named_keys(env: &Env, names: &KeyVariables, account: &Account) -> Result<AccessKey, Error> {
    let is_whole = env.get(&names.id).is_some() && env.get(&names.secret).is_some();
    let found = if is_whole { AccessKey::find(env, std::slice::from_ref(names))? } else { None };
    found.ok_or_else(|| {
        let is_id = env.get(&names.id).is_none();
        let (key, name) = if is_id { ("access_key_env", &names.id) } else { ("secret_key_env", &names.secret) };
        let place = account.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let quoted = if name.contains('_') && name.chars().all(fits) { name } else { "the variable" };
        Error::new(Kind::Config, format!("{place}{quoted}, named by `{key}`, is not set"))
            .with_hint("set it for this run; names of variables stand there, never keys")
    })
}

/// Fails for a key that begins as only another cloud's keys do: it is not sent to this one.
fn refuse_foreign<X>(key: &AccessKey, context: &LoadContext<'_, X>) -> Result<(), Error> {
    let infos = || context.cx.providers.iter().map(|provider| provider.info());
    let (own, others): (Vec<_>, Vec<_>) = infos().partition(|info| info.id == context.account.provider);
    let begins = |prefix: &str| key.id.expose_secret().starts_with(prefix);
    let Some(other) = others.iter().find(|other| other.access_key_prefix.is_some_and(begins)) else { return Ok(()) };
    let prefix = other.access_key_prefix.unwrap_or_default();
    let own = own.first().map_or("this cloud", |own| own.title);
    let [id, secret] = other.quickstart_variables;
    let message = format!("{} is a key of {} (it begins with {prefix}), not of {own}", key.origin, other.title);
    Err(Error::new(Kind::Config, message).with_hint(format!("move it to {id} and {secret}")))
}

/// Returns the names that `name` may have been meant as, or all of them, as a hint.
pub(crate) fn other_names(name: &str, known: &[String]) -> String {
    did_you_mean(name, known.iter().map(String::as_str)).unwrap_or_else(|| match known {
        [] => "no profile is set up here".to_owned(),
        known => format!("the profiles here are {}", known.join(", ")),
    })
}

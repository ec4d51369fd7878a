//! The walk along the places where a cloud's credentials may be: the first that is set up wins.

use futures_util::future::BoxFuture;

use crate::config::{AccessKey, Account, CredentialsFrom, Env, KeyVariables};
use crate::error::{Error, Kind};
use crate::suggest::did_you_mean;

/// What one place holds.
#[derive(Debug)]
pub(in crate::providers) enum Found<C> {
    /// Nothing is set up there.
    Nothing,
    /// Profiles, but none of the wanted name: these are there.
    Lacks(Vec<String>),
    Credentials(C),
}

impl<C> From<Option<C>> for Found<C> {
    fn from(found: Option<C>) -> Self {
        found.map_or(Self::Nothing, Self::Credentials)
    }
}

/// How a place is looked into; an error where something is set up there, but broken.
pub(in crate::providers) type Find<S, C> = for<'a> fn(&'a S) -> BoxFuture<'a, Result<Found<C>, Error>>;

/// A place to look in. `S` is what is looked with, `C` what is found.
pub(in crate::providers) struct Source<S: 'static, C: 'static> {
    /// Its line in the list of all that was looked at.
    pub name: &'static str,
    /// Whether it is a file of profiles, which are asked for by name.
    pub has_profiles: bool,
    pub find: Find<S, C>,
}

/// A profile of the credential files, and who asked for it.
#[derive(Debug, Clone)]
pub(in crate::providers) struct Wanted {
    pub name: String,
    /// The variable that names it; `None` where the account does.
    pub variable: Option<&'static str>,
}

impl Wanted {
    /// The profile that the account asks for.
    pub(in crate::providers) fn by(account: &Account) -> Option<Self> {
        match &account.credentials {
            CredentialsFrom::Profile(name) => Some(Self { name: name.clone(), variable: None }),
            CredentialsFrom::Chain | CredentialsFrom::Variables(_) => None,
        }
    }

    /// Whether nothing but the files of profiles is to be looked into.
    fn is_exclusive(&self) -> bool {
        self.variable.is_none()
    }
}

/// The names of all the places, in their order.
pub(in crate::providers) fn names<S, C>(chain: &[Source<S, C>]) -> Vec<&'static str> {
    chain.iter().map(|source| source.name).collect()
}

/// The credentials of the first place that is set up.
///
/// `Ok(None)`: none is, or the account wants a profile that this cloud may well lack.
///
/// # Errors
/// Where a place is set up, but broken: the next is not looked into. Where the wanted profile is in no file.
pub(in crate::providers) async fn first<S: Sync, C>(
    chain: &[Source<S, C>],
    search: &S,
    wanted: Option<&Wanted>,
    account: &Account,
) -> Result<Option<C>, Error> {
    let exclusive = wanted.is_some_and(Wanted::is_exclusive);
    let last_file = chain.iter().rposition(|source| source.has_profiles);
    let mut known = Vec::new();
    for (index, source) in chain.iter().enumerate() {
        if source.has_profiles || !exclusive {
            match (source.find)(search).await? {
                Found::Credentials(credentials) => return Ok(Some(credentials)),
                Found::Lacks(names) => known.extend(names),
                Found::Nothing => {}
            }
        }
        if let Some(wanted) = wanted.filter(|_| Some(index) == last_file) {
            let optional = exclusive && !account.required;
            return if optional { Ok(None) } else { Err(unknown(chain, wanted, &known, account)) };
        }
    }
    Ok(None)
}

fn unknown<S, C>(chain: &[Source<S, C>], wanted: &Wanted, known: &[String], account: &Account) -> Error {
    let files: Vec<&str> = chain.iter().filter(|source| source.has_profiles).map(|source| source.name).collect();
    let asked = match (wanted.variable, &account.place) {
        (Some(variable), _) => format!("{variable}: "),
        (None, Some(place)) => format!("{place}: "),
        (None, None) => String::new(),
    };
    let told = format!("{asked}no profile is named `{}`; looked into {}", wanted.name, files.join(", "));
    Error::new(Kind::Config, told).with_hint(other_names(&wanted.name, known))
}

/// The key in the variables that the account names. Nowhere else is looked.
///
/// A name is told only where it looks like a variable's: a key may have been pasted in its place.
pub(in crate::providers) fn named_keys(env: &Env, names: &KeyVariables, account: &Account) -> Result<AccessKey, Error> {
    let found = AccessKey::find(env, std::slice::from_ref(names)).ok().flatten();
    found.ok_or_else(|| {
        let is_id = env.get(&names.id).is_none();
        let (key, name) = if is_id { ("access_key_env", &names.id) } else { ("secret_key_env", &names.secret) };
        let place = account.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let told = if name.contains('_') && name.chars().all(fits) { name } else { "the variable" };
        Error::new(Kind::Config, format!("{place}{told}, named by `{key}`, is not set"))
            .with_hint("set it for this run; names of variables stand there, never keys")
    })
}

/// The names that `name` may have been meant as, or all there are.
pub(in crate::providers) fn other_names(name: &str, known: &[String]) -> String {
    did_you_mean(name, known.iter().map(String::as_str)).unwrap_or_else(|| match known {
        [] => "no profile is set up here".to_owned(),
        known => format!("the profiles here are {}", known.join(", ")),
    })
}

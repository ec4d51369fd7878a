//! Access keys from variables: a pair is whole, absent, or an error that names what is missing.

use std::borrow::Cow;

use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, Kind};

use super::Env;
use super::text::{flawed, key_flaw};

/// The names of the variables that together hold one access key.
#[derive(Debug, Clone)]
pub struct KeyVariables {
    pub id: Cow<'static, str>,
    pub secret: Cow<'static, str>,
    /// The variable of the token that goes with temporary keys.
    pub token: Option<Cow<'static, str>>,
}

/// An access key. The id is kept as a secret too: it must not reach any output.
#[derive(Debug, Clone)]
pub struct AccessKey {
    pub id: SecretString,
    pub secret: SecretString,
    pub token: Option<SecretString>,
    /// Where it was read from, for messages.
    pub origin: String,
}

impl AccessKey {
    /// Fails where a part is in quotes, or holds what no key does. For a key that stands in a file.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let parts = [("access key id", &self.id), ("secret", &self.secret)].into_iter();
        for (name, part) in parts.chain(self.token.as_ref().map(|token| ("security token", token))) {
            if let Some(flaw) = key_flaw(part.expose_secret()) {
                return Err(flawed(&format!("{}: the {name}", self.origin), &flaw));
            }
        }
        Ok(())
    }

    /// Returns the key of the first of these spellings that is set; `None` if there is none.
    ///
    /// # Errors
    /// Where a spelling is set in part: the message names what is missing. Where a part is in quotes, or holds what no
    /// key does.
    pub fn find(env: &Env, spellings: &[KeyVariables]) -> Result<Option<Self>, Error> {
        for spelling in spellings {
            if let Some(keys) = spelling.read(env)? {
                return Ok(Some(keys));
            }
        }
        // Spellings may share a token, so that it stands alone is known only now.
        let alone = |spelling: &&KeyVariables| spelling.token.as_ref().is_some_and(|token| env.get(token).is_some());
        match spellings.iter().find(alone) {
            Some(KeyVariables { id, token: Some(token), .. }) => Err(missing_variable(id, token)),
            _ => Ok(None),
        }
    }
}

impl KeyVariables {
    /// Makes a set of names that are known at compile time.
    pub const fn of(id: &'static str, secret: &'static str, token: Option<&'static str>) -> Self {
        let token = match token {
            Some(token) => Some(Cow::Borrowed(token)),
            None => None,
        };
        Self { id: Cow::Borrowed(id), secret: Cow::Borrowed(secret), token }
    }

    /// Returns the names of the variables of the secret and the token, where they are known at compile time.
    pub(crate) fn secret_names(&self) -> impl Iterator<Item = &'static str> {
        [Some(&self.secret), self.token.as_ref()].into_iter().flatten().filter_map(|name| match name {
            Cow::Borrowed(name) => Some(*name),
            Cow::Owned(_) => None,
        })
    }

    fn read(&self, env: &Env) -> Result<Option<AccessKey>, Error> {
        match (env.get(&self.id), env.get(&self.secret)) {
            (Some(id), Some(secret)) => {
                let token = self.token.as_ref().and_then(|name| Some((name, env.get(name)?)));
                Ok(Some(AccessKey {
                    id: part(&self.id, id)?,
                    secret: part(&self.secret, secret)?,
                    token: token.map(|(name, token)| part(name, token)).transpose()?,
                    origin: format!("{} in the environment", self.id),
                }))
            }
            (Some(_), None) => Err(missing_variable(&self.secret, &self.id)),
            (None, Some(_)) => Err(missing_variable(&self.id, &self.secret)),
            (None, None) => Ok(None),
        }
    }
}

/// Returns a part of a key from the variable of this name.
fn part(name: &str, value: &str) -> Result<SecretString, Error> {
    match key_flaw(value) {
        Some(flaw) => Err(flawed(name, &flaw)),
        None => Ok(value.to_owned().into()),
    }
}

/// Returns the error of a set of variables in which one is missing.
pub(crate) fn missing_variable(absent: &str, present: &str) -> Error {
    Error::new(Kind::Config, format!("{present} is set, but {absent} is not"))
        .with_hint(format!("set {absent} as well, or unset {present}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: KeyVariables = KeyVariables::of("ID", "SECRET", Some("TOKEN"));

    fn read(set: &[&str]) -> Result<Option<AccessKey>, Error> {
        AccessKey::find(&set.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect(), &[PAIR])
    }

    #[test]
    fn whole_absent_or_an_error_that_names_the_missing_one() {
        assert!(read(&[]).expect("absent").is_none());
        assert!(read(&["ID", "SECRET"]).expect("whole").is_some());
        let message = |set: &[&str]| read(set).expect_err("half").message;
        assert_eq!(message(&["ID"]), "ID is set, but SECRET is not");
        assert_eq!(message(&["SECRET", "TOKEN"]), "SECRET is set, but ID is not");
        assert_eq!(message(&["TOKEN"]), "TOKEN is set, but ID is not");
    }

    #[test]
    fn debug_shows_nothing() {
        let env = [("ID", "planted-id"), ("SECRET", "planted-secret"), ("TOKEN", "planted-token")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let keys = AccessKey::find(&env.into_iter().collect(), &[PAIR]);
        assert!(matches!(keys, Ok(Some(_))));
        assert!(!format!("{keys:?}").contains("planted"));
    }
}

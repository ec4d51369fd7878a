//! The environment, read once, and the variables that belong to certls itself.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use crate::error::Error;

use super::text::{flaw, flawed};

/// A variable that certls reads.
#[derive(Debug, Clone, Copy)]
pub struct EnvVar {
    pub name: &'static str,
    pub help: &'static str,
}

impl EnvVar {
    /// Returns its value, if it is set.
    pub fn get<'e>(&self, env: &'e Env) -> Option<&'e str> {
        env.get(self.name)
    }

    /// Returns its value, if it is set.
    ///
    /// # Errors
    /// Where the value is in quotes, or holds an invisible character.
    pub(crate) fn checked<'e>(&self, env: &'e Env) -> Result<Option<&'e str>, Error> {
        env.checked(self.name)
    }

    /// Returns whether it is `true` or `1`.
    pub fn is_on(&self, env: &Env) -> bool {
        self.get(env).is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
    }
}

/// Prefix of the endpoint overrides: `CERTLS_ENDPOINT_ALIYUN_SLB` is `--endpoint aliyun.slb=…`.
pub const ENDPOINT_PREFIX: &str = "CERTLS_ENDPOINT_";

/// Every variable that is not a provider's.
pub static VARIABLES: &[EnvVar] = &[
    EnvVar {
        name: "CERTLS_CONFIG",
        help: "the configuration file, instead of $XDG_CONFIG_HOME/certls/config.toml or ~/.config/certls/config.toml",
    },
    EnvVar {
        name: "CERTLS_ENDPOINT_<PROVIDER>_<SERVICE>",
        help: "the same as --endpoint, for example CERTLS_ENDPOINT_ALIYUN_SLB",
    },
    EnvVar { name: "HTTPS_PROXY", help: "proxy for all requests; NO_PROXY lists the exceptions" },
    EnvVar { name: "SSL_CERT_FILE", help: "trusted roots instead of the system's; SSL_CERT_DIR likewise" },
    EnvVar { name: "NO_COLOR", help: "no colours, when set to anything" },
];

/// The environment of the run. A variable that is set to nothing, or to white space, counts as not set.
#[derive(Debug, Clone, Default)]
pub struct Env(BTreeMap<String, String>);

impl Env {
    /// Reads the environment of this process. Bytes that are not UTF-8 are replaced.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
            .collect()
    }

    /// Returns the value of a variable that is set to something, without white space around it: files of variables
    /// have line ends of other systems, and spaces that nobody sees.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Returns the value of a variable as it is, for passwords: white space may be part of one.
    pub fn exact(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Returns the value of a variable, if it is set.
    ///
    /// # Errors
    /// Where the value is in quotes, or holds an invisible character.
    pub(crate) fn checked(&self, name: &str) -> Result<Option<&str>, Error> {
        let value = self.get(name);
        match value.and_then(flaw) {
            Some(flaw) => Err(flawed(name, &flaw)),
            None => Ok(value),
        }
    }

    /// Returns the value of the first of these variables that is set, with its name.
    ///
    /// # Errors
    /// As [`checked`](Self::checked).
    pub(crate) fn first<'n>(&self, names: &[&'n str]) -> Result<Option<(&'n str, &str)>, Error> {
        for &name in names {
            if let Some(value) = self.checked(name)? {
                return Ok(Some((name, value)));
            }
        }
        Ok(None)
    }

    /// Returns the user's home folder.
    pub fn home(&self) -> Option<PathBuf> {
        self.get(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(PathBuf::from)
    }

    /// Returns why nothing in the home folder can be set up, in words.
    pub(crate) fn home_trouble(&self) -> Option<String> {
        let Some(home) = self.home() else {
            return Some("HOME is not set, so files under ~ were not looked at".to_owned());
        };
        match fs::metadata(home.join(".")) {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                Some(format!("{}: {error}, so files under ~ were not looked at", home.display()))
            }
            _ => None,
        }
    }

    /// Returns the variables whose names begin with `prefix`: the rest of the name, and the value.
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(name, value)| {
            let rest = name.strip_prefix(prefix)?;
            let value = value.trim();
            (!value.is_empty()).then_some((rest, value))
        })
    }
}

impl FromIterator<(String, String)> for Env {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

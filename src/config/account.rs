//! An account that is to be read, and where its credentials are.

use std::collections::BTreeMap;

use crate::error::Error;

use super::KeyVariables;

/// An account: its name, its provider, and where its credentials are.
#[derive(Debug, Clone)]
pub struct Account {
    pub name: String,
    /// The id of the provider.
    pub provider: String,
    pub credentials: CredentialsFrom,
    /// The keys that only its provider has, each with its text; the provider has checked them.
    pub provider_keys: BTreeMap<String, String>,
    /// `None` for all.
    pub regions: Option<Vec<String>>,
    /// `FILE:LINE:COLUMN` of the account, where a file set it up.
    pub place: Option<String>,
    /// Whether the user named it: that nothing is set up for it is then an error.
    pub required: bool,
}

/// A key of an account that only some providers have.
#[derive(Debug, Clone, Copy)]
pub struct AccountKey {
    pub name: &'static str,
    /// Fails for a text that the provider cannot use.
    pub check: fn(&str) -> Result<(), Error>,
}

/// What accounts of one provider may say.
#[derive(Debug, Clone, Copy)]
pub struct AccountRules {
    /// The id of the provider.
    pub provider: &'static str,
    pub keys: &'static [AccountKey],
}

/// Where an account's credentials are.
#[derive(Debug, Clone)]
pub enum CredentialsFrom {
    /// The sources that the cloud's own tools read, in their order.
    Chain,
    /// In this profile of the cloud's own credential files.
    Profile(String),
    /// In these variables.
    Variables(KeyVariables),
}

impl Account {
    /// Returns the text of a key that only some providers have.
    pub fn provider_key(&self, name: &str) -> Option<&str> {
        self.provider_keys.get(name).map(String::as_str)
    }

    /// The name of the account that is read where nothing names one.
    pub const DEFAULT: &'static str = "default";

    /// Makes an account that no file names.
    pub fn implicit(provider: &str, credentials: CredentialsFrom, required: bool) -> Self {
        Self {
            name: match &credentials {
                CredentialsFrom::Profile(profile) => profile.clone(),
                _ => Self::DEFAULT.to_owned(),
            },
            provider: provider.to_owned(),
            credentials,
            provider_keys: BTreeMap::new(),
            regions: None,
            place: None,
            required,
        }
    }
}

/// Returns a region's name in lower case, without white space around it. It becomes part of a host name, so it must not hold anything else.
///
/// # Errors
/// Where it holds other characters: the message tells the right form.
pub fn region_name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let text = text.trim();
    if text.is_empty() || !text.chars().all(fits) {
        return Err("a region is named in letters, digits and hyphens, such as cn-hangzhou".to_owned());
    }
    Ok(text.to_ascii_lowercase())
}

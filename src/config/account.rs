//! An account that is to be asked, and how to log in to it.

use super::KeyVariables;

/// What a user calls an account: a name, a cloud, and where its credentials are.
#[derive(Debug, Clone)]
pub struct Account {
    pub name: String,
    /// The id of the provider.
    pub provider: String,
    pub credentials: CredentialsFrom,
    /// A role of Alibaba Cloud RAM to assume with those credentials.
    pub role_arn: Option<String>,
    /// The signature to use, where the account asks for a certain one.
    pub signature: Option<String>,
    /// `None` for all.
    pub regions: Option<Vec<String>>,
    /// `FILE:LINE:COLUMN` of the account, where a file set it up.
    pub place: Option<String>,
    /// Whether the user named it: without credentials it is an error, not passed over.
    pub required: bool,
}

/// Where an account's credentials are.
#[derive(Debug, Clone)]
pub enum CredentialsFrom {
    /// Wherever the cloud's own tools look, in their order.
    Chain,
    /// In this profile of the cloud's own credential files.
    Profile(String),
    /// In these variables.
    Variables(KeyVariables),
}

impl Account {
    /// The account that is found where nothing names one.
    pub const DEFAULT: &'static str = "default";

    /// An account that no file names.
    pub fn implicit(provider: &str, credentials: CredentialsFrom, required: bool) -> Self {
        Self {
            name: match &credentials {
                CredentialsFrom::Profile(profile) => profile.clone(),
                _ => Self::DEFAULT.to_owned(),
            },
            provider: provider.to_owned(),
            credentials,
            role_arn: None,
            signature: None,
            regions: None,
            place: None,
            required,
        }
    }
}

/// A region's name becomes part of a host name, so nothing else may be in it.
///
/// # Errors
/// Where it holds something else: the form that is right.
pub fn region_name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if text.is_empty() || !text.chars().all(fits) {
        return Err("a region is named in letters, digits and hyphens, such as cn-hangzhou".to_owned());
    }
    Ok(text.to_ascii_lowercase())
}

//! Who an account is, and what stands in the way of reading it.

use crate::error::Error;

/// Who an account is, as the cloud tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub account_id: String,
    pub name: Option<String>,
}

/// One account, as far as it can be told.
#[derive(Debug)]
pub struct AccountReport {
    pub name: String,
    pub provider: &'static str,
    /// Where its credentials were found; `None` where none were.
    pub credentials: Option<String>,
    pub identity: Option<Identity>,
    /// The regions that a scan would look into.
    pub regions: Vec<String>,
    /// What stands in the way.
    pub errors: Vec<Error>,
    /// Why the account may have more than can be read.
    pub limitations: Vec<Error>,
}

//! The identity of an account, and why it cannot be read.

use crate::error::Error;

/// The identity of an account, by the cloud's own answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub account_id: String,
    pub name: Option<String>,
}

/// One account, as far as it is known.
#[derive(Debug)]
pub struct AccountReport {
    pub name: String,
    pub provider: &'static str,
    /// The source of its credentials; `None` where there are none.
    pub credentials: Option<String>,
    pub identity: Option<Identity>,
    /// The regions that a scan would look into.
    pub regions: Vec<String>,
    /// Why it cannot be read, or not all of it.
    pub errors: Vec<Error>,
    /// Why the account may have more than can be read.
    pub limitations: Vec<Error>,
}

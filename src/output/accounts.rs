//! The accounts that would be asked: a table for people, and JSON.

use std::io;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::AccountReport;

use super::grid::{self, Column};
use super::json::{self, Failure};
use super::style;

/// # Errors
/// Where the output cannot be written.
pub fn table(accounts: &[AccountReport], width: Option<u16>, out: &mut dyn io::Write) -> io::Result<()> {
    if accounts.is_empty() {
        return Ok(());
    }
    let column = |heading, least, spare, cell: fn(&AccountReport) -> String| {
        (Column { heading, least, spare }, accounts.iter().map(cell).collect())
    };
    let columns = [
        column("ACCOUNT", None, 0, |account| account.name.clone()),
        column("CLOUD", None, 0, |account| account.provider.to_owned()),
        column("CREDENTIALS", Some(16), 0, |account| account.credentials.clone().unwrap_or_default()),
        column("ID", Some(16), 1, |account| {
            account.identity.as_ref().map(|identity| identity.account_id.clone()).unwrap_or_default()
        }),
        column("IS", Some(10), 3, |account| {
            account.identity.as_ref().and_then(|identity| identity.name.clone()).unwrap_or_default()
        }),
        column("REGIONS", Some(10), 2, |account| account.regions.join(", ")),
        column("STATE", None, 0, |account| state(account).to_owned()),
    ];
    let styles: Vec<_> = accounts.iter().map(|account| style::of_account(account.errors.is_empty())).collect();
    grid::write(columns, &styles, true, width, out)
}

fn state(account: &AccountReport) -> &'static str {
    account.errors.first().map_or("ok", |error| error.kind.name())
}

#[derive(Serialize)]
struct Accounts<'a> {
    accounts: Vec<Account<'a>>,
}

#[derive(Serialize)]
struct Account<'a> {
    name: &'a str,
    provider: &'static str,
    credentials: Option<&'a str>,
    #[serde(rename = "account_id")]
    id: Option<&'a str>,
    #[serde(rename = "account_name")]
    called: Option<&'a str>,
    regions: &'a [String],
    errors: Vec<Failure<'a>>,
}

/// # Errors
/// Where the output cannot be written.
pub fn json(accounts: &[AccountReport], now: DateTime<Utc>, out: &mut dyn io::Write) -> io::Result<()> {
    let accounts = accounts.iter().map(|account| Account {
        name: &account.name,
        provider: account.provider,
        credentials: account.credentials.as_deref(),
        id: account.identity.as_ref().map(|identity| identity.account_id.as_str()),
        called: account.identity.as_ref().and_then(|identity| identity.name.as_deref()),
        regions: &account.regions,
        errors: account.errors.iter().map(Failure::from).collect(),
    });
    json::document(Accounts { accounts: accounts.collect() }, now, out)
}

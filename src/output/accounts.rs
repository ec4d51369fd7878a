//! The table of the accounts that would be asked.

use std::io;

use crate::model::AccountReport;

use super::grid::{self, Column};
use super::{AccountList, style};

/// Writes a line an account.
///
/// # Errors
/// Where the output cannot be written.
pub(super) fn write(list: &AccountList, width: Option<u16>, out: &mut dyn io::Write) -> io::Result<()> {
    let accounts = &list.accounts;
    if accounts.is_empty() {
        return Ok(());
    }
    let column = |heading, min_width, drop_order, cell: fn(&AccountReport) -> String| {
        (Column { heading, min_width, drop_order }, accounts.iter().map(cell).collect())
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
        column("STATE", None, 0, |account| account.errors.first().map_or("ok", |error| error.kind.name()).to_owned()),
    ];
    let styles: Vec<_> = accounts.iter().map(|account| style::of_account(account.errors.is_empty())).collect();
    grid::write(columns, &styles, true, width, out)
}

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
        column("CREDENTIALS", Some(40), 0, |account| account.credentials.clone().unwrap_or_default()),
        column("STATE", None, 0, |account| account.errors.first().map_or("logged in", |e| e.kind.name()).to_owned()),
        column("ID", Some(16), 1, |account| {
            account.identity.as_ref().map(|identity| identity.account_id.clone()).unwrap_or_default()
        }),
        column("USER", Some(10), 3, |account| {
            account.identity.as_ref().and_then(|identity| identity.name.clone()).unwrap_or_default()
        }),
        column("REGIONS", None, 2, |account| regions(&account.regions)),
    ];
    let styles: Vec<_> = accounts.iter().map(|account| style::of_account(account.errors.is_empty())).collect();
    grid::write(columns, &styles, true, width, out)
}

/// Returns the names of few regions, and the number of many: `--output json` has all of their names.
fn regions(names: &[String]) -> String {
    const MAX_NAMES: usize = 3;
    if names.len() > MAX_NAMES { names.len().to_string() } else { names.join(", ") }
}

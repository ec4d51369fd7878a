//! What commands print: certificates, single certificates in full, and accounts.

use chrono::{DateTime, Utc};

use crate::model::{AccountReport, Certificate, ScopeReport, is_complete};

use super::columns::{Column, NAMES};
use super::label::Label;

/// Certificates, and the scopes that they were read from.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// The certificates to print, in their order.
    pub certificates: Vec<&'a Certificate>,
    pub scopes: &'a [ScopeReport],
    pub now: DateTime<Utc>,
    pub table: TableOptions<'a>,
    /// Labels of every metric.
    pub labels: &'a [Label],
    /// The terminal's width; `None` where the output goes elsewhere and is never cut.
    pub width: Option<u16>,
}

/// What the tabular formats are to show.
#[derive(Debug, Clone, Copy)]
pub struct TableOptions<'a> {
    /// The columns that were chosen; `None` for each format's own.
    pub columns: Option<&'a [&'static Column]>,
    /// Whether the names of the columns are printed above them.
    pub header: bool,
    /// Columns that formats show beside their own, since the command is about them.
    pub extra: &'a [&'static Column],
}

impl Default for TableOptions<'_> {
    /// The columns of an inventory.
    fn default() -> Self {
        Self { columns: None, header: true, extra: &[NAMES] }
    }
}

impl Report<'_> {
    /// Returns whether the scopes were read, or some certificates of them: else that there are none is not known.
    pub(super) fn is_known(&self) -> bool {
        is_complete(self.scopes) || self.scopes.iter().any(|report| report.certificates > 0)
    }

    /// Returns the columns that were chosen, or else a format's own.
    pub(super) fn columns_or(&self, own: impl Iterator<Item = &'static Column>) -> Vec<&'static Column> {
        self.table.columns.map_or_else(|| own.collect(), <[_]>::to_vec)
    }
}

/// Single certificates in full, and those between which the user must choose.
#[derive(Debug)]
pub struct Details<'a> {
    pub single: Report<'a>,
    pub ambiguous: Report<'a>,
    /// All of both, for formats that print a record for each.
    pub all: Report<'a>,
    /// Those whose chains are printed.
    pub with_chain: Vec<&'a Certificate>,
}

/// The accounts that would be asked.
#[derive(Debug)]
pub struct AccountList {
    pub accounts: Vec<AccountReport>,
    pub now: DateTime<Utc>,
}

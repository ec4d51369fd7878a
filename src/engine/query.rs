//! What a scan reads.

use crate::model::{Certificate, Kinds};

/// What is read of every scope.
#[derive(Clone, Copy)]
pub struct ScanQuery<'a> {
    pub kinds: Kinds,
    pub usage: UsageMode<'a>,
}

/// When usage sources are asked who uses the certificates of a scope.
#[derive(Clone, Copy)]
pub enum UsageMode<'a> {
    Never,
    /// At the same time as its certificates are read.
    Always,
    /// Once the scope has sent a certificate like this.
    Where(&'a dyn Fn(&Certificate) -> bool),
}

/// What is read of every scope, and what is kept of it.
pub(super) struct Query<'a> {
    /// The kinds that are requested.
    pub kinds: Kinds,
    pub usage: UsageMode<'a>,
    /// Certificates that are looked up by id before the list is read.
    pub lookup_ids: Vec<String>,
    /// The kinds that are kept of what arrives, which may be more than what was requested.
    pub keep: Kinds,
    /// Whether only separate lists of CA certificates are read.
    pub ca_lists_only: bool,
}

//! How requests are sent.

use std::path::PathBuf;
use std::time::Duration;

/// How requests are sent.
#[derive(Debug, Clone)]
pub struct Net {
    pub ca_bundle: Option<PathBuf>,
    pub connect_timeout: Duration,
    pub read_timeout: Duration,
    /// Tries after the first.
    pub retries: usize,
    /// Requests in flight at once.
    pub concurrency: usize,
}

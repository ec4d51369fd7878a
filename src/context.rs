//! Everything that the outside world gives a run. Tests build their own.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::config::{Env, Settings};
use crate::net::Http;

/// The world of one run.
#[derive(Debug)]
pub struct Context {
    pub env: Env,
    pub settings: Settings,
    /// The moment that every age and every rest of life is counted from.
    pub now: DateTime<Utc>,
    pub http: Arc<Http>,
}

//! Everything that the outside world gives a provider. Tests build their own.

use std::sync::Arc;

use crate::config::{Endpoints, Env};
use crate::net::Http;

/// The world, as providers see it.
#[derive(Debug)]
pub struct Context {
    pub env: Env,
    pub endpoints: Endpoints,
    pub http: Arc<Http>,
}

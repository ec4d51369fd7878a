//! HTTP: one attempt at one request, and the decision to repeat it.
//!
//! Contains nothing of signatures or vendors. The caller signs each attempt anew, since a signed request holds a nonce
//! that a server accepts only once.

mod body;
mod client;
mod connections;
pub mod encode;
mod limiter;
mod proxy;
mod redact;
mod retry;
mod tls;
mod transport_error;

pub use client::{Http, Reply, Request};
pub use redact::Redactor;

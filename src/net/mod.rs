//! The wire: one attempt at one request, and the decision to try again.
//!
//! Knows nothing of signatures or vendors. Whoever calls it signs each attempt anew, since a signed
//! request holds a nonce that a server accepts only once.

pub mod encode;
mod failure;
mod http;
mod limit;
mod redact;
mod retry;
mod tls;

pub use self::http::{Http, Reply, Request};
pub use redact::Redactor;

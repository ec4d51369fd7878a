//! What certls knows: certificates, the scopes they were read from, and which of them are wanted.
//!
//! Pure data and pure functions; knows nothing of clouds, wires, terminals or files.

mod account;
mod certificate;
mod filter;
mod inventory;

pub use account::{AccountReport, Identity};
pub use certificate::{Certificate, ChainElement, Kind, Source, Status, Use};
pub use filter::{Filter, Kinds};
pub use inventory::{Scope, ScopeReport, ScopeStatus, is_complete, soonest_first};

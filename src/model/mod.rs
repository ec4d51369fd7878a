//! What certls knows: certificates, the scopes they were read from, and which of them are wanted.
//!
//! Pure data and pure functions; knows nothing of clouds, wires, terminals or files.

mod account;
mod certificate;
mod filter;
mod hostname;
mod inventory;
mod reference;
mod renewal;
mod span;
mod verdict;
mod weakness;

pub use account::{AccountReport, Identity};
pub use certificate::{Certificate, ChainElement, Kind, Source, Status, Use, rfc3339};
pub use filter::{Filter, Kinds, NameGlob, TagFilter, UseFilter};
pub use hostname::{Host, HostMatch, Match, certificate_covers, covered, covers};
pub use inventory::{Scope, ScopeReport, ScopeStatus, Sort, is_complete, soonest_first};
pub use reference::{Meaning, Reference};
pub use renewal::{Successor, tell_superseded};
pub use span::{Limit, Share, parse_span, write_span};
pub use verdict::{Judgement, State, Thresholds, judge, worst};
pub use weakness::{weak_key, weak_signature, weaknesses};

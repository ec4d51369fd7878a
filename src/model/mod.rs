//! What certls knows: certificates, the scopes they were read from, and which of them are wanted.
//!
//! Pure data and pure functions; knows nothing of clouds, wires, terminals or files.

mod account;
mod certificate;
mod filter;
mod hostname;
mod scope;
mod selector;
mod successor;
mod threshold;
mod usage;
mod verdict;

pub use account::{AccountReport, Identity};
pub use certificate::{Certificate, ChainElement, Kind, Source, Status, rfc3339};
pub use filter::{Filter, Kinds, NameGlob, TagFilter, UseFilter};
pub use hostname::{Host, HostMatch, Match, best_match, matching_hosts, name_matches, names_of};
pub use scope::{Project, Scope, ScopeReport, ScopeStatus, Sort, is_complete, soonest_first};
pub use selector::{Resolution, Selector};
pub use successor::Successor;
pub use threshold::{LifetimePercent, Threshold};
pub use usage::{CertificateRef, Role, Use};
pub use verdict::{Judgement, State, Thresholds, judge, worst};

//! The data that certls works on: certificates, the scopes they were read from, and filters over them.
//!
//! Pure data and pure functions: no cloud, wire format, terminal or file.

mod account;
mod alternative_name;
mod certificate;
mod coverage;
mod filter;
mod hostname;
mod name;
mod note;
mod scope;
mod selector;
mod serial_number;
mod successor;
mod threshold;
mod time;
mod usage;
mod verdict;

pub use account::{AccountReport, Identity};
pub use alternative_name::AlternativeName;
pub use certificate::{Certificate, ChainElement, Facet, Issuance, Kind, Part, Purpose, Source, Status, Traits};
pub use coverage::{best_match, matching_hosts, names_of};
pub use filter::{Filter, Kinds, NameGlob, TagFilter, UseFilter};
pub use hostname::{Host, HostMatch, Match};
pub use name::{Attribute, AttributeValue, DistinguishedName};
pub use note::{Note, NoteCode};
pub use scope::{Project, Scope, ScopeReport, ScopeStatus, Sort, is_complete, soonest_first};
pub use selector::{Resolution, Selector};
pub use serial_number::SerialNumber;
pub use successor::Successor;
pub use threshold::{LifetimePercent, Threshold};
pub use time::{in_words, rfc3339};
pub use usage::{CertificateKey, CertificateRef, Role, Use};
pub use verdict::{Judgement, State, Thresholds, judge, worst};

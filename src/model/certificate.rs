//! One certificate record of any cloud.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use super::{AlternativeName, DistinguishedName, HostMatch, Note, NoteCode, SerialNumber, Successor, Use};

/// A certificate as a cloud stores it, with the facts of the certificate itself where the cloud returns it.
///
/// `None` means unknown. Times are UTC, fingerprints lower-case hex without colons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Certificate {
    pub provider: &'static str,
    pub service: &'static str,
    pub account: String,
    pub account_id: Option<String>,
    pub region: String,
    pub id: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub kind: Kind,
    pub common_name: Option<String>,
    /// In the certificate's order.
    pub subject_alternative_names: Vec<AlternativeName>,
    pub fingerprint_sha1: Option<String>,
    pub fingerprint_sha256: Option<String>,
    pub serial_number: Option<SerialNumber>,
    pub issuer: Option<DistinguishedName>,
    pub subject: Option<DistinguishedName>,
    pub key_type: Option<String>,
    pub key_bits: Option<u32>,
    pub signature_algorithm: Option<String>,
    /// The signature is RSASSA-PSS over SHA-1, which the algorithm's name does not say.
    pub pss_over_sha1: bool,
    pub not_before: Option<DateTime<Utc>>,
    pub not_after: Option<DateTime<Utc>>,
    pub uploaded_at: Option<DateTime<Utc>>,
    pub updated_at: Option<DateTime<Utc>>,
    pub source: Option<Source>,
    pub resource_group_id: Option<String>,
    pub project_id: Option<String>,
    pub enterprise_project_id: Option<String>,
    pub tags: BTreeMap<String, String>,
    /// What the cloud sent, but could not be read, so that filters cannot judge it.
    pub unreadable: BTreeSet<Facet>,
    /// Leaf first; empty where the cloud does not return the certificate. Certificates of one issuer share its element.
    pub chain: Vec<Arc<ChainElement>>,
    /// The uses that usage sources named; `None` where no source was read, or none answered.
    pub used_by: Option<Vec<Use>>,
    /// Whether every usage source of its store answered; `None` where no source was read.
    pub used_by_complete: Option<bool>,
    /// The cloud says that the issuer revoked it.
    pub is_revoked: bool,
    /// The longest-lived certificate for the same names, where another one is known.
    pub superseded_by: Option<Box<Successor>>,
    /// The requested hosts that it covers; empty where none was requested.
    pub matches: Vec<HostMatch>,
    pub notes: Vec<Note>,
}

/// The purpose that a certificate is stored for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// A server certificate.
    #[default]
    Server,
    /// A pair of SM2 server certificates, one to sign and one to encrypt with (GB/T 38636).
    ServerSm,
    /// A CA certificate that client certificates are checked against.
    Ca,
}

impl Kind {
    /// Returns the word that JSON carries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::ServerSm => "server_sm",
            Self::Ca => "ca",
        }
    }
}

/// What a filter judges a certificate by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Facet {
    Id,
    Name,
    /// The names that it covers.
    Names,
    Kind,
    Tags,
}

impl Facet {
    /// Everything that a filter judges by.
    pub const ALL: [Self; 5] = [Self::Id, Self::Name, Self::Names, Self::Kind, Self::Tags];
}

/// The managed certificate that a load balancer's copy came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    pub service: &'static str,
    pub id: Option<String>,
    pub name: Option<String>,
}

/// One certificate of the stored chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainElement {
    pub subject: Option<DistinguishedName>,
    pub issuer: Option<DistinguishedName>,
    pub not_before: Option<DateTime<Utc>>,
    pub not_after: Option<DateTime<Utc>>,
    pub fingerprint_sha256: String,
    /// The certificate itself; empty where it is not whole.
    #[serde(skip)]
    pub der: Arc<[u8]>,
}

/// Where a moment falls in a certificate's validity period (RFC 5280, 4.1.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Valid,
    Expired,
    NotYetValid,
    Unknown,
}

impl Status {
    /// Returns the word that JSON carries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Unknown => "unknown",
        }
    }
}

const MILLISECONDS_A_DAY: i64 = 86_400_000;

impl Certificate {
    /// Returns the whole days until `not_after`, rounded down, so negative from the first second after it.
    pub fn days_left(&self, now: DateTime<Utc>) -> Option<i64> {
        let left = self.not_after? - now;
        Some(left.num_milliseconds().div_euclid(MILLISECONDS_A_DAY))
    }

    /// Returns the status at a moment. Both ends of the validity period belong to it.
    pub fn status(&self, now: DateTime<Utc>) -> Status {
        match (self.not_before, self.not_after) {
            (_, None) => Status::Unknown,
            (_, Some(end)) if now > end => Status::Expired,
            (Some(start), _) if now < start => Status::NotYetValid,
            _ => Status::Valid,
        }
    }

    /// Returns whether the cloud sent this, but it could not be read.
    pub fn is_unreadable(&self, facet: Facet) -> bool {
        self.unreadable.contains(&facet)
    }

    /// Adds a note.
    pub fn note(&mut self, code: NoteCode, text: impl Into<String>) {
        self.notes.push(Note::new(code, text));
    }
}

/// Returns a time as programs and notes have it: RFC 3339 in UTC, whole seconds.
pub fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn expiring(not_after: DateTime<Utc>) -> Certificate {
        Certificate { not_after: Some(not_after), ..Certificate::default() }
    }

    #[test]
    fn days_left_are_rounded_down_on_both_sides_of_the_end() {
        let end = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
        let certificate = expiring(end);
        let days = |seconds| certificate.days_left(end - TimeDelta::seconds(seconds));
        assert_eq!(days(86_400), Some(1));
        assert_eq!(days(86_399), Some(0));
        assert_eq!(days(0), Some(0));
        assert_eq!(days(-1), Some(-1));
        assert_eq!(certificate.days_left(end + TimeDelta::milliseconds(1)), Some(-1));
        assert_eq!(days(-86_401), Some(-2));
        assert_eq!(Certificate::default().days_left(end), None);
    }

    #[test]
    fn the_last_second_is_still_valid() {
        let end = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
        let mut certificate = expiring(end);
        assert_eq!(certificate.status(end), Status::Valid);
        assert_eq!(certificate.status(end + TimeDelta::seconds(1)), Status::Expired);
        certificate.not_before = Some(end - TimeDelta::seconds(10));
        assert_eq!(certificate.status(end - TimeDelta::seconds(11)), Status::NotYetValid);
        assert_eq!(Certificate::default().status(end), Status::Unknown);
    }
}

//! One certificate record of any cloud.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
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
    pub not_before: Option<DateTime<Utc>>,
    /// The earlier end of an SM2 pair, and the first end of the CA certificates of one record.
    pub not_after: Option<DateTime<Utc>>,
    /// The first end of the issuers on the path that clients verify.
    pub chain_not_after: Option<DateTime<Utc>>,
    /// The part that `not_after` is the end of, where that is not the certificate that the other fields describe:
    /// `encryption certificate`.
    pub first_part_to_end: Option<String>,
    /// What the certificate itself says beside the other fields.
    pub traits: Traits,
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

/// Facts of a certificate that no column shows; the default where the cloud does not return the certificate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traits {
    pub issuance: Issuance,
    pub purpose: Purpose,
    /// The certificate is an authority's own (`cA` of the basic constraints).
    pub is_authority: bool,
    /// The signature is RSASSA-PSS over SHA-1, which the algorithm's name does not say.
    pub pss_over_sha1: bool,
    /// There are alternative names that cannot be read.
    pub san_incomplete: bool,
}

/// How a certificate was issued.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Issuance {
    #[default]
    Unknown,
    SelfSigned,
    /// By an authority that is not known to be a public one.
    Authority,
    /// By an authority under the rules of the CA/Browser Forum.
    PublicAuthority,
}

/// What the extended key usage (RFC 5280, 4.2.1.12) allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Nothing is known, or there is no such extension.
    #[default]
    Any,
    Server,
    /// Not to authenticate servers.
    Other,
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
    #[serde(skip)]
    pub serial_number: Option<SerialNumber>,
    /// The certificate itself; empty where it is not whole.
    #[serde(skip)]
    pub der: Arc<[u8]>,
}

/// The facts of one certificate of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    pub subject: Option<&'a DistinguishedName>,
    pub issuer: Option<&'a DistinguishedName>,
    pub serial_number: Option<&'a SerialNumber>,
    pub not_before: Option<DateTime<Utc>>,
    pub not_after: Option<DateTime<Utc>>,
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

fn whole_days(span: TimeDelta) -> i64 {
    const MILLISECONDS_A_DAY: i64 = 86_400_000;
    span.num_milliseconds().div_euclid(MILLISECONDS_A_DAY)
}

impl Certificate {
    /// Returns the whole days until `not_after`, rounded down, so negative from the first second after it.
    pub fn days_left(&self, now: DateTime<Utc>) -> Option<i64> {
        self.not_after.map(|end| whole_days(end - now))
    }

    /// Returns the whole days until the certificate itself or an issuer ends, rounded down.
    pub fn first_days_left(&self, now: DateTime<Utc>) -> Option<i64> {
        self.first_end().map(|end| whole_days(end - now))
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

    /// Returns when the first issuer on the path ends, where that is sooner than the certificate itself or where the end
    /// of the certificate itself is unknown.
    pub fn issuer_end(&self) -> Option<DateTime<Utc>> {
        self.chain_not_after.filter(|end| self.not_after.is_none_or(|own| *end < own))
    }

    /// Returns when clients begin to reject the certificate: the end of the certificate itself or of an issuer.
    pub fn first_end(&self) -> Option<DateTime<Utc>> {
        self.issuer_end().or(self.not_after)
    }

    /// Returns whether the certificate itself or an issuer on its path has expired.
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.first_end().is_some_and(|end| now > end)
    }

    /// Returns the facts of the certificate itself and of each certificate of its chain, each certificate once.
    ///
    /// The ends are each certificate's own, where the record's `not_after` may be that of one of them.
    pub fn parts(&self) -> Vec<Part<'_>> {
        let own = Part {
            subject: self.subject.as_ref(),
            issuer: self.issuer.as_ref(),
            serial_number: self.serial_number.as_ref(),
            not_before: self.not_before,
            not_after: self.not_after,
        };
        let is_in_chain =
            |element: &Arc<ChainElement>| Some(&element.fingerprint_sha256) == self.fingerprint_sha256.as_ref();
        let mut parts = if self.chain.iter().any(is_in_chain) { Vec::new() } else { vec![own] };
        let mut seen = BTreeSet::new();
        let elements = self.chain.iter().filter(|element| seen.insert(&element.fingerprint_sha256));
        parts.extend(elements.map(|element| Part {
            subject: element.subject.as_ref(),
            issuer: element.issuer.as_ref(),
            serial_number: element.serial_number.as_ref(),
            not_before: element.not_before,
            not_after: element.not_after,
        }));
        parts
    }

    /// Returns the lifetime of the issuer that ends first, where its certificate is stored.
    pub fn issuer_lifetime(&self) -> Option<TimeDelta> {
        let end = self.chain_not_after?;
        let issuer = self.chain.iter().find(|element| element.not_after == Some(end))?;
        Some(end - issuer.not_before?)
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

    #[test]
    fn each_certificate_of_a_record_is_a_part_once() {
        let element = |print: &str, seconds| {
            Arc::new(ChainElement {
                subject: None,
                issuer: None,
                not_before: None,
                not_after: DateTime::from_timestamp(seconds, 0),
                fingerprint_sha256: print.to_owned(),
                serial_number: None,
                der: Arc::default(),
            })
        };
        let chain = vec![element("leaf", 3), element("issuer", 2), element("issuer", 2)];
        let record = Certificate { chain, ..expiring(DateTime::UNIX_EPOCH) };
        let ends = |record: &Certificate| {
            record.parts().iter().filter_map(|part| part.not_after).map(|end| end.timestamp()).collect::<Vec<_>>()
        };
        // Where the certificate itself is not in the chain, the record tells of it.
        assert_eq!(ends(&record), [0, 3, 2]);
        let read = Certificate { fingerprint_sha256: Some("leaf".to_owned()), ..record };
        assert_eq!(ends(&read), [3, 2]);
        assert_eq!(ends(&Certificate { chain: vec![], ..read }), [0]);
    }

    #[test]
    fn an_issuer_counts_where_it_ends_first() {
        let end = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
        let soon = end - TimeDelta::days(3);
        let with = |chain_not_after| Certificate { chain_not_after, ..expiring(end) };
        assert_eq!(with(Some(soon)).first_days_left(soon), Some(0));
        assert_eq!((with(Some(soon)).issuer_end(), with(Some(soon)).first_end()), (Some(soon), Some(soon)));
        for later in [None, Some(end), Some(end + TimeDelta::days(1))] {
            assert_eq!((with(later).issuer_end(), with(later).first_end()), (None, Some(end)));
        }
        let unknown = Certificate { chain_not_after: Some(soon), ..Certificate::default() };
        assert_eq!(unknown.first_end(), Some(soon));
        let expired = |at: DateTime<Utc>| with(Some(soon)).is_expired(at);
        assert!(expired(soon + TimeDelta::seconds(1)) && !expired(soon));
        assert!(!Certificate::default().is_expired(end));
    }
}

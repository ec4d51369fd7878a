//! The CA certificates of one record: each is trusted by itself, so that the first to end is missed by its clients.

use chrono::{DateTime, Utc};

use crate::model::{Note, NoteCode};
use crate::x509::ParsedCertificate;

use super::chain::signature_weakness;
use super::issuers::StoredCertificate;
use super::weakness::weak_key;

/// The CA certificate of a record that ends first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FirstToEnd {
    pub not_before: Option<DateTime<Utc>>,
    pub not_after: DateTime<Utc>,
    /// The words for it, where it is not the first certificate of the record.
    pub part: Option<String>,
}

/// Returns the CA certificate that ends first; `None` where no end can be read.
pub(super) fn first_to_end(stored: &[StoredCertificate]) -> Option<FirstToEnd> {
    let ends =
        stored.iter().enumerate().filter_map(|(place, certificate)| Some((place, certificate.parsed.not_after?)));
    let (place, not_after) = ends.min_by_key(|(_, end)| *end)?;
    let parsed = &stored[place].parsed;
    let part = (place > 0).then(|| format!("CA certificate {}", name_or_place(parsed, place)));
    Some(FirstToEnd { not_before: parsed.not_before, not_after, part })
}

/// Returns notes on the CA certificates after the first, which the record's own fields do not describe.
pub(super) fn notes(stored: &[StoredCertificate]) -> Vec<Note> {
    let rest = stored.iter().enumerate().skip(1);
    let of_one = |(place, certificate): (usize, &StoredCertificate)| {
        let parsed = &certificate.parsed;
        let name = name_or_place(parsed, place);
        let key = weak_key(parsed.key_type.as_deref(), parsed.key_bits);
        [(NoteCode::WeakKey, key), (NoteCode::WeakSignature, signature_weakness(parsed))]
            .into_iter()
            .filter_map(move |(code, text)| Some(Note::new(code, format!("CA certificate {name}: {}", text?))))
    };
    rest.flat_map(of_one).collect()
}

fn name_or_place(parsed: &ParsedCertificate, place: usize) -> String {
    parsed.subject.as_ref().map_or_else(|| format!("number {}", place + 1), ToString::to_string)
}

//! Conclusions from the facts of certificates, the same for every cloud.
//!
//! [`read_stored`] takes what a cloud stores, [`annotate`] looks at one record, [`mark_superseded`] at all records
//! together. Every command calls them, so a note does not depend on who reads.

mod ca_bundle;
mod chain;
mod issuers;
mod path;
mod reconcile;
mod roots;
mod successor;
mod weakness;

pub(crate) use issuers::IssuerCache;
pub(crate) use reconcile::{StoredPem, read_stored};
pub(crate) use successor::mark_superseded;

use crate::model::Certificate;

/// Adds the notes that follow from the record's own facts: a weak key or signature, a lifetime that is too long.
pub(crate) fn annotate(certificate: &mut Certificate) {
    let notes = weakness::weaknesses(certificate);
    certificate.notes.extend(notes);
}

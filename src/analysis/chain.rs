//! The certificates that a cloud stores as a chain: their order, and what is wrong with it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{DistinguishedName, Note, NoteCode, in_words, rfc3339};
use crate::x509::ParsedCertificate;

use super::issuers::StoredCertificate;
use super::path::{Candidates, is_self_issued};
use super::roots;
use super::weakness::{weak_key, weak_signature};

/// A chain in order.
#[derive(Debug, Default)]
pub(super) struct CertificateChain {
    /// The leaf, each of its issuers, then the certificates that are not on the path.
    pub certificates: Vec<StoredCertificate>,
    /// The first end of the issuers that clients verify.
    pub issuers_end: Option<DateTime<Utc>>,
    /// The issuer of the leaf is stored.
    pub has_issuer: bool,
    /// An issuer of the path has the name of a public root.
    pub is_public: bool,
    /// What is wrong with the chain of a server certificate.
    pub notes: Vec<Note>,
}

/// What a chain is read for beside its own certificates.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChainContext<'a> {
    /// The SHA-1 fingerprint that the cloud names.
    pub cloud_sha1: Option<&'a str>,
    /// Further certificates that clients get, where an issuer may be.
    pub others: &'a [StoredCertificate],
    /// Whether certificates of the text were left unread.
    pub is_truncated: bool,
    pub now: DateTime<Utc>,
}

impl CertificateChain {
    /// Puts the certificates of a chain in order. The leaf is the certificate with the fingerprint that the cloud names,
    /// where there is one.
    pub(super) fn ordered(stored: Vec<StoredCertificate>, context: ChainContext<'_>) -> Self {
        let own = stored.len();
        let all = stored.iter().chain(context.others);
        let parsed: Vec<&ParsedCertificate> = all.map(|certificate| &*certificate.parsed).collect();
        let candidates = Candidates::new(&parsed);
        let Some(leaf) = find_leaf(&parsed[..own], &candidates, context.cloud_sha1) else { return Self::default() };
        let path = Path { own, stored: &parsed, indices: candidates.path_from(leaf) };
        let mut notes: Vec<Note> = path.order_note().into_iter().collect();
        notes.extend(path.incomplete_note(&candidates).filter(|_| !context.is_truncated));
        notes.extend(path.namesake_note(&candidates));
        notes.extend(path.stranger_note(&candidates));
        notes.extend(path.issuers().flat_map(|issuer| issuer_notes(issuer, parsed[leaf], context.now)));
        let issuers_end = path.issuers().filter_map(|issuer| issuer.not_after).min();
        let (has_issuer, is_public, indices) = (path.indices.len() > 1, path.is_public(), path.indices);
        let mut stored: Vec<Option<StoredCertificate>> = stored.into_iter().map(Some).collect();
        let mut certificates: Vec<StoredCertificate> =
            indices.iter().filter_map(|index| stored.get_mut(*index)?.take()).collect();
        share_name_of_issuer(&mut certificates);
        certificates.extend(stored.into_iter().flatten());
        Self { certificates, issuers_end, has_issuer, is_public, notes }
    }
}

/// Makes the leaf share its issuer's name with the issuer's certificate, where the names are equal to the letter.
fn share_name_of_issuer(path: &mut [StoredCertificate]) {
    if let [leaf, issuer, ..] = path
        && leaf.parsed.issuer == issuer.parsed.subject
        && let Some(leaf) = Arc::get_mut(&mut leaf.parsed)
    {
        leaf.issuer.clone_from(&issuer.parsed.subject);
    }
}

/// Returns the index of the certificate with the cloud's fingerprint; else, of the certificates that did not issue
/// another one, the first that is not an authority's, or the first; else the first of all.
fn find_leaf(stored: &[&ParsedCertificate], candidates: &Candidates<'_>, cloud_sha1: Option<&str>) -> Option<usize> {
    let has_cloud_sha1 = |parsed: &&ParsedCertificate| Some(parsed.fingerprint_sha1.as_str()) == cloud_sha1;
    if let Some(leaf) = stored.iter().position(has_cloud_sha1) {
        return Some(leaf);
    }
    let leaves: Vec<usize> = (0..stored.len()).filter(|index| !candidates.has_issued_another(*index)).collect();
    let is_servers = |index: &&usize| !stored[**index].traits.is_authority;
    let leaf = leaves.iter().find(is_servers).or(leaves.first()).copied();
    leaf.or_else(|| (!stored.is_empty()).then_some(0))
}

/// A path among the stored certificates, of which the first `own` are the chain's own.
struct Path<'a> {
    own: usize,
    stored: &'a [&'a ParsedCertificate],
    indices: Vec<usize>,
}

impl<'a> Path<'a> {
    /// Returns the issuers that clients need from the server. A public root that another authority certified is a root
    /// of theirs, so that its certificate and those above it do not matter.
    fn issuers(&self) -> impl Iterator<Item = &'a ParsedCertificate> {
        let is_known = |issuer: &&ParsedCertificate| {
            !is_self_issued(issuer) && issuer.subject.as_ref().is_some_and(roots::is_public)
        };
        self.members().skip(1).take_while(move |issuer| !is_known(issuer))
    }

    fn members(&self) -> impl Iterator<Item = &'a ParsedCertificate> {
        self.indices.iter().map(|index| self.stored[*index])
    }

    /// Returns whether an issuer on the path has the name of a public root.
    fn is_public(&self) -> bool {
        self.members().filter_map(|member| member.issuer.as_ref()).any(roots::is_public)
    }

    fn order_note(&self) -> Option<Note> {
        let text = if self.indices.first() != Some(&0) {
            "the chain is out of order: the certificate itself is not its first"
        } else if !self.indices.is_sorted() {
            "the chain is out of order: a certificate does not follow the one that it issued"
        } else {
            return None;
        };
        Some(Note::new(NoteCode::ChainOutOfOrder, text))
    }

    /// Returns a note where the path ends at a certificate whose issuer is neither stored nor, as far as its name tells,
    /// a root of the clients.
    fn incomplete_note(&self, candidates: &Candidates<'_>) -> Option<Note> {
        let top = *self.indices.last()?;
        let issuer = self.stored[top].issuer.as_ref()?;
        if is_self_issued(self.stored[top]) || candidates.has_only_namesakes(top) || self.has_likely_root() {
            return None;
        }
        let text = format!(
            "the chain is incomplete: it lacks the issuer's certificate, {issuer}, unless that is a root that clients have"
        );
        Some(Note::new(NoteCode::ChainIncomplete, text))
    }

    /// Returns whether the issuer of the last certificate, or one of a public root before it, needs not be sent.
    fn has_likely_root(&self) -> bool {
        let is_likely = |name: &DistinguishedName| roots::is_likely_root(name);
        let last = self.members().last().and_then(|top| top.issuer.as_ref());
        last.is_some_and(is_likely) || self.is_public()
    }

    /// Returns a note where the certificate that has the name of the last one's issuer has another key than the issuer.
    fn namesake_note(&self, candidates: &Candidates<'_>) -> Option<Note> {
        let top = *self.indices.last()?;
        let issuer = self.stored[top].issuer.as_ref().filter(|_| candidates.has_only_namesakes(top))?;
        let text = format!("the certificate of {issuer} in the chain is not the issuer's: the key identifiers differ");
        Some(Note::new(NoteCode::IssuerKeyDiffers, text))
    }

    fn stranger_note(&self, candidates: &Candidates<'_>) -> Option<Note> {
        // The second certificate of an issuer that two authorities certified belongs to the chain.
        let is_stranger = |index: &usize| !self.indices.contains(index) && !candidates.has_issued_another(*index);
        let off_path = "not on the path from the certificate itself";
        let text = match (0..self.own).filter(is_stranger).count() {
            0 => return None,
            1 => format!("a certificate of the chain is {off_path}"),
            many => format!("{many} certificates of the chain are {off_path}"),
        };
        Some(Note::new(NoteCode::ChainStranger, text))
    }
}

/// Returns what is wrong with one of the issuers.
fn issuer_notes(issuer: &ParsedCertificate, leaf: &ParsedCertificate, now: DateTime<Utc>) -> Vec<Note> {
    let name = issuer.subject.as_ref().map_or_else(|| "without a name".to_owned(), ToString::to_string);
    let notes = [
        (NoteCode::IssuerExpiresFirst, early_end(issuer, leaf, now)),
        (NoteCode::IssuerWeakKey, weak_key(issuer.key_type.as_deref(), issuer.key_bits)),
        (NoteCode::IssuerWeakSignature, signature_weakness(issuer)),
    ];
    let note = |(code, text): (NoteCode, Option<String>)| {
        Some(Note::new(code, format!("the issuer's certificate, {name}: {}", text?)))
    };
    notes.into_iter().filter_map(note).collect()
}

/// Returns the text of a note where an issuer ends before the certificate itself, by more than the day that lies between
/// two certificates of one lifetime that are made one after the other; or where only the issuer has expired.
fn early_end(issuer: &ParsedCertificate, leaf: &ParsedCertificate, now: DateTime<Utc>) -> Option<String> {
    let (end, leaf_end) = issuer.not_after.zip(leaf.not_after)?;
    let at = rfc3339(end);
    if end < now && end < leaf_end {
        return Some(format!("it expired {} ago, at {at}", in_words(now - end)));
    }
    (leaf_end - end > TimeDelta::days(1)).then(|| format!("it expires before the certificate itself, at {at}"))
}

/// Returns the text of a note where clients rely on a weak signature. A root is trusted because it is installed; its
/// signature does not matter.
pub(super) fn signature_weakness(parsed: &ParsedCertificate) -> Option<String> {
    let is_relied_on = !is_self_issued(parsed);
    is_relied_on.then(|| weak_signature(parsed.signature_algorithm.as_deref(), parsed.traits.pss_over_sha1)).flatten()
}

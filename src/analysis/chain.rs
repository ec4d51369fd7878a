//! The certification path (RFC 5280, 6.1) among the certificates that a cloud stores as a chain: their order, and what
//! is wrong with it. Certificates are linked by name; signatures are not verified.

use std::sync::Arc;

use crate::model::{Note, NoteCode, rfc3339};
use crate::x509::ParsedCertificate;

use super::issuers::StoredCertificate;
use super::weakness::{weak_key, weak_signature};

/// A chain in order.
#[derive(Debug, Default)]
pub(super) struct CertificateChain {
    /// The leaf, each of its issuers, then the certificates that are not on the path.
    pub certificates: Vec<StoredCertificate>,
    /// What is wrong with the chain of a server certificate.
    pub notes: Vec<Note>,
}

impl CertificateChain {
    /// Returns certificates that are each trusted by itself, in the stored order.
    pub(super) fn as_stored(certificates: Vec<StoredCertificate>) -> Self {
        Self { certificates, notes: Vec::new() }
    }

    /// Puts the certificates of a chain in order. The leaf is the certificate with the SHA-1 fingerprint that the cloud
    /// names, where there is one.
    pub(super) fn ordered(stored: Vec<StoredCertificate>, cloud_sha1: Option<&str>) -> Self {
        let parsed: Vec<&ParsedCertificate> = stored.iter().map(|certificate| &*certificate.parsed).collect();
        let Some(leaf) = find_leaf(&parsed, cloud_sha1) else { return Self::default() };
        let path = path_from(leaf, &parsed);
        let notes = notes(&parsed, &path);
        let mut stored: Vec<Option<StoredCertificate>> = stored.into_iter().map(Some).collect();
        let mut certificates: Vec<StoredCertificate> =
            path.iter().filter_map(|index| stored.get_mut(*index)?.take()).collect();
        share_name_of_issuer(&mut certificates);
        certificates.extend(stored.into_iter().flatten());
        Self { certificates, notes }
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
fn find_leaf(stored: &[&ParsedCertificate], cloud_sha1: Option<&str>) -> Option<usize> {
    let has_cloud_sha1 = |parsed: &&ParsedCertificate| Some(parsed.fingerprint_sha1.as_str()) == cloud_sha1;
    if let Some(leaf) = stored.iter().position(has_cloud_sha1) {
        return Some(leaf);
    }
    let leaves: Vec<usize> = (0..stored.len()).filter(|index| !has_issued_another(*index, stored)).collect();
    let is_servers = |index: &&usize| !stored[**index].is_authority;
    let leaf = leaves.iter().find(is_servers).or(leaves.first()).copied();
    leaf.or_else(|| (!stored.is_empty()).then_some(0))
}

/// Returns the indices of the leaf and of one issuer after the other, as far as they are stored.
fn path_from(leaf: usize, stored: &[&ParsedCertificate]) -> Vec<usize> {
    let mut path = vec![leaf];
    let mut last = stored[leaf];
    while !is_self_issued(last) {
        let issuers = || (0..stored.len()).filter(|index| is_issuer(stored[*index], last) && !path.contains(index));
        // Of an issuer with certificates by two authorities, the one whose own issuer is stored.
        let has_issuer = |index: &usize| stored.iter().any(|parsed| is_issuer(parsed, stored[*index]));
        let Some(next) = issuers().find(has_issuer).or_else(|| issuers().next()) else { break };
        path.push(next);
        last = stored[next];
    }
    path
}

/// Returns whether the subject of an authority is the issuer of a certificate.
fn is_issuer(authority: &ParsedCertificate, certificate: &ParsedCertificate) -> bool {
    let names = authority.subject.as_ref().zip(certificate.issuer.as_ref());
    names.is_some_and(|(subject, issuer)| subject.is_same_as(issuer))
}

fn is_self_issued(parsed: &ParsedCertificate) -> bool {
    is_issuer(parsed, parsed)
}

fn has_issued_another(index: usize, stored: &[&ParsedCertificate]) -> bool {
    stored.iter().enumerate().any(|(other, parsed)| other != index && is_issuer(stored[index], parsed))
}

fn notes(stored: &[&ParsedCertificate], path: &[usize]) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |code, text: String| notes.push(Note::new(code, text));
    let members: Vec<&ParsedCertificate> = path.iter().map(|index| stored[*index]).collect();
    let Some((leaf, issuers)) = members.split_first() else { return notes };
    if path.first() != Some(&0) {
        let text = "the chain is out of order: the certificate itself is not its first";
        note(NoteCode::ChainOutOfOrder, text.to_owned());
    } else if !path.is_sorted() {
        let text = "the chain is out of order: a certificate does not follow the one that it issued";
        note(NoteCode::ChainOutOfOrder, text.to_owned());
    }
    if let (Some(issuer), [], false) = (&leaf.issuer, issuers, is_self_issued(leaf)) {
        let text = format!("the chain is incomplete: it lacks the issuer's certificate, {issuer}");
        note(NoteCode::ChainIncomplete, text);
    }
    // The second certificate of an issuer that two authorities certified belongs to the chain.
    let is_stranger = |index: &usize| !path.contains(index) && !has_issued_another(*index, stored);
    let off_path = "not on the path from the certificate itself";
    match (0..stored.len()).filter(is_stranger).count() {
        0 => {}
        1 => note(NoteCode::ChainStranger, format!("a certificate of the chain is {off_path}")),
        many => note(NoteCode::ChainStranger, format!("{many} certificates of the chain are {off_path}")),
    }
    notes.extend(issuers.iter().flat_map(|issuer| issuer_notes(issuer, leaf)));
    notes
}

/// Returns what is wrong with one of the issuers.
fn issuer_notes(issuer: &ParsedCertificate, leaf: &ParsedCertificate) -> Vec<Note> {
    let end = issuer.not_after.filter(|end| leaf.not_after.is_some_and(|leaf| *end < leaf));
    let expiry = end.map(|end| format!("it expires before the certificate itself, at {}", rfc3339(end)));
    let key = weak_key(issuer.key_type.as_deref(), issuer.key_bits);
    let signature = if is_self_issued(issuer) {
        // A root is trusted because it is installed; its signature does not matter.
        None
    } else {
        weak_signature(issuer.signature_algorithm.as_deref(), issuer.pss_over_sha1)
    };
    let name = issuer.subject.as_ref().map_or_else(|| "without a name".to_owned(), ToString::to_string);
    [(NoteCode::IssuerExpiresFirst, expiry), (NoteCode::IssuerWeakKey, key), (NoteCode::IssuerWeakSignature, signature)]
        .into_iter()
        .filter_map(|(code, text)| Some(Note::new(code, format!("the issuer's certificate, {name}: {}", text?))))
        .collect()
}

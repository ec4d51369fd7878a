//! The certification path (RFC 5280, 6.1) among the certificates that a cloud stores as a chain: in which
//! order they belong, and what is wrong with them. Told by names alone; no signature is checked.

use crate::model::rfc3339;
use crate::x509::ParsedCertificate;

use super::weakness::{weak_key, weak_signature};

/// A chain in its order.
#[derive(Debug, Default)]
pub(crate) struct CertificateChain {
    /// The certificate itself, each of its issuers, then whatever belongs to none of them.
    pub certificates: Vec<ParsedCertificate>,
    /// What is wrong with it, for the certificate of a server.
    pub notes: Vec<String>,
}

impl CertificateChain {
    /// Certificates that are trusted each by itself, as they are stored.
    pub(crate) fn as_stored(certificates: Vec<ParsedCertificate>) -> Self {
        Self { certificates, notes: Vec::new() }
    }

    /// Puts the certificates of a chain in order. Where several may be the certificate itself, the one counts
    /// whose SHA-1 fingerprint the cloud tells.
    pub(crate) fn of(stored: Vec<ParsedCertificate>, told_sha1: Option<&str>) -> Self {
        let Some(leaf) = leaf_of(&stored, told_sha1) else { return Self::default() };
        let path = path_from(leaf, &stored);
        let notes = notes(&stored, &path);
        let mut stored: Vec<Option<ParsedCertificate>> = stored.into_iter().map(Some).collect();
        let mut certificates: Vec<ParsedCertificate> =
            path.iter().filter_map(|index| stored.get_mut(*index)?.take()).collect();
        certificates.extend(stored.into_iter().flatten());
        Self { certificates, notes }
    }
}

/// The one that the cloud tells of; else, of those that issued none of the others, the first that is no
/// authority's, or the first of them.
fn leaf_of(stored: &[ParsedCertificate], told_sha1: Option<&str>) -> Option<usize> {
    if let Some(told) = stored.iter().position(|facts| Some(facts.fingerprint_sha1.as_str()) == told_sha1) {
        return Some(told);
    }
    let leaves: Vec<usize> = (0..stored.len()).filter(|number| !has_issued_another(*number, stored)).collect();
    let is_servers = |number: &&usize| !stored[**number].is_authority;
    let leaf = leaves.iter().find(is_servers).or(leaves.first()).copied();
    leaf.or_else(|| (!stored.is_empty()).then_some(0))
}

/// The leaf, and issuer after issuer, as far as they are there.
fn path_from(leaf: usize, stored: &[ParsedCertificate]) -> Vec<usize> {
    let mut path = vec![leaf];
    let mut last = &stored[leaf];
    while !is_self_issued(last) {
        let issuers = || (0..stored.len()).filter(|index| is_issuer(&stored[*index], last) && !path.contains(index));
        // Of an issuer that two authorities certified, the one that leads on.
        let leads_on = |index: &usize| stored.iter().any(|facts| is_issuer(facts, &stored[*index]));
        let Some(next) = issuers().find(leads_on).or_else(|| issuers().next()) else { break };
        path.push(next);
        last = &stored[next];
    }
    path
}

/// Whether an authority bears the name that the certificate says it was issued by. Case does not count (RFC
/// 5280, 7.1).
fn is_issuer(authority: &ParsedCertificate, certificate: &ParsedCertificate) -> bool {
    let names = authority.subject.as_ref().zip(certificate.issuer.as_ref());
    names.is_some_and(|(subject, issuer)| subject.eq_ignore_ascii_case(issuer))
}

fn is_self_issued(facts: &ParsedCertificate) -> bool {
    is_issuer(facts, facts)
}

fn has_issued_another(number: usize, stored: &[ParsedCertificate]) -> bool {
    stored.iter().enumerate().any(|(other, facts)| other != number && is_issuer(&stored[number], facts))
}

fn notes(stored: &[ParsedCertificate], path: &[usize]) -> Vec<String> {
    let mut notes = Vec::new();
    let members: Vec<&ParsedCertificate> = path.iter().map(|index| &stored[*index]).collect();
    let Some((leaf, issuers)) = members.split_first() else { return notes };
    if path.first() != Some(&0) {
        notes.push("the chain is out of order: the certificate itself is not its first".to_owned());
    } else if !path.is_sorted() {
        notes.push("the chain is out of order: a certificate does not follow the one that it issued".to_owned());
    }
    if let (Some(issuer), [], false) = (&leaf.issuer, issuers, is_self_issued(leaf)) {
        notes.push(format!("the chain is incomplete: it lacks the issuer's certificate, {issuer}"));
    }
    // An issuer that two authorities certified stands there twice, and belongs there.
    let is_stranger = |index: &usize| !path.contains(index) && !has_issued_another(*index, stored);
    match (0..stored.len()).filter(is_stranger).count() {
        0 => {}
        1 => notes.push("a certificate of the chain is not on the path from the certificate itself".to_owned()),
        many => notes.push(format!("{many} certificates of the chain are not on the path from the certificate itself")),
    }
    notes.extend(issuers.iter().flat_map(|issuer| notes_on(issuer, leaf)));
    notes
}

/// A note on a signature whose hash is broken, though its algorithm's name does not tell.
pub(crate) fn weak_pss(facts: &ParsedCertificate) -> Option<String> {
    facts.pss_over_sha1.then(|| "the signature is rsassaPss over SHA-1, whose hash is broken".to_owned())
}

/// What ails one of the issuers.
fn notes_on(issuer: &ParsedCertificate, leaf: &ParsedCertificate) -> Vec<String> {
    let name = issuer.subject.as_deref().unwrap_or("without a name");
    let end = issuer.not_after.filter(|end| leaf.not_after.is_some_and(|leaf| *end < leaf));
    let expiry = end.map(|end| format!("it expires before the certificate itself, at {}", rfc3339(end)));
    // A root is trusted for being known, not for its signature.
    let signed = Some(issuer).filter(|_| !is_self_issued(issuer));
    let signature = signed.and_then(|issuer| weak_signature(issuer.signature_algorithm.as_deref()?));
    let key = weak_key(issuer.key_type.as_deref(), issuer.key_bits);
    let told = [expiry, key, signature.or(signed.and_then(weak_pss))].into_iter().flatten();
    told.map(|note| format!("the issuer's certificate, {name}: {note}")).collect()
}

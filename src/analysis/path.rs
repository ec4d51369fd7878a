//! The certification path (RFC 5280, 6.1) from one certificate to its last stored issuer. Certificates are linked by
//! name and by key identifier; signatures are not verified.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use crate::model::Issuance;
use crate::x509::ParsedCertificate;

/// The certificates that a path is looked for among, with the issuers of each.
pub(super) struct Candidates<'a> {
    stored: &'a [&'a ParsedCertificate],
    /// For each certificate, the indices of those that may have signed it.
    issuers: Vec<Vec<usize>>,
    /// For each certificate, whether another one has its issuer's name.
    has_namesake: Vec<bool>,
}

impl<'a> Candidates<'a> {
    pub(super) fn new(stored: &'a [&'a ParsedCertificate]) -> Self {
        let named = |of: usize| {
            let is_other = move |index: &usize| *index != of && has_issuers_name(stored[*index], stored[of]);
            (0..stored.len()).filter(is_other)
        };
        let issuers = |of: usize| {
            if is_self_signed(stored, of) {
                return Vec::new();
            }
            named(of).filter(|index| !has_other_key(stored[*index], stored[of])).collect()
        };
        let has_namesake = (0..stored.len()).map(|of| named(of).next().is_some()).collect();
        Self { stored, issuers: (0..stored.len()).map(issuers).collect(), has_namesake }
    }

    /// Returns the indices of the leaf and of one issuer after the other, as far as they are stored.
    pub(super) fn path_from(&self, leaf: usize) -> Vec<usize> {
        let mut path = vec![leaf];
        let mut last = leaf;
        while let Some(next) = self.best_issuer(last, &path) {
            path.push(next);
            last = next;
        }
        path
    }

    /// Returns the issuer of a certificate that clients get furthest with: the one that the key identifier names, of
    /// several that one whose path ends last, and then one whose own issuer is stored.
    fn best_issuer(&self, of: usize, path: &[usize]) -> Option<usize> {
        let rank = |index: &usize| {
            let is_identified = has_same_key(self.stored[*index], self.stored[of]);
            let has_issuer = !self.issuers[*index].is_empty() || is_self_signed(self.stored, *index);
            (is_identified, self.path_end(*index), has_issuer, Reverse(*index))
        };
        let is_new = |index: &&usize| !path.contains(index);
        self.issuers[of].iter().filter(is_new).max_by_key(|index| rank(index)).copied()
    }

    /// Returns when the path through a certificate ends, as far as its next issuer; an unknown end is the soonest.
    fn path_end(&self, index: usize) -> Option<DateTime<Utc>> {
        let own = self.stored[index].not_after;
        let next = self.issuers[index].iter().map(|issuer| self.stored[*issuer].not_after).max();
        next.map_or(own, |next| own.min(next))
    }

    /// Returns whether a certificate of the name of another one's issuer is stored, and none of them has its key.
    pub(super) fn has_only_namesakes(&self, of: usize) -> bool {
        self.has_namesake[of] && self.issuers[of].is_empty() && !is_self_signed(self.stored, of)
    }

    /// Returns whether a certificate has the name of the issuer of another one.
    pub(super) fn has_issued_another(&self, index: usize) -> bool {
        let is_other = |(other, parsed): (usize, &&ParsedCertificate)| {
            other != index && has_issuers_name(self.stored[index], parsed)
        };
        self.stored.iter().enumerate().any(is_other)
    }
}

/// Returns whether a certificate is its own issuer's. Where its key identifiers do not tell, one that is not an authority
/// is not self-signed beside an authority of the same name.
fn is_self_signed(stored: &[&ParsedCertificate], index: usize) -> bool {
    let certificate = stored[index];
    let is_authority_of_name = |(other, parsed): (usize, &&ParsedCertificate)| {
        let is_issuer = has_issuers_name(parsed, certificate) && !has_other_key(parsed, certificate);
        other != index && parsed.traits.is_authority && is_issuer
    };
    let is_certain = certificate.traits.is_authority || has_same_key(certificate, certificate);
    let has_authority = || stored.iter().enumerate().any(is_authority_of_name);
    is_own_issuer(certificate) && (is_certain || !has_authority())
}

/// Returns whether a certificate names itself as its issuer, by key too where it has identifiers.
pub(super) fn is_own_issuer(certificate: &ParsedCertificate) -> bool {
    has_issuers_name(certificate, certificate) && !has_other_key(certificate, certificate)
}

/// Returns whether the subject of an authority is the issuer of a certificate.
fn has_issuers_name(authority: &ParsedCertificate, certificate: &ParsedCertificate) -> bool {
    let names = authority.subject.as_ref().zip(certificate.issuer.as_ref());
    names.is_some_and(|(subject, issuer)| subject.is_same_as(issuer))
}

/// Returns whether the key identifiers say that an authority's key is not the one that signed a certificate.
fn has_other_key(authority: &ParsedCertificate, certificate: &ParsedCertificate) -> bool {
    key_identifiers(authority, certificate).is_some_and(|(own, signer)| own != signer)
}

fn has_same_key(authority: &ParsedCertificate, certificate: &ParsedCertificate) -> bool {
    key_identifiers(authority, certificate).is_some_and(|(own, signer)| own == signer)
}

fn key_identifiers<'a>(
    authority: &'a ParsedCertificate,
    certificate: &'a ParsedCertificate,
) -> Option<(&'a [u8], &'a [u8])> {
    authority.subject_key_id.as_deref().zip(certificate.authority_key_id.as_deref())
}

/// Returns whether clients need no further issuer after a certificate.
pub(super) fn is_self_issued(certificate: &ParsedCertificate) -> bool {
    certificate.traits.issuance == Issuance::SelfSigned || is_own_issuer(certificate)
}

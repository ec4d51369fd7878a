//! The certification path (RFC 5280, 6.1) from one certificate to its last stored issuer. Certificates are linked by
//! name and by key identifier; signatures are not verified.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use crate::model::{DistinguishedName, Issuance};
use crate::x509::ParsedCertificate;

/// The certificates that a path is looked for among, with the issuers of each.
pub(super) struct Candidates<'a> {
    stored: &'a [&'a ParsedCertificate],
    /// For each certificate, the indices of the others that have its issuer's name.
    namesakes: Vec<Vec<usize>>,
    /// Those of the namesakes that may have signed it; none where it signed itself.
    issuers: Vec<Vec<usize>>,
    is_self_signed: Vec<bool>,
}

impl<'a> Candidates<'a> {
    pub(super) fn new(stored: &'a [&'a ParsedCertificate]) -> Self {
        // Each name is folded once, however many others it is compared with.
        let key = |name: &Option<DistinguishedName>| name.as_ref().map(DistinguishedName::comparison_key);
        let subjects: Vec<Option<String>> = stored.iter().map(|certificate| key(&certificate.subject)).collect();
        let issuer_names = stored.iter().map(|certificate| key(&certificate.issuer));
        let namesakes: Vec<Vec<usize>> = issuer_names
            .enumerate()
            .map(|(of, issuer)| {
                let is_namesake = |index: &usize| *index != of && issuer.is_some() && subjects[*index] == issuer;
                (0..stored.len()).filter(is_namesake).collect()
            })
            .collect();
        let is_self_signed: Vec<bool> =
            (0..stored.len()).map(|of| is_self_signed(stored, of, &namesakes[of])).collect();
        let issuers = |of: usize| {
            let is_issuer = |index: &usize| !is_self_signed[of] && !has_other_key(stored[*index], stored[of]);
            namesakes[of].iter().copied().filter(is_issuer).collect()
        };
        let issuers = (0..stored.len()).map(issuers).collect();
        Self { stored, namesakes, issuers, is_self_signed }
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
            let has_issuer = !self.issuers[*index].is_empty() || self.is_self_signed[*index];
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

    /// Returns whether certificates of the name of another one's issuer are stored, and none of them has its key.
    pub(super) fn has_only_namesakes(&self, of: usize) -> bool {
        !self.namesakes[of].is_empty() && self.issuers[of].is_empty() && !self.is_self_signed[of]
    }

    /// Returns whether a certificate has the name of the issuer of another one.
    pub(super) fn has_issued_another(&self, index: usize) -> bool {
        self.namesakes.iter().any(|namesakes| namesakes.contains(&index))
    }
}

/// Returns whether a certificate is its own issuer's. Where its key identifiers do not tell, one that is not an authority
/// is not self-signed beside an authority of the same name.
fn is_self_signed(stored: &[&ParsedCertificate], index: usize, namesakes: &[usize]) -> bool {
    let certificate = stored[index];
    let is_authority =
        |other: &usize| stored[*other].traits.is_authority && !has_other_key(stored[*other], certificate);
    let is_certain = certificate.traits.is_authority || has_same_key(certificate, certificate);
    is_self_issued(certificate) && (is_certain || !namesakes.iter().any(is_authority))
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

/// Returns whether a certificate names itself as its issuer, by key too where it has identifiers.
pub(super) fn is_self_issued(certificate: &ParsedCertificate) -> bool {
    certificate.traits.issuance == Issuance::SelfSigned
}

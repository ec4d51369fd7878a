//! Issuers' certificates, parsed and kept once for all records of a store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::model::ChainElement;
use crate::x509::{ParsedCertificate, read_certificate};

/// A certificate of a stored chain.
#[derive(Debug, Clone)]
pub(super) struct StoredCertificate {
    pub parsed: Arc<ParsedCertificate>,
    /// The element of an issuer, which all of its records share.
    shared: Option<Arc<ChainElement>>,
}

impl StoredCertificate {
    /// Reads a certificate that is not shared.
    pub(super) fn read(der: &[u8]) -> Self {
        Self { parsed: Arc::new(read_certificate(der)), shared: None }
    }

    /// Returns the element for the chain of a record.
    pub(super) fn element(&self) -> Arc<ChainElement> {
        self.shared.clone().unwrap_or_else(|| Arc::new(element(&self.parsed)))
    }
}

fn element(parsed: &ParsedCertificate) -> ChainElement {
    ChainElement {
        subject: parsed.subject.clone(),
        issuer: parsed.issuer.clone(),
        not_before: parsed.not_before,
        not_after: parsed.not_after,
        fingerprint_sha256: parsed.fingerprint_sha256.clone(),
        serial_number: parsed.serial_number.clone(),
        der: parsed.der.clone(),
    }
}

/// The issuers' certificates that a store has returned so far, by the SHA-256 of their bytes.
///
/// Thousands of records have the same few issuers behind their certificates.
#[derive(Debug, Default)]
pub(crate) struct IssuerCache(Mutex<HashMap<[u8; 32], StoredCertificate>>);

impl IssuerCache {
    /// Returns a certificate, parsed now or before. Only authorities' own certificates are kept.
    pub(super) fn read(&self, der: &[u8]) -> StoredCertificate {
        let key = Sha256::digest(der).into();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(issuer) = known.get(&key) {
            return issuer.clone();
        }
        let mut read = StoredCertificate::read(der);
        if read.parsed.traits.is_authority {
            read.shared = Some(Arc::new(element(&read.parsed)));
            known.insert(key, read.clone());
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(name: &str, is_ca: rcgen::IsCa) -> Vec<u8> {
        let mut params = rcgen::CertificateParams::new([]).expect("parameters");
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = is_ca;
        params.self_signed(&rcgen::KeyPair::generate().expect("a key")).expect("a certificate").der().to_vec()
    }

    #[test]
    fn an_issuer_is_parsed_and_kept_once_and_other_certificates_are_not_kept() {
        let cache = IssuerCache::default();
        let root = der("Root", rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained));
        let (first, again) = (cache.read(&root), cache.read(&root));
        assert!(Arc::ptr_eq(&first.parsed, &again.parsed) && Arc::ptr_eq(&first.element(), &again.element()));
        assert_eq!(first.element().subject.as_ref().map(ToString::to_string).as_deref(), Some("CN=Root"));
        assert_eq!(first.element().der.as_ref(), root);
        let leaf = der("leaf", rcgen::IsCa::NoCa);
        let (first, again) = (cache.read(&leaf), cache.read(&leaf));
        assert!(!Arc::ptr_eq(&first.parsed, &again.parsed));
        assert_eq!((&first.parsed, cache.0.lock().expect("not poisoned").len()), (&again.parsed, 1));
        // Trailing bytes are another certificate as far as notes go.
        assert!(!Arc::ptr_eq(&cache.read(&[root.as_slice(), &[0]].concat()).parsed, &cache.read(&root).parsed));
    }
}

//! Reads a certificate field by field, so that one broken field costs only itself.

use super::der::{Element, Elements};
use super::{ParsedCertificate, algorithm, ber, key, name, time};
use asn1_rs::Tag;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;
use std::sync::Arc;

use crate::hex::hex;
use crate::model::NoteCode::{CertificateMalformed, CertificateUnreadable};
use crate::model::{DistinguishedName, Issuance, Note, NoteCode, SerialNumber, Traits};

/// Reads one certificate as far as it can be read. One in BER with indefinite lengths is read as its DER.
pub(super) fn read(der: &[u8]) -> ParsedCertificate {
    let facts = read_der(der);
    // Indefinite lengths leave something unreadable.
    if facts.notes.is_empty() {
        return facts;
    }
    let Some(definite) = ber::definite(der) else { return facts };
    let mut facts = read_der(&definite);
    facts.note(CertificateMalformed, "the certificate is not DER: it has indefinite lengths (BER)");
    facts
}

fn read_der(der: &[u8]) -> ParsedCertificate {
    let mut outer = Elements::of(der);
    let certificate = outer.next_even_cut();
    let exact = certificate.map_or(der, |(certificate, _)| certificate.raw);
    let mut facts = ParsedCertificate {
        subject: None,
        issuer: None,
        common_name: None,
        subject_alternative_names: Vec::new(),
        traits: Traits::default(),
        subject_key_id: None,
        authority_key_id: None,
        serial_number: None,
        key_type: None,
        key_bits: None,
        signature_algorithm: None,
        not_before: None,
        not_after: None,
        fingerprint_sha1: hex(&Sha1::digest(exact)),
        fingerprint_sha256: hex(&Sha256::digest(exact)),
        der: Arc::default(),
        notes: Vec::new(),
    };
    let Some((certificate, missing)) = certificate else {
        facts.note(CertificateUnreadable, "this is not a certificate: its outer structure could not be read");
        return facts;
    };
    if missing > 0 {
        let bytes = are(missing, "is missing", "are missing");
        facts.note(CertificateUnreadable, format!("the certificate is cut short: {bytes} at its end"));
    }
    let trailing = der.len().saturating_sub(exact.len());
    if trailing > 0 {
        facts.note(CertificateMalformed, format!("{} the certificate", are(trailing, "follows", "follow")));
    }
    facts.read_outer(Elements::of(certificate.content));
    // Under a certificate's label there may be a private key, which must not be handed on.
    if missing == 0 && facts.serial_number.is_some() && facts.key_type.is_some() {
        facts.der = exact.into();
    }
    facts
}

/// Returns a number of bytes and the verb that agrees with it.
fn are(bytes: usize, one: &str, more: &str) -> String {
    if bytes == 1 { format!("1 byte {one}") } else { format!("{bytes} bytes {more}") }
}

impl ParsedCertificate {
    /// Returns whether the certificate names itself as its issuer. Of two keys of one name, the identifiers tell which
    /// one signed.
    fn is_self_signed(&self) -> bool {
        let names = self.subject.as_ref().zip(self.issuer.as_ref());
        let keys = self.subject_key_id.as_ref().zip(self.authority_key_id.as_ref());
        names.is_some_and(|(subject, issuer)| subject.is_same_as(issuer))
            && keys.is_none_or(|(own, other)| own == other)
    }

    fn read_outer(&mut self, mut parts: Elements<'_>) {
        let Some((body, _)) = parts.next_even_cut() else {
            self.note(CertificateUnreadable, "this is not a certificate: its body could not be read");
            return;
        };
        let inner = self.read_body(Elements::of(body.content));
        let outer = parts.next();
        self.traits.pss_over_sha1 = outer.as_ref().is_some_and(is_pss_over_sha1);
        let outer = outer.as_ref().and_then(algorithm_oid);
        match (&outer, &inner) {
            (Some(outer), Some(inner)) if outer != inner => {
                self.note(CertificateMalformed, "the certificate names two different signature algorithms");
            }
            (None, _) => self.unreadable("signature algorithm"),
            _ => {}
        }
        // The outer one, as in OpenSSL: signatures are verified with it.
        self.signature_algorithm = outer.or(inner).map(|oid| algorithm::signature_name(&oid).to_owned());
    }

    /// Reads the `TBSCertificate`. Returns the OID of the signature algorithm that it names.
    fn read_body(&mut self, mut parts: Elements<'_>) -> Option<String> {
        // The version; version 1 leaves it out.
        parts.next_if(|part| part.is_context(0));
        self.serial_number = parts.next().and_then(|part| serial(&part));
        if self.serial_number.is_none() {
            self.unreadable("serial number");
        }
        let signature = parts.next().as_ref().and_then(algorithm_oid);
        self.issuer = self.read_name(parts.next(), "issuer");
        self.read_validity(parts.next());
        self.subject = self.read_name(parts.next(), "subject");
        self.common_name = self.subject.as_ref().and_then(|name| name.common_name()).map(str::to_owned);
        match parts.next().as_ref().and_then(key::read) {
            Some(key) => {
                self.key_type = Some(key.kind);
                self.key_bits = key.bits;
                if key.broken {
                    self.unreadable("size of the public key");
                }
            }
            None => self.unreadable("public key"),
        }
        let extensions = parts.by_ref().find(|part| part.is_context(3));
        if let Some(extensions) = extensions {
            self.read_extensions(&extensions);
        } else if !parts.is_done() {
            self.unreadable("part after the public key");
        }
        if self.is_self_signed() {
            self.traits.issuance = Issuance::SelfSigned;
        } else if self.traits.issuance == Issuance::Unknown {
            self.traits.issuance = Issuance::Authority;
        }
        signature
    }

    pub(super) fn note(&mut self, code: NoteCode, text: impl Into<String>) {
        self.notes.push(Note::new(code, text));
    }

    pub(super) fn unreadable(&mut self, part: &str) {
        self.note(CertificateUnreadable, format!("the {part} could not be read"));
    }

    /// Adds a note where there are such parts, in the singular or the plural.
    pub(super) fn count(&mut self, code: NoteCode, parts: usize, one: &str, many: &str) {
        match parts {
            0 => {}
            1 => self.note(code, one),
            parts => self.note(code, format!("{parts} {many}")),
        }
    }

    fn read_name(&mut self, part: Option<Element<'_>>, role: &str) -> Option<DistinguishedName> {
        let Some(read) = part.as_ref().and_then(name::read) else {
            self.unreadable(role);
            return None;
        };
        let one = format!("a value of the {role} is not the text it claims to be");
        let many = format!("values of the {role} are not the text they claim to be");
        self.count(CertificateUnreadable, read.unreadable_values, &one, &many);
        read.name
    }

    fn read_validity(&mut self, part: Option<Element<'_>>) {
        let mut times = part.and_then(|part| part.sequence());
        let mut next = || times.as_mut().and_then(Iterator::next).and_then(|part| time::read(&part));
        (self.not_before, self.not_after) = (next(), next());
        if self.not_before.is_none() {
            self.unreadable("start of the validity");
        }
        if self.not_after.is_none() {
            self.unreadable("end of the validity");
        }
        if let (Some(start), Some(end)) = (self.not_before, self.not_after)
            && start > end
        {
            self.note(CertificateMalformed, "the validity ends before it begins");
        }
    }
}

/// Returns the OID of an `AlgorithmIdentifier`.
fn algorithm_oid(part: &Element<'_>) -> Option<String> {
    part.sequence()?.next()?.oid()
}

/// Returns whether an `AlgorithmIdentifier` is RSASSA-PSS over SHA-1, the hash where no parameter names one (RFC 4055, 3.1).
fn is_pss_over_sha1(part: &Element<'_>) -> bool {
    const PSS: &str = "1.2.840.113549.1.1.10";
    const SHA1: &str = "1.3.14.3.2.26";
    let Some(mut parts) = part.sequence() else { return false };
    if parts.next().and_then(|oid| oid.oid()).as_deref() != Some(PSS) {
        return false;
    }
    let parameters = parts.next().and_then(|parameters| parameters.sequence());
    let hash = parameters.and_then(|mut parameters| parameters.find(|parameter| parameter.is_context(0)));
    let oid = hash.map(|hash| Elements::of(hash.content).next().as_ref().and_then(algorithm_oid));
    oid.is_none_or(|oid| oid.as_deref() == Some(SHA1))
}

/// Reads a serial number; one without any byte is `None`.
fn serial(part: &Element<'_>) -> Option<SerialNumber> {
    if !part.is(Tag::Integer) {
        return None;
    }
    if part.content.first()? & 0x80 == 0 {
        return Some(SerialNumber::new(false, part.content));
    }
    // Two's complement: the magnitude is the inverted bytes plus one. The carry ends within them, since the top byte has
    // its top bit clear.
    let mut magnitude: Vec<u8> = part.content.iter().map(|byte| !byte).collect();
    for byte in magnitude.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
    Some(SerialNumber::new(true, &magnitude))
}

#[cfg(test)]
mod tests {
    use super::super::der::tlv;
    use super::*;

    fn serial_of(content: &[u8]) -> Option<String> {
        serial(&Elements::of(&tlv(2, content)).next().unwrap()).map(|number| number.to_string())
    }

    #[test]
    fn serial_numbers() {
        for (content, text) in [
            (&[0][..], "00"),
            (&[1], "01"),
            (&[0, 0xff], "ff"),
            (&[0, 0, 1, 0], "0100"),
            (&[0xff], "-01"),
            (&[0x80], "-80"),
            (&[0x80, 0], "-8000"),
            (&[0xff, 0], "-0100"),
            (&[0xff, 0x7f], "-81"),
            (&[0x7f; 21], "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f"),
        ] {
            assert_eq!(serial_of(content).as_deref(), Some(text));
        }
        assert_eq!(serial_of(&[]), None);
    }

    #[test]
    fn bytes_that_are_not_a_certificate_have_only_fingerprints() {
        let facts = read(b"");
        assert_eq!(facts.fingerprint_sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        let text = "this is not a certificate: its outer structure could not be read";
        assert_eq!(facts.notes, [Note::new(CertificateUnreadable, text)]);
    }
}

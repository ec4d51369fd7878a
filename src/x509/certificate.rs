//! A certificate taken apart: each field on its own, so that one broken field costs only itself.

use super::alternative_names::AlternativeNames;
use super::der::{Element, Elements, without_leading_zeros};
use super::{ParsedCertificate, algorithm, key, name, time};
use asn1_rs::Tag;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use crate::hex::hex;

const SUBJECT_ALTERNATIVE_NAME: &str = "2.5.29.17";
const BASIC_CONSTRAINTS: &str = "2.5.29.19";

/// Reads one certificate as far as it can be read.
pub(super) fn read(der: &[u8]) -> ParsedCertificate {
    let mut outer = Elements::of(der);
    let certificate = outer.next_even_cut();
    let exact = certificate.map_or(der, |(certificate, _)| certificate.raw);
    let mut facts = ParsedCertificate {
        subject: None,
        issuer: None,
        common_name: None,
        subject_alternative_names: Vec::new(),
        san_incomplete: false,
        is_authority: false,
        serial_number: None,
        key_type: None,
        key_bits: None,
        signature_algorithm: None,
        pss_over_sha1: false,
        not_before: None,
        not_after: None,
        fingerprint_sha1: hex(&Sha1::digest(exact)),
        fingerprint_sha256: hex(&Sha256::digest(exact)),
        der: Vec::new(),
        notes: Vec::new(),
    };
    let Some((certificate, missing)) = certificate else {
        facts.notes.push("this is not a certificate: its outer structure could not be read".to_owned());
        return facts;
    };
    if missing > 0 {
        facts
            .notes
            .push(format!("the certificate is cut short: {} at its end", are(missing, "is missing", "are missing")));
    }
    let trailing = der.len().saturating_sub(exact.len());
    if trailing > 0 {
        facts.notes.push(format!("{} the certificate", are(trailing, "follows", "follow")));
    }
    facts.read_outer(Elements::of(certificate.content));
    // What stands under a certificate's label may be a private key, and is then not handed on.
    if missing == 0 && facts.serial_number.is_some() && facts.key_type.is_some() {
        facts.der = exact.to_vec();
    }
    facts
}

/// A number of bytes and the verb that agrees with it.
fn are(bytes: usize, one: &str, more: &str) -> String {
    if bytes == 1 { format!("1 byte {one}") } else { format!("{bytes} bytes {more}") }
}

impl ParsedCertificate {
    fn read_outer(&mut self, mut parts: Elements<'_>) {
        let Some((body, _)) = parts.next_even_cut() else {
            self.notes.push("this is not a certificate: its body could not be read".to_owned());
            return;
        };
        let inner = self.read_body(Elements::of(body.content));
        let outer = parts.next();
        self.pss_over_sha1 = outer.as_ref().is_some_and(is_pss_over_sha1);
        let outer = outer.as_ref().and_then(algorithm_oid);
        match (&outer, &inner) {
            (Some(outer), Some(inner)) if outer != inner => {
                self.notes.push("the certificate names two different signature algorithms".to_owned());
            }
            (None, _) => self.unreadable("signature algorithm"),
            _ => {}
        }
        // OpenSSL tells the outer one, which is the one a signature is checked with.
        self.signature_algorithm = outer.or(inner).map(|oid| algorithm::signature_name(&oid).to_owned());
    }

    /// Reads the `TBSCertificate`, and gives the OID of the signature algorithm it names.
    fn read_body(&mut self, mut parts: Elements<'_>) -> Option<String> {
        // The version, which a certificate of the first one does not have.
        parts.next_if(|part| part.is_context(0));
        self.serial_number = parts.next().and_then(|part| serial(&part));
        if self.serial_number.is_none() {
            self.unreadable("serial number");
        }
        let signature = parts.next().as_ref().and_then(algorithm_oid);
        self.issuer = self.read_name(parts.next(), "issuer").text;
        self.read_validity(parts.next());
        let subject = self.read_name(parts.next(), "subject");
        self.subject = subject.text;
        self.common_name = subject.common_name;
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
        signature
    }

    fn unreadable(&mut self, part: &str) {
        self.notes.push(format!("the {part} could not be read"));
    }

    fn read_name(&mut self, part: Option<Element<'_>>, whose: &str) -> name::DistinguishedName {
        let Some(name) = part.as_ref().and_then(name::read) else {
            self.unreadable(whose);
            return name::DistinguishedName::default();
        };
        match name.unreadable_values {
            0 => {}
            1 => self.notes.push(format!("a value of the {whose} is not the text it claims to be")),
            many => self.notes.push(format!("{many} values of the {whose} are not the text they claim to be")),
        }
        name
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
    }

    fn read_extensions(&mut self, part: &Element<'_>) {
        let list = Elements::of(part.content).next().and_then(|list| list.sequence());
        let Some(mut list) = list else {
            self.unreadable("list of extensions");
            self.san_incomplete = true;
            return;
        };
        let (mut unreadable, mut found) = (0_usize, 0_usize);
        let mut names = AlternativeNames::default();
        for extension in list.by_ref() {
            match extension_value(&extension) {
                Some((oid, value)) if oid == SUBJECT_ALTERNATIVE_NAME => {
                    found += 1;
                    names.read(value);
                }
                Some((oid, value)) if oid == BASIC_CONSTRAINTS => self.is_authority = is_ca(value),
                Some(_) => {}
                None => unreadable += 1,
            }
        }
        if !list.is_done() {
            unreadable += 1;
        }
        match unreadable {
            0 => {}
            1 => self.notes.push("an extension could not be read".to_owned()),
            many => self.notes.push(format!("{many} extensions could not be read")),
        }
        if found > 1 {
            self.notes.push(format!("the certificate has {found} lists of subject alternative names, read as one"));
        }
        match names.unreadable {
            0 => {}
            1 => self.notes.push("a subject alternative name could not be read".to_owned()),
            many => self.notes.push(format!("{many} subject alternative names could not be read")),
        }
        self.san_incomplete = unreadable > 0 || names.unreadable > 0;
        self.subject_alternative_names = names.list;
    }
}

/// The OID of an `AlgorithmIdentifier`.
fn algorithm_oid(part: &Element<'_>) -> Option<String> {
    part.sequence()?.next()?.oid()
}

/// The `cA` of basic constraints, which is false where it is left out.
fn is_ca(value: &[u8]) -> bool {
    let first = Elements::of(value).next().and_then(|constraints| constraints.sequence()?.next());
    first.is_some_and(|ca| ca.is(Tag::Boolean) && ca.content != [0])
}

/// Whether an `AlgorithmIdentifier` is RSASSA-PSS over SHA-1, which is what no parameter means (RFC 4055, 3.1).
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

/// The type and the value of an extension, critical or not.
fn extension_value<'a>(extension: &Element<'a>) -> Option<(String, &'a [u8])> {
    let mut parts = extension.sequence()?;
    let oid = parts.next()?.oid()?;
    parts.next_if(|part| part.is(Tag::Boolean));
    let value = parts.next().filter(|part| part.is(Tag::OctetString))?;
    Some((oid, value.content))
}

/// The serial number in hex: its sign, and its magnitude in as few whole bytes as hold it.
fn serial(part: &Element<'_>) -> Option<String> {
    if !part.is(Tag::Integer) {
        return None;
    }
    if part.content.first()? & 0x80 == 0 {
        let digits = hex(without_leading_zeros(part.content));
        return Some(if digits.is_empty() { "00".to_owned() } else { digits });
    }
    let mut magnitude: Vec<u8> = part.content.iter().map(|byte| !byte).collect();
    // The one that turns the complement into the magnitude, carried up as far as it goes. It stops
    // in time: the top byte has its top bit clear.
    for byte in magnitude.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
    Some(format!("-{}", hex(without_leading_zeros(&magnitude))))
}

#[cfg(test)]
mod tests {
    use super::super::der::tlv;
    use super::*;

    fn serial_of(content: &[u8]) -> Option<String> {
        serial(&Elements::of(&tlv(2, content)).next().unwrap())
    }

    #[test]
    fn serial_numbers() {
        for (content, told) in [
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
            assert_eq!(serial_of(content).as_deref(), Some(told));
        }
        assert_eq!(serial_of(&[]), None);
    }

    #[test]
    fn bytes_that_are_no_certificate_have_only_fingerprints() {
        let facts = read(b"");
        assert_eq!(facts.fingerprint_sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert_eq!(facts.notes, ["this is not a certificate: its outer structure could not be read"]);
    }
}

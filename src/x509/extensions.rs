//! The extensions of a certificate that conclusions are drawn from.

use super::ParsedCertificate;
use super::alternative_names::AlternativeNames;
use super::der::{Element, Elements};
use asn1_rs::Tag;

use crate::model::NoteCode::{CertificateMalformed, CertificateUnreadable};
use crate::model::{Issuance, Purpose};

const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
const SUBJECT_ALTERNATIVE_NAME: &str = "2.5.29.17";
const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const CERTIFICATE_POLICIES: &str = "2.5.29.32";
const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";
const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
/// Signed certificate timestamps (RFC 6962, 3.3), which public authorities have for the browsers' sake.
const SIGNED_TIMESTAMPS: &str = "1.3.6.1.4.1.11129.2.4.2";

/// The policies that the CA/Browser Forum reserves for server certificates of public trust (Baseline Requirements,
/// 7.1.6.1, and EV Guidelines).
const PUBLIC_POLICIES: [&str; 4] = ["2.23.140.1.1", "2.23.140.1.2.1", "2.23.140.1.2.2", "2.23.140.1.2.3"];

/// `serverAuth` and `anyExtendedKeyUsage` (RFC 5280, 4.2.1.12), and the two step-up purposes that once stood for the
/// first.
const SERVER_PURPOSES: [&str; 4] =
    ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0", "2.16.840.1.113730.4.1", "1.3.6.1.4.1.311.10.3.3"];

impl ParsedCertificate {
    pub(super) fn read_extensions(&mut self, part: &Element<'_>) {
        let list = Elements::of(part.content).next().and_then(|list| list.sequence());
        let Some(mut list) = list else {
            self.unreadable("list of extensions");
            self.traits.san_incomplete = true;
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
                Some((oid, value)) => self.read_extension(&oid, value),
                None => unreadable += 1,
            }
        }
        if !list.is_done() {
            unreadable += 1;
        }
        let (one, many) = ("an extension could not be read", "extensions could not be read");
        self.count(CertificateUnreadable, unreadable, one, many);
        if found > 1 {
            let text = format!("the certificate has {found} lists of subject alternative names, read as one");
            self.note(CertificateMalformed, text);
        }
        let (one, many) =
            ("a subject alternative name could not be read", "subject alternative names could not be read");
        self.count(CertificateUnreadable, names.unreadable, one, many);
        self.traits.san_incomplete = unreadable > 0 || names.unreadable > 0;
        self.subject_alternative_names = names.list;
    }

    fn read_extension(&mut self, oid: &str, value: &[u8]) {
        match oid {
            BASIC_CONSTRAINTS => self.traits.is_authority = is_ca(value),
            SUBJECT_KEY_IDENTIFIER => self.subject_key_id = key_identifier(value),
            AUTHORITY_KEY_IDENTIFIER => self.authority_key_id = authority_key_identifier(value),
            EXTENDED_KEY_USAGE => self.traits.purpose = purpose(value),
            CERTIFICATE_POLICIES if has_public_policy(value) => {
                self.traits.issuance = Issuance::PublicAuthority;
            }
            SIGNED_TIMESTAMPS => self.traits.issuance = Issuance::PublicAuthority,
            _ => {}
        }
    }
}

/// Returns the type and the value of an extension, critical or not.
fn extension_value<'a>(extension: &Element<'a>) -> Option<(String, &'a [u8])> {
    let mut parts = extension.sequence()?;
    let oid = parts.next()?.oid()?;
    parts.next_if(|part| part.is(Tag::Boolean));
    let value = parts.next().filter(|part| part.is(Tag::OctetString))?;
    Some((oid, value.content))
}

/// Returns the `cA` of basic constraints, which is false where it is left out.
fn is_ca(value: &[u8]) -> bool {
    let first = Elements::of(value).next().and_then(|constraints| constraints.sequence()?.next());
    first.is_some_and(|ca| ca.is(Tag::Boolean) && ca.content != [0])
}

/// Returns a key's identifier; an empty one identifies nothing.
fn key_identifier(value: &[u8]) -> Option<Box<[u8]>> {
    let identifier = Elements::of(value).next().filter(|identifier| identifier.is(Tag::OctetString))?;
    (!identifier.content.is_empty()).then(|| identifier.content.into())
}

/// Returns the `keyIdentifier` of an authority's key. The name and the serial number beside it are not read: they would
/// be those of the issuer's own issuer.
fn authority_key_identifier(value: &[u8]) -> Option<Box<[u8]>> {
    let identifier = Elements::of(value).next()?.sequence()?.find(|part| part.is_context(0))?;
    (!identifier.content.is_empty()).then(|| identifier.content.into())
}

fn purpose(value: &[u8]) -> Purpose {
    let Some(mut purposes) = Elements::of(value).next().and_then(|purposes| purposes.sequence()) else {
        return Purpose::Any;
    };
    let is_server = |purpose: Element<'_>| purpose.oid().is_some_and(|oid| SERVER_PURPOSES.contains(&oid.as_str()));
    if purposes.any(is_server) { Purpose::Server } else { Purpose::Other }
}

fn has_public_policy(value: &[u8]) -> bool {
    let policies = Elements::of(value).next().and_then(|policies| policies.sequence());
    let oid = |policy: Element<'_>| policy.sequence()?.next()?.oid();
    policies.is_some_and(|mut policies| {
        policies.any(|policy| oid(policy).is_some_and(|oid| PUBLIC_POLICIES.contains(&oid.as_str())))
    })
}

#[cfg(test)]
mod tests {
    use super::super::der::tlv;
    use super::*;

    fn oids(list: &[&[u8]]) -> Vec<u8> {
        tlv(0x30, &list.iter().flat_map(|oid| tlv(6, oid)).collect::<Vec<_>>())
    }

    #[test]
    fn a_purpose_other_than_servers_is_told_apart() {
        let (server, client, any) =
            (&[0x2b, 6, 1, 5, 5, 7, 3, 1][..], &[0x2b, 6, 1, 5, 5, 7, 3, 2][..], &[0x55, 0x1d, 0x25, 0][..]);
        for (list, expected) in [
            (vec![client, server], Purpose::Server),
            (vec![any], Purpose::Server),
            (vec![client], Purpose::Other),
            (vec![], Purpose::Other),
        ] {
            assert_eq!(purpose(&oids(&list)), expected);
        }
        assert_eq!(purpose(b"junk"), Purpose::Any);
    }

    #[test]
    fn the_forums_policies_are_of_public_trust() {
        let policies = |oid: &[u8]| tlv(0x30, &tlv(0x30, &tlv(6, oid)));
        for oid in [&[0x67, 0x81, 0x0c, 1, 1][..], &[0x67, 0x81, 0x0c, 1, 2, 1], &[0x67, 0x81, 0x0c, 1, 2, 3]] {
            assert!(has_public_policy(&policies(oid)));
        }
        // Code signing, and anyPolicy.
        for oid in [&[0x67, 0x81, 0x0c, 1, 4, 1][..], &[0x55, 0x1d, 0x20, 0]] {
            assert!(!has_public_policy(&policies(oid)));
        }
        assert!(!has_public_policy(b"junk"));
    }

    #[test]
    fn key_identifiers_are_those_of_the_keys() {
        assert_eq!(key_identifier(b"\x04\x02ab").as_deref(), Some(&b"ab"[..]));
        assert_eq!(authority_key_identifier(b"\x30\x07\x80\x02ab\x82\x01\x05").as_deref(), Some(&b"ab"[..]));
        assert_eq!((key_identifier(b"\x04\x00"), authority_key_identifier(b"\x30\x03\x82\x01\x05")), (None, None));
    }
}

//! Merges the certificate that a cloud stores into its record: the certificate wins over the cloud's fields, and a note
//! names both values where they differ.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::model::{AlternativeName, Certificate, Issuance, Kind, Note, NoteCode, rfc3339};
use crate::x509::{ParsedCertificate, pem_blocks};

use super::ca_bundle;
use super::chain::{CertificateChain, ChainContext};
use super::issuers::{IssuerCache, StoredCertificate};

/// The certificates of one record as the cloud stores them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StoredPem<'a> {
    /// The certificate and its chain.
    pub certificate: &'a str,
    /// The second certificate of an SM2 pair and its chain.
    pub encryption: Option<&'a str>,
}

/// Fills `record` from the certificates that the cloud stores for it. An SM2 pair is valid while both of its
/// certificates are, and a record of several CA certificates ends with the first of them.
///
/// Without a readable leaf the cloud's fields stay as they are: the next certificate of the chain is the issuer's, and
/// lives longer.
pub(crate) fn read_stored(record: &mut Certificate, stored: StoredPem<'_>, issuers: &IssuerCache, now: DateTime<Utc>) {
    let own = ReadPem::read(stored.certificate, issuers);
    let encryption = stored.encryption.map(|pem| ReadPem::read(pem, issuers));
    // Clients of an SM2 pair get one list of issuers for both certificates.
    let shared = |read: Option<&ReadPem>| read.and_then(|read| read.stored.get(1..)).unwrap_or_default().to_vec();
    let (own_issuers, encryption_issuers) = (shared(Some(&own)), shared(encryption.as_ref()));
    let first_to_end = (record.kind == Kind::Ca).then(|| ca_bundle::first_to_end(&own.stored)).flatten();
    let (leaf, notes) = attach_chain(record, own, &encryption_issuers, now);
    record.notes.extend(notes);
    let encryption = encryption.and_then(|read| attach_encryption(record, read, &own_issuers, now));
    let Some(leaf) = leaf else {
        let ends = encryption.and_then(|certificate| certificate.not_after).into_iter();
        let ends = ends.chain(first_to_end.map(|first| first.not_after));
        record.not_after = record.not_after.into_iter().chain(ends).min();
        return;
    };
    let leaf = match encryption {
        Some(encryption) => intersect_validity(record, leaf, &encryption),
        None => leaf,
    };
    note_differences(record, &leaf);
    apply(record, leaf);
    if let Some(first) = first_to_end {
        record.not_after = Some(first.not_after);
        if first.part.is_some() {
            record.not_before = first.not_before;
            record.first_part_to_end = first.part;
        }
    }
}

/// The certificates of a text.
struct ReadPem {
    stored: Vec<StoredCertificate>,
    is_first_readable: bool,
    is_truncated: bool,
    notes: Vec<Note>,
}

impl ReadPem {
    fn read(pem: &str, issuers: &IssuerCache) -> Self {
        let blocks = pem_blocks(pem);
        // The first is the leaf, as a rule, and not worth a look into the cache.
        let read = |(number, der): (usize, &Vec<u8>)| match number {
            0 => StoredCertificate::read(der),
            _ => issuers.read(der),
        };
        Self {
            stored: blocks.certificates.iter().enumerate().map(read).collect(),
            is_first_readable: blocks.is_first_readable,
            is_truncated: blocks.is_truncated,
            notes: blocks.notes,
        }
    }
}

/// Adds the chain of the encryption certificate of an SM2 pair. Returns that certificate, if it can be read.
fn attach_encryption(
    record: &mut Certificate,
    read: ReadPem,
    others: &[StoredCertificate],
    now: DateTime<Utc>,
) -> Option<ParsedCertificate> {
    let place = record.chain.len() + 1;
    let (encryption, notes) = attach_chain(record, read, others, now);
    if encryption.is_some() {
        let text = format!("the encryption certificate of the SM2 pair is number {place} of the chain");
        record.note(NoteCode::Sm2Pair, text);
    }
    let notes = notes.into_iter().map(|note| Note::new(note.code, format!("encryption certificate: {}", note.text)));
    record.notes.extend(notes);
    encryption
}

/// Adds a chain to the record's. Returns its leaf, if that can be read, and what is wrong with leaf and chain.
fn attach_chain(
    record: &mut Certificate,
    read: ReadPem,
    others: &[StoredCertificate],
    now: DateTime<Utc>,
) -> (Option<ParsedCertificate>, Vec<Note>) {
    let ReadPem { stored, is_first_readable, is_truncated, mut notes } = read;
    let cloud_sha1 = record.fingerprint_sha1.clone();
    let chain = match record.kind {
        Kind::Ca => CertificateChain { notes: ca_bundle::notes(&stored), certificates: stored, ..Default::default() },
        Kind::Server | Kind::ServerSm => {
            let context = ChainContext { cloud_sha1: cloud_sha1.as_deref(), others, is_truncated, now };
            CertificateChain::ordered(stored, context)
        }
    };
    record.chain.extend(chain.certificates.iter().map(StoredCertificate::element));
    let is_leaf =
        |leaf: &StoredCertificate| is_first_readable || Some(&leaf.parsed.fingerprint_sha1) == cloud_sha1.as_ref();
    let leaf = chain.certificates.into_iter().next().filter(is_leaf);
    let mut leaf = leaf.map(|leaf| Arc::unwrap_or_clone(leaf.parsed));
    notes.extend(leaf.iter_mut().flat_map(|leaf| std::mem::take(&mut leaf.notes)));
    let mut leaf = leaf.filter(is_certificate);
    if let Some(leaf) = &mut leaf {
        notes.extend(chain.notes);
        record.chain_not_after = record.chain_not_after.into_iter().chain(chain.issuers_end).min();
        if chain.has_issuer && leaf.traits.issuance == Issuance::SelfSigned {
            leaf.traits.issuance = Issuance::Authority;
        }
        if chain.is_public && leaf.traits.issuance == Issuance::Authority {
            leaf.traits.issuance = Issuance::PublicAuthority;
        }
    }
    (leaf, notes)
}

/// Returns whether the bytes were a certificate; other bytes have fingerprints, and nothing else.
fn is_certificate(parsed: &ParsedCertificate) -> bool {
    parsed.serial_number.is_some() || parsed.not_after.is_some()
}

/// Returns the signing certificate of an SM2 pair with the time in which both certificates are valid.
fn intersect_validity(
    record: &mut Certificate,
    signing: ParsedCertificate,
    encryption: &ParsedCertificate,
) -> ParsedCertificate {
    if let (Some(signing), Some(encryption)) = (signing.not_after, encryption.not_after)
        && signing != encryption
    {
        let (first, end) = if encryption < signing { ("encryption", encryption) } else { ("signing", signing) };
        let text = format!("the {first} certificate of the SM2 pair expires first: {}", rfc3339(end));
        record.note(NoteCode::Sm2Pair, text);
        record.first_part_to_end = (encryption < signing).then(|| "encryption certificate".to_owned());
    }
    ParsedCertificate {
        not_before: signing.not_before.into_iter().chain(encryption.not_before).max(),
        not_after: signing.not_after.into_iter().chain(encryption.not_after).min(),
        ..signing
    }
}

/// Adds a note for each field of the cloud that differs from the certificate.
fn note_differences(record: &mut Certificate, leaf: &ParsedCertificate) {
    // The cloud may tell the end of any CA certificate of the record.
    let is_of_part = |end: &DateTime<Utc>| {
        record.kind == Kind::Ca && record.chain.iter().any(|element| element.not_after == Some(*end))
    };
    let cloud_end = record.not_after.filter(|end| !is_of_part(end));
    let (cloud_end, own_end) = cloud_end.zip(leaf.not_after).map(|(a, b)| (rfc3339(a), rfc3339(b))).unzip();
    let cloud_names = dns_names(&record.subject_alternative_names);
    let own_names = dns_names(&leaf.subject_alternative_names);
    let differences: Vec<Note> = [
        ("common_name", &record.common_name, leaf.common_name.as_ref()),
        ("not_after", &cloud_end, own_end.as_ref()),
        ("fingerprint_sha1", &record.fingerprint_sha1, Some(&leaf.fingerprint_sha1)),
        ("fingerprint_sha256", &record.fingerprint_sha256, Some(&leaf.fingerprint_sha256)),
        ("subject_alternative_names", &cloud_names, own_names.as_ref()),
    ]
    .into_iter()
    .filter_map(|(field, cloud, certificate)| {
        let cloud = cloud.as_ref().filter(|cloud| Some(*cloud) != certificate)?;
        let certificate = certificate.map_or("none", String::as_str);
        let text = format!("`{field}`: the cloud says {cloud}, the certificate {certificate}");
        Some(Note::new(NoteCode::CloudDisagrees, text))
    })
    .collect();
    record.notes.extend(differences);
}

/// Returns the DNS names of a list in order, where it has any. Clouds leave out addresses and URIs.
fn dns_names(names: &[AlternativeName]) -> Option<String> {
    let dns = |name: &AlternativeName| match name {
        AlternativeName::Dns(name) | AlternativeName::InvalidDns(name) => Some(name.to_ascii_lowercase()),
        AlternativeName::Ip(_) | AlternativeName::Uri(_) => None,
    };
    let names: BTreeSet<String> = names.iter().filter_map(dns).collect();
    (!names.is_empty()).then(|| names.into_iter().collect::<Vec<_>>().join(", "))
}

/// Replaces the cloud's fields by the certificate's.
fn apply(record: &mut Certificate, leaf: ParsedCertificate) {
    let cloud_names = std::mem::replace(&mut record.subject_alternative_names, leaf.subject_alternative_names);
    if leaf.traits.san_incomplete {
        // The cloud may have a name that cannot be read any more.
        for name in cloud_names {
            if !record.subject_alternative_names.contains(&name) {
                record.subject_alternative_names.push(name);
            }
        }
    }
    record.common_name = leaf.common_name;
    record.fingerprint_sha1 = Some(leaf.fingerprint_sha1);
    record.fingerprint_sha256 = Some(leaf.fingerprint_sha256);
    record.serial_number = leaf.serial_number;
    record.issuer = leaf.issuer;
    record.subject = leaf.subject;
    record.key_type = leaf.key_type;
    record.key_bits = leaf.key_bits;
    record.signature_algorithm = leaf.signature_algorithm;
    record.traits = leaf.traits;
    record.not_before = leaf.not_before;
    record.not_after = leaf.not_after.or(record.not_after);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The PEM of a leaf for each of these names, and of its issuer.
    fn chains(names: &[&str]) -> Vec<String> {
        let mut params = rcgen::CertificateParams::new([]).expect("parameters");
        params.distinguished_name.push(rcgen::DnType::CommonName, "Issuer");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let issuer = rcgen::Issuer::new(params, key);
        let leaf = |name: &&str| {
            let params = rcgen::CertificateParams::new([(*name).to_owned()]).expect("parameters");
            let leaf = params.signed_by(&rcgen::KeyPair::generate().expect("a key"), &issuer).expect("a certificate");
            format!("{}{}", leaf.pem(), certificate.pem())
        };
        names.iter().map(leaf).collect()
    }

    #[test]
    fn records_of_one_issuer_share_its_element_and_keep_their_own_leaf() {
        let issuers = IssuerCache::default();
        let read = |pem: &String| {
            let mut record = Certificate::default();
            read_stored(&mut record, StoredPem { certificate: pem, encryption: None }, &issuers, Utc::now());
            record
        };
        let records: Vec<Certificate> = chains(&["a.example", "b.example"]).iter().map(read).collect();
        let [one, other] = records.as_slice() else { panic!("two records") };
        assert_eq!((one.chain.len(), other.chain.len()), (2, 2));
        assert!(Arc::ptr_eq(&one.chain[1], &other.chain[1]) && one.chain[0] != other.chain[0]);
        assert_eq!(one.issuer, one.chain[1].subject);
        assert_eq!(other.subject_alternative_names, [AlternativeName::Dns("b.example".to_owned())]);
        assert_eq!((&one.notes, &other.notes), (&vec![], &vec![]));
    }

    #[test]
    fn only_dns_names_are_compared_with_the_clouds() {
        let names = |texts: &[&str]| texts.iter().map(|text| AlternativeName::from_text((*text).to_owned())).collect();
        let list: Vec<AlternativeName> = names(&["B.example", "192.0.2.1", "urn:a", "a.example"]);
        assert_eq!(dns_names(&list).as_deref(), Some("a.example, b.example"));
        assert_eq!(dns_names(&list[1..3]), None);
    }
}

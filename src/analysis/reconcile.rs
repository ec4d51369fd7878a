//! The certificate itself wins over what the cloud says of it, and a note tells where they differ.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::model::{Certificate, ChainElement, Kind, rfc3339};
use crate::x509::{Chain, ParsedCertificate};

use super::chain::{CertificateChain, weak_pss};

/// Fills `record` from the chain that the cloud returned with it, and from a second one where the record
/// is an SM2 pair: that is valid while both of its certificates are.
///
/// Without a readable leaf the cloud's fields stay as they are: the next certificate of the chain is
/// its issuer's, and lives longer.
pub(crate) fn merge_chain(record: &mut Certificate, chain: Chain, encryption: Option<Chain>) {
    let (leaf, notes) = attach_chain(record, chain);
    record.notes.extend(notes);
    let part = encryption.and_then(|chain| {
        let place = record.chain.len() + 1;
        let (part, notes) = attach_chain(record, chain);
        let told =
            part.iter().map(|_| format!("the encryption certificate of the SM2 pair is number {place} of the chain"));
        let notes = notes.into_iter().map(|note| format!("encryption certificate: {note}"));
        record.notes.extend(told.chain(notes));
        part
    });
    match (leaf, part) {
        (Some(leaf), part) => {
            let leaf = match part {
                Some(part) => intersect_validity(record, leaf, &part),
                None => leaf,
            };
            tell_differences(record, &leaf);
            fill(record, leaf);
        }
        (None, part) => record.not_after = record.not_after.into_iter().chain(part.and_then(|p| p.not_after)).min(),
    }
}

/// Adds a chain to the record's, and gives the certificate that it is for, if that can be read, and what is
/// wrong with it.
fn attach_chain(record: &mut Certificate, chain: Chain) -> (Option<ParsedCertificate>, Vec<String>) {
    let path = match record.kind {
        Kind::Ca => CertificateChain::as_stored(chain.certificates),
        Kind::Server | Kind::ServerSm => CertificateChain::of(chain.certificates, record.fingerprint_sha1.as_deref()),
    };
    record.chain.extend(path.certificates.iter().map(element));
    let mut notes = chain.notes;
    let mut leaf = path.certificates.into_iter().next().filter(|_| chain.leaf_readable);
    notes.extend(leaf.iter_mut().flat_map(|leaf| std::mem::take(&mut leaf.notes)));
    let leaf = leaf.filter(is_readable);
    if let Some(leaf) = &leaf {
        notes.extend(path.notes);
        notes.extend(weak_pss(leaf).filter(|_| record.kind != Kind::Ca));
    }
    (leaf, notes)
}

/// Bytes that are no certificate have a fingerprint too, and nothing else.
fn is_readable(leaf: &ParsedCertificate) -> bool {
    leaf.serial_number.is_some() || leaf.not_after.is_some()
}

/// The signing certificate, valid only while the other one is.
fn intersect_validity(
    record: &mut Certificate,
    signing: ParsedCertificate,
    encryption: &ParsedCertificate,
) -> ParsedCertificate {
    if let (Some(one), Some(other)) = (signing.not_after, encryption.not_after)
        && one != other
    {
        let (first, end) = if other < one { ("encryption", other) } else { ("signing", one) };
        record.note(format!("the {first} certificate of the SM2 pair expires first: {}", rfc3339(end)));
    }
    ParsedCertificate {
        not_before: signing.not_before.into_iter().chain(encryption.not_before).max(),
        not_after: signing.not_after.into_iter().chain(encryption.not_after).min(),
        ..signing
    }
}

fn element(facts: &ParsedCertificate) -> ChainElement {
    ChainElement {
        subject: facts.subject.clone(),
        issuer: facts.issuer.clone(),
        not_before: facts.not_before,
        not_after: facts.not_after,
        fingerprint_sha256: facts.fingerprint_sha256.clone(),
        der: facts.der.clone(),
    }
}

fn tell_differences(record: &mut Certificate, leaf: &ParsedCertificate) {
    let mut differ = |field: &str, cloud: Option<&String>, certificate: Option<&String>| {
        if let Some(cloud) = cloud
            && Some(cloud) != certificate
        {
            let certificate = certificate.map_or("none", String::as_str);
            record.notes.push(format!("`{field}`: the cloud says {cloud}, the certificate {certificate}"));
        }
    };
    differ("common_name", record.common_name.as_ref(), leaf.common_name.as_ref());
    let ends = record.not_after.zip(leaf.not_after).map(|(cloud, own)| (rfc3339(cloud), rfc3339(own)));
    let (cloud, own) = ends.unzip();
    differ("not_after", cloud.as_ref(), own.as_ref());
    differ("fingerprint_sha1", record.fingerprint_sha1.as_ref(), Some(&leaf.fingerprint_sha1));
    differ("fingerprint_sha256", record.fingerprint_sha256.as_ref(), Some(&leaf.fingerprint_sha256));
    let (cloud, own) = (dns_names(&record.subject_alternative_names), dns_names(&leaf.subject_alternative_names));
    differ("subject_alternative_names", cloud.as_ref(), own.as_ref());
}

/// The DNS names of a list, ordered, where it has any; clouds leave out the addresses.
fn dns_names(names: &[String]) -> Option<String> {
    let names: BTreeSet<String> = names
        .iter()
        .filter(|name| name.parse::<IpAddr>().is_err() && !name.contains("://"))
        .map(|name| name.to_ascii_lowercase())
        .collect();
    (!names.is_empty()).then(|| names.into_iter().collect::<Vec<_>>().join(", "))
}

fn fill(record: &mut Certificate, leaf: ParsedCertificate) {
    record.common_name = leaf.common_name;
    let told = std::mem::replace(&mut record.subject_alternative_names, leaf.subject_alternative_names);
    if leaf.san_incomplete {
        // What the certificate cannot tell any more, the cloud may still know.
        let own = record.subject_alternative_names.clone();
        record.subject_alternative_names.extend(told.into_iter().filter(|name| !own.contains(name)));
    }
    record.fingerprint_sha1 = Some(leaf.fingerprint_sha1);
    record.fingerprint_sha256 = Some(leaf.fingerprint_sha256);
    record.serial_number = leaf.serial_number;
    record.issuer = leaf.issuer;
    record.subject = leaf.subject;
    record.key_type = leaf.key_type;
    record.key_bits = leaf.key_bits;
    record.signature_algorithm = leaf.signature_algorithm;
    record.not_before = leaf.not_before;
    record.not_after = leaf.not_after.or(record.not_after);
}

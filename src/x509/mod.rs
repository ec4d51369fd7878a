//! Reads X.509 certificates: the only module that knows DER and PEM, and how certificates deviate from them.
//!
//! Clouds store whatever their customers upload, so reading never fails: each field is read on its own, and a field that
//! cannot be read is unknown and has a note.
//!
//! That is why the reader of DER is our own, on top of the header parser of asn1-rs. A certificate that breaks in one
//! field must still give the others: one with a broken extension still has an expiry. The `TbsCertificate` of
//! x509-parser (0.18) is all or nothing: a broken key, a broken extension or a day that does not exist leaves nothing of
//! the certificate. `tests/x509` compares every field with the `openssl` command.

mod algorithm;
mod alternative_names;
mod attribute;
mod ber;
mod certificate;
mod der;
mod extensions;
mod key;
mod name;
mod pem;
mod time;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::model::{AlternativeName, DistinguishedName, Note, SerialNumber, Traits};

pub use pem::{PemBlocks, pem_blocks};

/// The fields of one X.509 certificate. A field that cannot be read is `None` (or empty) and has a note.
///
/// Texts are as the certificate has them: `common_name` and `subject_alternative_names` may contain control characters,
/// which must not reach a terminal raw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedCertificate {
    /// `None` also when the name is empty.
    pub subject: Option<DistinguishedName>,
    /// `None` also when the name is empty.
    pub issuer: Option<DistinguishedName>,
    /// The most specific (last encoded) common name of the subject.
    pub common_name: Option<String>,
    /// DNS names, IP addresses and URIs in the certificate's order, each once.
    pub subject_alternative_names: Vec<AlternativeName>,
    /// Facts that need no name of their own in a table.
    pub traits: Traits,
    /// The identifier of the public key (RFC 5280, 4.2.1.2).
    pub subject_key_id: Option<Box<[u8]>>,
    /// The identifier of the key that signed (RFC 5280, 4.2.1.1).
    pub authority_key_id: Option<Box<[u8]>>,
    pub serial_number: Option<SerialNumber>,
    /// `rsa`, `ec`, `sm2`, `ml-dsa-44` and so on; the dotted OID of an unknown kind.
    pub key_type: Option<String>,
    /// The size that a key of this kind is known by, in bits; `None` for kinds without one.
    pub key_bits: Option<u32>,
    /// OpenSSL's long name of the algorithm, or its dotted OID.
    pub signature_algorithm: Option<String>,
    /// The first moment of the validity.
    pub not_before: Option<DateTime<Utc>>,
    /// The last moment of the validity.
    pub not_after: Option<DateTime<Utc>>,
    /// Lower-case hex over the DER of exactly the certificate, without trailing bytes.
    pub fingerprint_sha1: String,
    /// Lower-case hex over the DER of exactly the certificate, without trailing bytes.
    pub fingerprint_sha256: String,
    /// The certificate itself, without trailing bytes; empty where it is cut short, or not a certificate.
    pub der: Arc<[u8]>,
    /// What could not be read, in lower-case English; the texts never quote the certificate.
    pub notes: Vec<Note>,
}

/// Reads a distinguished name from the content of its DER, as lists of trusted roots have it.
pub fn read_name(content: &[u8]) -> Option<DistinguishedName> {
    name::read_content(content)?.name
}

/// Reads one DER certificate. Of bytes that are not a certificate, only the fingerprints are known.
pub fn read_certificate(der: &[u8]) -> ParsedCertificate {
    certificate::read(der)
}

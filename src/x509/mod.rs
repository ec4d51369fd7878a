//! What X.509 certificates say of themselves: the one place that knows DER, PEM and their oddities.
//!
//! Certificates come from clouds that take whatever their customers upload, so reading never
//! refuses: each part is read on its own, and a part that cannot be read costs that part and a note.

mod algorithm;
mod alternative_names;
mod attribute;
mod certificate;
mod der;
mod key;
mod name;
mod pem;
mod time;

use chrono::{DateTime, Utc};

pub use pem::pem_blocks;

/// What one X.509 certificate says of itself. A part that cannot be read is `None` (or empty) and told in `notes`.
///
/// Texts stand as the certificate has them. `common_name` and `subject_alternative_names` may hold
/// control characters, which a terminal must not be given raw; `subject` and `issuer` have them escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedCertificate {
    /// RFC 4514 text; `None` also when the name is empty.
    pub subject: Option<String>,
    /// RFC 4514 text; `None` also when the name is empty.
    pub issuer: Option<String>,
    /// The most specific (last encoded) common name of the subject, unescaped.
    pub common_name: Option<String>,
    /// DNS names, IP addresses and URIs in the certificate's order, each once.
    pub subject_alternative_names: Vec<String>,
    /// Whether it says that it is an authority's own (`cA` of the basic constraints).
    pub is_authority: bool,
    /// Whether further alternative names may have been there, which cannot be read.
    pub san_incomplete: bool,
    /// Lower-case hex with an even number of digits; zero is `00`, a negative number begins with `-`.
    pub serial_number: Option<String>,
    /// `rsa`, `ec`, `sm2`, `ml-dsa-44` and so on; the dotted OID of a key this module does not know.
    pub key_type: Option<String>,
    /// The size people know a key by; `None` for keys that have none.
    pub key_bits: Option<u32>,
    /// OpenSSL's long name of the algorithm, or its dotted OID.
    pub signature_algorithm: Option<String>,
    /// Whether the signature is RSASSA-PSS over SHA-1, which the algorithm's name does not tell.
    pub pss_over_sha1: bool,
    /// The first moment of the validity.
    pub not_before: Option<DateTime<Utc>>,
    /// The last moment of the validity.
    pub not_after: Option<DateTime<Utc>>,
    /// Lower-case hex over the DER of exactly the certificate, without trailing bytes.
    pub fingerprint_sha1: String,
    /// Lower-case hex over the DER of exactly the certificate, without trailing bytes.
    pub fingerprint_sha256: String,
    /// The certificate itself, without trailing bytes; empty where it is cut short, or no certificate at all.
    pub der: Vec<u8>,
    /// What could not be read, in lower-case English; never a quotation of the content.
    pub notes: Vec<String>,
}

/// The certificates of a PEM text (or bare base64 DER), in the order they stand, and notes on what could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// One for each block that [`pem_blocks`] gives, in the same order.
    pub certificates: Vec<ParsedCertificate>,
    /// Whether the first block could be read, which by custom is the leaf's.
    pub leaf_readable: bool,
    /// Blocks that gave no certificate at all; what ails a single certificate is in its own notes.
    pub notes: Vec<String>,
}

/// Reads every certificate of a PEM text, as tolerantly as [`pem_blocks`] finds them.
pub fn read_chain(pem: &str) -> Chain {
    let (blocks, notes) = pem::numbered(pem);
    let leaf_readable = blocks.first().is_some_and(|(number, _)| *number == 1);
    Chain { certificates: blocks.iter().map(|(_, der)| read_certificate(der)).collect(), leaf_readable, notes }
}

/// Reads one DER certificate. Any bytes give [`ParsedCertificate`]; of bytes that are no certificate only the fingerprints are known.
pub fn read_certificate(der: &[u8]) -> ParsedCertificate {
    certificate::read(der)
}

//! The public chain of single certificates, as web servers and `openssl` read it.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Content, Details, Format};

pub(super) static FORMAT: Format = Format { details: Some(write), ..Format::new("pem", Content::Data) };

/// Writes the chains, each certificate as a block.
///
/// # Errors
/// Where the output cannot be written.
fn write(details: &Details<'_>, _: Option<u16>, out: &mut dyn io::Write) -> io::Result<()> {
    let elements = details.with_chain.iter().flat_map(|certificate| &certificate.chain);
    elements.filter(|element| !element.der.is_empty()).try_for_each(|element| write_certificate(&element.der, out))
}

/// Writes one certificate in the form of RFC 7468, in 64 columns.
///
/// # Errors
/// Where the output cannot be written.
fn write_certificate(der: &[u8], out: &mut dyn io::Write) -> io::Result<()> {
    const COLUMNS: usize = 64;
    out.write_all(b"-----BEGIN CERTIFICATE-----\n")?;
    for line in STANDARD.encode(der).as_bytes().chunks(COLUMNS) {
        out.write_all(line)?;
        out.write_all(b"\n")?;
    }
    out.write_all(b"-----END CERTIFICATE-----\n")
}

//! The public chain of single certificates, as web servers and `openssl` read it.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Report;

pub(super) struct Format;

impl super::Format for Format {
    fn name(&self) -> &'static str {
        "pem"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let elements = report.certificates.iter().flat_map(|certificate| &certificate.chain);
        elements.filter(|element| !element.der.is_empty()).try_for_each(|element| write(&element.der, out))
    }
}

/// One certificate: RFC 7468, in 64 columns.
fn write(der: &[u8], out: &mut dyn io::Write) -> io::Result<()> {
    const COLUMNS: usize = 64;
    out.write_all(b"-----BEGIN CERTIFICATE-----\n")?;
    for line in STANDARD.encode(der).as_bytes().chunks(COLUMNS) {
        out.write_all(line)?;
        out.write_all(b"\n")?;
    }
    out.write_all(b"-----END CERTIFICATE-----\n")
}

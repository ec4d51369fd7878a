//! The public chain of single certificates, as web servers and `openssl` read it.

use std::io;

use crate::x509::pem_text;

use super::Report;

pub(super) struct Format;

impl super::Format for Format {
    fn name(&self) -> &'static str {
        "pem"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mut elements = report.certificates.iter().flat_map(|certificate| &certificate.chain);
        elements.try_for_each(|element| out.write_all(pem_text(&element.der).as_bytes()))
    }
}

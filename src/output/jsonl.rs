//! JSON lines: one certificate a line, printed as the scopes answer.

use std::io;

use super::document::Record;
use super::json::Printed;
use super::{Content, Format, Report};

pub(super) static FORMAT: Format =
    Format { is_streamed: true, records: Some(write), ..Format::new("jsonl", Content::Data) };

/// Writes a line a certificate.
///
/// # Errors
/// Where the output cannot be written.
fn write(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    for certificate in &report.certificates {
        serde_json::to_writer(&mut Printed(out), &Record(certificate, report.now))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

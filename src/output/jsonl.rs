//! JSON lines: one certificate a line, printed as the scopes answer.

use std::io;

use super::Report;
use super::columns::Record;

pub(super) struct Format;

impl super::Format for Format {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn is_streamed(&self) -> bool {
        true
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        for certificate in &report.certificates {
            serde_json::to_writer(&mut *out, &Record(certificate, report.now))?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

//! One JSON document a run.

use std::io;

use serde::Serialize;

use super::{Content, Format, document};

pub(super) static FORMAT: Format = Format {
    records: Some(|report, out| write(&document::inventory(report), out)),
    check: Some(|report, out| write(&document::check(report), out)),
    accounts: Some(|accounts, _, out| write(&document::accounts(accounts), out)),
    ..Format::new("json", Content::Data)
};

/// Writes a document.
///
/// # Errors
/// Where the output cannot be written.
fn write(document: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    out.write_all(b"\n")
}

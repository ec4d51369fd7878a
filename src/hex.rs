//! Lower-case hex digits.

use std::fmt::Write;

/// Returns two lower-case hex digits for each byte, without separators.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

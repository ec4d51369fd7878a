//! Rewrites BER with indefinite lengths (X.690, 8.1.3.6) as DER's definite ones.

use asn1_rs::{FromBer as _, Header, Length};

/// Deeper than any certificate.
const MAX_DEPTH: usize = 32;

/// Returns the bytes with definite lengths throughout, and what follows the first element; `None` where it has no
/// indefinite length, or is not whole.
pub(super) fn definite(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut writer = Writer { has_indefinite: false };
    let mut written = Vec::with_capacity(bytes.len());
    let rest = writer.element(bytes, MAX_DEPTH, &mut written)?;
    written.extend_from_slice(rest);
    writer.has_indefinite.then_some(written)
}

struct Writer {
    has_indefinite: bool,
}

impl Writer {
    /// Writes the first element with a definite length. Returns the bytes after it.
    fn element<'a>(&mut self, bytes: &'a [u8], depth: usize, out: &mut Vec<u8>) -> Option<&'a [u8]> {
        let (content, header) = Header::from_ber(bytes).ok()?;
        let head = bytes.get(..bytes.len().checked_sub(content.len())?)?;
        let depth = depth.checked_sub(1)?;
        let mut written = Vec::new();
        let rest = match header.length() {
            Length::Definite(length) => {
                let (mut inside, rest) = content.split_at_checked(length)?;
                if !header.is_constructed() {
                    out.extend_from_slice(head);
                    out.extend_from_slice(inside);
                    return Some(rest);
                }
                while !inside.is_empty() {
                    inside = self.element(inside, depth, &mut written)?;
                }
                rest
            }
            Length::Indefinite => {
                self.has_indefinite = true;
                let mut inside = content;
                loop {
                    if let Some(rest) = inside.strip_prefix(&[0, 0]) {
                        break rest;
                    }
                    inside = self.element(inside, depth, &mut written)?;
                }
            }
        };
        append(head, &written, out);
        Some(rest)
    }
}

/// Writes a constructed element: the tag of `head`, the length of the content in its shortest form, the content.
fn append(head: &[u8], content: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(tag(head));
    let length = content.len().to_be_bytes();
    let significant = super::der::without_leading_zeros(&length);
    match significant {
        [] => out.push(0),
        [short] if *short < 0x80 => out.push(*short),
        // A length has at most eight bytes.
        long => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(content);
}

/// Returns the bytes of the tag that a header begins with.
fn tag(head: &[u8]) -> &[u8] {
    let is_long = head.first().is_some_and(|first| first & 0x1f == 0x1f);
    let more = head.iter().skip(1).take_while(|byte| *byte & 0x80 != 0).count();
    head.get(..if is_long { more + 2 } else { 1 }).unwrap_or(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indefinite_lengths_become_definite() {
        let inner = b"\x30\x80\x02\x01\x05\x00\x00";
        for (ber, der) in [
            (&b"\x30\x80\x00\x00"[..], &b"\x30\x00"[..]),
            (b"\x30\x80\x02\x01\x05\x00\x00", b"\x30\x03\x02\x01\x05"),
            (b"\x30\x80\x02\x01\x05\x00\x00rest", b"\x30\x03\x02\x01\x05rest"),
            (&[b"\x30\x80".as_slice(), inner, b"\x00\x00"].concat(), b"\x30\x05\x30\x03\x02\x01\x05"),
            (&[b"\x30\x07".as_slice(), inner].concat(), b"\x30\x05\x30\x03\x02\x01\x05"),
            (&[b"\x30\x80\x31\x07".as_slice(), inner, b"\x00\x00"].concat(), b"\x30\x07\x31\x05\x30\x03\x02\x01\x05"),
        ] {
            assert_eq!(definite(ber).as_deref(), Some(der), "{ber:?}");
        }
        let long = [b"\x30\x80\x04\x81\x80".as_slice(), &[7; 128], b"\x00\x00"].concat();
        let expected = [b"\x30\x81\x83\x04\x81\x80".as_slice(), &[7; 128]].concat();
        assert_eq!(definite(&long), Some(expected));
    }

    #[test]
    fn der_and_broken_bytes_are_left_alone() {
        for bytes in [&b""[..], b"\x30\x00", b"\x30\x80", b"\x30\x80\x02\x05\x00\x00", b"\x30\x80\x00"] {
            assert_eq!(definite(bytes), None, "{bytes:?}");
        }
        assert_eq!(definite(&[0x30, 0x80].repeat(100_000)), None);
    }
}

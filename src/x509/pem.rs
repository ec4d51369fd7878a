//! Finds certificates in a text: PEM in every form that a console, a web form or a JSON string leaves it in.

use super::ber;
use super::der::Elements;
use asn1_rs::Tag;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::model::NoteCode::{CertificateMalformed, CertificateUnreadable};
use crate::model::{Note, NoteCode};

/// More blocks than any chain has.
const MAX_BLOCKS: usize = 100;
/// Longer than any label; a longer one is a BEGIN line without its end.
const MAX_LABEL: usize = 64;

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// Padding is optional, and stray bits after the last byte are ignored: the DER has its own length.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The certificates of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PemBlocks {
    /// The DER of each certificate, trailing bytes included; a `TRUSTED CERTIFICATE` without its trust settings.
    pub certificates: Vec<Vec<u8>>,
    /// Whether the first block could be decoded, which by custom is the leaf's. Empty blocks and private keys do not count.
    pub is_first_readable: bool,
    /// Whether there are more blocks than were read.
    pub is_truncated: bool,
    /// The blocks that could not be decoded, counted from one.
    pub notes: Vec<Note>,
}

/// Finds the certificates in a PEM text, or the one that a text of bare base64 is.
///
/// Other blocks, such as private keys, are neither decoded nor mentioned. At most 100 blocks are read.
pub fn pem_blocks(text: &str) -> PemBlocks {
    let mut found =
        PemBlocks { certificates: Vec::new(), is_first_readable: false, is_truncated: false, notes: Vec::new() };
    let mut number = 0_usize;
    let mut is_first = true;
    let mut blocks = Blocks { rest: text };
    for block in blocks.by_ref().take(MAX_BLOCKS) {
        let Some(trusted) = block.certificate() else {
            if block.label.len() > MAX_LABEL {
                found.note(CertificateUnreadable, "a block whose BEGIN line is broken was skipped");
            }
            continue;
        };
        number += 1;
        match block.der(trusted) {
            Ok(der) => {
                if !block.closed {
                    found.note(CertificateMalformed, format!("certificate {number} of the chain has no END line"));
                }
                found.is_first_readable |= std::mem::take(&mut is_first);
                found.certificates.push(der);
            }
            Err(problem) => {
                let text = format!("certificate {number} of the chain could not be read: {}", problem.text());
                found.note(CertificateUnreadable, text);
                is_first &= matches!(problem, Problem::Empty | Problem::PrivateKey);
            }
        }
    }
    if blocks.next().is_some() {
        found.is_truncated = true;
        let text = format!("the text holds more than {MAX_BLOCKS} blocks; the rest was not read");
        found.note(CertificateUnreadable, text);
    }
    if found.certificates.is_empty() && found.notes.is_empty() && !text.trim().is_empty() {
        match bare(text) {
            Some(der) => {
                found.is_first_readable = true;
                found.certificates.push(der);
            }
            None => found.note(CertificateUnreadable, without_certificate(text)),
        }
    }
    found
}

impl PemBlocks {
    fn note(&mut self, code: NoteCode, text: impl Into<String>) {
        self.notes.push(Note::new(code, text));
    }
}

/// What keeps a block from being a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    Empty,
    Broken,
    Cut,
    PrivateKey,
}

impl Problem {
    fn text(self) -> &'static str {
        match self {
            Self::Empty => "it is empty",
            Self::Broken => "the base64 is broken",
            Self::Cut => "its end is missing",
            Self::PrivateKey => "it is a private key",
        }
    }
}

/// Returns what a text without a certificate holds instead, where a label tells.
fn without_certificate(text: &str) -> &'static str {
    let has =
        |labels: &[&str]| Blocks { rest: text }.take(MAX_BLOCKS).any(|block| labels.contains(&block.label.trim()));
    if has(&["PKCS7", "PKCS #7 SIGNED DATA", "CMS"]) {
        "the text holds no certificate in PEM, but PKCS #7; `openssl pkcs7 -print_certs` converts it"
    } else if has(&["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"]) {
        "the text holds no certificate, but a certificate request"
    } else {
        "the text holds no certificate"
    }
}

/// Returns whether bytes are built like a private key: PKCS #1, PKCS #8 or SEC 1, which begin with their version, or
/// encrypted PKCS #8, an algorithm and octets.
fn is_private_key(der: &[u8]) -> bool {
    let Some((outer, _)) = Elements::of(der).next_even_cut() else { return false };
    let mut parts = Elements::of(outer.content);
    let Some(first) = parts.next() else { return false };
    let is_algorithm =
        || first.sequence().and_then(|mut algorithm| algorithm.next()).is_some_and(|oid| oid.is(Tag::Oid));
    // A cut string of octets is not a whole element any more.
    let is_octets = || parts.clone().next().is_none_or(|octets| octets.is(Tag::OctetString));
    first.is(Tag::Integer) || (is_algorithm() && is_octets())
}

/// Returns the certificate of a text without any block. Only DER with the structure of a certificate is accepted: the text
/// may as well be a private key.
fn bare(text: &str) -> Option<Vec<u8>> {
    if text.contains(DASHES) {
        return None;
    }
    let der = decode(text)?;
    let definite = ber::definite(&der);
    let body = Elements::of(definite.as_ref().unwrap_or(&der)).next()?.sequence()?.next()?.sequence()?.next()?;
    (body.is_context(0) || body.is(Tag::Integer)).then_some(der)
}

struct Block<'a> {
    label: &'a str,
    body: &'a str,
    closed: bool,
}

impl Block<'_> {
    /// Returns whether the block is a `TRUSTED CERTIFICATE`; `None` when it is not a certificate.
    fn certificate(&self) -> Option<bool> {
        match self.label.trim() {
            "CERTIFICATE" | "X509 CERTIFICATE" => Some(false),
            "TRUSTED CERTIFICATE" => Some(true),
            _ => None,
        }
    }

    fn der(&self, trusted: bool) -> Result<Vec<u8>, Problem> {
        let mut der = match decode(without_headers(self.body)) {
            Some(der) if der.is_empty() => return Err(Problem::Empty),
            Some(der) => der,
            None if self.closed => return Err(Problem::Broken),
            None => return Err(Problem::Cut),
        };
        if is_private_key(&der) {
            return Err(Problem::PrivateKey);
        }
        let whole = Elements::of(&der).next().map(|element| element.raw.len());
        match whole {
            // Without an END line only the length in the DER shows that it is whole.
            None if !self.closed => return Err(Problem::Cut),
            Some(whole) if trusted => der.truncate(whole),
            _ => {}
        }
        Ok(der)
    }
}

/// Returns the base64 of a block without the headers that may stand before it (RFC 1421, 4.4): lines with a colon, which
/// base64 has not, and the lines that continue them, as far as an empty line.
fn without_headers(body: &str) -> &str {
    let Some((_, after)) = body.rsplit_once(':') else { return body };
    let line_ends = ["\r\n", "\n", "\r", "\\r\\n", "\\n"];
    let empty_line = line_ends.iter().filter_map(|end| after.split_once(&end.repeat(2))).map(|(_, base64)| base64);
    let next_line = line_ends.iter().filter_map(|end| after.split_once(end)).map(|(_, base64)| base64);
    // The first of the line ends is the one that leaves the longest rest.
    let longest = |rest: &&str| rest.len();
    empty_line.max_by_key(longest).or_else(|| next_line.max_by_key(longest)).unwrap_or_default()
}

/// The blocks of a text, whatever is around them.
struct Blocks<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Block<'a>;

    fn next(&mut self) -> Option<Block<'a>> {
        let (_, after) = self.rest.split_once(BEGIN)?;
        let (label, after) = after.split_once(DASHES).unwrap_or((after, ""));
        // Base64 has no dashes, so the first ones end the body: those of END or of the next BEGIN, which stay in the rest.
        let (body, rest) = after.split_at(after.find(DASHES).unwrap_or(after.len()));
        let closed = rest.trim_start_matches('-').trim_start().starts_with("END");
        self.rest = rest;
        Some(Block { label, body, closed })
    }
}

/// Decodes base64 that may contain white space, the escapes of JSON strings, and any padding.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut digits = Vec::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // Repeated escaping adds backslashes, which all mean the same here.
            '\\' => match characters.peek()? {
                'n' | 'r' | 't' => {
                    characters.next();
                }
                '\\' | '/' => {}
                _ => return None,
            },
            '\u{feff}' => {}
            _ if character.is_whitespace() => {}
            _ => digits.push(u8::try_from(character).ok()?),
        }
    }
    let padding = digits.iter().rev().take_while(|digit| **digit == b'=').count();
    digits.truncate(digits.len().saturating_sub(padding));
    BASE64.decode(digits).ok()
}

#[cfg(test)]
#[path = "pem_tests.rs"]
mod tests;

//! Certificates in a text: PEM in every shape that survives a console, a form and a JSON string.

use super::der::Elements;
use asn1_rs::Tag;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// More blocks than any chain has; what follows them is not worth the work.
const MAX_BLOCKS: usize = 100;
/// Longer than any label; what is longer is a BEGIN line without its end.
const MAX_LABEL: usize = 64;

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// Padding or none, and stray bits after the last byte: the DER tells where it ends.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// DER of each certificate in a PEM text, or of the one that a text of bare base64 is, and notes on
/// the blocks that gave none.
///
/// The DER is as it stands, trailing bytes included; only a `TRUSTED CERTIFICATE` is given without
/// the settings that follow it. Blocks that are no certificates, such as private keys, are neither
/// decoded nor told of.
pub fn pem_blocks(text: &str) -> (Vec<Vec<u8>>, Vec<String>) {
    let (certificates, notes) = numbered(text);
    (certificates.into_iter().map(|(_, der)| der).collect(), notes)
}

/// The same, each with the number, counted from one, of its block among those of certificates.
pub(super) fn numbered(text: &str) -> (Vec<(usize, Vec<u8>)>, Vec<String>) {
    let mut certificates = Vec::new();
    let mut notes = Vec::new();
    let mut number = 0_usize;
    let mut blocks = Blocks { rest: text };
    for block in blocks.by_ref().take(MAX_BLOCKS) {
        let Some(trusted) = block.certificate() else {
            if block.label.len() > MAX_LABEL {
                notes.push("a block whose BEGIN line is broken was skipped".to_owned());
            }
            continue;
        };
        number += 1;
        match block.der(trusted) {
            Ok(der) => {
                if !block.closed {
                    notes.push(format!("certificate {number} of the chain has no END line"));
                }
                certificates.push((number, der));
            }
            Err(why) => notes.push(format!("certificate {number} of the chain could not be read: {why}")),
        }
    }
    if blocks.next().is_some() {
        notes.push(format!("the text holds more than {MAX_BLOCKS} blocks; the rest was not read"));
    }
    if certificates.is_empty() && notes.is_empty() && !text.trim().is_empty() {
        match bare(text) {
            Some(der) => certificates.push((1, der)),
            None => notes.push("the text holds no certificate".to_owned()),
        }
    }
    (certificates, notes)
}

/// The certificate of a text without any block. Only what is built like a certificate is taken:
/// such a text may as well be a private key.
fn bare(text: &str) -> Option<Vec<u8>> {
    if text.contains(DASHES) {
        return None;
    }
    let der = decode(text)?;
    let body = Elements::of(&der).next()?.sequence()?.next()?.sequence()?.next()?;
    (body.is_context(0) || body.is(Tag::Integer)).then_some(der)
}

struct Block<'a> {
    label: &'a str,
    body: &'a str,
    closed: bool,
}

impl Block<'_> {
    /// Whether the certificate is a trusted one; `None` when the block holds no certificate.
    fn certificate(&self) -> Option<bool> {
        match self.label.trim() {
            "CERTIFICATE" | "X509 CERTIFICATE" => Some(false),
            "TRUSTED CERTIFICATE" => Some(true),
            _ => None,
        }
    }

    fn der(&self, trusted: bool) -> Result<Vec<u8>, &'static str> {
        let mut der = match decode(self.body) {
            Some(der) if der.is_empty() => return Err("it is empty"),
            Some(der) => der,
            None if self.closed => return Err("the base64 is broken"),
            None => return Err("its end is missing"),
        };
        let whole = Elements::of(&der).next().map(|element| element.raw.len());
        match whole {
            // Without an END line only the DER itself can tell that all of it is there.
            None if !self.closed => return Err("its end is missing"),
            Some(whole) if trusted => der.truncate(whole),
            _ => {}
        }
        Ok(der)
    }
}

/// The blocks of a text, whatever stands around them.
struct Blocks<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Block<'a>;

    fn next(&mut self) -> Option<Block<'a>> {
        let (_, after) = self.rest.split_once(BEGIN)?;
        let (label, after) = after.split_once(DASHES).unwrap_or((after, ""));
        // Base64 has no dashes, so the first ones end the body, be they those of END or of the
        // next BEGIN. They stay in the rest, in which the next BEGIN is looked for.
        let (body, rest) = after.split_at(after.find(DASHES).unwrap_or(after.len()));
        let closed = rest.trim_start_matches('-').trim_start().starts_with("END");
        self.rest = rest;
        Some(Block { label, body, closed })
    }
}

/// The bytes of base64 that may hold white space, the escapes of JSON strings, and any padding.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut digits = Vec::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // Escapes escaped again grow more backslashes; all mean the same here.
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
mod tests {
    use super::*;

    /// The least that is built like a certificate, long enough to need padding.
    const DER: &[u8] = b"\x30\x0b\x30\x03\x02\x01\x05\x30\x00\x03\x02\x00\x01";

    fn base64() -> String {
        base64::engine::general_purpose::STANDARD.encode(DER)
    }

    fn block(label: &str, body: &str) -> String {
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    }

    fn ders(text: &str) -> Vec<Vec<u8>> {
        let (ders, notes) = pem_blocks(text);
        assert_eq!(notes, [""; 0], "{text:?}");
        ders
    }

    fn notes(text: &str) -> (usize, Vec<String>) {
        let (ders, notes) = pem_blocks(text);
        (ders.len(), notes)
    }

    #[test]
    fn every_shape_of_a_block_is_read() {
        let body = base64();
        let (left, right) = body.split_at(7);
        let pem = block("CERTIFICATE", &format!("{left}\n{right}"));
        for text in [
            pem.clone(),
            pem.replace('\n', ""),
            pem.replace('\n', "\r\n"),
            pem.replace('\n', "\r"),
            pem.replace('\n', " \t "),
            pem.replace('\n', "\\n"),
            pem.replace('\n', "\\r\\n"),
            pem.replace('\n', "\\\\n"),
            pem.replace('/', "\\/"),
            pem.replace('=', ""),
            pem.replace("=\n", "===\n"),
            pem.replace("CERTIFICATE", "X509 CERTIFICATE"),
            pem.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
            pem.replacen("CERTIFICATE-", "CERTIFICATE -", 1),
            format!("\u{feff}Bag Attributes\n  friendlyName: x\n{pem}trailer"),
            format!("\u{feff}{body}\n"),
            body.replace('=', ""),
        ] {
            assert_eq!(ders(&text), [DER], "{text:?}");
        }
        assert_eq!(ders(&pem.repeat(3)).len(), 3);
        assert_eq!(ders(&pem.replace('\n', "").repeat(2)).len(), 2);
    }

    #[test]
    fn other_blocks_are_passed_over_in_silence() {
        let key = block("RSA PRIVATE KEY", "MIIBsecret");
        let pem = block("CERTIFICATE", &base64());
        assert_eq!(ders(&format!("{key}{pem}{key}{pem}")).len(), 2);
        let cut = key.split_once("-----END").unwrap().0;
        assert_eq!(ders(&format!("{cut}{pem}")).len(), 1);
        assert_eq!(ders(&format!("{pem}{cut}")).len(), 1);
        assert_eq!(notes(&key), (0, vec!["the text holds no certificate".to_owned()]));
    }

    #[test]
    fn a_bare_private_key_is_no_certificate() {
        // PKCS #8: a version, an algorithm, the key. Encrypted: an algorithm and the key.
        for key in
            [&b"\x30\x0b\x02\x01\x00\x30\x03\x06\x01\x2a\x04\x01\x01"[..], b"\x30\x08\x30\x03\x06\x01\x2a\x04\x01\x01"]
        {
            let text = base64::engine::general_purpose::STANDARD.encode(key);
            assert_eq!(notes(&text), (0, vec!["the text holds no certificate".to_owned()]));
        }
        assert_eq!(notes("Hello?"), (0, vec!["the text holds no certificate".to_owned()]));
        assert_eq!(notes(" \n"), (0, vec![]));
    }

    #[test]
    fn what_gives_no_certificate_is_told_by_its_number() {
        let good = block("CERTIFICATE", &base64());
        let broken = block("CERTIFICATE", "MI?C");
        let empty = block("CERTIFICATE", "");
        let text = format!("{good}{broken}{empty}-----BEGIN CERTIFICATE-----\nMIIC\n{good}");
        let why = |number: usize, why: &str| format!("certificate {number} of the chain could not be read: {why}");
        let told = vec![why(2, "the base64 is broken"), why(3, "it is empty"), why(4, "its end is missing")];
        assert_eq!(notes(&text), (2, told));
        let line = format!("-----BEGIN CERTIFICATE\n{}\n-----END CERTIFICATE-----", base64().repeat(4));
        assert_eq!(notes(&line), (0, vec!["a block whose BEGIN line is broken was skipped".to_owned()]));
    }

    #[test]
    fn a_whole_certificate_without_its_end_line_is_read() {
        let good = block("CERTIFICATE", &base64());
        let cut = good.split_once("-----END").unwrap().0;
        for text in [cut.to_owned(), format!("{cut}----"), format!("{cut}{}", block("X", ""))] {
            let told =
                if text.ends_with("\n----") { "could not be read: its end is missing" } else { "has no END line" };
            let (count, notes) = notes(&text);
            assert_eq!(notes, [format!("certificate 1 of the chain {told}")]);
            assert_eq!(count, usize::from(told.starts_with("has")));
        }
    }

    #[test]
    fn trailing_bytes_stay_unless_they_are_trust_settings() {
        let body = base64::engine::general_purpose::STANDARD.encode([DER, b"\x30\x00"].concat());
        assert_eq!(ders(&block("TRUSTED CERTIFICATE", &body)), [DER]);
        assert_eq!(ders(&block("CERTIFICATE", &body)), [[DER, b"\x30\x00"].concat()]);
    }

    #[test]
    fn long_chains_are_cut() {
        let good = block("CERTIFICATE", &base64());
        assert_eq!(ders(&good.repeat(100)).len(), 100);
        let told = "the text holds more than 100 blocks; the rest was not read".to_owned();
        assert_eq!(notes(&good.repeat(101)), (100, vec![told]));
    }
}

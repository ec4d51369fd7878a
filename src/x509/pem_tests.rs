//! Every form in which a text holds certificates, or something else.

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
    let PemBlocks { certificates, notes, .. } = pem_blocks(text);
    assert_eq!(notes, [], "{text:?}");
    certificates
}

fn notes(text: &str) -> (usize, Vec<String>) {
    let PemBlocks { certificates, notes, .. } = pem_blocks(text);
    (certificates.len(), notes.into_iter().map(|note| note.text).collect())
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
fn other_blocks_are_skipped_without_a_note() {
    let key = block("RSA PRIVATE KEY", "MIIBsecret");
    let pem = block("CERTIFICATE", &base64());
    assert_eq!(ders(&format!("{key}{pem}{key}{pem}")).len(), 2);
    let cut = key.split_once("-----END").unwrap().0;
    assert_eq!(ders(&format!("{cut}{pem}")).len(), 1);
    assert_eq!(ders(&format!("{pem}{cut}")).len(), 1);
    assert_eq!(notes(&key), (0, vec!["the text holds no certificate".to_owned()]));
}

#[test]
fn a_bare_private_key_is_not_a_certificate() {
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
fn an_unreadable_block_is_noted_by_its_number() {
    let good = block("CERTIFICATE", &base64());
    let broken = block("CERTIFICATE", "MI?C");
    let empty = block("CERTIFICATE", "");
    let text = format!("{good}{broken}{empty}-----BEGIN CERTIFICATE-----\nMIIC\n{good}");
    let why = |number: usize, why: &str| format!("certificate {number} of the chain could not be read: {why}");
    let expected = vec![why(2, "the base64 is broken"), why(3, "it is empty"), why(4, "its end is missing")];
    assert_eq!(notes(&text), (2, expected));
    assert!(pem_blocks(&text).is_first_readable && !pem_blocks(&broken).is_first_readable);
    let line = format!("-----BEGIN CERTIFICATE\n{}\n-----END CERTIFICATE-----", base64().repeat(4));
    assert_eq!(notes(&line), (0, vec!["a block whose BEGIN line is broken was skipped".to_owned()]));
}

#[test]
fn a_whole_certificate_without_its_end_line_is_read() {
    let good = block("CERTIFICATE", &base64());
    let cut = good.split_once("-----END").unwrap().0;
    for text in [cut.to_owned(), format!("{cut}----"), format!("{cut}{}", block("X", ""))] {
        let note = if text.ends_with("\n----") { "could not be read: its end is missing" } else { "has no END line" };
        let (count, notes) = notes(&text);
        assert_eq!(notes, [format!("certificate 1 of the chain {note}")]);
        assert_eq!(count, usize::from(note.starts_with("has")));
    }
}

#[test]
fn trailing_bytes_stay_unless_they_are_trust_settings() {
    let body = base64::engine::general_purpose::STANDARD.encode([DER, b"\x30\x00"].concat());
    assert_eq!(ders(&block("TRUSTED CERTIFICATE", &body)), [DER]);
    assert_eq!(ders(&block("CERTIFICATE", &body)), [[DER, b"\x30\x00"].concat()]);
}

#[test]
fn headers_before_the_base64_are_skipped() {
    let headers = "Proc-Type: 4,CERT\nsubject: /C=US/O=Example\n   Ltd: x\n\n";
    let pem = block("CERTIFICATE", &format!("{headers}{}", base64()));
    for text in [
        pem.clone(),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', "\r"),
        pem.replace('\n', "\\n"),
        pem.replace('\n', "\\r\\n"),
        pem.replace("\n\n", "\n"),
    ] {
        assert_eq!(ders(&text), [DER], "{text:?}");
    }
}

#[test]
fn a_text_of_another_kind_says_what_it_is() {
    for (label, part) in [
        ("PKCS7", "PKCS #7"),
        ("CMS", "PKCS #7"),
        ("CERTIFICATE REQUEST", "a certificate request"),
        ("NEW CERTIFICATE REQUEST", "a certificate request"),
    ] {
        let (count, notes) = notes(&block(label, &base64()));
        assert!(count == 0 && notes.len() == 1 && notes[0].contains(part), "{notes:?}");
    }
}

#[test]
fn an_empty_block_and_a_key_before_the_leaf_do_not_hide_it() {
    let good = block("CERTIFICATE", &base64());
    let key = base64::engine::general_purpose::STANDARD.encode(b"\x30\x06\x02\x01\x00\x30\x01\x05");
    let encrypted =
        base64::engine::general_purpose::STANDARD.encode(b"\x30\x0a\x30\x05\x06\x01\x2a\x05\x00\x04\x01\x01");
    for (before, why) in [
        (block("CERTIFICATE", ""), "it is empty"),
        ("-----BEGIN CERTIFICATE-----\n".to_owned(), "it is empty"),
        (block("CERTIFICATE", &key), "it is a private key"),
        (block("CERTIFICATE", &encrypted), "it is a private key"),
    ] {
        let text = format!("{before}{good}");
        let found = pem_blocks(&text);
        assert_eq!((found.certificates.as_slice(), found.is_first_readable), (&[DER.to_vec()][..], true), "{text}");
        assert_eq!(notes(&text).1, [format!("certificate 1 of the chain could not be read: {why}")]);
    }
    assert!(!pem_blocks(&format!("{}{good}", block("CERTIFICATE", "MI?C"))).is_first_readable);
}

#[test]
fn long_chains_are_cut() {
    let good = block("CERTIFICATE", &base64());
    assert_eq!(ders(&good.repeat(100)).len(), 100);
    let note = "the text holds more than 100 blocks; the rest was not read".to_owned();
    assert_eq!(notes(&good.repeat(101)), (100, vec![note]));
    assert!(pem_blocks(&good.repeat(101)).is_truncated && !pem_blocks(&good.repeat(100)).is_truncated);
}

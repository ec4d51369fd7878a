//! Whatever the bytes, reading ends with facts and never with a panic.

use super::{read_chain, texts, texts_of};
use certls::x509::{ParsedCertificate, pem_blocks, read_certificate};
use proptest::collection::vec;
use proptest::prelude::*;
use std::sync::LazyLock;

/// A certificate with every kind of name the module reads.
static REAL: LazyLock<rcgen::Certificate> = LazyLock::new(|| {
    let names = ["a.example", "*.例え.example", "192.0.2.1", "2001:db8::1"];
    let mut params = rcgen::CertificateParams::new([names[0].to_owned()]).unwrap();
    for name in &names[2..] {
        params.subject_alt_names.push(rcgen::SanType::IpAddress(name.parse().unwrap()));
    }
    params.subject_alt_names.push(rcgen::SanType::URI("https://a.example/".try_into().unwrap()));
    params.distinguished_name.push(rcgen::DnType::CommonName, names[1]);
    params.distinguished_name.push(rcgen::DnType::OrganizationName, "a, \"b\" + c");
    params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap()
});

/// What holds of facts however little could be read.
fn check(facts: &ParsedCertificate) {
    assert_eq!(facts.fingerprint_sha1.len(), 40);
    assert_eq!(facts.fingerprint_sha256.len(), 64);
    for note in &facts.notes {
        let text = &note.text;
        assert!(text.is_ascii() && text.len() < 120 && !text.contains(char::is_control), "{text}");
    }
    for name in [&facts.subject, &facts.issuer].into_iter().flatten().map(ToString::to_string) {
        assert!(!name.is_empty() && !name.contains(char::is_control), "{name:?}");
    }
    if facts.serial_number.is_none() || facts.not_after.is_none() || facts.key_type.is_none() {
        assert!(!facts.notes.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..400)) {
        check(&read_certificate(&bytes));
    }

    #[test]
    fn any_text(text in any::<String>()) {
        read_chain(&text).0.iter().for_each(check);
    }

    #[test]
    fn any_text_of_pem_pieces(pieces in vec(prop_oneof![
        Just("-----"), Just("-----BEGIN "), Just("-----END "), Just("CERTIFICATE"), Just("TRUSTED "), Just("KEY"),
        Just("\n"), Just("\\"), Just("n"), Just("MIIC"), Just("MAA="), Just("="), Just(" "), Just("é"),
    ], 0..40)) {
        let text = pieces.concat();
        let blocks = pem_blocks(&text);
        prop_assert!(!blocks.is_first_readable || !blocks.certificates.is_empty());
        read_chain(&text).0.iter().for_each(check);
    }

    #[test]
    fn a_mutated_certificate(changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut der = REAL.der().to_vec();
        for (at, byte) in changes {
            let at = at.index(der.len());
            der[at] = byte;
        }
        check(&read_certificate(&der));
    }

    #[test]
    fn bytes_put_in_and_taken_out(at in any::<prop::sample::Index>(), out in 0..9_usize, put in vec(any::<u8>(), 0..9)) {
        let mut der = REAL.der().to_vec();
        let at = at.index(der.len());
        let end = (at + out).min(der.len());
        der.splice(at..end, put);
        check(&read_certificate(&der));
    }
}

#[test]
fn every_truncation() {
    let der = REAL.der();
    let whole = read_certificate(der);
    assert_eq!(whole.notes, []);
    assert_eq!(
        texts_of(&whole.subject_alternative_names),
        ["a.example", "192.0.2.1", "2001:db8::1", "https://a.example/"]
    );
    for length in 0..der.len() {
        let facts = read_certificate(&der[..length]);
        check(&facts);
        assert!(!facts.notes.is_empty());
        // What was read of a part is what the whole certificate says, or nothing.
        assert!(facts.serial_number.is_none() || facts.serial_number == whole.serial_number);
        assert!(facts.subject.is_none() || facts.subject == whole.subject);
        assert!(facts.not_after.is_none() || facts.not_after == whole.not_after);
        assert!(facts.key_bits.is_none() || facts.key_bits == whole.key_bits);
    }
    let most = read_certificate(&der[..der.len() - 1]);
    assert_eq!(texts(&most.notes), ["the certificate is cut short: 1 byte is missing at its end"]);
    assert_eq!(most.subject_alternative_names, whole.subject_alternative_names);
}

#[test]
fn every_byte_changed() {
    let der = REAL.der().to_vec();
    for at in 0..der.len() {
        for byte in [0x00, 0x30, 0x80, 0xff, der[at] ^ 1, der[at].wrapping_add(1)] {
            let mut changed = der.clone();
            changed[at] = byte;
            check(&read_certificate(&changed));
        }
    }
}

#[test]
fn a_chain_of_real_certificates() {
    let pem = REAL.pem();
    let (certificates, notes) = read_chain(&format!("{pem}{}", pem.replace('\n', "")));
    assert_eq!(notes, []);
    assert_eq!(certificates, [read_certificate(REAL.der()), read_certificate(REAL.der())]);
}

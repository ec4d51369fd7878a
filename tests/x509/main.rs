//! Every field compared with what the `openssl` command prints for the same certificate.
//!
//! The certificates are the system's roots, some that `openssl` makes, and some that it does not
//! make but reads, assembled by hand.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod command;
mod generated;
mod handmade;
mod no_panic;
mod parts;
#[path = "../tools.rs"]
mod tools;

use certls::model::Note;
use certls::x509::{ParsedCertificate, PemBlocks, pem_blocks, read_certificate};
use chrono::Datelike as _;
use command::{Description, Openssl};
use std::collections::BTreeMap;
use std::net::Ipv6Addr;

const ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";

/// The certificates on which this module and `openssl` differ on purpose, and why.
const KNOWN: &[(&str, &str)] = &[
    ("street", "RFC 4514 says STREET, OpenSSL street"),
    ("escapes", "OpenSSL does not escape a # that is the whole value"),
    ("second controls", "OpenSSL prints U+0080 to U+009F raw, which terminals obey"),
    ("time with fraction", "OpenSSL prints the fraction, this module keeps whole seconds"),
    ("two signature algorithms", "OpenSSL prints the inner one, this module has the outer"),
    ("sect233k1", "a curve that TLS certificates do not use: of unknown size"),
    ("rare types", "types that TLS certificates do not use: by OID, as RFC 4514 has it"),
];

#[derive(Default)]
struct Tally {
    certificates: usize,
    fields: BTreeMap<&'static str, usize>,
    refused: Vec<String>,
    known: Vec<String>,
    surprises: Vec<String>,
}

impl Tally {
    fn compare(&mut self, openssl: &Openssl, case: &str, source: &[u8], notes: &[&str]) -> ParsedCertificate {
        let der = if source.starts_with(b"0") {
            source.to_vec()
        } else {
            pem_blocks(str::from_utf8(source).unwrap()).certificates.remove(0)
        };
        let facts = read_certificate(&der);
        let texts = texts(&facts.notes);
        if texts != notes {
            self.surprises.push(format!("{case}: {texts:?} are not the notes {notes:?}"));
        }
        let Some(printed) = openssl.describe(source) else {
            self.refused.push(case.to_owned());
            return facts;
        };
        self.certificates += 1;
        for (field, ours, theirs) in fields(&facts, &printed) {
            *self.fields.entry(field).or_default() += 1;
            if ours == theirs {
                continue;
            }
            match KNOWN.iter().find(|(name, _)| *name == case) {
                Some((_, why)) => self.known.push(format!("{case}, {field}: {why}")),
                None => {
                    self.surprises.push(format!("{case}, {field}: {ours:?} is not {theirs:?}"));
                }
            }
        }
        facts
    }

    fn report(&self) {
        let fields: usize = self.fields.values().sum();
        println!("{} certificates, {fields} fields compared: {:?}", self.certificates, self.fields);
        println!("refused by openssl, read here: {:?}", self.refused);
        for known in &self.known {
            println!("differs on purpose: {known}");
        }
        for surprise in &self.surprises {
            println!("surprise: {surprise}");
        }
    }
}

/// The texts of notes.
fn texts(notes: &[Note]) -> Vec<&str> {
    notes.iter().map(|note| note.text.as_str()).collect()
}

/// Values as certls prints them.
fn texts_of<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

/// A value as certls prints it; nothing where it is unknown.
fn shown<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// Every certificate of a text, each read on its own.
fn read_chain(text: &str) -> (Vec<ParsedCertificate>, Vec<Note>) {
    let PemBlocks { certificates, notes, .. } = pem_blocks(text);
    (certificates.iter().map(|der| read_certificate(der)).collect(), notes)
}

/// The fields that both have, in one spelling.
fn fields(facts: &ParsedCertificate, printed: &Description) -> Vec<(&'static str, String, String)> {
    let mut names: Vec<String> = Vec::new();
    for name in &printed.names {
        let name = name.parse::<Ipv6Addr>().map_or_else(|_| name.clone(), |address| address.to_string());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let date = |date: Option<chrono::DateTime<chrono::Utc>>| {
        date.map(|date| format!("{} {} GMT", date.format("%b %e %H:%M:%S"), date.year())).unwrap_or_default()
    };
    let mut fields = vec![
        ("subject", shown(facts.subject.as_ref()), printed.subject.clone()),
        ("issuer", shown(facts.issuer.as_ref()), printed.issuer.clone()),
        ("serial number", shown(facts.serial_number.as_ref()), printed.serial.to_lowercase()),
        (
            "dates",
            format!("{} to {}", date(facts.not_before), date(facts.not_after)),
            format!("{} to {}", printed.not_before, printed.not_after),
        ),
        ("sha1", facts.fingerprint_sha1.clone(), printed.sha1.clone()),
        ("sha256", facts.fingerprint_sha256.clone(), printed.sha256.clone()),
        ("signature algorithm", shown(facts.signature_algorithm.as_ref()), printed.signature.clone()),
        ("alternative names", texts_of(&facts.subject_alternative_names).join(" "), names.join(" ")),
    ];
    if let Some(bits) = printed.bits {
        fields.push(("key bits", facts.key_bits.unwrap_or_default().to_string(), bits.to_string()));
    }
    fields
}

#[test]
fn says_what_openssl_says() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    let mut tally = Tally::default();
    if let Ok(bundle) = std::fs::read_to_string(ROOTS) {
        for (number, pem) in bundle.split_inclusive("-----END CERTIFICATE-----").enumerate() {
            if pem.contains("BEGIN") {
                tally.compare(&openssl, &format!("root {number}"), pem.as_bytes(), &[]);
            }
        }
    }
    let roots = tally.certificates;
    let made = generated::certificates(&openssl);
    for (case, der) in &made {
        tally.compare(&openssl, case, der, &[]);
    }
    kinds_of_keys(&made);
    hashes_of_pss(&made);
    let generated = tally.certificates - roots;
    let handmade = handmade::certificates();
    for made in &handmade {
        let facts = tally.compare(&openssl, made.case, &made.der, &made.notes);
        if let Some(kind) = made.key_type {
            assert_eq!(facts.key_type.as_deref(), Some(kind), "{}", made.case);
        }
    }
    println!("{roots} roots, {generated} made by openssl, {} by hand", tally.certificates - roots - generated);
    tally.report();
    assert_eq!(tally.surprises, [""; 0]);
}

/// The name of the algorithm is the same for every hash.
fn hashes_of_pss(made: &[(String, Vec<u8>)]) {
    for (case, is_sha1) in [("pss over sha1", true), ("rsa key, pss signature", false), ("rsa 2048", false)] {
        let Some((_, der)) = made.iter().find(|(name, _)| name == case) else {
            continue;
        };
        assert_eq!(read_certificate(der).traits.pss_over_sha1, is_sha1, "{case}");
    }
}

/// OpenSSL prints no size for keys that have only one, and no kind in a word of ours.
fn kinds_of_keys(made: &[(String, Vec<u8>)]) {
    for (case, kind, bits) in [
        ("rsa 1024", "rsa", 1024),
        ("rsa 4096", "rsa", 4096),
        ("rsa-pss", "rsa-pss", 2048),
        ("p-256", "ec", 256),
        ("p-521", "ec", 521),
        ("sm2", "sm2", 256),
        ("ed25519", "ed25519", 256),
        ("ed448", "ed448", 456),
        ("dsa", "dsa", 2048),
    ] {
        let Some((_, der)) = made.iter().find(|(name, _)| name == case) else {
            continue;
        };
        let facts = read_certificate(der);
        assert_eq!((facts.key_type.as_deref(), facts.key_bits), (Some(kind), Some(bits)), "{case}");
    }
}

#[test]
fn chains_keep_the_order_they_stand_in() {
    let Some(openssl) = Openssl::find() else {
        return;
    };
    let chain = openssl.chain();
    let [root, middle, leaf, key] = chain.each_ref();
    for order in [[leaf, middle, root], [root, leaf, middle], [middle, root, leaf]] {
        let text = order.map(String::as_str).join(key);
        let read = read_chain(&text);
        assert_eq!(read.1, []);
        let expected: Vec<_> = order.iter().map(|pem| read_certificate(&openssl.der_of(pem))).collect();
        assert_eq!(read.0, expected);
        assert_eq!(read_chain(&text.replace('\n', "")), read);
        assert_eq!(read_chain(&text.replace('\n', "\\n")), read);
    }
    let trusted = openssl.trusted(leaf);
    assert!(trusted.contains("BEGIN TRUSTED CERTIFICATE"));
    assert_eq!(read_chain(&trusted), read_chain(leaf));
}

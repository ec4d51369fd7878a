//! Certificates that no tool makes: DER put together by hand.

use super::parts::{
    ALTERNATIVE_NAME, COMMON_NAME, Parts, algorithm, attribute, extension, extensions, key, name, sequence, tlv,
    validity,
};

/// A certificate, and what this module is to note on it.
pub(crate) struct Made {
    pub(crate) case: &'static str,
    pub(crate) der: Vec<u8>,
    pub(crate) notes: Vec<&'static str>,
    pub(crate) key_type: Option<&'static str>,
}

fn made(case: &'static str, change: impl FnOnce(&mut Parts)) -> Made {
    noted(case, &[], change)
}

fn noted(case: &'static str, notes: &[&'static str], change: impl FnOnce(&mut Parts)) -> Made {
    let mut parts = Parts::plain();
    change(&mut parts);
    Made { case, der: parts.der(), notes: notes.to_vec(), key_type: None }
}

pub(crate) fn certificates() -> Vec<Made> {
    [names(), numbers_and_times(), lists(), algorithms(), broken()].into_iter().flatten().collect()
}

fn names() -> Vec<Made> {
    let text = "a value of the subject is not the text it claims to be";
    let value = |case, tag, value: &'static [u8]| {
        made(case, move |parts| {
            parts.subject = name(COMMON_NAME, tag, value);
        })
    };
    let bad = |case, tag, value: &'static [u8]| {
        noted(case, &[text], move |parts| {
            parts.subject = name(COMMON_NAME, tag, value);
        })
    };
    vec![
        value("t61", 20, b"caf\xe9, x"),
        value("printable latin", 19, b"caf\xe9*@"),
        value("numeric", 18, b"12 34"),
        value("ia5", 22, b"a@b.example"),
        value("visible", 26, b"visible"),
        value("universal", 28, b"\0\0\x53\x17\0\0\0,\0\x01\xf6\0"),
        value("bmp", 30, b"\x53\x17\0 \x4e\xac\0+\0 "),
        value("bmp with nul", 30, b"\0a\0\0\0b"),
        value("empty value", 12, b""),
        value("one space", 12, b" "),
        value("only spaces", 12, b"   "),
        value("hash and nul", 12, b"#a\0b\x1b[31m"),
        value("bits", 3, b"\0\xff"),
        value("octets", 4, b"ab"),
        value("a number", 2, b"\x05"),
        value("a sequence", 0x30, b"\x02\x01\x05"),
        value("a time", 23, b"240101000000Z"),
        value("second controls", 12, "a\u{9b}31m".as_bytes()),
        value("bmp surrogates", 30, b"\xd8\x3d\xde\0"),
        bad("broken utf8", 12, b"a\xff"),
        bad("half a bmp", 30, b"\x53"),
        bad("beyond universal", 28, b"\0\x11\0\0"),
        made("unknown type", |parts| {
            parts.subject = name(&[0x2a, 3, 4], 12, b"x, y");
        }),
        made("unknown type of 128 bits", |parts| {
            let uuid = [&[0x69][..], &[0x83], &[0xff; 17], &[0x7f]].concat();
            parts.subject = name(&uuid, 19, b"x");
        }),
        made("rare types", |parts| {
            // INN and OGRN of GOST certificates, searchGuide, favouriteDrink.
            let cosine = [9, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 5];
            let all = [
                attribute(&[0x2a, 0x85, 3, 3, 0x81, 3, 1, 1], 18, b"1"),
                attribute(&[0x2a, 0x85, 3, 0x64, 1], 18, b"2"),
                attribute(&[0x55, 4, 14], 12, b"3"),
                attribute(&cosine, 12, b"4"),
            ];
            parts.subject = tlv(0x30, &all.map(|one| tlv(0x31, &one)).concat());
        }),
        made("sets", |parts| {
            let both = [attribute(COMMON_NAME, 12, b"b"), attribute(&[0x55, 4, 11], 12, b"c")].concat();
            let one = tlv(0x31, &attribute(COMMON_NAME, 12, b"a"));
            parts.subject = sequence(&[&one, &tlv(0x31, &both), &one]);
        }),
        made("empty subject and issuer", |parts| {
            parts.subject = tlv(0x30, b"");
            parts.issuer = tlv(0x30, b"");
        }),
        made("every common type of 2.5.4", |parts| {
            // All but street, which has a case of its own.
            let types = [3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 15, 16, 17, 18, 20, 41, 42, 43, 44, 45, 46, 65, 97];
            let all = types.map(|last| tlv(0x31, &attribute(&[0x55, 4, last], 12, b"v")));
            parts.subject = tlv(0x30, &all.concat());
        }),
    ]
}

fn numbers_and_times() -> Vec<Made> {
    let serial = |case, content: &'static [u8]| made(case, move |parts| parts.serial = tlv(2, content));
    let times = |case, tag, from: &'static str, to: &'static str| {
        made(case, move |parts| parts.validity = validity(tag, from, to))
    };
    vec![
        serial("zero", &[0]),
        serial("minus 1", &[0xff]),
        serial("minus 128", &[0x80]),
        serial("minus 256", &[0xff, 0]),
        serial("minus 32768", &[0x80, 0]),
        serial("21 bytes", &[0x7f; 21]),
        serial("21 bytes with a zero", &[0, 0xff, 0xee, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        serial("padded zero", &[0, 0, 1]),
        times("1950 and 2049", 23, "500101000000Z", "491231235959Z"),
        times("no seconds", 23, "2401010000Z", "3401010000Z"),
        times("leap day", 23, "000229000000Z", "240229000000Z"),
        times("a zone", 23, "240101000000+0130", "340101000000-0130"),
        times("9999", 24, "20500101000000Z", "99991231235959Z"),
        times("year 1", 24, "00010101000000Z", "19491231235959Z"),
        times("generalized without seconds", 24, "205001010000Z", "205101010000Z"),
        times("generalized with a zone", 24, "20500101000000+0800", "20510101000000-0800"),
        times("time with fraction", 24, "20500101000000.5Z", "20510101000000.25Z"),
    ]
}

fn lists() -> Vec<Made> {
    let twice = "the certificate has 2 lists of subject alternative names, read as one";
    let dns = |name: &[u8]| extension(ALTERNATIVE_NAME, false, &tlv(0x30, &tlv(0x82, name)));
    vec![
        noted("two lists of names", &[twice], |parts| {
            parts.extensions = extensions(&[dns(b"a.example"), dns(b"b.example")]);
        }),
        noted("the same list twice", &[twice], |parts| {
            parts.extensions = extensions(&[dns(b"a.example"), dns(b"a.example")]);
        }),
        made("a critical unknown extension", |parts| {
            parts.extensions = extensions(&[extension(&[0x2a, 3, 4], true, b"junk"), dns(b"a.example")]);
        }),
        made("an unknown extension twice", |parts| {
            parts.extensions = extensions(&[extension(&[0x2a, 3, 4], false, b""), extension(&[0x2a, 3, 4], true, b"")]);
        }),
        made("unique identifiers", |parts| {
            parts.extensions = [tlv(0x81, &[0, 1]), tlv(0x82, &[0, 2]), extensions(&[dns(b"a.example")])].concat();
        }),
        made("no names in the list", |parts| {
            parts.extensions = extensions(&[extension(ALTERNATIVE_NAME, true, &tlv(0x30, b""))]);
        }),
        made("critical spelled out as false", |parts| {
            let list = tlv(0x30, &tlv(0x82, b"a.example"));
            parts.extensions = extensions(&[sequence(&[&tlv(6, ALTERNATIVE_NAME), &tlv(1, &[0]), &tlv(4, &list)])]);
        }),
        made("many names", |parts| {
            let names: Vec<_> = (0..3000).map(|number| tlv(0x82, format!("{number}.example").as_bytes())).collect();
            parts.extensions = extensions(&[extension(ALTERNATIVE_NAME, false, &tlv(0x30, &names.concat()))]);
        }),
        noted("one trailing byte", &["1 byte follows the certificate"], |parts| parts.trailing = vec![0]),
        noted("trailing bytes", &["3 bytes follow the certificate"], |parts| parts.trailing = vec![0x30, 1, 2]),
        made("version 1 by hand", |parts| parts.version = Vec::new()),
    ]
}

fn algorithms() -> Vec<Made> {
    let post_quantum = |case, last: u8, kind, length: usize| {
        let oid = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, last];
        let mut made = made(case, |parts| {
            parts.key = key(&algorithm(&oid), &vec![7; length]);
        });
        made.key_type = Some(kind);
        made
    };
    let signature = |case, oid: &'static [u8]| {
        made(case, move |parts| {
            parts.inner = algorithm(oid);
            parts.outer = algorithm(oid);
        })
    };
    let mut unknown = made("unknown key", |parts| {
        parts.key = key(&algorithm(&[0x2a, 3, 4]), b"key");
    });
    unknown.key_type = Some("1.2.3.4");
    let mut sm2 = made("sm2 by its own algorithm", |parts| {
        parts.key = key(&algorithm(&[0x2a, 0x81, 0x1c, 0xcf, 0x55, 1, 0x82, 0x2d]), &[4; 65]);
    });
    sm2.key_type = Some("sm2");
    // Making such a key takes `openssl` a minute; reading one does not ask whether its modulus has two primes.
    let mut large = made("rsa 8192", |parts| {
        let rsa = sequence(&[&tlv(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]), &tlv(5, b"")]);
        let modulus = [&[0][..], &[0xb5; 1024]].concat();
        parts.key = key(&rsa, &sequence(&[&tlv(2, &modulus), &tlv(2, &[1, 0, 1])]));
    });
    large.key_type = Some("rsa");
    let mut all = vec![
        large,
        post_quantum("ml-dsa-44", 17, "ml-dsa-44", 1312),
        post_quantum("ml-dsa-65", 18, "ml-dsa-65", 1952),
        post_quantum("ml-dsa-87", 19, "ml-dsa-87", 2592),
        signature("unknown signature", &[0x2a, 3, 4]),
        signature("md5", &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4]),
        signature("sm2 with sm3", &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 1, 0x83, 0x75]),
        signature("gost", &[0x2a, 0x85, 3, 7, 1, 1, 3, 2]),
        noted("two signature algorithms", &["the certificate names two different signature algorithms"], |parts| {
            parts.outer = algorithm(&[0x2a, 3, 4]);
        }),
        unknown,
        sm2,
    ];
    // NIST's signatures that OpenSSL 3.0 knows: DSA, ECDSA and RSA with SHA-2 and SHA-3.
    for last in 1..=16 {
        all.push(made("nist", |parts| {
            parts.inner = algorithm(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, last]);
            parts.outer.clone_from(&parts.inner);
        }));
    }
    for last in 2..=16 {
        if (6..10).contains(&last) {
            continue;
        }
        all.push(made("pkcs 1", |parts| {
            parts.inner = algorithm(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, last]);
            parts.outer.clone_from(&parts.inner);
        }));
    }
    all
}

/// What `openssl` refuses, and this module reads but for the broken part.
fn broken() -> Vec<Made> {
    vec![
        noted("no serial", &["the serial number could not be read"], |parts| parts.serial = tlv(2, b"")),
        noted("no day", &["the end of the validity could not be read"], |parts| {
            parts.validity = validity(23, "240101000000Z", "240230000000Z");
        }),
        noted("broken issuer", &["the issuer could not be read"], |parts| parts.issuer = tlv(0x30, b"\x31\x05")),
        noted("broken key", &["the public key could not be read"], |parts| parts.key = tlv(0x30, b"\x30\x05")),
        noted("address of five bytes", &["a subject alternative name could not be read"], |parts| {
            let list = [tlv(0x87, &[1; 5]), tlv(0x82, b"a.example")].concat();
            parts.extensions = extensions(&[extension(ALTERNATIVE_NAME, false, &tlv(0x30, &list))]);
        }),
        noted("broken extensions", &["the list of extensions could not be read"], |parts| {
            parts.extensions = tlv(0xa3, b"x");
        }),
        noted("a broken extension", &["an extension could not be read"], |parts| {
            parts.extensions = extensions(&[tlv(0x30, b"")]);
        }),
        noted("no signature algorithm", &["the signature algorithm could not be read"], |parts| {
            parts.outer = tlv(0x30, b"");
        }),
    ]
}

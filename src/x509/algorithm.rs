//! The names of algorithms: one table for signatures, one for keys, one for curves.

/// Returns OpenSSL's long name of a signature algorithm, or the OID itself.
pub(super) fn signature_name(oid: &str) -> &str {
    SIGNATURES.iter().find(|(known, _)| *known == oid).map_or(oid, |(_, name)| name)
}

/// Where the size of a key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// The algorithm fixes it.
    Fixed(u32),
    /// The first number in the key.
    Modulus,
    /// The first number among the parameters.
    Prime,
    /// The curve that the parameters name.
    Curve,
    /// Such keys are not known by a size.
    None,
}

/// Returns the name of a kind of key and where its size comes from.
pub(super) fn key(oid: &str) -> Option<(&'static str, Size)> {
    KEYS.iter().find(|(known, ..)| *known == oid).map(|(_, name, size)| (*name, *size))
}

/// Returns the bits of the order of a named curve, as OpenSSL counts them.
pub(super) fn curve_bits(oid: &str) -> Option<u32> {
    CURVES.iter().find(|(known, _)| *known == oid).map(|(_, bits)| *bits)
}

/// The curve whose keys are a kind of their own, though their algorithm is that of all curves.
pub(super) const SM2: &str = "1.2.156.10197.1.301";

const SIGNATURES: &[(&str, &str)] = &[
    ("1.2.156.10197.1.501", "SM2-with-SM3"),
    ("1.2.156.10197.1.504", "sm3WithRSAEncryption"),
    ("1.2.643.2.2.3", "GOST R 34.11-94 with GOST R 34.10-2001"),
    ("1.2.643.2.2.4", "GOST R 34.11-94 with GOST R 34.10-94"),
    ("1.2.643.7.1.1.3.2", "GOST R 34.10-2012 with GOST R 34.11-2012 (256 bit)"),
    ("1.2.643.7.1.1.3.3", "GOST R 34.10-2012 with GOST R 34.11-2012 (512 bit)"),
    ("1.2.840.10040.4.3", "dsaWithSHA1"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.2", "ecdsa-with-Recommended"),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
    ("1.2.840.10045.4.3", "ecdsa-with-Specified"),
    ("1.2.840.113549.1.1.1", "rsaEncryption"),
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption"),
    ("1.2.840.113549.1.1.3", "md4WithRSAEncryption"),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.2.840.113549.1.1.10", "rsassaPss"),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
    ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption"),
    ("1.2.840.113549.1.1.15", "sha512-224WithRSAEncryption"),
    ("1.2.840.113549.1.1.16", "sha512-256WithRSAEncryption"),
    ("1.2.840.113549.1.9.16.3.17", "id-alg-hss-lms-hashsig"),
    // Only a hash, in the place of a signature.
    ("1.2.840.113549.2.2", "md2"),
    ("1.2.840.113549.2.4", "md4"),
    ("1.2.840.113549.2.5", "md5"),
    ("1.3.6.1.5.5.7.6.34", "id-alg-xmss-hashsig"),
    ("1.3.6.1.5.5.7.6.35", "id-alg-xmssmt-hashsig"),
    ("1.3.6.1.5.5.7.6.36", "id-alg-unsigned"),
    ("1.3.14.3.2.3", "md5WithRSA"),
    ("1.3.14.3.2.13", "dsaWithSHA"),
    ("1.3.14.3.2.15", "shaWithRSAEncryption"),
    ("1.3.14.3.2.18", "sha"),
    ("1.3.14.3.2.26", "sha1"),
    ("1.3.14.3.2.27", "dsaWithSHA1-old"),
    ("1.3.14.3.2.29", "sha1WithRSA"),
    ("1.3.36.3.3.1.2", "ripemd160WithRSA"),
    ("1.3.101.112", "ED25519"),
    ("1.3.101.113", "ED448"),
    ("2.5.8.3.100", "mdc2WithRSA"),
    ("2.5.8.3.101", "mdc2"),
    ("2.16.840.1.101.3.4.3.1", "dsa_with_SHA224"),
    ("2.16.840.1.101.3.4.3.2", "dsa_with_SHA256"),
    ("2.16.840.1.101.3.4.3.3", "dsa_with_SHA384"),
    ("2.16.840.1.101.3.4.3.4", "dsa_with_SHA512"),
    ("2.16.840.1.101.3.4.3.5", "dsa_with_SHA3-224"),
    ("2.16.840.1.101.3.4.3.6", "dsa_with_SHA3-256"),
    ("2.16.840.1.101.3.4.3.7", "dsa_with_SHA3-384"),
    ("2.16.840.1.101.3.4.3.8", "dsa_with_SHA3-512"),
    ("2.16.840.1.101.3.4.3.9", "ecdsa_with_SHA3-224"),
    ("2.16.840.1.101.3.4.3.10", "ecdsa_with_SHA3-256"),
    ("2.16.840.1.101.3.4.3.11", "ecdsa_with_SHA3-384"),
    ("2.16.840.1.101.3.4.3.12", "ecdsa_with_SHA3-512"),
    ("2.16.840.1.101.3.4.3.13", "RSA-SHA3-224"),
    ("2.16.840.1.101.3.4.3.14", "RSA-SHA3-256"),
    ("2.16.840.1.101.3.4.3.15", "RSA-SHA3-384"),
    ("2.16.840.1.101.3.4.3.16", "RSA-SHA3-512"),
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
    ("2.16.840.1.101.3.4.3.20", "SLH-DSA-SHA2-128s"),
    ("2.16.840.1.101.3.4.3.21", "SLH-DSA-SHA2-128f"),
    ("2.16.840.1.101.3.4.3.22", "SLH-DSA-SHA2-192s"),
    ("2.16.840.1.101.3.4.3.23", "SLH-DSA-SHA2-192f"),
    ("2.16.840.1.101.3.4.3.24", "SLH-DSA-SHA2-256s"),
    ("2.16.840.1.101.3.4.3.25", "SLH-DSA-SHA2-256f"),
    ("2.16.840.1.101.3.4.3.26", "SLH-DSA-SHAKE-128s"),
    ("2.16.840.1.101.3.4.3.27", "SLH-DSA-SHAKE-128f"),
    ("2.16.840.1.101.3.4.3.28", "SLH-DSA-SHAKE-192s"),
    ("2.16.840.1.101.3.4.3.29", "SLH-DSA-SHAKE-192f"),
    ("2.16.840.1.101.3.4.3.30", "SLH-DSA-SHAKE-256s"),
    ("2.16.840.1.101.3.4.3.31", "SLH-DSA-SHAKE-256f"),
    // The forms that sign a hash (FIPS 204, 5.4, and FIPS 205, 10.2.2), by the names of OpenSSL 3.5.
    ("2.16.840.1.101.3.4.3.32", "HASH-ML-DSA-44-WITH-SHA512"),
    ("2.16.840.1.101.3.4.3.33", "HASH-ML-DSA-65-WITH-SHA512"),
    ("2.16.840.1.101.3.4.3.34", "HASH-ML-DSA-87-WITH-SHA512"),
    ("2.16.840.1.101.3.4.3.35", "SLH-DSA-SHA2-128s-WITH-SHA256"),
    ("2.16.840.1.101.3.4.3.36", "SLH-DSA-SHA2-128f-WITH-SHA256"),
    ("2.16.840.1.101.3.4.3.37", "SLH-DSA-SHA2-192s-WITH-SHA512"),
    ("2.16.840.1.101.3.4.3.38", "SLH-DSA-SHA2-192f-WITH-SHA512"),
    ("2.16.840.1.101.3.4.3.39", "SLH-DSA-SHA2-256s-WITH-SHA512"),
    ("2.16.840.1.101.3.4.3.40", "SLH-DSA-SHA2-256f-WITH-SHA512"),
    ("2.16.840.1.101.3.4.3.41", "SLH-DSA-SHAKE-128s-WITH-SHAKE128"),
    ("2.16.840.1.101.3.4.3.42", "SLH-DSA-SHAKE-128f-WITH-SHAKE128"),
    ("2.16.840.1.101.3.4.3.43", "SLH-DSA-SHAKE-192s-WITH-SHAKE256"),
    ("2.16.840.1.101.3.4.3.44", "SLH-DSA-SHAKE-192f-WITH-SHAKE256"),
    ("2.16.840.1.101.3.4.3.45", "SLH-DSA-SHAKE-256s-WITH-SHAKE256"),
    ("2.16.840.1.101.3.4.3.46", "SLH-DSA-SHAKE-256f-WITH-SHAKE256"),
];

const KEYS: &[(&str, &str, Size)] = &[
    ("1.2.840.113549.1.1.1", "rsa", Size::Modulus),
    ("2.5.8.1.1", "rsa", Size::Modulus),
    ("1.2.840.113549.1.1.10", "rsa-pss", Size::Modulus),
    ("1.2.840.10045.2.1", "ec", Size::Curve),
    ("1.3.132.1.12", "ec", Size::Curve),
    (SM2, "sm2", Size::Fixed(256)),
    ("1.2.840.10040.4.1", "dsa", Size::Prime),
    ("1.3.14.3.2.12", "dsa", Size::Prime),
    ("1.2.840.113549.1.3.1", "dh", Size::Prime),
    ("1.2.840.10046.2.1", "dh", Size::Prime),
    // The length in bytes times eight; OpenSSL's 253 is the size of the order.
    ("1.3.101.110", "x25519", Size::Fixed(256)),
    ("1.3.101.111", "x448", Size::Fixed(448)),
    ("1.3.101.112", "ed25519", Size::Fixed(256)),
    ("1.3.101.113", "ed448", Size::Fixed(456)),
    ("1.2.643.2.2.19", "gost2001", Size::Fixed(256)),
    ("1.2.643.7.1.1.1.1", "gost2012-256", Size::Fixed(256)),
    ("1.2.643.7.1.1.1.2", "gost2012-512", Size::Fixed(512)),
    ("2.16.840.1.101.3.4.3.17", "ml-dsa-44", Size::None),
    ("2.16.840.1.101.3.4.3.18", "ml-dsa-65", Size::None),
    ("2.16.840.1.101.3.4.3.19", "ml-dsa-87", Size::None),
    ("2.16.840.1.101.3.4.3.20", "slh-dsa-sha2-128s", Size::None),
    ("2.16.840.1.101.3.4.3.21", "slh-dsa-sha2-128f", Size::None),
    ("2.16.840.1.101.3.4.3.22", "slh-dsa-sha2-192s", Size::None),
    ("2.16.840.1.101.3.4.3.23", "slh-dsa-sha2-192f", Size::None),
    ("2.16.840.1.101.3.4.3.24", "slh-dsa-sha2-256s", Size::None),
    ("2.16.840.1.101.3.4.3.25", "slh-dsa-sha2-256f", Size::None),
    ("2.16.840.1.101.3.4.3.26", "slh-dsa-shake-128s", Size::None),
    ("2.16.840.1.101.3.4.3.27", "slh-dsa-shake-128f", Size::None),
    ("2.16.840.1.101.3.4.3.28", "slh-dsa-shake-192s", Size::None),
    ("2.16.840.1.101.3.4.3.29", "slh-dsa-shake-192f", Size::None),
    ("2.16.840.1.101.3.4.3.30", "slh-dsa-shake-256s", Size::None),
    ("2.16.840.1.101.3.4.3.31", "slh-dsa-shake-256f", Size::None),
    ("2.16.840.1.101.3.4.3.32", "hash-ml-dsa-44-with-sha512", Size::None),
    ("2.16.840.1.101.3.4.3.33", "hash-ml-dsa-65-with-sha512", Size::None),
    ("2.16.840.1.101.3.4.3.34", "hash-ml-dsa-87-with-sha512", Size::None),
    ("2.16.840.1.101.3.4.3.35", "hash-slh-dsa-sha2-128s-with-sha256", Size::None),
    ("2.16.840.1.101.3.4.3.36", "hash-slh-dsa-sha2-128f-with-sha256", Size::None),
    ("2.16.840.1.101.3.4.3.37", "hash-slh-dsa-sha2-192s-with-sha512", Size::None),
    ("2.16.840.1.101.3.4.3.38", "hash-slh-dsa-sha2-192f-with-sha512", Size::None),
    ("2.16.840.1.101.3.4.3.39", "hash-slh-dsa-sha2-256s-with-sha512", Size::None),
    ("2.16.840.1.101.3.4.3.40", "hash-slh-dsa-sha2-256f-with-sha512", Size::None),
    ("2.16.840.1.101.3.4.3.41", "hash-slh-dsa-shake-128s-with-shake128", Size::None),
    ("2.16.840.1.101.3.4.3.42", "hash-slh-dsa-shake-128f-with-shake128", Size::None),
    ("2.16.840.1.101.3.4.3.43", "hash-slh-dsa-shake-192s-with-shake256", Size::None),
    ("2.16.840.1.101.3.4.3.44", "hash-slh-dsa-shake-192f-with-shake256", Size::None),
    ("2.16.840.1.101.3.4.3.45", "hash-slh-dsa-shake-256s-with-shake256", Size::None),
    ("2.16.840.1.101.3.4.3.46", "hash-slh-dsa-shake-256f-with-shake256", Size::None),
    ("1.2.840.113549.1.9.16.3.17", "hss-lms", Size::None),
    ("1.3.6.1.5.5.7.6.34", "xmss", Size::None),
    ("1.3.6.1.5.5.7.6.35", "xmssmt", Size::None),
    ("2.16.840.1.101.3.4.4.1", "ml-kem-512", Size::None),
    ("2.16.840.1.101.3.4.4.2", "ml-kem-768", Size::None),
    ("2.16.840.1.101.3.4.4.3", "ml-kem-1024", Size::None),
];

/// The curves that TLS certificates use. A key on another curve is of unknown size.
const CURVES: &[(&str, u32)] = &[
    (SM2, 256),
    // P-192, P-224, P-256, P-384, P-521
    ("1.2.840.10045.3.1.1", 192),
    ("1.3.132.0.33", 224),
    ("1.2.840.10045.3.1.7", 256),
    ("1.3.132.0.34", 384),
    ("1.3.132.0.35", 521),
    // secp256k1
    ("1.3.132.0.10", 256),
    // brainpoolP256r1, P384r1, P512r1 (RFC 8734)
    ("1.3.36.3.3.2.8.1.1.7", 256),
    ("1.3.36.3.3.2.8.1.1.11", 384),
    ("1.3.36.3.3.2.8.1.1.13", 512),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_of_the_new_standards_has_a_name() {
        for number in 17..=46 {
            let oid = format!("2.16.840.1.101.3.4.3.{number}");
            let (kind, size) = key(&oid).expect("a kind");
            assert!(signature_name(&oid) != oid && kind.contains("-dsa-") && size == Size::None, "{oid}");
        }
        assert_eq!(signature_name("2.16.840.1.101.3.4.3.33"), "HASH-ML-DSA-65-WITH-SHA512");
        assert_eq!(signature_name("2.16.840.1.101.3.4.3.46"), "SLH-DSA-SHAKE-256f-WITH-SHAKE256");
        assert_eq!((signature_name("1.2.840.113549.1.1.1"), signature_name("1.2.3")), ("rsaEncryption", "1.2.3"));
    }

    #[test]
    fn no_oid_has_two_names() {
        for (index, (oid, name)) in SIGNATURES.iter().enumerate() {
            assert!(!SIGNATURES[..index].iter().any(|(known, _)| known == oid), "{oid} {name}");
        }
        for (index, (oid, name, _)) in KEYS.iter().enumerate() {
            assert!(!KEYS[..index].iter().any(|(known, ..)| known == oid), "{oid} {name}");
        }
    }
}

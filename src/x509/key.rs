//! The kind and the size of a public key.

use super::algorithm::{self, Size};
use super::der::{Element, Elements};
use asn1_rs::Tag;

/// The content of a `SubjectPublicKeyInfo`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The name of the kind, or its dotted OID.
    pub(super) kind: String,
    pub(super) bits: Option<u32>,
    /// Whether a size that the kind has could not be read.
    pub(super) broken: bool,
}

/// Reads a `SubjectPublicKeyInfo`; `None` when not even the algorithm can be read.
pub(super) fn read(element: &Element<'_>) -> Option<Key> {
    let mut parts = element.sequence()?;
    let mut algorithm = parts.next()?.sequence()?;
    let oid = algorithm.next()?.oid()?;
    let Some((kind, size)) = algorithm::key(&oid) else {
        return Some(Key { kind: oid, bits: None, broken: false });
    };
    let parameters = algorithm.next();
    let curve = parameters.and_then(|parameters| parameters.oid());
    let kind = if size == Size::Curve && curve.as_deref() == Some(algorithm::SM2) { "sm2" } else { kind };
    let bits = match size {
        Size::Fixed(bits) => Some(bits),
        Size::Modulus => parts.next().and_then(|key| first_number(key.bit_string()?)),
        Size::Prime => parameters.and_then(|parameters| first_number(parameters.raw)),
        Size::Curve => match (&curve, parameters) {
            (Some(curve), _) => algorithm::curve_bits(curve),
            (None, Some(parameters)) => order_bits(&parameters),
            (None, None) => None,
        },
        Size::None => None,
    };
    // A curve of unknown name is not broken, and a DSA key may inherit its prime from the issuer.
    let broken = bits.is_none()
        && match size {
            Size::Modulus => true,
            Size::Prime => parameters.is_some_and(|parameters| !parameters.is(Tag::Null)),
            Size::Curve => curve.is_none(),
            Size::Fixed(_) | Size::None => false,
        };
    Some(Key { kind: kind.to_owned(), bits, broken })
}

/// Returns the bits of the INTEGER that a SEQUENCE begins with.
fn first_number(der: &[u8]) -> Option<u32> {
    Elements::of(der).next()?.sequence()?.next()?.integer_bits()
}

/// Returns the bits of the order of a curve with explicit parameters (X9.62 `ECParameters`).
fn order_bits(parameters: &Element<'_>) -> Option<u32> {
    // version, field, curve, base, order
    parameters.sequence()?.nth(4)?.integer_bits()
}

#[cfg(test)]
mod tests {
    use super::super::der::tlv;
    use super::*;

    fn key(algorithm: &[u8], bits: &[u8]) -> Option<Key> {
        let algorithm = tlv(0x30, algorithm);
        let spki = tlv(0x30, &[algorithm, tlv(3, bits)].concat());
        read(&Elements::of(&spki).next().unwrap())
    }

    #[allow(clippy::unnecessary_wraps)] // It is compared with what is read.
    fn expected(kind: &str, bits: Option<u32>, broken: bool) -> Option<Key> {
        Some(Key { kind: kind.to_owned(), bits, broken })
    }

    const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    const EC: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";

    #[test]
    fn each_kind_has_its_size_in_its_own_place() {
        assert_eq!(key(RSA, b"\0\x30\x07\x02\x02\x00\xff\x02\x01\x03"), expected("rsa", Some(8), false));
        assert_eq!(key(RSA, b"\0junk"), expected("rsa", None, true));
        let p521 = [EC, b"\x06\x05\x2b\x81\x04\x00\x23"].concat();
        assert_eq!(key(&p521, b"\0"), expected("ec", Some(521), false));
        let sm2 = [EC, b"\x06\x08\x2a\x81\x1c\xcf\x55\x01\x82\x2d"].concat();
        assert_eq!(key(&sm2, b"\0"), expected("sm2", Some(256), false));
        let strange = [EC, b"\x06\x03\x2a\x03\x04"].concat();
        assert_eq!(key(&strange, b"\0"), expected("ec", None, false));
        assert_eq!(key(EC, b"\0"), expected("ec", None, true));
        let order = [EC, b"\x30\x0c\x02\x01\x01\x30\x00\x30\x00\x04\x00\x02\x01\x1f"].concat();
        assert_eq!(key(&order, b"\0"), expected("ec", Some(5), false));
        assert_eq!(key(b"\x06\x03\x2b\x65\x71", b"\0"), expected("ed448", Some(456), false));
        assert_eq!(key(b"\x06\x07\x2a\x86\x48\xce\x38\x04\x01", b"\0"), expected("dsa", None, false));
    }

    #[test]
    fn unknown_kinds_are_their_oid() {
        assert_eq!(key(b"\x06\x03\x2a\x03\x04", b"\0"), expected("1.2.3.4", None, false));
        assert_eq!(key(b"", b"\0"), None);
    }
}

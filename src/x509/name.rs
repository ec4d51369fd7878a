//! Reads distinguished names.

use super::attribute;
use super::der::{Element, Elements};
use asn1_rs::Tag;

use crate::model::{Attribute, AttributeValue, DistinguishedName};

/// What a Name (X.501) contains.
#[derive(Debug, Default)]
pub(super) struct ReadName {
    /// `None` when the name is empty.
    pub(super) name: Option<DistinguishedName>,
    /// The number of values that have the type of a text and are not one; they are kept as DER.
    pub(super) unreadable_values: usize,
}

/// Reads a Name. One with a broken part is `None`: half a name would be another name.
pub(super) fn read(element: &Element<'_>) -> Option<ReadName> {
    read_sets(element.sequence()?)
}

/// Reads the content of a Name.
pub(super) fn read_content(content: &[u8]) -> Option<ReadName> {
    read_sets(Elements::of(content))
}

fn read_sets(mut sets: Elements<'_>) -> Option<ReadName> {
    let mut unreadable_values = 0;
    let mut parts = Vec::new();
    for set in sets.by_ref() {
        if !set.is(Tag::Set) {
            return None;
        }
        let mut values = Elements::of(set.content);
        let mut part = Vec::new();
        for value in values.by_ref() {
            part.push(attribute(&value, &mut unreadable_values)?);
        }
        if !values.is_done() {
            return None;
        }
        parts.push(part);
    }
    sets.is_done().then(|| ReadName { name: DistinguishedName::new(parts), unreadable_values })
}

/// Reads one attribute, and counts a value that is not the text it claims to be.
fn attribute(element: &Element<'_>, unreadable_values: &mut usize) -> Option<Attribute> {
    let mut parts = element.sequence()?;
    let (oid, value) = (parts.next()?.oid()?, parts.next()?);
    let text = text(&value);
    if text.is_none() && value.primitive().is_some_and(is_text) {
        *unreadable_values += 1;
    }
    Some(match (attribute::short_name(&oid), text) {
        (Some(short), Some(text)) => Attribute { kind: short.into(), value: AttributeValue::Text(text.into()) },
        (short, _) => {
            Attribute { kind: short.map_or(oid.into(), Into::into), value: AttributeValue::Der(value.raw.into()) }
        }
    })
}

fn is_text(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Utf8String
            | Tag::NumericString
            | Tag::PrintableString
            | Tag::T61String
            | Tag::Ia5String
            | Tag::VisibleString
            | Tag::UniversalString
            | Tag::BmpString
    )
}

/// Returns the text of a string. The types of one byte per character are read as Latin-1, whatever repertoire they
/// promise: certificates do not keep the promise, and OpenSSL does the same.
fn text(value: &Element<'_>) -> Option<String> {
    let bytes = value.content;
    let tag = value.primitive().filter(|tag| is_text(*tag))?;
    match tag {
        Tag::Utf8String => std::str::from_utf8(bytes).ok().map(str::to_owned),
        Tag::BmpString => {
            let (units, []) = bytes.as_chunks::<2>() else {
                return None;
            };
            // UTF-16 where the standard says UCS-2: names beyond the plane are written so.
            char::decode_utf16(units.iter().map(|unit| u16::from_be_bytes(*unit))).collect::<Result<_, _>>().ok()
        }
        Tag::UniversalString => {
            let (units, []) = bytes.as_chunks::<4>() else {
                return None;
            };
            units.iter().map(|unit| char::from_u32(u32::from_be_bytes(*unit))).collect()
        }
        _ => Some(bytes.iter().copied().map(char::from).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::der::tlv;
    use super::*;

    fn attribute(oid: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
        tlv(0x30, &[tlv(6, oid), tlv(tag, value)].concat())
    }

    fn name_of(sets: &[Vec<u8>]) -> Option<ReadName> {
        read(&Elements::of(&tlv(0x30, &sets.concat())).next().unwrap())
    }

    const CN: &[u8] = &[0x55, 4, 3];

    fn cn(tag: u8, value: &[u8]) -> (DistinguishedName, usize) {
        let ReadName { name, unreadable_values } = name_of(&[tlv(0x31, &attribute(CN, tag, value))]).unwrap();
        (name.unwrap(), unreadable_values)
    }

    #[test]
    fn string_types() {
        for (tag, value, text) in [
            (12, "é".as_bytes(), "é"),
            (19, b"a*b", "a*b"),
            (20, b"caf\xe9", "café"),
            (22, b"x", "x"),
            (28, b"\0\0\x53\x17\0\x01\xf6\0", "北😀"),
            (30, b"\x53\x17\xd8\x3d\xde\0", "北😀"),
            (30, b"", ""),
        ] {
            let (name, unreadable_values) = cn(tag, value);
            assert_eq!(name.common_name(), Some(text), "{tag}");
            assert_eq!((name.to_string(), unreadable_values), (format!("CN={text}"), 0));
        }
    }

    #[test]
    fn broken_strings_are_kept_as_der() {
        for (tag, value) in [(12, &b"\xff"[..]), (30, b"\x53"), (30, b"\xd8\x3d"), (28, b"\0\x11\0\0")] {
            let (name, unreadable_values) = cn(tag, value);
            assert_eq!((name.common_name(), unreadable_values), (None, 1));
            let digits = crate::hex::hex(value).to_uppercase();
            assert_eq!(name.to_string(), format!("CN=#{tag:02X}{:02X}{digits}", value.len()));
        }
        assert_eq!(cn(4, b"x").1, 0);
    }

    #[test]
    fn order_sets_and_unknown_types() {
        let first = tlv(0x31, &attribute(CN, 12, b"a"));
        let both = [attribute(&[0x55, 4, 11], 12, b"b"), attribute(CN, 12, b"c")].concat();
        let unknown = tlv(0x31, &attribute(&[0x2a, 3, 4], 19, b"d"));
        let name = name_of(&[first, tlv(0x31, &both), tlv(0x31, &[]), unknown]).unwrap().name.unwrap();
        assert_eq!(name.to_string(), "1.2.3.4=#130164,CN=c+OU=b,CN=a");
        assert_eq!(name.common_name(), Some("c"));
        // A type that no certificate of a server has, `favouriteDrink` to OpenSSL, stays its OID.
        let cosine = [9, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 5];
        let rare = name_of(&[tlv(0x31, &attribute(&cosine, 12, b"tea"))]).unwrap().name.unwrap();
        assert_eq!(rare.to_string(), "0.9.2342.19200300.100.1.5=#0C03746561");
    }

    #[test]
    fn empty_and_broken_names() {
        assert!(name_of(&[]).unwrap().name.is_none());
        assert!(name_of(&[vec![0x31, 9]]).is_none());
        assert!(name_of(&[tlv(0x30, &[])]).is_none());
        assert!(name_of(&[tlv(0x31, &[0x30, 9])]).is_none());
    }
}

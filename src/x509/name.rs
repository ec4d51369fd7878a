//! Distinguished names, as RFC 4514 writes them and `openssl … -nameopt RFC2253,-esc_msb,utf8` prints them.

use super::attribute;
use super::der::{Element, Elements};
use crate::hex::hex;
use asn1_rs::Tag;

const COMMON_NAME: &str = "2.5.4.3";

/// What a Name says.
#[derive(Debug, Default)]
pub(super) struct DistinguishedName {
    /// RFC 4514 text; `None` when the name is empty.
    pub(super) text: Option<String>,
    /// The last encoded common name that is a text.
    pub(super) common_name: Option<String>,
    /// How many values have the type of a text and are none; they stand as `#` and hex.
    pub(super) unreadable_values: usize,
}

/// Reads a Name. One that breaks anywhere is `None`: half a name would be another name.
pub(super) fn read(element: &Element<'_>) -> Option<DistinguishedName> {
    let mut name = DistinguishedName::default();
    let mut parts = Vec::new();
    let mut sets = element.sequence()?;
    for set in sets.by_ref() {
        if !set.is(Tag::Set) {
            return None;
        }
        let mut values = Elements::of(set.content);
        let mut joined = Vec::new();
        for value in values.by_ref() {
            joined.push(attribute_text(&value, &mut name)?);
        }
        if !values.is_done() {
            return None;
        }
        if !joined.is_empty() {
            // RFC 4514 leaves the order inside to the writer; OpenSSL turns it round with the rest.
            joined.reverse();
            parts.push(joined.join("+"));
        }
    }
    if !sets.is_done() {
        return None;
    }
    parts.reverse();
    name.text = (!parts.is_empty()).then(|| parts.join(","));
    Some(name)
}

/// `type=value` of one attribute, telling `name` what it is worth knowing of it.
fn attribute_text(element: &Element<'_>, name: &mut DistinguishedName) -> Option<String> {
    let mut parts = element.sequence()?;
    let (oid, value) = (parts.next()?.oid()?, parts.next()?);
    let text = text(&value);
    if text.is_none() && value.primitive().is_some_and(is_text) {
        name.unreadable_values += 1;
    }
    if oid == COMMON_NAME && text.is_some() {
        name.common_name.clone_from(&text);
    }
    Some(match (attribute::short_name(&oid), text) {
        (Some(short), Some(text)) => format!("{short}={}", escape(&text)),
        (short, _) => {
            let dump = hex(value.raw).to_ascii_uppercase();
            format!("{}=#{dump}", short.unwrap_or(&oid))
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

/// The text of a string. The types of one byte per character are taken as Latin-1, whatever
/// repertoire they promise: so does OpenSSL, and certificates do not keep the promise.
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

/// A value as RFC 4514 2.4 wants it written, control characters in hex pairs.
fn escape(value: &str) -> String {
    use std::fmt::Write as _;

    let mut escaped = String::with_capacity(value.len());
    for (at, character) in value.char_indices() {
        let first = at == 0;
        let last = at + character.len_utf8() == value.len();
        match character {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' => escaped.extend(['\\', character]),
            '#' if first => escaped.push_str("\\#"),
            ' ' if first || last => escaped.push_str("\\ "),
            // The second range of controls too, which terminals obey and OpenSSL prints.
            _ if character.is_control() => {
                for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a String does not fail.
                    let _ = write!(escaped, "\\{byte:02X}");
                }
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::der::tlv;
    use super::*;

    fn attribute(oid: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
        tlv(0x30, &[tlv(6, oid), tlv(tag, value)].concat())
    }

    fn name_of(sets: &[Vec<u8>]) -> Option<DistinguishedName> {
        read(&Elements::of(&tlv(0x30, &sets.concat())).next().unwrap())
    }

    const CN: &[u8] = &[0x55, 4, 3];

    fn cn(tag: u8, value: &[u8]) -> DistinguishedName {
        name_of(&[tlv(0x31, &attribute(CN, tag, value))]).unwrap()
    }

    #[test]
    fn escaping() {
        for (value, escaped) in [
            ("plain", "plain"),
            ("", ""),
            (" ", "\\ "),
            ("  ", "\\ \\ "),
            (" a b ", "\\ a b\\ "),
            ("#1#", "\\#1#"),
            ("a,b+c\"d\\e<f>g;h=i", "a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h=i"),
            ("a\0b\nc\u{7f}", "a\\00b\\0Ac\\7F"),
            ("\u{9b}31m", "\\C2\\9B31m"),
            ("北京é😀", "北京é😀"),
        ] {
            assert_eq!(escape(value), escaped);
        }
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
            let name = cn(tag, value);
            assert_eq!(name.common_name.as_deref(), Some(text), "{tag}");
            assert_eq!(name.text, Some(format!("CN={text}")));
            assert_eq!(name.unreadable_values, 0);
        }
    }

    #[test]
    fn broken_strings_stand_in_hex() {
        for (tag, value) in [(12, &b"\xff"[..]), (30, b"\x53"), (30, b"\xd8\x3d"), (28, b"\0\x11\0\0")] {
            let name = cn(tag, value);
            assert_eq!((name.common_name, name.unreadable_values), (None, 1));
            assert_eq!(name.text, Some(format!("CN=#{tag:02X}{:02X}{}", value.len(), hex(value).to_uppercase())));
        }
        assert_eq!(cn(4, b"x").unreadable_values, 0);
    }

    #[test]
    fn order_joining_and_unknown_types() {
        let first = tlv(0x31, &attribute(CN, 12, b"a"));
        let both = [attribute(&[0x55, 4, 11], 12, b"b"), attribute(CN, 12, b"c")].concat();
        let unknown = tlv(0x31, &attribute(&[0x2a, 3, 4], 19, b"d"));
        let name = name_of(&[first, tlv(0x31, &both), tlv(0x31, &[]), unknown]).unwrap();
        assert_eq!(name.text.as_deref(), Some("1.2.3.4=#130164,CN=c+OU=b,CN=a"));
        assert_eq!(name.common_name.as_deref(), Some("c"));
    }

    #[test]
    fn empty_and_broken_names() {
        assert!(name_of(&[]).unwrap().text.is_none());
        assert!(name_of(&[vec![0x31, 9]]).is_none());
        assert!(name_of(&[tlv(0x30, &[])]).is_none());
        assert!(name_of(&[tlv(0x31, &[0x30, 9])]).is_none());
    }
}

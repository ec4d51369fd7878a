//! The encoding rules: splits DER into elements without interpreting them.
//!
//! Built on the header parser of asn1-rs; see the parent module for the reason.

use asn1_rs::{Class, FromDer, Header, Tag};

/// One element: its tag, what it holds, and all its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    class: Class,
    tag: Tag,
    constructed: bool,
    pub(super) content: &'a [u8],
    pub(super) raw: &'a [u8],
}

impl<'a> Element<'a> {
    pub(super) fn is(&self, tag: Tag) -> bool {
        let constructed = matches!(tag, Tag::Sequence | Tag::Set);
        self.class == Class::Universal && self.tag == tag && self.constructed == constructed
    }

    pub(super) fn is_context(&self, number: u32) -> bool {
        self.context() == Some(number)
    }

    /// Returns the number of a context-specific tag.
    pub(super) fn context(&self) -> Option<u32> {
        (self.class == Class::ContextSpecific).then_some(self.tag.0)
    }

    /// Returns the tag of a primitive element of the universal class.
    pub(super) fn primitive(&self) -> Option<Tag> {
        (self.class == Class::Universal && !self.constructed).then_some(self.tag)
    }

    /// Returns the elements inside, when this is a SEQUENCE.
    pub(super) fn sequence(&self) -> Option<Elements<'a>> {
        self.is(Tag::Sequence).then(|| Elements::of(self.content))
    }

    /// Returns the bytes of a BIT STRING that is a whole number of bytes.
    pub(super) fn bit_string(&self) -> Option<&'a [u8]> {
        match self.content.split_first() {
            Some((0, bytes)) if self.is(Tag::BitString) => Some(bytes),
            _ => None,
        }
    }

    /// Returns the number of significant bits of an INTEGER read as unsigned, as key parameters are.
    pub(super) fn integer_bits(&self) -> Option<u32> {
        if !self.is(Tag::Integer) {
            return None;
        }
        let digits = without_leading_zeros(self.content);
        let top = digits.first()?.leading_zeros();
        u32::try_from(digits.len()).ok()?.checked_mul(8)?.checked_sub(top)
    }

    /// Returns the dotted text of an OBJECT IDENTIFIER. Arcs beyond 128 bits (none is in use) are unreadable.
    pub(super) fn oid(&self) -> Option<String> {
        use std::fmt::Write as _;

        // The top bit of the last byte announces another byte, so the arc is cut.
        if !self.is(Tag::Oid) || self.content.last()? & 0x80 != 0 {
            return None;
        }
        let mut text = String::new();
        let mut arc: u128 = 0;
        for byte in self.content {
            arc = arc.checked_mul(128)? + u128::from(byte & 0x7f);
            if byte & 0x80 != 0 {
                // A leading zero septet is not DER, and would let two encodings read as one OID.
                if arc == 0 {
                    return None;
                }
                continue;
            }
            // The first two arcs share one number (X.690 8.19.4).
            let written = match arc {
                _ if !text.is_empty() => write!(text, ".{arc}"),
                0..40 => write!(text, "0.{arc}"),
                40..80 => write!(text, "1.{}", arc - 40),
                _ => write!(text, "2.{}", arc - 80),
            };
            written.ok()?;
            arc = 0;
        }
        Some(text)
    }
}

/// A sequence of elements. It ends at the first bytes that are not an element.
#[derive(Debug, Clone)]
pub(super) struct Elements<'a> {
    rest: &'a [u8],
}

impl<'a> Elements<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Returns whether every byte was part of an element.
    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// Returns the next element if it fulfils a condition; otherwise it is not consumed.
    pub(super) fn next_if(&mut self, wanted: impl Fn(&Element<'a>) -> bool) -> Option<Element<'a>> {
        self.clone().next().filter(wanted)?;
        self.next()
    }

    /// Returns the next SEQUENCE, even one whose length exceeds the bytes there are, and the number of missing bytes.
    pub(super) fn next_even_cut(&mut self) -> Option<(Element<'a>, usize)> {
        if let Some(element) = self.next_if(|element| element.is(Tag::Sequence)) {
            return Some((element, 0));
        }
        let (content, header) = Header::from_der(self.rest).ok()?;
        let length = header.length().definite().ok()?;
        let missing = length.checked_sub(content.len()).filter(|missing| *missing > 0)?;
        let element = element(&header, content, self.rest);
        self.rest = &[];
        element.is(Tag::Sequence).then_some((element, missing))
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let (content, header) = Header::from_der(self.rest).ok()?;
        let length = header.length().definite().ok()?;
        let (content, rest) = content.split_at_checked(length)?;
        let (raw, _) = self.rest.split_at_checked(self.rest.len().checked_sub(rest.len())?)?;
        self.rest = rest;
        Some(element(&header, content, raw))
    }
}

fn element<'a>(header: &Header<'_>, content: &'a [u8], raw: &'a [u8]) -> Element<'a> {
    Element { class: header.class(), tag: header.tag(), constructed: header.is_constructed(), content, raw }
}

/// Returns the bytes from the first that is not zero.
pub(super) fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

/// An element of less than 128 bytes, for the tests around.
#[cfg(test)]
pub(super) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut der = vec![tag, u8::try_from(content.len()).unwrap()];
    der.extend_from_slice(content);
    der
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oid(content: &[u8]) -> Option<String> {
        Elements::of(&tlv(6, content)).next().unwrap().oid()
    }

    #[test]
    fn oids_are_dotted() {
        assert_eq!(oid(&[0x55, 0x04, 0x03]).as_deref(), Some("2.5.4.3"));
        assert_eq!(oid(&[0x2a, 0x86, 0x48]).as_deref(), Some("1.2.840"));
        assert_eq!(oid(&[0x88, 0x37]).as_deref(), Some("2.999"));
        assert_eq!(oid(&[0x00]).as_deref(), Some("0.0"));
        for broken in [&[][..], &[0x2a, 0x86], &[0x2a, 0x80, 0x01], &[0xff; 40]] {
            assert_eq!(oid(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn integers_count_their_bits() {
        let bits = |der: &[u8]| Elements::of(der).next().unwrap().integer_bits();
        assert_eq!(bits(&[2, 2, 0x00, 0x80]), Some(8));
        assert_eq!(bits(&[2, 2, 0x01, 0x00]), Some(9));
        assert_eq!(bits(&[2, 1, 0]), None);
        assert_eq!(bits(&[4, 1, 1]), None);
    }

    #[test]
    fn a_cut_sequence_gives_what_is_left_of_it() {
        let mut elements = Elements::of(&[0x30, 5, 2, 1, 7]);
        let (cut, missing) = elements.next_even_cut().unwrap();
        assert_eq!((cut.content, missing), (&[2, 1, 7][..], 2));
        assert!(Elements::of(&[0x30, 0x80, 0, 0]).next_even_cut().is_none());
        assert!(Elements::of(&[0x02, 5, 1]).next_even_cut().is_none());
    }
}

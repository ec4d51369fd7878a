//! Distinguished names: who a certificate was issued to, and by whom.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// The name of a subject or an issuer (RFC 5280, 4.1.2.4): at least one attribute, in the order of the certificate.
///
/// Displayed as RFC 4514 text, the most specific attribute first. A clone shares the attributes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DistinguishedName(Arc<[Box<[Attribute]>]>);

/// A type and a value within a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Attribute {
    /// The short name, such as `CN`; the dotted OID of a type without one.
    pub kind: Cow<'static, str>,
    pub value: AttributeValue,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AttributeValue {
    Text(Box<str>),
    /// The DER of a value that is not text, or of a type without a short name (RFC 4514, 2.4).
    Der(Box<[u8]>),
}

const COMMON_NAME: &str = "CN";

impl DistinguishedName {
    /// Returns the name of these sets of attributes, the most general first; `None` where there is no attribute.
    pub fn new(sets: Vec<Vec<Attribute>>) -> Option<Self> {
        let sets: Vec<_> = sets.into_iter().filter(|set| !set.is_empty()).map(Vec::into_boxed_slice).collect();
        (!sets.is_empty()).then(|| Self(sets.into()))
    }

    /// Returns the attributes in the order of the text: the most specific first.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.0.iter().rev().flat_map(|set| set.iter().rev())
    }

    /// Returns the most specific common name that is text.
    pub fn common_name(&self) -> Option<&str> {
        self.common_names().next()
    }

    /// Returns every common name that is text, the most specific first.
    pub fn common_names(&self) -> impl Iterator<Item = &str> {
        let of_kind = self.attributes().filter(|attribute| attribute.kind == COMMON_NAME);
        of_kind.filter_map(|attribute| match &attribute.value {
            AttributeValue::Text(text) => Some(&**text),
            AttributeValue::Der(_) => None,
        })
    }

    /// Returns the most specific value of a type, unescaped.
    pub fn value(&self, kind: &str) -> Option<Cow<'_, str>> {
        let attribute = self.attributes().find(|attribute| attribute.kind == kind)?;
        Some(match &attribute.value {
            AttributeValue::Text(text) => Cow::Borrowed(text),
            AttributeValue::Der(_) => Cow::Owned(attribute.value.to_string()),
        })
    }

    /// Returns whether both name the same entity (RFC 5280, 7.1): neither case nor the amount of white space counts, nor
    /// the order within a set.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self == other || (self.0.len() == other.0.len() && self.comparison_key() == other.comparison_key())
    }

    /// Returns a text that is equal for names of the same entity, and for no others.
    pub fn comparison_key(&self) -> String {
        let mut key = String::new();
        for set in self.0.iter() {
            let mut parts: Vec<String> = set.iter().map(Attribute::comparison_key).collect();
            parts.sort_unstable();
            let _ = write!(key, "{};", parts.len());
            // With their lengths, since values may contain any separator.
            for part in parts {
                let _ = write!(key, "{}:{part}", part.len());
            }
        }
        key
    }
}

impl Attribute {
    fn comparison_key(&self) -> String {
        match &self.value {
            AttributeValue::Text(text) => self.kind.chars().chain(['=']).chain(folded(text)).collect(),
            der @ AttributeValue::Der(_) => format!("{}#{der}", self.kind),
        }
    }
}

/// Returns the characters of a value for comparison: without case, with one space for white space between words, and
/// without white space around them (RFC 4518, 2.2 and 2.6.1).
fn folded(text: &str) -> impl Iterator<Item = char> {
    // By way of upper case, where `ß` is `SS` and all forms of sigma are one.
    let fold = |word| str::chars(word).flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    let words = text.split_whitespace().enumerate();
    words.flat_map(move |(number, word)| (number > 0).then_some(' ').into_iter().chain(fold(word)))
}

/// RFC 4514 text.
impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, set) in self.0.iter().rev().enumerate() {
            if number > 0 {
                f.write_char(',')?;
            }
            // RFC 4514 leaves the order inside a set to the writer; OpenSSL turns it round with the rest.
            for (number, attribute) in set.iter().rev().enumerate() {
                if number > 0 {
                    f.write_char('+')?;
                }
                write!(f, "{}={}", attribute.kind, attribute.value)?;
            }
        }
        Ok(())
    }
}

impl Serialize for DistinguishedName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Escaped as RFC 4514, 2.4 has it; `#` and hex digits of a value that is DER.
impl fmt::Display for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write_escaped(text, f),
            Self::Der(der) => {
                f.write_char('#')?;
                der.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
            }
        }
    }
}

/// Writes a value with control characters in hex pairs.
fn write_escaped(value: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (at, character) in value.char_indices() {
        let is_first = at == 0;
        let is_last = at + character.len_utf8() == value.len();
        match character {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' => write!(f, "\\{character}")?,
            '#' if is_first => f.write_str("\\#")?,
            ' ' if is_first || is_last => f.write_str("\\ ")?,
            // The second range of controls too, which terminals obey and OpenSSL prints.
            _ if character.is_control() => {
                character.encode_utf8(&mut [0; 4]).bytes().try_for_each(|byte| write!(f, "\\{byte:02X}"))?;
            }
            _ => f.write_char(character)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(kind: &'static str, value: &str) -> Attribute {
        Attribute { kind: kind.into(), value: AttributeValue::Text(value.into()) }
    }

    fn name(sets: &[&[(&'static str, &str)]]) -> DistinguishedName {
        let set = |set: &&[(&'static str, &str)]| set.iter().map(|(kind, value)| text(kind, value)).collect();
        DistinguishedName::new(sets.iter().map(set).collect()).expect("a name")
    }

    #[test]
    fn values_are_escaped() {
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
            assert_eq!(AttributeValue::Text(value.into()).to_string(), escaped);
        }
        assert_eq!(AttributeValue::Der([0x0c, 1, 0xff].into()).to_string(), "#0C01FF");
    }

    #[test]
    fn the_most_specific_attribute_comes_first() {
        let name = name(&[&[("C", "CN")], &[("OU", "x=y"), ("CN", "a, b")], &[], &[("CN", "c")]]);
        assert_eq!(name.to_string(), r"CN=c,CN=a\, b+OU=x=y,C=CN");
        assert_eq!(name.common_name(), Some("c"));
        assert_eq!((name.value("OU").as_deref(), name.value("C").as_deref()), (Some("x=y"), Some("CN")));
        assert_eq!(name.value("O"), None);
        assert_eq!(serde_json::to_string(&name).expect("json"), r#""CN=c,CN=a\\, b+OU=x=y,C=CN""#);
        assert_eq!(DistinguishedName::new(vec![vec![], vec![]]), None);
    }

    #[test]
    fn a_value_that_is_not_text_stands_in_hex_and_is_not_a_common_name() {
        let der = Attribute { kind: "CN".into(), value: AttributeValue::Der([4, 1, 0x78].into()) };
        let name = DistinguishedName::new(vec![vec![text("CN", "a")], vec![der]]).expect("a name");
        assert_eq!((name.to_string().as_str(), name.common_name()), ("CN=#040178,CN=a", Some("a")));
        assert_eq!(name.value("CN").as_deref(), Some("#040178"));
    }

    #[test]
    fn case_and_white_space_do_not_tell_entities_apart_and_structure_does() {
        let one = name(&[&[("O", "Example")], &[("CN", "Root")]]);
        assert!(one.is_same_as(&name(&[&[("O", "EXAMPLE")], &[("CN", "root")]])));
        assert_ne!(one, name(&[&[("O", "EXAMPLE")], &[("CN", "root")]]));
        for (value, other) in
            [("My  CA", "My CA"), (" my ca\u{3000}", "MY\tCA"), ("Žižkov", "ŽIŽKOV"), ("Straße", "STRASSE")]
        {
            assert!(name(&[&[("CN", value)]]).is_same_as(&name(&[&[("CN", other)]])), "{value:?} {other:?}");
        }
        let set = name(&[&[("O", "a"), ("CN", "b")]]);
        assert!(set.is_same_as(&name(&[&[("CN", "b"), ("O", "a")]])));
        assert!(!name(&[&[("O", "a"), ("O", "a")]]).is_same_as(&name(&[&[("O", "a"), ("O", "b")]])));
        assert!(!name(&[&[("CN", "MyCA")]]).is_same_as(&name(&[&[("CN", "My CA")]])));
        for other in [
            name(&[&[("O", "Example"), ("CN", "Root")]]),
            name(&[&[("CN", "Root")], &[("O", "Example")]]),
            name(&[&[("O", "Example")]]),
            name(&[&[("O", "Example")], &[("OU", "Root")]]),
        ] {
            assert!(!one.is_same_as(&other), "{other}");
        }
    }
}

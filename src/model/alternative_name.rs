//! Subject alternative names, each of its kind.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use serde::{Serialize, Serializer};

/// A subject alternative name (RFC 5280, 4.2.1.6) of a kind that names a host or a resource.
///
/// A DNS name matches host names only and an address matches addresses only; a URI matches neither (RFC 9525, 6.3).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AlternativeName {
    /// As the certificate has it; not every such text is a possible host name.
    Dns(String),
    /// A certificate's DNS name that is not ASCII, against RFC 5280: it covers no host, whatever it looks like.
    InvalidDns(String),
    Ip(IpAddr),
    Uri(String),
}

impl AlternativeName {
    /// Returns the name that a cloud wrote as plain text, of the kind that the text looks like.
    pub fn from_text(text: String) -> Self {
        match text.parse() {
            Ok(address) => Self::Ip(address),
            // A DNS name has no colon.
            Err(_) if text.contains(':') => Self::Uri(text),
            Err(_) => Self::Dns(text),
        }
    }

    /// Returns the name without its kind.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Dns(text) | Self::InvalidDns(text) | Self::Uri(text) => Cow::Borrowed(text),
            Self::Ip(address) => Cow::Owned(address.to_string()),
        }
    }
}

impl fmt::Display for AlternativeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(text) | Self::InvalidDns(text) | Self::Uri(text) => f.pad(text),
            Self::Ip(address) => address.fmt(f),
        }
    }
}

impl Serialize for AlternativeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_is_of_the_kind_that_it_looks_like() {
        let dns = |text: &str| AlternativeName::Dns(text.to_owned());
        let uri = |text: &str| AlternativeName::Uri(text.to_owned());
        let ip = |text: &str| AlternativeName::Ip(text.parse().expect(text));
        for (text, name) in [
            ("www.example.com", dns("www.example.com")),
            ("*.例子.测试", dns("*.例子.测试")),
            ("two words", dns("two words")),
            ("192.0.2.1", ip("192.0.2.1")),
            ("192.0.2.256", dns("192.0.2.256")),
            ("2001:db8::1", ip("2001:db8::1")),
            ("https://www.example.com/", uri("https://www.example.com/")),
            ("urn:a", uri("urn:a")),
        ] {
            let read = AlternativeName::from_text(text.to_owned());
            assert_eq!((&read, read.to_string().as_str(), &*read.text()), (&name, text, text));
        }
    }
}

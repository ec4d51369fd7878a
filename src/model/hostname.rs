//! Names of hosts and of certificates in one canonical form, and how one covers the other, by RFC 9525 (and RFC 6125
//! before it).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use idna::{AsciiDenyList, domain_to_ascii_cow};
use serde::{Serialize, Serializer};

use super::AlternativeName;

/// The characters that UTS 46 maps to a dot.
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// A name in its canonical form: an address, or lower-case A-labels without a trailing dot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Name {
    Address(IpAddr),
    Dns(String),
    /// The name after `*.`.
    Wildcard(String),
}

impl Name {
    /// Returns the canonical form of a host name or an address as users write it; `None` of a text that is neither.
    fn of(text: &str) -> Option<Self> {
        let bare = text.strip_suffix(DOTS).unwrap_or(text);
        let brackets = bare.strip_prefix('[').and_then(|text| text.strip_suffix(']')).filter(|text| text.contains(':'));
        if let Ok(address) = brackets.unwrap_or(bare).parse() {
            return Some(Self::Address(address));
        }
        Self::of_dns(text)
    }

    /// Returns the canonical form of an alternative name. A DNS name that spells an address is not an address (RFC 9525,
    /// 6.3), and neither a URI nor a DNS name outside of ASCII names a host.
    pub(super) fn of_alternative(name: &AlternativeName) -> Option<Self> {
        match name {
            AlternativeName::Dns(text) => Self::of_dns(text),
            AlternativeName::Ip(address) => Some(Self::Address(*address)),
            AlternativeName::InvalidDns(_) | AlternativeName::Uri(_) => None,
        }
    }

    /// Returns the canonical form of a DNS name; `None` of a text that is not a host name. `*` must be the whole
    /// left-most label.
    pub(super) fn of_dns(text: &str) -> Option<Self> {
        let text = text.strip_suffix(DOTS).unwrap_or(text);
        // IDNA has no `*`, and rejects it beside right-to-left labels, so it is split off first.
        match text.strip_prefix('*').and_then(|text| text.strip_prefix(DOTS)) {
            Some(parent) => dns_name(parent).filter(|name| name.len() <= 251).map(Self::Wildcard),
            None => dns_name(text).map(Self::Dns),
        }
    }

    /// Returns how a certificate's name covers a host.
    pub(super) fn covers(&self, host: &Self) -> Option<Match> {
        match (self, host) {
            (pattern, host) if pattern == host => Some(Match::Exact),
            (Self::Wildcard(parent), Self::Dns(host)) => {
                host.split_once('.').filter(|(_, rest)| rest == parent).map(|_| Match::Wildcard)
            }
            _ => None,
        }
    }
}

/// Returns a DNS name in lower-case A-labels: letters, digits, hyphens, and the underscores that are in use.
fn dns_name(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let name = match domain_to_ascii_cow(text.as_bytes(), AsciiDenyList::EMPTY) {
        Ok(name) => name.into_owned(),
        // An A-label that IDNA rejects is still equal to itself.
        Err(_) if text.is_ascii() => text,
        Err(_) => return None,
    };
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(is_allowed);
    // A name whose last label is a number is a misspelt address.
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    let last = name.rsplit('.').next()?;
    (name.len() <= 253 && name.split('.').all(is_label) && !is_number(last)).then_some(name)
}

/// How a certificate covers a host; the closest match is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Match {
    /// By a wildcard in place of the host's left-most label.
    Wildcard,
    /// By name.
    Exact,
}

impl Match {
    /// Returns the word that JSON carries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wildcard => "wildcard",
            Self::Exact => "exact",
        }
    }
}

impl Serialize for Match {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A host that a certificate covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostMatch {
    /// As the user wrote it.
    pub name: String,
    #[serde(rename = "match")]
    pub how: Match,
}

/// A host that a user asks for.
///
/// Also a wildcard, `*.example.com`: only certificates with the same wildcard cover it, since single names never cover
/// every host that it matches.
#[derive(Debug, Clone)]
pub struct Host {
    text: String,
    name: Name,
}

impl Host {
    /// Parses a host name or an IP address; IPv6 also in the brackets of a URL.
    ///
    /// # Errors
    /// The text is not a host name; the error says why, in a sentence that does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match Name::of(text) {
            Some(name) => Ok(Self { text: text.to_owned(), name }),
            None => Err(why_impossible(text).to_owned()),
        }
    }

    /// Returns the text as the user wrote it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the canonical form.
    pub(super) fn canonical(&self) -> &Name {
        &self.name
    }
}

/// Returns why a text is not a host name.
fn why_impossible(text: &str) -> &'static str {
    let port = |text: &str| {
        let (host, port) = text.rsplit_once(':')?;
        (!host.contains(':') || host.ends_with(']')).then(|| port.parse::<u16>().ok())?
    };
    let looks_like_address = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if text.is_empty() {
        "name a host, such as www.example.com"
    } else if text.split_once('/').is_some_and(|(address, _)| address.parse::<IpAddr>().is_ok()) {
        "name one address, not a network"
    } else if text.contains('/') {
        "write only the host name of a URL, such as www.example.com"
    } else if port(text).is_some() {
        "write the host name without its port, such as www.example.com"
    } else if text.contains('*') {
        "a wildcard is the whole left-most label, such as *.example.com"
    } else if text.contains(':') || looks_like_address(text) {
        "this is no IP address; write it such as 192.0.2.1 or 2001:db8::1"
    } else {
        "no host can have this name; write one such as www.example.com"
    }
}

impl FromStr for Host {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }
}

/// As the user wrote it.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// Spellings of one name are equal.
impl PartialEq for Host {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Host {}

#[cfg(test)]
#[path = "hostname_tests.rs"]
mod tests;

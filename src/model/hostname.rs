//! Which certificates cover a host, by RFC 9525 (and RFC 6125 before it).

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use idna::{AsciiDenyList, domain_to_ascii_cow};
use serde::{Serialize, Serializer};

use super::Certificate;

/// The dots that UTS 46 takes for one.
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// A name in the one form in which it is compared: an address, or lower-case A-labels without a trailing dot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    Address(IpAddr),
    Dns(String),
    /// The name behind `*.`.
    Wildcard(String),
}

impl Name {
    /// `None` for what can be no host's name, nor a wildcard that counts: `*` is the whole left-most label
    /// or nothing at all.
    fn of(text: &str) -> Option<Self> {
        let text = text.strip_suffix(DOTS).unwrap_or(text);
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).filter(|text| text.contains(':'));
        if let Ok(address) = bare.unwrap_or(text).parse() {
            return Some(Self::Address(address));
        }
        // Taken off first: IDNA knows no `*`, and refuses it beside labels that run from right to left.
        match text.strip_prefix('*').and_then(|text| text.strip_prefix(DOTS)) {
            Some(parent) => dns_name(parent).filter(|name| name.len() <= 251).map(Self::Wildcard),
            None => dns_name(text).map(Self::Dns),
        }
    }

    /// How a certificate's name covers a host's.
    fn covers(&self, host: &Self) -> Option<Match> {
        match (self, host) {
            (pattern, host) if pattern == host => Some(Match::Exact),
            (Self::Wildcard(parent), Self::Dns(host)) => {
                host.split_once('.').filter(|(_, behind)| behind == parent).map(|_| Match::Wildcard)
            }
            _ => None,
        }
    }
}

/// A DNS name in lower-case A-labels: letters, digits, hyphens, and the underscores that people do use.
fn dns_name(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let name = match domain_to_ascii_cow(text.as_bytes(), AsciiDenyList::EMPTY) {
        Ok(name) => name.into_owned(),
        // An A-label that stands for nothing allowed still is the same as itself.
        Err(_) if text.is_ascii() => text,
        Err(_) => return None,
    };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(fits);
    // A name whose last label is a number is an address that went wrong.
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    let last = name.rsplit('.').next()?;
    (name.len() <= 253 && name.split('.').all(is_label) && !is_number(last)).then_some(name)
}

/// Whether `pattern`, a name in a certificate, covers `host`.
///
/// Case, a trailing dot, and the difference between `例子.测试` and `xn--fsqu00a.xn--0zwm56d` do not count. A
/// wildcard stands for one whole left-most label: `*.example.com` covers `a.example.com`, and
/// neither `example.com` nor `a.b.example.com`. `f*.example.com`, `*.*.com` and `*` cover nothing. `*.com` covers
/// `example.com`, as the RFC has it, though many clients are stricter. An address is covered by itself
/// alone, in any spelling.
pub fn name_matches(pattern: &str, host: &str) -> bool {
    let covers = || Name::of(pattern)?.covers(&Name::of(host)?);
    covers().is_some()
}

/// How a certificate covers a host; the closer, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Match {
    /// By a wildcard that stands for the host's left-most label.
    Wildcard,
    /// By name.
    Exact,
}

impl Match {
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

/// A host as a user names it.
///
/// Also `*.example.com`: certificates that hold this very wildcard cover it, exactly, and no others do,
/// since no certificate of single names covers all that the wildcard may stand for.
#[derive(Debug, Clone)]
pub struct Host {
    text: String,
    name: Name,
}

impl Host {
    /// Reads a host name or an IP address; IPv6 also in the brackets of a URL.
    ///
    /// # Errors
    /// Why no host can have this name, in a sentence that does not repeat it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match Name::of(text) {
            Some(name) => Ok(Self { text: text.to_owned(), name }),
            None => Err(why_impossible(text).to_owned()),
        }
    }

    /// As the user wrote it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

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

/// Two spellings of one name are the same host.
impl PartialEq for Host {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Host {}

/// How closely a certificate covers a host, if it does: by its subject alternative names, or by its
/// common name only where it has no alternative name that is a DNS name or an address.
pub fn best_match(certificate: &Certificate, host: &Host) -> Option<Match> {
    matching_hosts(certificate, &[host]).first().map(|covered| covered.how)
}

/// Which of these hosts a certificate covers, in their order.
pub fn matching_hosts(certificate: &Certificate, hosts: &[&Host]) -> Vec<HostMatch> {
    let names: Vec<Name> = host_names(certificate).filter_map(|name| Name::of(name)).collect();
    let covered = hosts.iter().filter_map(|host| {
        let how = names.iter().filter_map(|name| name.covers(&host.name)).max()?;
        Some(HostMatch { name: host.text.clone(), how })
    });
    covered.collect()
}

/// The names of hosts that a certificate is for, each in the one spelling in which they are compared;
/// what can be no host's name stands as it is beside others, and is none alone.
pub fn names_of(certificate: &Certificate) -> BTreeSet<String> {
    let spelt = |(text, name): (&String, Option<Name>)| match name {
        Some(Name::Address(address)) => address.to_string(),
        Some(Name::Dns(name)) => name,
        Some(Name::Wildcard(parent)) => format!("*.{parent}"),
        None => text.to_lowercase(),
    };
    let names: Vec<_> = host_names(certificate).map(|name| (name, Name::of(name))).collect();
    if names.iter().all(|(_, name)| name.is_none()) {
        return BTreeSet::new();
    }
    names.into_iter().map(spelt).collect()
}

/// The alternative names that hosts can have, or else the common name.
fn host_names(certificate: &Certificate) -> impl Iterator<Item = &String> {
    let mut names = certificate.subject_alternative_names.iter().filter(|name| !is_uri(name)).peekable();
    let common_name = if names.peek().is_none() { certificate.common_name.as_ref() } else { None };
    names.chain(common_name).filter(|name| !name.is_empty())
}

/// Of the alternative names that are kept, only URIs and IPv6 addresses have colons.
fn is_uri(name: &str) -> bool {
    name.contains(':') && name.parse::<IpAddr>().is_err()
}

#[cfg(test)]
#[path = "hostname_tests.rs"]
mod tests;

//! The subject alternative names that name a host or a resource: DNS names, addresses and URIs.

use super::der::Elements;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::from_utf8;

use crate::model::AlternativeName::{self, Dns, InvalidDns, Ip, Uri};

/// The names of all the lists of a certificate.
#[derive(Default)]
pub(super) struct AlternativeNames {
    /// In the order of the certificate, each text once.
    pub(super) list: Vec<AlternativeName>,
    /// The index of each text in the list.
    indices: HashMap<String, usize>,
    /// The number of names, or lists of names, that could not be read.
    pub(super) unreadable: usize,
}

impl AlternativeNames {
    /// Appends the names of one extension's value.
    pub(super) fn read(&mut self, value: &[u8]) {
        let Some(mut names) = Elements::of(value).next().and_then(|names| names.sequence()) else {
            self.unreadable += 1;
            return;
        };
        for name in names.by_ref() {
            // IA5 text by the standard, UTF-8 in practice.
            let text = || from_utf8(name.content).ok().map(str::to_owned);
            let dns = |text: String| if text.is_ascii() { Dns(text) } else { InvalidDns(text) };
            let read = match name.context() {
                Some(2) => text().map(dns),
                Some(6) => text().map(Uri),
                Some(7) => ip_address(name.content),
                Some(0..=8) => continue,
                _ => None,
            };
            match read {
                Some(name) => self.add(name),
                None => self.unreadable += 1,
            }
        }
        if !names.is_done() {
            self.unreadable += 1;
        }
    }

    /// Adds a name. Of two names with the same text, the kind that can match a host is kept: a DNS name that spells an
    /// address matches nothing, the address does.
    fn add(&mut self, name: AlternativeName) {
        match self.indices.entry(name.to_string()) {
            Entry::Vacant(entry) => {
                entry.insert(self.list.len());
                self.list.push(name);
            }
            Entry::Occupied(entry) => {
                let kept = &mut self.list[*entry.get()];
                if matches!((&*kept, &name), (Dns(_) | Uri(_), Ip(_)) | (Uri(_), Dns(_) | InvalidDns(_))) {
                    *kept = name;
                }
            }
        }
    }
}

fn ip_address(bytes: &[u8]) -> Option<AlternativeName> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Some(Ip(Ipv4Addr::from(bytes).into()));
    }
    let bytes = <[u8; 16]>::try_from(bytes).ok()?;
    Some(Ip(Ipv6Addr::from(bytes).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> AlternativeName {
        Ip(text.parse().unwrap())
    }

    #[test]
    fn alternative_names_keep_their_order_and_kind_and_are_listed_once() {
        let mut names = AlternativeNames::default();
        names.read(b"\x30\x10\x82\x01b\x82\x01a\x82\x01b\x81\x01m\x87\x02\x01\x01");
        names.read(b"\x30\x0d\x87\x04\x01\x02\x03\x04\x82\x01a\x86\x02x:");
        names.read(b"junk");
        assert_eq!(names.list, [Dns("b".to_owned()), Dns("a".to_owned()), ip("1.2.3.4"), Uri("x:".to_owned())]);
        assert_eq!(names.unreadable, 2);
    }

    #[test]
    fn of_one_text_the_kind_that_can_match_a_host_is_kept() {
        let (dns, uri, address) = (b"\x82\x071.2.3.4", b"\x86\x071.2.3.4", b"\x87\x04\x01\x02\x03\x04");
        for list in [[&dns[..], &uri[..], &address[..]], [address, uri, dns], [uri, dns, address]] {
            let mut names = AlternativeNames::default();
            names.read(&super::super::der::tlv(0x30, &list.concat()));
            assert_eq!(names.list, [ip("1.2.3.4")]);
        }
        let mut names = AlternativeNames::default();
        names.read(b"\x30\x06\x86\x01a\x82\x01a");
        assert_eq!(names.list, [Dns("a".to_owned())]);
        let mut names = AlternativeNames::default();
        names.read(b"\x30\x08\x86\x02\xc3\xa9\x82\x02\xc3\xa9");
        assert_eq!(names.list, [InvalidDns("é".to_owned())]);
    }
}

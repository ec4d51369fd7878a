//! The subject alternative names that name a host: DNS names, addresses and URIs.

use super::der::Elements;
use std::collections::HashSet;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::from_utf8;

/// The names of all the lists of a certificate.
#[derive(Default)]
pub(super) struct AlternativeNames {
    /// In the order they stand, each once.
    pub(super) list: Vec<String>,
    seen: HashSet<String>,
    /// How many names, or lists of them, could not be read.
    pub(super) unreadable: usize,
}

impl AlternativeNames {
    /// Reads the value of one extension onto the end of the list.
    pub(super) fn read(&mut self, value: &[u8]) {
        let Some(mut names) = Elements::of(value).next().and_then(|names| names.sequence()) else {
            self.unreadable += 1;
            return;
        };
        for name in names.by_ref() {
            let text = match name.context() {
                // A DNS name or a URI: IA5 by the standard, UTF-8 in the field.
                Some(2 | 6) => from_utf8(name.content).ok().map(str::to_owned),
                Some(7) => ip_address(name.content),
                Some(0..=8) => continue,
                _ => None,
            };
            match text {
                Some(text) => {
                    if self.seen.insert(text.clone()) {
                        self.list.push(text);
                    }
                }
                None => self.unreadable += 1,
            }
        }
        if !names.is_done() {
            self.unreadable += 1;
        }
    }
}

fn ip_address(bytes: &[u8]) -> Option<String> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(bytes).to_string());
    }
    let bytes = <[u8; 16]>::try_from(bytes).ok()?;
    Some(Ipv6Addr::from(bytes).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternative_names_keep_their_order_and_stand_once() {
        let mut names = AlternativeNames::default();
        names.read(b"\x30\x10\x82\x01b\x82\x01a\x82\x01b\x81\x01m\x87\x02\x01\x01");
        names.read(b"\x30\x0d\x87\x04\x01\x02\x03\x04\x82\x01a\x86\x02x:");
        names.read(b"junk");
        assert_eq!(names.list, ["b", "a", "1.2.3.4", "x:"]);
        assert_eq!(names.unreadable, 2);
    }
}

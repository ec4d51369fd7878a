//! Which hosts a certificate covers, by RFC 9525 (and RFC 6125 before it).

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::hostname::Name;
use super::{AlternativeName, Certificate, DistinguishedName, Host, HostMatch, Match};

/// Returns how a certificate covers a host, by its closest name; `None` where it does not.
///
/// The subject alternative names count; the common names only where no alternative name is a DNS name or an address,
/// and never for an address. Case, a trailing dot, and the difference between `例子.测试` and `xn--fsqu00a.xn--0zwm56d`
/// do not count, but a DNS name of a certificate must be in ASCII (RFC 5280, 4.2.1.6). A wildcard matches one whole
/// left-most label: `*.example.com` covers `a.example.com`, but neither `example.com` nor `a.b.example.com`.
/// `f*.example.com`, `*.*.com` and `*` cover nothing. `*.com` covers `example.com` by the RFC, though many clients are
/// stricter. An address is covered only by the same address.
pub fn best_match(certificate: &Certificate, host: &Host) -> Option<Match> {
    matching_hosts(certificate, &[host]).first().map(|host| host.how)
}

/// Returns the hosts that a certificate covers, in the given order.
pub fn matching_hosts(certificate: &Certificate, hosts: &[&Host]) -> Vec<HostMatch> {
    let names: Vec<Name> = host_names(certificate).into_iter().filter_map(|(_, name)| name).collect();
    let matches = hosts.iter().filter_map(|host| {
        let how = names.iter().filter_map(|name| name.covers(host.canonical())).max()?;
        Some(HostMatch { name: host.as_str().to_owned(), how })
    });
    matches.collect()
}

/// Returns the host names of a certificate, each in its canonical spelling. Names that no host can have are kept as they
/// are beside others; a certificate with only such names has none.
pub fn names_of(certificate: &Certificate) -> BTreeSet<String> {
    let names = host_names(certificate);
    if names.iter().all(|(_, name)| name.is_none()) {
        return BTreeSet::new();
    }
    let spelling = |(text, name): (Cow<'_, str>, Option<Name>)| match name {
        Some(Name::Address(address)) => address.to_string(),
        Some(Name::Dns(name)) => name,
        Some(Name::Wildcard(parent)) => format!("*.{parent}"),
        None => text.to_lowercase(),
    };
    names.into_iter().map(spelling).collect()
}

/// Returns the DNS names and addresses of a certificate, or else its common names, with the canonical form of each.
fn host_names(certificate: &Certificate) -> Vec<(Cow<'_, str>, Option<Name>)> {
    let is_host = |name: &&AlternativeName| !matches!(name, AlternativeName::Uri(_));
    let names = certificate.subject_alternative_names.iter().filter(is_host);
    let mut names: Vec<_> = names.map(|name| (name.text(), Name::of_alternative(name))).collect();
    if names.is_empty() && !certificate.traits.san_incomplete {
        names.extend(common_names(certificate).map(|name| (Cow::from(name), common_name(certificate, name))));
    }
    names.retain(|(text, _)| !text.is_empty());
    names
}

/// Returns every common name of the subject; the cloud's where no subject is known.
fn common_names(certificate: &Certificate) -> impl Iterator<Item = &str> {
    let own = certificate.subject.iter().flat_map(DistinguishedName::common_names);
    let clouds = certificate.common_name.as_deref().filter(|_| certificate.subject.is_none());
    own.chain(clouds)
}

/// Returns the canonical form of a common name. Clients compare it byte for byte, so outside of ASCII it covers nothing;
/// a cloud's own field may hold the Unicode form of an A-label.
fn common_name(certificate: &Certificate, text: &str) -> Option<Name> {
    (text.is_ascii() || certificate.subject.is_none()).then(|| Name::of_dns(text)).flatten()
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;

//! The certification path (RFC 5280, 6.1) among the certificates that a cloud stores as a chain: in which
//! order they belong, and what is wrong with them. Told by names alone; no signature is checked.

use crate::model::{rfc3339, weak_key, weak_signature};
use crate::x509::Facts;

/// A chain in its order.
#[derive(Debug, Default)]
pub(super) struct Path {
    /// The certificate itself, each of its issuers, then whatever belongs to none of them.
    pub certificates: Vec<Facts>,
    /// What is wrong with it, for the certificate of a server.
    pub notes: Vec<String>,
}

impl Path {
    /// Puts the certificates of a chain in order.
    pub(super) fn of(stored: Vec<Facts>) -> Self {
        let Some(leaf) = leaf_of(&stored) else { return Self::default() };
        let path = path_from(leaf, &stored);
        let notes = notes(&stored, &path);
        let mut stored: Vec<Option<Facts>> = stored.into_iter().map(Some).collect();
        let mut certificates: Vec<Facts> = path.iter().filter_map(|index| stored.get_mut(*index)?.take()).collect();
        certificates.extend(stored.into_iter().flatten());
        Self { certificates, notes }
    }
}

/// The certificate that issued none of the others; the first where that is none or several.
fn leaf_of(stored: &[Facts]) -> Option<usize> {
    let issued_another = |(number, facts): (usize, &Facts)| {
        let mut others = stored.iter().enumerate().filter(|(other, _)| *other != number);
        facts.subject.is_some() && others.any(|(_, other)| other.issuer == facts.subject)
    };
    let mut leaves = (0..stored.len()).zip(stored).filter(|leaf| !issued_another(*leaf)).map(|(number, _)| number);
    match (leaves.next(), leaves.next()) {
        (Some(only), None) => Some(only),
        _ => (!stored.is_empty()).then_some(0),
    }
}

/// The leaf, and issuer after issuer, as far as they are there.
fn path_from(leaf: usize, stored: &[Facts]) -> Vec<usize> {
    let mut path = vec![leaf];
    let mut last = &stored[leaf];
    while !is_self_issued(last) && last.issuer.is_some() {
        let next =
            stored.iter().enumerate().find(|(index, facts)| facts.subject == last.issuer && !path.contains(index));
        let Some((index, facts)) = next else { break };
        path.push(index);
        last = facts;
    }
    path
}

fn is_self_issued(facts: &Facts) -> bool {
    facts.subject.is_some() && facts.subject == facts.issuer
}

fn notes(stored: &[Facts], path: &[usize]) -> Vec<String> {
    let mut notes = Vec::new();
    let members: Vec<&Facts> = path.iter().map(|index| &stored[*index]).collect();
    let Some((leaf, issuers)) = members.split_first() else { return notes };
    if path.first() != Some(&0) {
        notes.push("the chain is out of order: the certificate itself is not its first".to_owned());
    } else if !path.is_sorted() {
        notes.push("the chain is out of order: a certificate does not follow the one that it issued".to_owned());
    }
    if let (Some(issuer), [], false) = (&leaf.issuer, issuers, is_self_issued(leaf)) {
        notes.push(format!("the chain is incomplete: it lacks the issuer's certificate, {issuer}"));
    }
    // The same issuer, certified by two authorities, is no stranger.
    let is_known = |facts: &Facts| issuers.iter().any(|issuer| issuer.subject == facts.subject);
    let strangers =
        stored.iter().enumerate().filter(|(index, facts)| !path.contains(index) && !is_known(facts)).count();
    match strangers {
        0 => {}
        1 => notes.push("a certificate of the chain is not on the path from the certificate itself".to_owned()),
        many => notes.push(format!("{many} certificates of the chain are not on the path from the certificate itself")),
    }
    notes.extend(issuers.iter().flat_map(|issuer| notes_on(issuer, leaf)));
    notes
}

/// What ails one of the issuers.
fn notes_on(issuer: &Facts, leaf: &Facts) -> Vec<String> {
    let name = issuer.subject.as_deref().unwrap_or("without a name");
    let end = issuer.not_after.filter(|end| leaf.not_after.is_some_and(|leaf| *end < leaf));
    let expiry = end.map(|end| format!("it expires before the certificate itself, at {}", rfc3339(end)));
    // A root is trusted for being known, not for its signature.
    let algorithm = issuer.signature_algorithm.as_deref().filter(|_| !is_self_issued(issuer));
    let key = weak_key(issuer.key_type.as_deref(), issuer.key_bits);
    let told = [expiry, key, algorithm.and_then(weak_signature)].into_iter().flatten();
    told.map(|note| format!("the issuer's certificate, {name}: {note}")).collect()
}

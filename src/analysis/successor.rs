//! Superseded certificates: another certificate that can take its place lives longer.
//!
//! A certificate that was renewed in one place may be forgotten in another, and expire there although its successor
//! exists.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{
    Certificate, Facet, Issuance, Kind, NoteCode, Purpose, Source, Successor, names_of, rfc3339, soonest_first,
};

/// What a certificate and its successor have in common: whether they are SM2 pairs, which serve other clients than
/// other server certificates, and their host names.
type Names = (bool, BTreeSet<String>);

/// Sets the successor of every certificate that is superseded by another one of the slice, with a note.
///
/// A successor covers the same names, lives longer, and can be put in the certificate's place at the time `now`: it is
/// valid, not revoked and for servers, has a key of the same kind (others stand beside one another for clients of both
/// kinds), and is not self-signed where the certificate is an authority's.
pub(crate) fn mark_superseded(certificates: &mut [Certificate], now: DateTime<Utc>) {
    let mut same_names: HashMap<Names, Vec<usize>> = HashMap::new();
    for (index, certificate) in certificates.iter().enumerate() {
        let names = names_of(certificate);
        if certificate.kind != Kind::Ca && !names.is_empty() && !certificate.is_unreadable(Facet::Names) {
            same_names.entry((certificate.kind == Kind::ServerSm, names)).or_default().push(index);
        }
    }
    for mut group in same_names.into_values().filter(|group| group.len() > 1) {
        let all = &*certificates;
        group.sort_by(|a, b| {
            let ends = (Reverse(all[*a].not_after), Reverse(all[*b].not_after));
            ends.0.cmp(&ends.1).then_with(|| soonest_first(&all[*a], &all[*b]))
        });
        let candidates = Candidates::of(group.iter().map(|index| &all[*index]).filter(|other| is_usable(other, now)));
        let successor = |certificate: &Certificate| successor(candidates.longest_lived_for(certificate)?);
        let superseded: Vec<(usize, Successor)> =
            group.iter().filter_map(|index| Some((*index, successor(&all[*index])?))).collect();
        for (index, successor) in superseded {
            let certificate = &mut certificates[index];
            let end = rfc3339(successor.not_after);
            let text = format!("superseded: {successor} is for the same names and lives until {end}");
            certificate.note(NoteCode::Superseded, text);
            certificate.superseded_by = Some(Box::new(successor));
        }
    }
}

/// Returns a certificate as a successor; `None` where its end is unknown.
fn successor(certificate: &Certificate) -> Option<Successor> {
    Some(Successor {
        provider: certificate.provider,
        service: certificate.service,
        account: certificate.account.clone(),
        region: certificate.region.clone(),
        id: certificate.id.clone(),
        name: certificate.name.clone(),
        not_after: certificate.not_after?,
    })
}

/// Returns whether clients accept a certificate for a server at a moment, as far as is known.
fn is_usable(certificate: &Certificate, now: DateTime<Utc>) -> bool {
    let is_valid = certificate.not_before.is_none_or(|start| start <= now) && !certificate.is_expired(now);
    is_valid && !certificate.is_revoked && certificate.traits.purpose != Purpose::Other
}

/// What a certificate must have in common with its successor: the kind of key, and whether it is self-signed.
type Class<'a> = (Option<&'a str>, bool);

/// The certificates of a group that can be successors.
struct Candidates<'a> {
    /// The longest-lived of each class, each with its place among all.
    classes: HashMap<Class<'a>, Vec<(usize, &'a Certificate)>>,
    /// The longest-lived of all, and of those that are not self-signed: for a certificate with an unknown kind of key.
    of_any_key: [Vec<(usize, &'a Certificate)>; 2],
}

impl<'a> Candidates<'a> {
    /// Takes the longest-lived certificates of a sorted group, each certificate once however many records it has.
    fn of(group: impl Iterator<Item = &'a Certificate>) -> Self {
        let mut candidates = Self { classes: HashMap::new(), of_any_key: [Vec::new(), Vec::new()] };
        for (place, certificate) in group.enumerate() {
            let class = class(certificate);
            add(candidates.classes.entry(class).or_default(), (place, certificate));
            let [all, by_authorities] = &mut candidates.of_any_key;
            add(all, (place, certificate));
            if !class.1 {
                add(by_authorities, (place, certificate));
            }
        }
        candidates
    }

    /// Returns the longest-lived certificate that can take the place of another one and lives longer than it.
    fn longest_lived_for(&self, certificate: &Certificate) -> Option<&'a Certificate> {
        let (key, is_self_signed) = class(certificate);
        // Where it is unknown who signed a certificate, a self-signed one may take its place.
        let may_be_self_signed = is_self_signed || certificate.traits.issuance == Issuance::Unknown;
        let [all, by_authorities] = &self.of_any_key;
        let lists = match (key, may_be_self_signed) {
            (None, true) => vec![Some(all)],
            (None, false) => vec![Some(by_authorities)],
            (Some(_), _) => {
                let classes = [(key, false), (None, false), (key, true), (None, true)];
                let classes = classes.into_iter().take(if may_be_self_signed { 4 } else { 2 });
                classes.map(|class| self.classes.get(&class)).collect()
            }
        };
        let others =
            lists.into_iter().flatten().filter_map(|list| list.iter().find(|(_, other)| !are_same(certificate, other)));
        let (_, longest_lived) = others.min_by_key(|(place, _)| place)?;
        let lives_longer = certificate.not_after.is_some() && longest_lived.not_after > certificate.not_after;
        lives_longer.then_some(*longest_lived)
    }
}

fn class(certificate: &Certificate) -> Class<'_> {
    (certificate.key_type.as_deref(), certificate.traits.issuance == Issuance::SelfSigned)
}

/// Adds a certificate to a list of candidates, where it is among the first of them.
fn add<'a>(candidates: &mut Vec<(usize, &'a Certificate)>, (place, certificate): (usize, &'a Certificate)) {
    // A certificate is the same as few candidates, so its successor is among the first of them.
    const MAX_CANDIDATES: usize = 8;
    if candidates.len() < MAX_CANDIDATES && !candidates.iter().any(|(_, known)| are_same(known, certificate)) {
        candidates.push((place, certificate));
    }
}

/// Returns whether two records are of one certificate: by SHA-256, or by SHA-1 where both have only that.
///
/// Records without comparable fingerprints are of one certificate where the one is a copy of the other, or where their
/// ends are at most a day apart: clouds that send no fingerprint send the end without a time zone or without a time.
fn are_same(a: &Certificate, b: &Certificate) -> bool {
    if a.kind == Kind::ServerSm && a.not_after != b.not_after {
        // The fingerprint is the signing certificate's; the encryption certificate may have been renewed alone.
        return false;
    }
    match [(&a.fingerprint_sha256, &b.fingerprint_sha256), (&a.fingerprint_sha1, &b.fingerprint_sha1)] {
        [(Some(a), Some(b)), _] | [_, (Some(a), Some(b))] => a == b,
        _ => is_copy(a, b) || is_copy(b, a) || end_within_a_day(a, b),
    }
}

fn is_copy(copy: &Certificate, origin: &Certificate) -> bool {
    let is_origin = |source: &Source| source.service == origin.service && source.id.is_some() && source.id == origin.id;
    copy.provider == origin.provider && copy.source.as_ref().is_some_and(is_origin)
}

fn end_within_a_day(a: &Certificate, b: &Certificate) -> bool {
    let within = |a: DateTime<Utc>, b: DateTime<Utc>| (a - b).abs() <= TimeDelta::days(1);
    a.not_after.zip(b.not_after).is_some_and(|(a, b)| within(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AlternativeName, Note, Traits};

    fn certificate(id: &str, names: &[&str], not_after: i64) -> Certificate {
        Certificate {
            provider: "aliyun",
            service: "slb",
            account: "shop".to_owned(),
            region: "cn-hangzhou".to_owned(),
            id: Some(id.to_owned()),
            name: Some(format!("name of {id}")),
            subject_alternative_names: names.iter().map(|name| AlternativeName::Dns((*name).to_owned())).collect(),
            fingerprint_sha1: Some(format!("sha1 of {id}")),
            not_after: DateTime::from_timestamp(not_after, 0),
            ..Certificate::default()
        }
    }

    /// The ids of the successors, in the order of the certificates.
    fn successors(mut certificates: Vec<Certificate>) -> Vec<Option<String>> {
        mark_superseded(&mut certificates, DateTime::UNIX_EPOCH);
        for certificate in &certificates {
            assert_eq!(certificate.notes.len(), usize::from(certificate.superseded_by.is_some()), "{certificate:?}");
        }
        certificates.into_iter().map(|certificate| certificate.superseded_by?.id.clone()).collect()
    }

    fn ids(ids: &[Option<&str>]) -> Vec<Option<String>> {
        ids.iter().map(|id| id.map(str::to_owned)).collect()
    }

    #[test]
    fn the_longest_lived_supersedes_all_others_of_its_names() {
        let names = &["www.example.com", "example.com"];
        let turned = &["EXAMPLE.com", "www.example.com."];
        let all = vec![
            certificate("old", names, 10),
            certificate("middle", turned, 20),
            certificate("new", names, 30),
            certificate("also new", turned, 30),
            certificate("of more names", &["www.example.com", "example.com", "a.example.com"], 40),
            certificate("of fewer names", &["example.com"], 5),
            certificate("of no name", &[], 5),
        ];
        // Of two that live equally long the first by name counts.
        let by = Some("also new");
        assert_eq!(successors(all), ids(&[by, by, None, None, None, None, None]));
    }

    #[test]
    fn a_common_name_counts_where_there_is_no_other() {
        let common_name = Certificate { common_name: Some("a.example".to_owned()), ..certificate("cn", &[], 10) };
        assert_eq!(successors(vec![common_name, certificate("new", &["a.example"], 20)]), ids(&[Some("new"), None]));
    }

    #[test]
    fn the_same_certificate_in_another_place_is_not_a_successor() {
        let same = |id: &str, sha256: Option<&str>, end| Certificate {
            fingerprint_sha1: Some("one".to_owned()),
            fingerprint_sha256: sha256.map(str::to_owned),
            ..certificate(id, &["a.example"], end)
        };
        assert_eq!(successors(vec![same("a", None, 10), same("b", Some("x"), 20)]), ids(&[None, None]));
        assert_eq!(successors(vec![same("a", Some("x"), 10), same("b", Some("x"), 20)]), ids(&[None, None]));
        assert_eq!(successors(vec![same("a", Some("y"), 10), same("b", Some("x"), 20)]), ids(&[Some("b"), None]));
        let third = certificate("c", &["a.example"], 15);
        assert_eq!(
            successors(vec![same("a", None, 10), same("b", None, 20), third]),
            ids(&[Some("c"), None, Some("b")])
        );
    }

    #[test]
    fn without_a_fingerprint_a_successor_lives_longer_by_more_than_a_day() {
        const DAY: i64 = 86_400;
        let unknown = |id, end| Certificate { fingerprint_sha1: None, ..certificate(id, &["a.example"], end) };
        assert_eq!(successors(vec![unknown("a", 0), unknown("b", DAY)]), ids(&[None, None]));
        assert_eq!(
            successors(vec![unknown("a", 0), certificate("b", &["a.example"], DAY + 1)]),
            ids(&[Some("b"), None])
        );
        let made_from = |id: &str| Some(Source { service: "slb", id: Some(id.to_owned()), name: None });
        let copy = |id: &str| Certificate { source: made_from(id), ..unknown("copy", 0) };
        let origin = || certificate("origin", &["a.example"], 9 * DAY);
        assert_eq!(successors(vec![copy("origin"), origin()]), ids(&[None, None]));
        assert_eq!(successors(vec![copy("another"), origin()]), ids(&[Some("origin"), None]));
        let revoked = Certificate { is_revoked: true, ..origin() };
        assert_eq!(successors(vec![unknown("a", 0), revoked]), ids(&[None, None]));
    }

    #[test]
    fn what_cannot_take_its_place_is_not_a_successor() {
        let of = |id: &str, key_type: Option<&str>, issuance, end| Certificate {
            key_type: key_type.map(str::to_owned),
            traits: Traits { issuance, ..Traits::default() },
            ..certificate(id, &["a.example"], end)
        };
        let (own, by) = (Issuance::SelfSigned, Issuance::Authority);
        let old = || of("old", Some("rsa"), by, 10);
        let new = || of("new", Some("rsa"), Issuance::PublicAuthority, 20);
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        let other = Traits { purpose: Purpose::Other, ..new().traits };
        for (number, candidate) in [
            of("new", Some("ec"), by, 20),
            of("new", Some("rsa"), own, 20),
            of("new", None, own, 20),
            Certificate { not_before: at(1), ..new() },
            Certificate { is_revoked: true, ..new() },
            Certificate { traits: other, ..new() },
            Certificate { chain_not_after: at(-1), ..new() },
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(successors(vec![old(), candidate]), ids(&[None, None]), "{number}");
        }
        // The next one counts in its stead.
        let all = vec![old(), of("other key", Some("ec"), by, 40), of("own", Some("rsa"), own, 30), new()];
        assert_eq!(successors(all), ids(&[Some("new"), None, None, None]));
        let server = Traits { purpose: Purpose::Server, ..new().traits };
        for candidate in [
            new(),
            of("new", None, by, 20),
            Certificate { not_before: at(0), ..new() },
            Certificate { traits: server, ..new() },
        ] {
            assert_eq!(successors(vec![old(), candidate]), ids(&[Some("new"), None]));
        }
        // Where it is unknown what a certificate is, any may take its place.
        let unknown = || of("old", None, Issuance::Unknown, 10);
        for (issuance, key) in [(own, "rsa"), (by, "ec")] {
            assert_eq!(successors(vec![unknown(), of("new", Some(key), issuance, 20)]), ids(&[Some("new"), None]));
        }
        let both_own = vec![of("old", Some("rsa"), own, 10), of("new", Some("rsa"), own, 20)];
        assert_eq!(successors(both_own), ids(&[Some("new"), None]));
        let by_authority = vec![of("old", None, by, 10), of("new", Some("ec"), own, 20)];
        assert_eq!(successors(by_authority), ids(&[None, None]));
        let expired = vec![certificate("old", &["a.example"], -20), certificate("new", &["a.example"], -10)];
        assert_eq!(successors(expired), ids(&[None, None]));
    }

    #[test]
    fn kinds_and_unknown_ends_stand_apart() {
        let of_kind = |id, kind, end| Certificate { kind, ..certificate(id, &["a.example"], end) };
        let all = vec![
            of_kind("server", Kind::Server, 10),
            of_kind("pair", Kind::ServerSm, 20),
            of_kind("new pair", Kind::ServerSm, 30),
            of_kind("authority", Kind::Ca, 5),
            Certificate { not_after: None, ..certificate("unknown", &["a.example"], 0) },
        ];
        assert_eq!(successors(all), ids(&[None, Some("new pair"), None, None, None]));
    }

    #[test]
    fn a_pair_of_which_one_part_was_renewed_is_another_pair() {
        let pair = |id: &str, end| Certificate {
            kind: Kind::ServerSm,
            fingerprint_sha256: Some("of the signing certificate".to_owned()),
            ..certificate(id, &["a.example"], end)
        };
        assert_eq!(
            successors(vec![pair("old", 10), pair("new", 20), pair("copy", 20)]),
            ids(&[Some("copy"), None, None])
        );
    }

    #[test]
    fn many_records_of_one_certificate_have_the_next_one_for_their_successor() {
        let same = |id: &str, end| Certificate {
            fingerprint_sha1: Some("one".to_owned()),
            ..certificate(id, &["a.example"], end)
        };
        let all = vec![same("a", 10), same("b", 11), same("c", 30), certificate("next", &["a.example"], 20)];
        assert_eq!(successors(all), ids(&[Some("next"), Some("next"), None, Some("c")]));
    }

    #[test]
    fn the_note_names_the_place() {
        let mut all = [certificate("1", &["a.example"], 0), certificate("2", &["a.example"], 86_400)];
        mark_superseded(&mut all, DateTime::UNIX_EPOCH);
        let text = "superseded: name of 2 (aliyun shop cn-hangzhou slb 2) is for the same names and lives until \
                    1970-01-02T00:00:00Z";
        assert_eq!(all[0].notes, [Note::new(NoteCode::Superseded, text)]);
        assert!(all[1].notes.is_empty());
    }
}

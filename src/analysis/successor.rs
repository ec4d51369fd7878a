//! Which certificates were renewed in another place: one for the same names lives longer.
//!
//! Renewed in one account and forgotten in another, a certificate dies although its successor lies ready.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{Certificate, Kind, Source, Successor, names_of, rfc3339, soonest_first};

/// What certificates must have in common to stand for one another. An SM2 pair serves other clients than the
/// server certificate beside it.
type Names = (bool, BTreeSet<String>);

/// Tells every certificate that is superseded by which, with a note.
pub(crate) fn mark_superseded(certificates: &mut [Certificate]) {
    let mut same_names: HashMap<Names, Vec<usize>> = HashMap::new();
    for (index, certificate) in certificates.iter().enumerate() {
        let names = names_of(certificate);
        if certificate.kind != Kind::Ca && !names.is_empty() {
            same_names.entry((certificate.kind == Kind::ServerSm, names)).or_default().push(index);
        }
    }
    for mut group in same_names.into_values().filter(|group| group.len() > 1) {
        let all = &*certificates;
        group.sort_by(|a, b| {
            let ends = (Reverse(all[*a].not_after), Reverse(all[*b].not_after));
            ends.0.cmp(&ends.1).then_with(|| soonest_first(&all[*a], &all[*b]))
        });
        let heads = longest_lived(group.iter().map(|index| &all[*index]).filter(|other| !other.is_revoked));
        let successor = |certificate: &Certificate| {
            let other = heads.iter().find(|other| !are_same(certificate, other))?;
            let lives_longer = certificate.not_after.is_some() && other.not_after > certificate.not_after;
            Successor::of(other).filter(|_| lives_longer)
        };
        let told: Vec<(usize, Successor)> =
            group.iter().filter_map(|index| Some((*index, successor(&all[*index])?))).collect();
        for (index, successor) in told {
            let certificate = &mut certificates[index];
            let end = rfc3339(successor.not_after);
            certificate.note(format!("superseded: {successor} is for the same names and lives until {end}"));
            certificate.superseded_by = Some(Box::new(successor));
        }
    }
}

/// The longest-lived of a group, each certificate once: of many records of one, only the first can be a successor.
fn longest_lived<'a>(group: impl Iterator<Item = &'a Certificate>) -> Vec<&'a Certificate> {
    // What is the same as some is another than the rest; more need not be compared.
    const ENOUGH: usize = 8;
    let mut heads: Vec<&Certificate> = Vec::new();
    for certificate in group {
        if heads.len() < ENOUGH && !heads.iter().any(|head| are_same(head, certificate)) {
            heads.push(certificate);
        }
    }
    heads
}

/// Whether two records are of one certificate: by SHA-256, or by SHA-1 where that is all there is.
///
/// Where they cannot be compared: whether the one was made from the other, or both end on about the same
/// day. What tells no fingerprint tells its end without a zone, or as a day.
fn are_same(a: &Certificate, b: &Certificate) -> bool {
    if a.kind == Kind::ServerSm && a.not_after != b.not_after {
        // The fingerprint is the signing certificate's; the other one of the pair may have been renewed alone.
        return false;
    }
    match [(&a.fingerprint_sha256, &b.fingerprint_sha256), (&a.fingerprint_sha1, &b.fingerprint_sha1)] {
        [(Some(a), Some(b)), _] | [_, (Some(a), Some(b))] => a == b,
        _ => is_made_from(a, b) || is_made_from(b, a) || end_alike(a, b),
    }
}

fn is_made_from(copy: &Certificate, origin: &Certificate) -> bool {
    let from = |source: &Source| source.service == origin.service && source.id.is_some() && source.id == origin.id;
    copy.provider == origin.provider && copy.source.as_ref().is_some_and(from)
}

fn end_alike(a: &Certificate, b: &Certificate) -> bool {
    let apart = |a: DateTime<Utc>, b: DateTime<Utc>| (a - b).abs() <= TimeDelta::days(1);
    a.not_after.zip(b.not_after).is_some_and(|(a, b)| apart(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(id: &str, names: &[&str], not_after: i64) -> Certificate {
        Certificate {
            provider: "aliyun",
            service: "slb",
            account: "shop".to_owned(),
            region: "cn-hangzhou".to_owned(),
            id: Some(id.to_owned()),
            name: Some(format!("name of {id}")),
            subject_alternative_names: names.iter().map(|name| (*name).to_owned()).collect(),
            fingerprint_sha1: Some(format!("sha1 of {id}")),
            not_after: DateTime::from_timestamp(not_after, 0),
            ..Certificate::default()
        }
    }

    /// By which each is superseded, in the order given.
    fn told(mut certificates: Vec<Certificate>) -> Vec<Option<String>> {
        mark_superseded(&mut certificates);
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
        assert_eq!(told(all), ids(&[by, by, None, None, None, None, None]));
    }

    #[test]
    fn a_common_name_counts_where_there_is_no_other() {
        let common_name = Certificate { common_name: Some("a.example".to_owned()), ..certificate("cn", &[], 10) };
        assert_eq!(told(vec![common_name, certificate("new", &["a.example"], 20)]), ids(&[Some("new"), None]));
    }

    #[test]
    fn the_same_certificate_in_another_place_is_no_successor() {
        let same = |id: &str, sha256: Option<&str>, end| Certificate {
            fingerprint_sha1: Some("one".to_owned()),
            fingerprint_sha256: sha256.map(str::to_owned),
            ..certificate(id, &["a.example"], end)
        };
        assert_eq!(told(vec![same("a", None, 10), same("b", Some("x"), 20)]), ids(&[None, None]));
        assert_eq!(told(vec![same("a", Some("x"), 10), same("b", Some("x"), 20)]), ids(&[None, None]));
        assert_eq!(told(vec![same("a", Some("y"), 10), same("b", Some("x"), 20)]), ids(&[Some("b"), None]));
        let third = certificate("c", &["a.example"], 15);
        assert_eq!(told(vec![same("a", None, 10), same("b", None, 20), third]), ids(&[Some("c"), None, Some("b")]));
    }

    #[test]
    fn what_tells_no_fingerprint_must_live_longer_by_more_than_a_guess() {
        const DAY: i64 = 86_400;
        let unknown = |id, end| Certificate { fingerprint_sha1: None, ..certificate(id, &["a.example"], end) };
        assert_eq!(told(vec![unknown("a", 0), unknown("b", DAY)]), ids(&[None, None]));
        assert_eq!(told(vec![unknown("a", 0), certificate("b", &["a.example"], DAY + 1)]), ids(&[Some("b"), None]));
        let made_from = |id: &str| Some(Source { service: "slb", id: Some(id.to_owned()), name: None });
        let copy = |id: &str| Certificate { source: made_from(id), ..unknown("copy", 0) };
        let origin = || certificate("origin", &["a.example"], 9 * DAY);
        assert_eq!(told(vec![copy("origin"), origin()]), ids(&[None, None]));
        assert_eq!(told(vec![copy("another"), origin()]), ids(&[Some("origin"), None]));
        let revoked = Certificate { is_revoked: true, ..origin() };
        assert_eq!(told(vec![unknown("a", 0), revoked]), ids(&[None, None]));
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
        assert_eq!(told(all), ids(&[None, Some("new pair"), None, None, None]));
    }

    #[test]
    fn a_pair_of_which_one_part_was_renewed_is_another_pair() {
        let pair = |id: &str, end| Certificate {
            kind: Kind::ServerSm,
            fingerprint_sha256: Some("of the signing certificate".to_owned()),
            ..certificate(id, &["a.example"], end)
        };
        assert_eq!(told(vec![pair("old", 10), pair("new", 20), pair("copy", 20)]), ids(&[Some("copy"), None, None]));
    }

    #[test]
    fn many_records_of_one_certificate_have_the_next_one_for_their_successor() {
        let same = |id: &str, end| Certificate {
            fingerprint_sha1: Some("one".to_owned()),
            ..certificate(id, &["a.example"], end)
        };
        let all = vec![same("a", 10), same("b", 11), same("c", 30), certificate("next", &["a.example"], 20)];
        assert_eq!(told(all), ids(&[Some("next"), Some("next"), None, Some("c")]));
    }

    #[test]
    fn the_note_names_the_place() {
        let mut all = [certificate("1", &["a.example"], 0), certificate("2", &["a.example"], 86_400)];
        mark_superseded(&mut all);
        assert_eq!(
            all[0].notes,
            [
                "superseded: name of 2 (aliyun shop cn-hangzhou slb 2) is for the same names and lives until 1970-01-02T00:00:00Z"
            ]
        );
        assert!(all[1].notes.is_empty());
    }
}

//! Which certificates were renewed in another place: one for the same names lives longer.
//!
//! Renewed in one account and forgotten in another, a certificate dies although its successor lies ready.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::fmt;

use chrono::{DateTime, Utc};

use super::{Certificate, Kind, names_of, rfc3339, soonest_first};

/// The longest-lived certificate for the names of another one, and where it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Successor {
    pub provider: &'static str,
    pub account: String,
    pub region: String,
    pub service: &'static str,
    pub id: Option<String>,
    pub name: Option<String>,
    pub not_after: DateTime<Utc>,
}

impl Successor {
    /// What people know it by.
    pub fn title(&self) -> &str {
        let name = self.name.as_deref().filter(|name| !name.is_empty());
        name.or(self.id.as_deref()).unwrap_or("a certificate without a name")
    }
}

impl fmt::Display for Successor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { provider, account, region, service, .. } = self;
        write!(f, "{} ({provider} {account} {region} {service}", self.title())?;
        let id = self.id.as_deref().filter(|id| *id != self.title());
        id.map_or(Ok(()), |id| write!(f, " {id}"))?;
        f.write_str(")")
    }
}

/// What certificates must have in common to stand for one another. An SM2 pair serves other clients than the
/// server certificate beside it.
type Names = (bool, BTreeSet<String>);

/// Tells every certificate that is superseded by which, with a note.
pub fn tell_superseded(certificates: &mut [Certificate]) {
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
        let told: Vec<(usize, Successor)> =
            group.iter().filter_map(|index| Some((*index, successor(&all[*index], &group, all)?))).collect();
        for (index, successor) in told {
            let certificate = &mut certificates[index];
            let end = rfc3339(successor.not_after);
            certificate.note(format!("superseded: {successor} is for the same names and lives until {end}"));
            certificate.superseded_by = Some(successor);
        }
    }
}

/// The first of `group`, the longest-lived first, that lives longer and is another certificate.
fn successor(certificate: &Certificate, group: &[usize], all: &[Certificate]) -> Option<Successor> {
    let end = certificate.not_after?;
    let longer = group.iter().filter_map(|index| Some((&all[*index], all[*index].not_after?)));
    let mut longer = longer.take_while(|(_, not_after)| *not_after > end);
    let (next, not_after) = longer.find(|(other, _)| !are_same(certificate, other))?;
    Some(Successor {
        provider: next.provider,
        account: next.account.clone(),
        region: next.region.clone(),
        service: next.service,
        id: next.id.clone(),
        name: next.name.clone(),
        not_after,
    })
}

/// Whether two records are of one certificate: by SHA-256, or by SHA-1 where that is all there is.
fn are_same(a: &Certificate, b: &Certificate) -> bool {
    match (&a.fingerprint_sha256, &b.fingerprint_sha256) {
        (Some(a), Some(b)) => a == b,
        _ => a.fingerprint_sha1.is_some() && a.fingerprint_sha1 == b.fingerprint_sha1,
    }
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
        tell_superseded(&mut certificates);
        for certificate in &certificates {
            assert_eq!(certificate.notes.len(), usize::from(certificate.superseded_by.is_some()), "{certificate:?}");
        }
        certificates.into_iter().map(|certificate| certificate.superseded_by?.id).collect()
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
        let unknown = |id, end| Certificate { fingerprint_sha1: None, ..certificate(id, &["a.example"], end) };
        assert_eq!(told(vec![unknown("a", 10), unknown("b", 20)]), ids(&[Some("b"), None]));
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
    fn the_note_names_the_place() {
        let mut all = [certificate("1", &["a.example"], 0), certificate("2", &["a.example"], 86_400)];
        tell_superseded(&mut all);
        assert_eq!(
            all[0].notes,
            [
                "superseded: name of 2 (aliyun shop cn-hangzhou slb 2) is for the same names and lives until 1970-01-02T00:00:00Z"
            ]
        );
        assert!(all[1].notes.is_empty());
    }
}

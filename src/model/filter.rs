//! Filters: which certificates a user selects.

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use wildmatch::WildMatch;

use super::{Certificate, Facet, Host, Kind, ScopeReport, Use, best_match};

/// The kinds that `--kind` chooses between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kinds {
    /// Server certificates, SM2 dual certificates included.
    #[default]
    Server,
    Ca,
    All,
}

impl Kinds {
    /// Returns whether certificates of a kind are chosen.
    pub fn include(self, kind: Kind) -> bool {
        match self {
            Self::All => true,
            Self::Ca => kind == Kind::Ca,
            Self::Server => kind != Kind::Ca,
        }
    }
}

/// A filter by use. A certificate whose uses are unknown is neither used nor unused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseFilter {
    /// Some resource uses it.
    Used,
    /// No resource uses it.
    Unused,
    /// All but the unused: a certificate whose uses are unknown is selected.
    NotUnused,
}

impl UseFilter {
    fn matches(self, certificate: &Certificate) -> bool {
        let is_known = |uses: &&Vec<Use>| !uses.is_empty() || certificate.used_by_complete != Some(false);
        let used = certificate.used_by.as_ref().filter(is_known).map(|uses| !uses.is_empty());
        match self {
            Self::Used => used == Some(true),
            Self::Unused => used == Some(false),
            Self::NotUnused => used != Some(false),
        }
    }
}

/// A glob over names: `*` is any text, `?` one character, and case does not count.
///
/// A certificate without a name matches no glob, not even `*`.
#[derive(Debug, Clone)]
pub struct NameGlob(WildMatch);

impl NameGlob {
    /// Returns the glob of a pattern; every text is one.
    pub fn new(pattern: &str) -> Self {
        Self(WildMatch::new_case_insensitive(pattern))
    }

    fn matches(&self, certificate: &Certificate) -> bool {
        certificate.name.as_ref().is_some_and(|name| self.0.matches(name))
    }
}

/// A tag that a certificate must have, with any value or with a given one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagFilter {
    pub key: String,
    /// `Some("")` selects the tag without a value.
    pub value: Option<String>,
}

impl FromStr for TagFilter {
    type Err = String;

    /// Parses `KEY`, `KEY=VALUE` or `KEY=`. The value begins after the first `=`; case counts.
    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) = text.split_once('=').map_or((text, None), |(key, value)| (key, Some(value)));
        if key.is_empty() {
            return Err("write a key, or a key and its value, such as env or env=prod".to_owned());
        }
        Ok(Self { key: key.to_owned(), value: value.map(str::to_owned) })
    }
}

impl TagFilter {
    fn matches(&self, certificate: &Certificate) -> bool {
        let found = certificate.tags.get(&self.key);
        found.is_some_and(|found| self.value.as_ref().is_none_or(|value| value == found))
    }
}

/// The conditions for selecting a certificate. All that are set must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// At most this much time is left to it or to an issuer on its path, or one of them has expired. Unknown expiry does
    /// not match.
    pub expires_within: Option<TimeDelta>,
    /// It has expired, or an issuer on its path has. Unknown expiry does not match.
    pub expired: bool,
    /// It covers this host.
    pub domain: Option<Host>,
    pub name: Option<NameGlob>,
    /// It has exactly one of these ids. Empty: any id.
    pub ids: Vec<String>,
    /// It has all of these tags.
    pub tags: Vec<TagFilter>,
    pub usage: Option<UseFilter>,
    /// Another certificate for the same names lives longer.
    pub superseded: bool,
}

impl Filter {
    /// Returns whether a certificate is selected.
    pub fn matches(&self, certificate: &Certificate, now: DateTime<Utc>) -> bool {
        self.matches_ignoring_expiry(certificate) && self.matches_expiry(certificate, now)
    }

    /// Returns whether a certificate is left out only because its expiry is unknown. Callers must say so: it may be the
    /// certificate that expires tomorrow.
    pub fn excluded_for_unknown_expiry(&self, certificate: &Certificate) -> bool {
        let by_expiry = self.expired || self.expires_within.is_some();
        by_expiry && certificate.first_end().is_none() && self.matches_ignoring_expiry(certificate)
    }

    /// Returns whether it selects by use while the uses in some scope are unknown, so that certificates may be missing.
    pub fn usage_unknown(&self, scopes: &[ScopeReport]) -> bool {
        let by_use = matches!(self.usage, Some(UseFilter::Used | UseFilter::Unused));
        by_use && scopes.iter().any(|report| report.usage_error.is_some())
    }

    /// Returns whether it selects named certificates, so that an empty result means that one is gone.
    pub fn is_by_name(&self) -> bool {
        self.domain.is_some() || self.name.is_some() || !self.ids.is_empty() || !self.tags.is_empty()
    }

    fn matches_expiry(&self, certificate: &Certificate, now: DateTime<Utc>) -> bool {
        let within = |span| certificate.first_end().is_some_and(|end| end - now <= span);
        self.expires_within.is_none_or(within) && (!self.expired || certificate.is_expired(now))
    }

    /// Returns whether a certificate is selected when its expiry is ignored. One that cannot be judged, since what it is
    /// judged by could not be read, is selected.
    pub fn matches_ignoring_expiry(&self, certificate: &Certificate) -> bool {
        self.judge(certificate) != Some(false)
    }

    /// Returns whether a certificate is selected though it cannot be judged.
    pub fn is_undecided(&self, certificate: &Certificate) -> bool {
        self.judge(certificate).is_none()
    }

    /// Returns whether all conditions but expiry hold; `None` where none fails, but some cannot be judged.
    fn judge(&self, certificate: &Certificate) -> Option<bool> {
        let unknown = |facet: Facet| certificate.is_unreadable(facet).then_some(None);
        let or_unknown =
            |holds: bool, facet: Facet| if holds { Some(true) } else { unknown(facet).unwrap_or(Some(false)) };
        let covers = |host: &Host| or_unknown(best_match(certificate, host).is_some(), Facet::Names);
        let has_name = |glob: &NameGlob| or_unknown(glob.matches(certificate), Facet::Name);
        let has_id = || or_unknown(certificate.id.as_ref().is_some_and(|id| self.ids.contains(id)), Facet::Id);
        let has_tag = |tag: &TagFilter| {
            let is_known = certificate.tags.contains_key(&tag.key);
            if is_known { Some(tag.matches(certificate)) } else { or_unknown(false, Facet::Tags) }
        };
        let by_text = [
            self.domain.as_ref().map_or(Some(true), covers),
            self.name.as_ref().map_or(Some(true), has_name),
            if self.ids.is_empty() { Some(true) } else { has_id() },
            Some(self.usage.is_none_or(|usage| usage.matches(certificate))),
            Some(!self.superseded || certificate.superseded_by.is_some()),
        ];
        let conditions: Vec<Option<bool>> = by_text.into_iter().chain(self.tags.iter().map(has_tag)).collect();
        let fails = conditions.contains(&Some(false));
        if fails { Some(false) } else { (!conditions.contains(&None)).then_some(true) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AlternativeName;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
    }

    fn sample() -> Certificate {
        Certificate {
            id: Some("id-1".to_owned()),
            name: Some("Shop-Prod-商城".to_owned()),
            subject_alternative_names: vec![AlternativeName::Dns("*.example.com".to_owned())],
            not_after: Some(now() + TimeDelta::days(30)),
            tags: [("env", "prod"), ("bare", ""), ("sum", "a=b")].map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            ..Certificate::default()
        }
    }

    fn selects(selection: &Filter) -> bool {
        selection.matches(&sample(), now())
    }

    #[test]
    fn kinds_are_distinguished() {
        let matched = |kinds: Kinds| [Kind::Server, Kind::ServerSm, Kind::Ca].map(|kind| kinds.include(kind));
        assert_eq!(matched(Kinds::default()), [true, true, false]);
        assert_eq!(matched(Kinds::Ca), [false, false, true]);
        assert_eq!(matched(Kinds::All), [true, true, true]);
    }

    #[test]
    fn expiry_includes_the_expired_and_never_the_unknown() {
        let within = |days| Filter { expires_within: Some(TimeDelta::days(days)), ..Filter::default() };
        let expired = Filter { expired: true, ..Filter::default() };
        let left = |seconds| Certificate { not_after: Some(now() + TimeDelta::seconds(seconds)), ..sample() };
        assert!(within(30).matches(&sample(), now()));
        assert!(!within(29).matches(&sample(), now()));
        assert!(within(0).matches(&left(0), now()) && !within(0).matches(&left(1), now()));
        assert!(within(0).matches(&left(-86_400), now()));
        assert!(expired.matches(&left(-1), now()) && !expired.matches(&left(0), now()));

        let issuer = |days| Certificate { chain_not_after: Some(now() + TimeDelta::days(days)), ..sample() };
        assert!(within(2).matches(&issuer(1), now()) && !within(2).matches(&issuer(3), now()));
        assert!(expired.matches(&issuer(-1), now()) && !expired.matches(&issuer(1), now()));
        assert!(within(30).matches(&issuer(900), now()), "the certificate itself counts as well");

        let unknown = Certificate { not_after: None, ..sample() };
        for selection in [within(30), expired] {
            assert!(!selection.matches(&unknown, now()));
            assert!(selection.excluded_for_unknown_expiry(&unknown));
            assert!(!selection.excluded_for_unknown_expiry(&sample()));
            let of_another_id = Filter { ids: vec!["id-2".to_owned()], ..selection };
            assert!(!of_another_id.excluded_for_unknown_expiry(&unknown));
        }
        assert!(Filter::default().matches(&unknown, now()) && !Filter::default().excluded_for_unknown_expiry(&unknown));
    }

    #[test]
    fn a_domain_selects_the_certificates_that_cover_it() {
        for (domain, selected) in [("a.example.com", true), ("*.example.com", true), ("example.com", false)] {
            let domain = Host::parse(domain).ok();
            assert_eq!(selects(&Filter { domain, ..Filter::default() }), selected);
        }
    }

    #[test]
    fn names_are_globs_and_ids_are_exact() {
        for (glob, selected) in [
            ("shop-*", true),
            ("SHOP-PROD-商?", true),
            ("*", true),
            ("shop", false),
            ("?shop*", false),
            ("", false),
            ("[s]hop*", false),
        ] {
            assert_eq!(selects(&Filter { name: Some(NameGlob::new(glob)), ..Filter::default() }), selected, "{glob}");
        }
        let all = Filter { name: Some(NameGlob::new("*")), ..Filter::default() };
        assert!(!all.matches(&Certificate::default(), now()));

        let ids = |ids: &[&str]| Filter { ids: ids.iter().map(|&id| id.into()).collect(), ..Filter::default() };
        assert!(selects(&ids(&["id-2", "id-1"])));
        assert!(!selects(&ids(&["ID-1", "id-*"])));
        assert!(!ids(&["id-1"]).matches(&Certificate::default(), now()));
    }

    #[test]
    fn every_tag_must_match() {
        for (tags, selected) in [
            (vec!["env"], true),
            (vec!["env=prod", "bare"], true),
            (vec!["bare="], true),
            (vec!["sum=a=b"], true),
            (vec!["env="], false),
            (vec!["env=Prod"], false),
            (vec!["env=prod", "team"], false),
            (vec!["env=prod", "env=test"], false),
        ] {
            let read: Result<_, _> = tags.iter().map(|tag| tag.parse()).collect();
            assert_eq!(selects(&Filter { tags: read.expect("tags"), ..Filter::default() }), selected, "{tags:?}");
        }
        for text in ["", "=", "=prod"] {
            assert!(text.parse::<TagFilter>().expect_err(text).contains("env=prod"));
        }
    }

    #[test]
    fn what_could_not_be_read_is_selected_and_told() {
        let filter = |text: &str| match text.split_once(' ').expect(text) {
            ("tag", tag) => Filter { tags: vec![tag.parse().expect(tag)], ..Filter::default() },
            ("name", name) => Filter { name: Some(NameGlob::new(name)), ..Filter::default() },
            ("id", id) => Filter { ids: vec![id.to_owned()], ..Filter::default() },
            (_, host) => Filter { domain: Host::parse(host).ok(), ..Filter::default() },
        };
        let nothing = Certificate { id: None, name: None, subject_alternative_names: Vec::new(), ..sample() };
        for (facet, text) in [
            (Facet::Tags, "tag team=web"),
            (Facet::Tags, "tag team"),
            (Facet::Name, "name shop*"),
            (Facet::Id, "id 1"),
            (Facet::Names, "domain a.example.com"),
        ] {
            let (filter, unreadable) = (filter(text), Certificate { unreadable: [facet].into(), ..nothing.clone() });
            assert!(!filter.matches(&nothing, now()) && !filter.is_undecided(&nothing), "{text}");
            assert!(filter.matches(&unreadable, now()) && filter.is_undecided(&unreadable), "{text}");
            let of_no_tag = Filter { tags: vec!["env=test".parse().expect("a tag")], ..filter };
            assert!(!of_no_tag.matches(&unreadable, now()), "{text}: a condition that fails decides");
        }
        let with_tags = Certificate { unreadable: [Facet::Tags].into(), ..sample() };
        assert!(filter("tag env=prod").matches(&with_tags, now()));
        assert!(!filter("tag env=test").matches(&with_tags, now()), "this tag could be read");
    }

    #[test]
    fn a_certificate_of_unknown_use_is_neither_used_nor_unused() {
        let port = Use { port: Some(443), ..Use::of_resource("slb", "cn-hangzhou", "listener") };
        let certificates = [Some(vec![port]), Some(vec![]), None].map(|used_by| Certificate { used_by, ..sample() });
        let selected = |usage| {
            let selection = Filter { usage: Some(usage), ..Filter::default() };
            [0, 1, 2].map(|index: usize| selection.matches(&certificates[index], now()))
        };
        assert_eq!(selected(UseFilter::Used), [true, false, false]);
        assert_eq!(selected(UseFilter::Unused), [false, true, false]);
        assert_eq!(selected(UseFilter::NotUnused), [true, false, true]);
        let incomplete = Certificate { used_by: Some(vec![]), used_by_complete: Some(false), ..sample() };
        let unused = Filter { usage: Some(UseFilter::Unused), ..Filter::default() };
        assert!(!unused.matches(&incomplete, now()));
    }
}

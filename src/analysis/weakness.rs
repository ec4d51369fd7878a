//! Weak keys, weak signatures and long lifetimes.

use std::fmt;

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};

use crate::model::{Certificate, Issuance, Kind, Note, NoteCode, Purpose};

/// The shortest keys that are considered safe, by the kind of key: RSA and DSA (Baseline Requirements, 6.1.5), and
/// elliptic curves (NIST SP 800-131A, table 2).
const SHORTEST: &[(&str, &str, u32)] =
    &[("rsa", "RSA", 2048), ("rsa-pss", "RSA", 2048), ("dsa", "DSA", 2048), ("dh", "DH", 2048), ("ec", "EC", 224)];

/// Returns notes on a weak key, a weak signature and a lifetime that is too long.
pub(super) fn weaknesses(certificate: &Certificate) -> Vec<Note> {
    let key = weak_key(certificate.key_type.as_deref(), certificate.key_bits);
    // A certificate that signed itself is trusted because it is installed; its signature does not matter.
    let is_relied_on = certificate.traits.issuance != Issuance::SelfSigned && !is_self_issued(certificate);
    let signature = is_relied_on
        .then(|| weak_signature(certificate.signature_algorithm.as_deref(), certificate.traits.pss_over_sha1))
        .flatten();
    [
        (NoteCode::WeakKey, key),
        (NoteCode::WeakSignature, signature),
        (NoteCode::LifetimeTooLong, long_lifetime(certificate)),
    ]
    .into_iter()
    .filter_map(|(code, text)| Some(Note::new(code, text?)))
    .collect()
}

/// Returns whether a certificate of unknown issuance has the same subject and issuer.
fn is_self_issued(certificate: &Certificate) -> bool {
    let names = certificate.subject.as_ref().zip(certificate.issuer.as_ref());
    certificate.traits.issuance == Issuance::Unknown
        && names.is_some_and(|(subject, issuer)| subject.is_same_as(issuer))
}

/// Returns the text of a note where a key is too short for its kind.
pub(super) fn weak_key(key_type: Option<&str>, bits: Option<u32>) -> Option<String> {
    let (_, name, shortest) = SHORTEST.iter().find(|(known, ..)| Some(*known) == key_type)?;
    let bits = bits.filter(|bits| bits < shortest)?;
    Some(format!("the {name} key has {bits} bits, less than the {shortest} that are held to be safe"))
}

/// Signatures over MD2, MD4, MD5, MDC-2, SHA-0 and SHA-1, by OpenSSL's long names. Some certificates name only the hash.
const BROKEN: &[&str] = &[
    "md2",
    "md4",
    "md5",
    "mdc2",
    "sha",
    "sha1",
    "md2WithRSAEncryption",
    "md4WithRSAEncryption",
    "md5WithRSA",
    "md5WithRSAEncryption",
    "mdc2WithRSA",
    "shaWithRSAEncryption",
    "sha1WithRSA",
    "sha1WithRSAEncryption",
    "dsaWithSHA",
    "dsaWithSHA1",
    "dsaWithSHA1-old",
    "ecdsa-with-SHA1",
];

/// Returns the text of a note where a signature is over a hash for which collisions are known.
pub(super) fn weak_signature(algorithm: Option<&str>, pss_over_sha1: bool) -> Option<String> {
    if pss_over_sha1 {
        return Some("the signature is rsassaPss over SHA-1, whose hash is broken".to_owned());
    }
    let algorithm = algorithm.filter(|algorithm| BROKEN.contains(algorithm))?;
    Some(format!("the signature is {algorithm}, whose hash is broken"))
}

/// The longest lifetimes that the CA/Browser Forum allows, by the first day of issuance: ballots SC-081v3, SC-031 (as
/// browsers enforced it), 193, and the Baseline Requirements 1.0 with their transition.
/// Reference: <https://cabforum.org/working-groups/server/baseline-requirements/requirements/#632-certificate-operational-periods-and-key-pair-usage-periods>
const LONGEST: &[((i32, u32, u32), Longest)] = &[
    ((2029, 3, 15), Longest::DaysWithBothEnds(47)),
    ((2027, 3, 15), Longest::DaysWithBothEnds(100)),
    ((2026, 3, 15), Longest::DaysWithBothEnds(200)),
    ((2020, 9, 1), Longest::DaysWithBothEnds(398)),
    ((2018, 3, 1), Longest::Days(825)),
    ((2016, 7, 1), Longest::Months(39)),
    ((2012, 7, 1), Longest::Months(60)),
];

/// The longest lifetime that Apple's systems accept, also from private authorities, since the day of [`APPLE_SINCE`].
/// Reference: <https://support.apple.com/en-us/103769>
const APPLE: Longest = Longest::Days(825);
const APPLE_SINCE: (i32, u32, u32) = (2019, 7, 1);

#[derive(Clone, Copy)]
enum Longest {
    /// Both ends belong to the lifetime (RFC 5280, 4.1.2.5), so that a day's last second starts the next day. The rules
    /// say so since they count 398 days.
    DaysWithBothEnds(u64),
    Days(u64),
    Months(u32),
}

impl Longest {
    /// Returns the days of a lifetime, begun ones counted whole, where it is longer; else `None`.
    fn exceeded_by(self, start: DateTime<Utc>, end: DateTime<Utc>) -> Option<i64> {
        let (last, second) = match self {
            Self::DaysWithBothEnds(days) => (start.checked_add_days(Days::new(days))?, TimeDelta::seconds(1)),
            Self::Days(days) => (start.checked_add_days(Days::new(days))?, TimeDelta::zero()),
            Self::Months(months) => (start.checked_add_months(Months::new(months))?, TimeDelta::zero()),
        };
        let lifetime = end - start + second;
        (end + second > last).then(|| (lifetime + TimeDelta::days(1) - TimeDelta::seconds(1)).num_days())
    }
}

impl fmt::Display for Longest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DaysWithBothEnds(days) | Self::Days(days) => write!(f, "{days} days"),
            Self::Months(months) => write!(f, "{months} months"),
        }
    }
}

/// Returns the text of a note where the lifetime is longer than clients accept: for a certificate of public trust, than
/// the CA/Browser Forum allowed when it began; for another one by an authority, than Apple accepts.
///
/// The rules are for server certificates: not for authorities' own, certificates that signed themselves, or SM2 pairs.
fn long_lifetime(certificate: &Certificate) -> Option<String> {
    let (start, end) = (certificate.not_before?, certificate.not_after?);
    let traits = certificate.traits;
    if certificate.kind != Kind::Server || traits.is_authority || traits.purpose == Purpose::Other {
        return None;
    }
    let (longest, whose) = match traits.issuance {
        Issuance::PublicAuthority => {
            let rule = LONGEST.iter().find(|(from, _)| began_since(start, *from));
            (rule?.1, "that the CA/Browser Forum allowed when it began")
        }
        Issuance::Authority if began_since(start, APPLE_SINCE) => (APPLE, "that Apple's systems accept"),
        Issuance::Authority | Issuance::SelfSigned | Issuance::Unknown => return None,
    };
    let days = longest.exceeded_by(start, end)?;
    Some(format!("its lifetime of {days} days is above the {longest} {whose}"))
}

fn began_since(start: DateTime<Utc>, (year, month, day): (i32, u32, u32)) -> bool {
    NaiveDate::from_ymd_opt(year, month, day).is_some_and(|from| start.date_naive() >= from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attribute, AttributeValue, DistinguishedName, Traits};

    fn lived(start: &str, seconds: i64) -> Certificate {
        let start: DateTime<Utc> = format!("{start}T00:00:00Z").parse().expect(start);
        let not_after = Some(start + TimeDelta::seconds(seconds));
        let traits = Traits { issuance: Issuance::PublicAuthority, ..Traits::default() };
        Certificate { not_before: Some(start), not_after, traits, ..Certificate::default() }
    }

    #[test]
    fn lifetimes_are_compared_with_the_rules_of_their_day() {
        // The longest lifetime: until 398 days came, the last second did not count.
        for (start, days, last) in [
            ("2029-03-15", 47, -1),
            ("2029-03-14", 100, -1),
            ("2027-03-15", 100, -1),
            ("2027-03-14", 200, -1),
            ("2026-03-15", 200, -1),
            ("2026-03-14", 398, -1),
            ("2020-09-01", 398, -1),
            ("2020-08-31", 825, 0),
            ("2018-03-01", 825, 0),
            ("2018-02-28", 1185, 0),
            ("2012-07-01", 1826, 0),
        ] {
            let longest = days * 86_400 + last;
            assert_eq!(weaknesses(&lived(start, longest)), [], "{start}");
            assert_eq!(weaknesses(&lived(start, longest + 1)).len(), 1, "{start}");
        }
        assert_eq!(weaknesses(&lived("2012-06-30", 10_000 * 86_400)), []);
        let text = "its lifetime of 398 days is above the 200 days that the CA/Browser Forum allowed when it began";
        let notes = weaknesses(&lived("2026-03-15", 397 * 86_400));
        assert_eq!(notes, [Note::new(NoteCode::LifetimeTooLong, text)]);
        let text = "its lifetime of 826 days is above the 825 days that the CA/Browser Forum allowed when it began";
        assert_eq!(weaknesses(&lived("2018-03-01", 825 * 86_400 + 1))[0].text, text);
    }

    #[test]
    fn only_certificates_that_a_rule_is_for_are_compared_with_it() {
        let long = || lived("2026-03-15", 4_000 * 86_400);
        let with = |traits: Traits| weaknesses(&Certificate { traits, ..long() });
        let (public, private) = (Issuance::PublicAuthority, Issuance::Authority);
        let of = |issuance| Traits { issuance, ..Traits::default() };
        assert_eq!(weaknesses(&Certificate { kind: Kind::Ca, ..long() }), []);
        assert_eq!(weaknesses(&Certificate { not_before: None, ..long() }), []);
        for traits in [
            of(Issuance::SelfSigned),
            of(Issuance::Unknown),
            Traits { is_authority: true, ..of(public) },
            Traits { is_authority: true, ..of(private) },
            Traits { purpose: Purpose::Other, ..of(private) },
        ] {
            assert_eq!(with(traits), [], "{traits:?}");
        }
        let text = "its lifetime of 4000 days is above the 825 days that Apple's systems accept";
        assert_eq!(with(of(private)), [Note::new(NoteCode::LifetimeTooLong, text)]);
        for (start, days, count) in [("2019-07-01", 825, 0), ("2019-07-01", 826, 1), ("2019-06-30", 4_000, 0)] {
            let certificate = Certificate { traits: of(private), ..lived(start, days * 86_400) };
            assert_eq!(weaknesses(&certificate).len(), count, "{start} {days}");
        }
    }

    #[test]
    fn weak_keys_and_weak_signatures_have_notes() {
        for (key_type, bits, is_weak) in [
            ("rsa", Some(1024), true),
            ("rsa-pss", Some(2047), true),
            ("rsa", Some(2048), false),
            ("rsa", None, false),
            ("ec", Some(256), false),
            ("dsa", Some(1024), true),
            ("dsa", Some(2048), false),
            ("ec", Some(192), true),
            ("ec", Some(224), false),
            ("sm2", Some(256), false),
            ("ed25519", Some(256), false),
        ] {
            assert_eq!(weak_key(Some(key_type), bits).is_some(), is_weak, "{key_type} {bits:?}");
        }
        for (algorithm, is_weak) in [
            ("sha1WithRSAEncryption", true),
            ("sha1WithRSA", true),
            ("shaWithRSAEncryption", true),
            ("md5WithRSAEncryption", true),
            ("ecdsa-with-SHA1", true),
            ("dsaWithSHA1", true),
            ("dsaWithSHA1-old", true),
            ("dsaWithSHA", true),
            ("md5", true),
            ("sha1", true),
            ("rsaEncryption", false),
            ("dsa_with_SHA256", false),
            ("sha256WithRSAEncryption", false),
            ("sha512-256WithRSAEncryption", false),
            ("ecdsa-with-SHA256", false),
            ("ecdsa-with-SHA224", false),
            ("RSA-SHA3-256", false),
            ("SM2-with-SM3", false),
            ("rsassaPss", false),
            ("ED25519", false),
            ("SLH-DSA-SHA2-128s", false),
        ] {
            assert_eq!(weak_signature(Some(algorithm), false).is_some(), is_weak, "{algorithm}");
        }
        assert!(weak_signature(Some("rsassaPss"), true).is_some_and(|text| text.contains("rsassaPss over SHA-1")));
        let name = |text: &str| {
            let value = AttributeValue::Text(text.into());
            DistinguishedName::new(vec![vec![Attribute { kind: "CN".into(), value }]])
        };
        for (algorithm, pss_over_sha1) in [("sha1WithRSAEncryption", false), ("rsassaPss", true)] {
            let codes = |kind, issuer: &str, issuance| {
                let signature_algorithm = Some(algorithm.to_owned());
                let traits = Traits { issuance, pss_over_sha1, ..Traits::default() };
                let (subject, issuer) = (name("a"), name(issuer));
                let certificate =
                    Certificate { kind, issuer, subject, signature_algorithm, traits, ..Certificate::default() };
                weaknesses(&certificate).into_iter().map(|note| note.code).collect::<Vec<_>>()
            };
            for kind in [Kind::Server, Kind::ServerSm, Kind::Ca] {
                assert_eq!(codes(kind, "b", Issuance::Authority), [NoteCode::WeakSignature]);
                assert_eq!(codes(kind, "b", Issuance::Unknown), [NoteCode::WeakSignature]);
                // Signed by another key of the same name.
                assert_eq!(codes(kind, "a", Issuance::Authority), [NoteCode::WeakSignature]);
                assert_eq!(codes(kind, "a", Issuance::SelfSigned), []);
                assert_eq!(
                    (codes(kind, "a", Issuance::Unknown), codes(kind, "A", Issuance::Unknown)),
                    (vec![], vec![])
                );
            }
        }
    }
}

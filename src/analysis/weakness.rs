//! Weak keys, weak signatures and long lifetimes.

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};

use crate::model::{Certificate, Kind, Note, NoteCode};

/// The shortest RSA modulus that is considered safe (Baseline Requirements, 6.1.5).
const RSA_BITS: u32 = 2048;

/// Returns notes on a weak key, a weak signature and a lifetime that is too long.
pub(super) fn weaknesses(certificate: &Certificate) -> Vec<Note> {
    let key = weak_key(certificate.key_type.as_deref(), certificate.key_bits);
    let signature = if certificate.kind == Kind::Ca && is_self_issued(certificate) {
        // A root is trusted because it is installed; its signature does not matter.
        None
    } else {
        weak_signature(certificate.signature_algorithm.as_deref(), certificate.pss_over_sha1)
    };
    [
        (NoteCode::WeakKey, key),
        (NoteCode::WeakSignature, signature),
        (NoteCode::LifetimeTooLong, long_lifetime(certificate)),
    ]
    .into_iter()
    .filter_map(|(code, text)| Some(Note::new(code, text?)))
    .collect()
}

fn is_self_issued(certificate: &Certificate) -> bool {
    let names = certificate.subject.as_ref().zip(certificate.issuer.as_ref());
    names.is_some_and(|(subject, issuer)| subject.is_same_as(issuer))
}

/// Returns the text of a note where an RSA key is too short.
pub(super) fn weak_key(key_type: Option<&str>, bits: Option<u32>) -> Option<String> {
    let bits = bits.filter(|bits| *bits < RSA_BITS)?;
    let is_rsa = matches!(key_type, Some("rsa" | "rsa-pss"));
    is_rsa.then(|| format!("the RSA key has {bits} bits, less than the {RSA_BITS} that are held to be safe"))
}

/// Signatures over MD2, MD4, MD5, MDC-2, SHA-0 and SHA-1, by OpenSSL's long names.
const BROKEN: &[&str] = &[
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
    ((2029, 3, 15), Longest::Days(47)),
    ((2027, 3, 15), Longest::Days(100)),
    ((2026, 3, 15), Longest::Days(200)),
    ((2020, 9, 1), Longest::Days(398)),
    ((2018, 3, 1), Longest::Days(825)),
    ((2016, 7, 1), Longest::Months(39)),
    ((2012, 7, 1), Longest::Months(60)),
];

#[derive(Clone, Copy)]
enum Longest {
    Days(u64),
    Months(u32),
}

/// Returns the text of a note where the lifetime is longer than a public authority was allowed to issue when it began.
fn long_lifetime(certificate: &Certificate) -> Option<String> {
    let (start, end) = (certificate.not_before?, certificate.not_after?);
    // The rules do not apply to authorities and SM2 pairs.
    if certificate.kind != Kind::Server {
        return None;
    }
    let longest = longest_from(start)?;
    let (last, limit) = match longest {
        Longest::Days(days) => (start.checked_add_days(Days::new(days))?, format!("{days} days")),
        Longest::Months(months) => (start.checked_add_months(Months::new(months))?, format!("{months} months")),
    };
    // Both ends belong to the lifetime (RFC 5280, 4.1.2.5), so that a day's last second starts the next day.
    let days = (end - start + TimeDelta::days(1)).num_days();
    (end >= last).then(|| {
        format!("its lifetime of {days} days is above the {limit} that the CA/Browser Forum allowed when it began")
    })
}

/// Returns the longest lifetime that was allowed at a moment.
fn longest_from(start: DateTime<Utc>) -> Option<Longest> {
    let began = |(year, month, day): (i32, u32, u32)| {
        NaiveDate::from_ymd_opt(year, month, day).is_some_and(|from| start.date_naive() >= from)
    };
    LONGEST.iter().find(|(from, _)| began(*from)).map(|(_, longest)| *longest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attribute, AttributeValue, DistinguishedName};

    fn lived(start: &str, seconds: i64) -> Certificate {
        let start: DateTime<Utc> = format!("{start}T00:00:00Z").parse().expect(start);
        let not_after = Some(start + TimeDelta::seconds(seconds));
        Certificate { not_before: Some(start), not_after, ..Certificate::default() }
    }

    #[test]
    fn lifetimes_are_compared_with_the_rules_of_their_day() {
        for (start, days) in [
            ("2029-03-15", 47),
            ("2029-03-14", 100),
            ("2027-03-15", 100),
            ("2027-03-14", 200),
            ("2026-03-15", 200),
            ("2026-03-14", 398),
            ("2020-09-01", 398),
            ("2020-08-31", 825),
            ("2018-03-01", 825),
            ("2018-02-28", 1185),
            ("2012-07-01", 1826),
        ] {
            let longest = days * 86_400;
            assert_eq!(weaknesses(&lived(start, longest - 1)), [], "{start}");
            assert_eq!(weaknesses(&lived(start, longest)).len(), 1, "{start}");
        }
        assert_eq!(weaknesses(&lived("2012-06-30", 10_000 * 86_400)), []);
        let text = "its lifetime of 398 days is above the 200 days that the CA/Browser Forum allowed when it began";
        let notes = weaknesses(&lived("2026-03-15", 397 * 86_400));
        assert_eq!(notes, [Note::new(NoteCode::LifetimeTooLong, text)]);
        let authority = Certificate { kind: Kind::Ca, ..lived("2026-03-15", 4_000 * 86_400) };
        assert_eq!(weaknesses(&authority), []);
        assert_eq!(weaknesses(&Certificate { not_before: None, ..lived("2026-03-15", 4_000 * 86_400) }), []);
    }

    #[test]
    fn weak_keys_and_weak_signatures_have_notes() {
        for (key_type, bits, is_weak) in [
            ("rsa", Some(1024), true),
            ("rsa-pss", Some(2047), true),
            ("rsa", Some(2048), false),
            ("rsa", None, false),
            ("ec", Some(256), false),
            ("dsa", Some(1024), false),
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
            let codes = |kind, issuer: &str| {
                let signature_algorithm = Some(algorithm.to_owned());
                let (subject, issuer) = (name("a"), name(issuer));
                let certificate =
                    Certificate { kind, issuer, subject, signature_algorithm, pss_over_sha1, ..Certificate::default() };
                weaknesses(&certificate).into_iter().map(|note| note.code).collect::<Vec<_>>()
            };
            assert_eq!(codes(Kind::Server, "a"), [NoteCode::WeakSignature]);
            assert_eq!(codes(Kind::Ca, "b"), [NoteCode::WeakSignature]);
            assert_eq!((codes(Kind::Ca, "a"), codes(Kind::Ca, "A")), (vec![], vec![]));
        }
    }
}

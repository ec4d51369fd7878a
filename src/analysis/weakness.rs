//! What a certificate's own facts tell of its strength, whichever cloud it came from.

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};

use crate::model::{Certificate, Kind};

/// The shortest RSA modulus that is still held to be safe (Baseline Requirements, 6.1.5).
const RSA_BITS: u32 = 2048;

/// Notes on a key, a signature or a lifetime that is not as it should be.
pub(crate) fn weaknesses(certificate: &Certificate) -> Vec<String> {
    let is_self_issued = certificate.subject.is_some() && certificate.subject == certificate.issuer;
    let signature = certificate.signature_algorithm.as_deref();
    // An authority that signed itself is trusted for being known, not for its signature.
    let signature = signature.filter(|_| certificate.kind != Kind::Ca || !is_self_issued);
    let key = weak_key(certificate.key_type.as_deref(), certificate.key_bits);
    let signature = signature.and_then(weak_signature);
    [key, signature, lifetime(certificate)].into_iter().flatten().collect()
}

/// A note on an RSA key that is too short.
pub(crate) fn weak_key(key_type: Option<&str>, bits: Option<u32>) -> Option<String> {
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

/// A note on a signature over a hash in which collisions are found.
pub(crate) fn weak_signature(algorithm: &str) -> Option<String> {
    BROKEN.contains(&algorithm).then(|| format!("the signature is {algorithm}, whose hash is broken"))
}

/// The longest lifetimes that the CA/Browser Forum allows, by the day from which a certificate was issued:
/// ballots SC-081v3, SC-031 (as browsers enforced it), 193, and the Baseline Requirements 1.0 with their
/// transition.
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

/// A note on a lifetime that no public authority may give any more, nor might when it began.
fn lifetime(certificate: &Certificate) -> Option<String> {
    let (start, end) = (certificate.not_before?, certificate.not_after?);
    // The rules know neither clients' authorities nor SM2.
    if certificate.kind != Kind::Server {
        return None;
    }
    let longest = longest_from(start)?;
    let (last, told) = match longest {
        Longest::Days(days) => (start.checked_add_days(Days::new(days))?, format!("{days} days")),
        Longest::Months(months) => (start.checked_add_months(Months::new(months))?, format!("{months} months")),
    };
    // Both ends belong to the lifetime, and a second more counts as a day more.
    let days = (end - start + TimeDelta::days(1)).num_days();
    (end >= last).then(|| {
        format!("its lifetime of {days} days is above the {told} that the CA/Browser Forum allowed when it began")
    })
}

fn longest_from(start: DateTime<Utc>) -> Option<Longest> {
    let began = |(year, month, day): (i32, u32, u32)| {
        NaiveDate::from_ymd_opt(year, month, day).is_some_and(|from| start.date_naive() >= from)
    };
    LONGEST.iter().find(|(from, _)| began(*from)).map(|(_, longest)| *longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lived(start: &str, seconds: i64) -> Certificate {
        let start: DateTime<Utc> = format!("{start}T00:00:00Z").parse().expect(start);
        let not_after = Some(start + TimeDelta::seconds(seconds));
        Certificate { not_before: Some(start), not_after, ..Certificate::default() }
    }

    #[test]
    fn lifetimes_are_held_against_the_rules_of_their_day() {
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
            assert_eq!(weaknesses(&lived(start, longest - 1)), [""; 0], "{start}");
            assert_eq!(weaknesses(&lived(start, longest)).len(), 1, "{start}");
        }
        assert_eq!(weaknesses(&lived("2012-06-30", 10_000 * 86_400)), [""; 0]);
        let told = weaknesses(&lived("2026-03-15", 397 * 86_400));
        assert_eq!(
            told,
            ["its lifetime of 398 days is above the 200 days that the CA/Browser Forum allowed when it began"]
        );
        let authority = Certificate { kind: Kind::Ca, ..lived("2026-03-15", 4_000 * 86_400) };
        assert_eq!(weaknesses(&authority), [""; 0]);
        assert_eq!(weaknesses(&Certificate { not_before: None, ..lived("2026-03-15", 4_000 * 86_400) }), [""; 0]);
    }

    #[test]
    fn keys_and_signatures_that_are_weak_are_told() {
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
            assert_eq!(weak_signature(algorithm).is_some(), is_weak, "{algorithm}");
        }
        let names = |issuer: &str| Certificate {
            subject: Some("CN=a".to_owned()),
            issuer: Some(issuer.to_owned()),
            signature_algorithm: Some("sha1WithRSAEncryption".to_owned()),
            ..Certificate::default()
        };
        let ca = |issuer| weaknesses(&Certificate { kind: Kind::Ca, ..names(issuer) }).len();
        assert_eq!((weaknesses(&names("CN=a")).len(), ca("CN=a"), ca("CN=b")), (1, 0, 1));
    }
}

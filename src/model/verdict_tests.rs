//! The decisions of `check`, in tables, and laws that hold for every input.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::ChainElement;

const DAY: i64 = 86_400;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("a time")
}

fn certificate(not_before: Option<i64>, not_after: Option<i64>) -> Certificate {
    Certificate { not_before: not_before.map(at), not_after: not_after.map(at), ..Certificate::default() }
}

fn thresholds(warning: &str, critical: &str) -> Thresholds {
    Thresholds {
        warning: warning.parse().expect(warning),
        critical: critical.parse().expect(critical),
        superseded: false,
    }
}

fn judged(not_before: Option<i64>, not_after: Option<i64>, thresholds: &Thresholds) -> (State, String) {
    let Judgement { state, reason } = judge(&certificate(not_before, not_after), at(0), thresholds);
    (state, reason)
}

#[test]
fn yearly_and_weekly_certificates_warn_in_time() {
    // Lifetime in days; then the hundredths of a day that are left when it still is OK, and still WARNING.
    for (lifetime, warning, critical) in [(398, 3_000, 700), (90, 2_970, 700), (47, 1_551, 470), (6, 198, 60)] {
        let state = |left: i64| {
            let issued = left - lifetime * DAY;
            judged(Some(issued), Some(left), &Thresholds::default()).0
        };
        let (warning, critical) = (warning * DAY / 100, critical * DAY / 100);
        assert_eq!(state(lifetime * DAY), State::Ok, "{lifetime} days, new");
        assert_eq!(state(warning), State::Ok, "{lifetime} days, at the warning limit");
        assert_eq!(state(warning - 1), State::Warning, "{lifetime} days, below the warning limit");
        assert_eq!(state(critical), State::Warning, "{lifetime} days, at the critical limit");
        assert_eq!(state(critical - 1), State::Critical, "{lifetime} days, below the critical limit");
        assert_eq!(state(0), State::Critical, "{lifetime} days, in its last second");
    }
}

#[test]
fn the_defaults_are_what_is_documented() {
    let defaults = Thresholds::default();
    assert_eq!((defaults.warning().to_string(), defaults.critical().to_string()), ("30d,33%".into(), "7d,10%".into()));
    assert_eq!(defaults, thresholds("30d,33%", "7d,10%"));
}

#[test]
fn the_reason_is_a_few_words() {
    use State::{Critical, Ok, Unknown, Warning};
    let day = Some(DAY);
    for (not_before, not_after, state, reason) in [
        (Some(-DAY), Some(300 * DAY), Ok, "expires in 300 days"),
        (None, Some(20 * DAY + 5), Warning, "expires in 20 days"),
        (None, Some(5 * DAY), Critical, "expires in 5 days"),
        (None, Some(DAY + 1), Critical, "expires in 1 day"),
        (None, Some(7_200), Critical, "expires in 2 hours"),
        (None, Some(61), Critical, "expires in 1 minute"),
        (None, Some(0), Critical, "expires in less than a minute"),
        (None, Some(-1), Critical, "expired less than a minute ago"),
        (None, Some(-3 * DAY), Critical, "expired 3 days ago"),
        (day, Some(-DAY), Critical, "expired 1 day ago"),
        (None, None, Unknown, "expiry unknown"),
        (day, None, Unknown, "expiry unknown"),
        (day, Some(300 * DAY), Warning, "not valid before 2027-01-16T08:00:00Z"),
        (day, Some(20 * DAY), Warning, "not valid before 2027-01-16T08:00:00Z"),
        // Too strange a lifetime to take a share of: only the time counts.
        (day, Some(3_600), Critical, "expires in 1 hour"),
    ] {
        assert_eq!(judged(not_before, not_after, &Thresholds::default()), (state, reason.to_owned()));
    }
}

#[test]
fn a_share_of_an_unknown_lifetime_is_unknown() {
    let cannot_tell =
        |limit: &str, days| format!("expires in {days} days, but {limit} of an unknown lifetime cannot be told");
    let days = |days| Some(days * DAY);
    for (not_before, not_after, warning, critical, state, reason) in [
        (None, days(300), "33%", "10%", State::Unknown, cannot_tell("10%", 300)),
        (None, days(300), "33%", "7d", State::Unknown, cannot_tell("33%", 300)),
        (None, days(20), "30d", "10%", State::Unknown, cannot_tell("10%", 20)),
        (None, days(5), "33%", "7d", State::Critical, "expires in 5 days".to_owned()),
        (None, days(-5), "33%", "10%", State::Critical, "expired 5 days ago".to_owned()),
        (days(6), days(5), "33%", "10%", State::Unknown, cannot_tell("10%", 5)),
        (days(-1), days(5), "33%", "10%", State::Ok, "expires in 5 days".to_owned()),
    ] {
        assert_eq!(judged(not_before, not_after, &thresholds(warning, critical)), (state, reason));
    }
}

#[test]
fn shares_are_compared_without_rounding() {
    let millis = |millis| Some(at(0) + TimeDelta::milliseconds(millis));
    let now = at(2) + TimeDelta::milliseconds(10);
    let state = |end| {
        let certificate = Certificate { not_before: Some(at(0)), not_after: millis(end), ..Certificate::default() };
        judge(&certificate, now, &thresholds("50%", "50%")).state
    };
    // Half of the life is over at 4.02 s; in whole seconds 5.0 would be worse than 4.9.
    assert_eq!([4_019, 4_020, 4_900, 5_000].map(state), [State::Critical, State::Ok, State::Ok, State::Ok]);
}

#[test]
fn an_issuer_that_ends_first_is_judged_too() {
    use State::{Critical, Ok, Unknown, Warning};
    let issuer = |begun: i64, end: i64| ChainElement {
        subject: None,
        issuer: None,
        not_before: Some(at(begun * DAY)),
        not_after: Some(at(end * DAY)),
        fingerprint_sha256: String::new(),
        serial_number: None,
        der: Arc::default(),
    };
    for (own, begun, end, state, reason) in [
        (Some(180), -300, -3, Critical, "issuer expired 3 days ago"),
        (Some(180), -300, 1, Warning, "issuer expires in 1 day"),
        (Some(180), -3000, 29, Warning, "issuer expires in 29 days"),
        (Some(180), -3000, 31, Ok, "expires in 180 days"),
        // A third of a short life of its own.
        (Some(180), -10, 20, Ok, "expires in 180 days"),
        (Some(20), -300, 10, Warning, "issuer expires in 10 days"),
        (Some(5), -300, 4, Critical, "expires in 5 days"),
        (Some(5), -300, -4, Critical, "issuer expired 4 days ago"),
        (Some(-1), -300, -4, Critical, "expired 1 day ago"),
        (None, -300, -4, Critical, "issuer expired 4 days ago"),
        (None, -300, 4, Unknown, "expiry unknown"),
        (Some(180), -300, 180, Ok, "expires in 180 days"),
    ] {
        let certificate = Certificate {
            chain_not_after: Some(at(end * DAY)),
            chain: vec![Arc::new(issuer(begun, end))],
            ..certificate(None, own.map(|days| days * DAY))
        };
        let expected = Judgement { state, reason: reason.to_owned() };
        assert_eq!(judge(&certificate, at(0), &Thresholds::default()), expected, "{own:?} {begun} {end}");
    }
    // Without the issuer's certificate only the time counts.
    let unknown = Certificate { chain_not_after: Some(at(20 * DAY)), ..certificate(None, Some(180 * DAY)) };
    assert_eq!(judge(&unknown, at(0), &Thresholds::default()).state, Warning);
}

#[test]
fn the_part_that_ends_first_is_named() {
    let part = |left: i64| {
        let first_part_to_end = Some("encryption certificate".to_owned());
        let certificate = Certificate { first_part_to_end, ..certificate(None, Some(left * DAY)) };
        judge(&certificate, at(0), &Thresholds::default()).reason
    };
    assert_eq!(part(-3), "encryption certificate expired 3 days ago");
    assert_eq!(part(5), "encryption certificate expires in 5 days");
}

#[test]
fn a_critical_limit_longer_than_the_warning_limit_is_refused() {
    let new = |warning: &str, critical: &str| {
        Thresholds::new(warning.parse().expect(warning), critical.parse().expect(critical))
            .map_err(|error| error.message)
    };
    for (warning, critical) in [("7d", "30d"), ("10%", "33%"), ("30d,33%", "40d,10%"), ("30d,33%", "7d,40%")] {
        let message = format!("the critical limit {critical} is longer than the warning limit {warning}");
        assert_eq!(new(warning, critical), Err(message));
    }
    for (warning, critical) in [("30d", "30d"), ("33%", "7d"), ("7d", "30d,10%"), ("30d,33%", "7d,10%")] {
        assert_eq!(new(warning, critical), Ok(thresholds(warning, critical)));
    }
}

#[test]
fn the_worst_counts_and_what_was_not_seen_is_never_ok() {
    assert_eq!(worst([], false), State::Ok);
    assert_eq!(worst([State::Warning], true), State::Unknown);
    assert_eq!(worst([State::Critical], true), State::Critical);
}

fn state() -> impl Strategy<Value = State> {
    proptest::sample::select(&State::ALL[..])
}

/// Any limits, sensible or not: the laws do not depend on it.
fn any_thresholds() -> impl Strategy<Value = Thresholds> {
    let limit = || {
        (1..9_999_i64, 1..10_000_u32, 1..=3).prop_map(|(minutes, share, parts)| {
            let (time, share) = (format!("{minutes}m"), format!("{}.{:02}%", share / 100, share % 100));
            let text =
                [time, share].into_iter().enumerate().filter(|(bit, _)| parts >> bit & 1 == 1).map(|(_, part)| part);
            text.collect::<Vec<_>>().join(",").parse().expect("a limit")
        })
    };
    (limit(), limit()).prop_map(|(warning, critical)| Thresholds { warning, critical, superseded: false })
}

/// Times that are near enough to one another to meet every boundary, down to a nanosecond.
fn time() -> impl Strategy<Value = DateTime<Utc>> {
    let near = (-9_999..9_999_i64).prop_map(|minutes| at(minutes * 60));
    let nearer = (-3..3_i64).prop_map(|nanoseconds| at(0) + TimeDelta::nanoseconds(nanoseconds));
    let seconds = (-5_000..5_000_i64).prop_map(|milliseconds| at(0) + TimeDelta::milliseconds(milliseconds));
    let any = (DateTime::<Utc>::MIN_UTC.timestamp()..=DateTime::<Utc>::MAX_UTC.timestamp())
        .prop_map(|seconds| DateTime::from_timestamp(seconds, 0).expect("a time"));
    prop_oneof![8 => near, 4 => seconds, 4 => nearer, 1 => any]
}

fn sorted(a: DateTime<Utc>, b: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    (a.min(b), a.max(b))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn less_time_left_is_never_better(
        not_before in proptest::option::of(time()), a in time(), b in time(), now in time(), thresholds in any_thresholds(),
        chain_not_after in proptest::option::of(time()),
    ) {
        let (sooner, later) = sorted(a, b);
        let state = |end, chain_not_after| {
            let not_after = Some(end);
            judge(&Certificate { not_before, not_after, chain_not_after, ..Certificate::default() }, now, &thresholds).state
        };
        prop_assert!(state(sooner, None) >= state(later, None));
        prop_assert!(state(later, chain_not_after) >= state(later, None), "an issuer never makes it better");
    }

    #[test]
    fn time_that_passes_is_never_better_but_where_the_certificate_becomes_valid(
        not_before in proptest::option::of(time()), not_after in proptest::option::of(time()), a in time(), b in time(),
        chain_not_after in proptest::option::of(time()), thresholds in any_thresholds(),
    ) {
        let (sooner, later) = sorted(a, b);
        let certificate = Certificate { not_before, not_after, chain_not_after, ..Certificate::default() };
        let state = |now| judge(&certificate, now, &thresholds).state;
        let waits = |now| not_before.is_some_and(|start| now < start);
        if waits(sooner) && !waits(later) {
            // All that may get better is the WARNING for not being valid yet.
            prop_assert!(state(later) >= state(sooner) || state(sooner) == State::Warning);
        } else {
            prop_assert!(state(later) >= state(sooner));
        }
        prop_assert!(!waits(sooner) || state(sooner) >= State::Warning);
        let by_expiry = judge_expiry(&certificate, sooner, &thresholds).state;
        prop_assert!(state(sooner) >= by_expiry);
        prop_assert!(judge_expiry(&certificate, later, &thresholds).state >= by_expiry);
    }

    #[test]
    fn the_worst_is_the_same_in_every_order_and_grouping(
        mut a in proptest::collection::vec(state(), 0..6), b in proptest::collection::vec(state(), 0..6),
        a_incomplete: bool, b_incomplete: bool,
    ) {
        let of = |states: &[State], incomplete| worst(states.iter().copied(), incomplete);
        let (left, right) = (of(&a, a_incomplete), of(&b, b_incomplete));
        prop_assert_eq!(of(&[left, right], false), of(&[right, left], false));
        prop_assert_eq!(of(&[left, left], false), left);
        a.extend(b);
        let all = of(&a, a_incomplete || b_incomplete);
        prop_assert_eq!(of(&[left, right], false), all);
        a.reverse();
        prop_assert_eq!(of(&a, a_incomplete || b_incomplete), all);
    }

    #[test]
    fn one_more_certificate_never_makes_it_better(
        mut states in proptest::collection::vec(state(), 0..8), another in state(), incomplete: bool,
    ) {
        let before = worst(states.iter().copied(), incomplete);
        states.push(another);
        let after = worst(states.iter().copied(), incomplete);
        prop_assert!(after >= before && after >= another);
        prop_assert!(!incomplete || after >= State::Unknown);
    }
}

//! The decision of `check`: the state of one certificate, and of all together.

use std::fmt;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::error::{Error, Kind};

use super::time::in_words;
use super::{Certificate, Threshold};

/// A state of the Nagios plugin interface, ordered from good to bad. UNKNOWN is worse than WARNING, so that an
/// incomplete scan is never OK, and better than CRITICAL, so that it never hides one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Ok,
    Warning,
    Unknown,
    Critical,
}

impl State {
    /// Every state, from good to bad.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Warning, Self::Unknown, Self::Critical];

    /// Returns the word that a plugin's first line begins with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The limits of remaining life below which a certificate is WARNING or CRITICAL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    warning: Threshold,
    critical: Threshold,
    superseded: bool,
}

impl Thresholds {
    /// Returns the thresholds of these limits.
    ///
    /// # Errors
    /// The critical limit is longer than the warning limit, so that no certificate would ever be WARNING. Only limits of
    /// the same form are compared: whether `10%` is longer than `7d` depends on the certificate.
    pub fn new(warning: Threshold, critical: Threshold) -> Result<Self, Error> {
        let same_form = warning.time().is_some() == critical.time().is_some()
            && warning.share().is_some() == critical.share().is_some();
        if same_form && (critical.time() > warning.time() || critical.share() > warning.share()) {
            let message = format!("the critical limit {critical} is longer than the warning limit {warning}");
            let hint = "less time must be left for CRITICAL than for WARNING, such as 7d and 30d";
            return Err(Error::new(Kind::Usage, message).with_hint(hint));
        }
        Ok(Self { warning, critical, superseded: false })
    }

    /// Returns the thresholds, with superseded certificates at least WARNING or not.
    #[must_use]
    pub fn with_superseded(self, superseded: bool) -> Self {
        Self { superseded, ..self }
    }

    /// Returns the limit below which a certificate is WARNING.
    pub fn warning(&self) -> Threshold {
        self.warning
    }

    /// Returns the limit below which a certificate is CRITICAL.
    pub fn critical(&self) -> Threshold {
        self.critical
    }
}

impl Default for Thresholds {
    /// Returns `30d,33%` and `7d,10%`: a month and a week of a yearly certificate, proportionally less of a shorter one.
    fn default() -> Self {
        Self { warning: Threshold::of(30, 33), critical: Threshold::of(7, 10), superseded: false }
    }
}

/// The judgement of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub state: State,
    /// The reason in a few words without a full stop: `expires in 5 days`.
    pub reason: String,
}

/// Judges one certificate.
///
/// By expiry: CRITICAL once it has expired; UNKNOWN where the expiry is unknown; else CRITICAL or WARNING where less
/// time is left than the limit (a time as long as the limit is enough). A limit that is a share only cannot be judged
/// where the lifetime is unknown (no `not_before`, or one that is not before `not_after`): then the certificate is
/// UNKNOWN, unless the critical limit can be judged and is undercut.
///
/// Before its `not_before` a certificate is at least WARNING. Less time left therefore never gives a better state, and
/// neither does passing time, except at the moment when a certificate becomes valid.
///
/// Where an issuer on the path ends before the certificate itself, the certificate is CRITICAL once the issuer has
/// expired, and at least WARNING where less time than the warning limit is left to the issuer. A share counts of the
/// issuer's own lifetime; where that is unknown, only the time counts.
///
/// A superseded certificate is at least WARNING where the thresholds say so.
pub fn judge(certificate: &Certificate, now: DateTime<Utc>, thresholds: &Thresholds) -> Judgement {
    let judgement = judge_validity(certificate, now, thresholds);
    if judgement.state == State::Ok && thresholds.superseded && certificate.superseded_by.is_some() {
        return Judgement { state: State::Warning, reason: format!("superseded, {}", judgement.reason) };
    }
    judgement
}

/// Judges by the certificate itself and by its issuers. The issuers are the reason where they make it worse, and where
/// they end first while both are running out.
fn judge_validity(certificate: &Certificate, now: DateTime<Utc>, thresholds: &Thresholds) -> Judgement {
    let own = judge_own(certificate, now, thresholds);
    match judge_issuers(certificate, now, thresholds) {
        Some(issuers) if issuers.state > own.state => issuers,
        Some(issuers) if issuers.state == own.state && certificate.not_after.is_some_and(|end| now <= end) => issuers,
        _ => own,
    }
}

/// Judges by the first issuer on the path to end; `None` where that changes nothing.
fn judge_issuers(certificate: &Certificate, now: DateTime<Utc>, thresholds: &Thresholds) -> Option<Judgement> {
    let left = certificate.issuer_end()? - now;
    if left < TimeDelta::zero() {
        let reason = format!("issuer expired {} ago", in_words(-left));
        return Some(Judgement { state: State::Critical, reason });
    }
    let lifetime = certificate.issuer_lifetime().filter(|lifetime| *lifetime > TimeDelta::zero());
    let is_near = thresholds.warning.is_undercut(left, lifetime) == Some(true);
    is_near.then(|| Judgement { state: State::Warning, reason: format!("issuer expires in {}", in_words(left)) })
}

fn judge_own(certificate: &Certificate, now: DateTime<Utc>, thresholds: &Thresholds) -> Judgement {
    let by_expiry = judge_expiry(certificate, now, thresholds);
    match certificate.not_before {
        Some(start) if now < start && by_expiry.state <= State::Warning => {
            let start = start.to_rfc3339_opts(SecondsFormat::AutoSi, true);
            Judgement { state: State::Warning, reason: format!("not valid before {start}") }
        }
        _ => by_expiry,
    }
}

fn judge_expiry(certificate: &Certificate, now: DateTime<Utc>, thresholds: &Thresholds) -> Judgement {
    let Some(end) = certificate.not_after else {
        return Judgement { state: State::Unknown, reason: "expiry unknown".to_owned() };
    };
    let left = end - now;
    let part = certificate.first_part_to_end.as_ref().map(|part| format!("{part} ")).unwrap_or_default();
    if left < TimeDelta::zero() {
        return Judgement { state: State::Critical, reason: format!("{part}expired {} ago", in_words(-left)) };
    }
    let lifetime = certificate.not_before.map(|start| end - start).filter(|lifetime| *lifetime > TimeDelta::zero());
    let undercut = |limit: Threshold| limit.is_undercut(left, lifetime);
    let reason = format!("{part}expires in {}", in_words(left));
    let state = match (undercut(thresholds.critical), undercut(thresholds.warning)) {
        (Some(true), _) => State::Critical,
        (critical @ None, _) | (critical, None) => {
            let limit = if critical.is_none() { thresholds.critical } else { thresholds.warning };
            let reason = format!("{reason}, but {limit} of an unknown lifetime cannot be told");
            return Judgement { state: State::Unknown, reason };
        }
        (_, Some(true)) => State::Warning,
        (Some(false), Some(false)) => State::Ok,
    };
    Judgement { state, reason }
}

/// Returns the worst of the states, at least UNKNOWN after an incomplete scan.
///
/// No state at all is OK; the caller decides whether an empty inventory is acceptable.
pub fn worst(states: impl IntoIterator<Item = State>, scan_incomplete: bool) -> State {
    let unseen = if scan_incomplete { State::Unknown } else { State::Ok };
    states.into_iter().fold(unseen, Ord::max)
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;

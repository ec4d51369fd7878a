//! Plugin output for Nagios, Icinga and their kin: a status line with performance data, then a line
//! for each problem, soonest first, and for each scope that could not be read.
//!
//! Reference: <https://www.monitoring-plugins.org/doc/guidelines.html>

use std::borrow::Cow;
use std::io;

use crate::model::{AlternativeName, Certificate, State, Status, Threshold};

use super::Verdict;
use crate::output::style::harmless;
use crate::output::summary::{self, counted};

const SERVICE: &str = "CERTLS";

pub(super) fn write(verdict: &Verdict<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{SERVICE} {} - {} | {}", verdict.state, summary(verdict), performance(verdict))?;
    for (certificate, judgement) in verdict.problems() {
        let (state, reason) = (judgement.state, &judgement.reason);
        let successor = certificate.superseded_by.as_ref().map(|by| plain(&format!(" - successor: {by}")));
        let successor = successor.unwrap_or_default();
        writeln!(out, "{state}: {} {reason} - {}{successor}", title(certificate), place(certificate))?;
    }
    for (places, error) in summary::failures(verdict.scopes) {
        let hint = error.hint().map(|hint| format!(" - hint: {hint}")).unwrap_or_default();
        writeln!(out, "{}: {}", State::Unknown, plain(&format!("{places}: {}{hint}", error.with_vendor_ids())))?;
    }
    for error in &verdict.unwritten {
        writeln!(out, "{}: {}", State::Unknown, plain(&error.to_string()))?;
    }
    Ok(())
}

/// The one line of a run that came to no verdict at all.
pub(super) fn unknown(told: &str) -> String {
    format!("{SERVICE} {} - {}", State::Unknown, plain(told.lines().next().unwrap_or_default()))
}

/// `1 critical, 2 warning of 137 certificates; shop expires in 5 days; 3 scopes could not be read`.
fn summary(verdict: &Verdict<'_>) -> String {
    let counts = [State::Critical, State::Unknown, State::Warning].map(|state| (state, verdict.count(state)));
    let told: Vec<String> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| format!("{count} {}", state.name().to_lowercase()))
        .collect();
    let total = counted(verdict.judged.len(), "certificate");
    let mut parts = vec![match told.as_slice() {
        [] if verdict.judged.is_empty() => "no certificates".to_owned(),
        [] => format!("{total}, none expires soon"),
        told => format!("{} of {total}", told.join(", ")),
    }];
    // The worst of them, and of those the soonest.
    let worst = verdict.problems().filter(|(_, judgement)| judgement.state == worst_of(verdict));
    parts.extend(worst.take(1).map(|(certificate, judgement)| format!("{} {}", title(certificate), judgement.reason)));
    let superseded = verdict.superseded();
    if superseded > 0 {
        parts.push(format!("{superseded} superseded"));
    }
    let failed = verdict.failed_scopes();
    if failed > 0 {
        parts.push(format!("{failed} of {} could not be read", counted(verdict.scopes.len(), "scope")));
    }
    if !verdict.unwritten.is_empty() {
        parts.push(format!("{} could not be written", counted(verdict.unwritten.len(), "output")));
    }
    parts.join("; ")
}

fn worst_of(verdict: &Verdict<'_>) -> State {
    verdict.problems().map(|(_, judgement)| judgement.state).max().unwrap_or(State::Ok)
}

/// Performance data of a bounded size, whatever the inventory: `'label'=value;warn;crit;min`. A range
/// that alerts below its number is written `30:`.
fn performance(verdict: &Verdict<'_>) -> String {
    let days = |limit: Threshold| limit.time().map(|time| format!("{}:", time.num_days())).unwrap_or_default();
    let expired = verdict.judged.iter().filter(|(certificate, _)| certificate.status(verdict.now) == Status::Expired);
    let failed = verdict.failed_scopes();
    let mut data = vec![
        format!("'certificates'={};;;0", verdict.judged.len()),
        format!("'critical'={};;0;0", verdict.count(State::Critical)),
        format!("'warning'={};0;;0", verdict.count(State::Warning)),
        format!("'unknown'={};0;;0", verdict.count(State::Unknown)),
        format!("'expired'={};;0;0", expired.count()),
        format!("'scopes'={};;;0", verdict.scopes.len()),
        format!("'scopes_failed'={failed};0;;0"),
    ];
    let fewest = verdict.judged.iter().filter_map(|(certificate, _)| certificate.days_left(verdict.now)).min();
    if let Some(fewest) = fewest {
        let (warning, critical) = (days(verdict.thresholds.warning()), days(verdict.thresholds.critical()));
        data.push(format!("'days_left_min'={fewest};{warning};{critical}"));
    }
    data.join(" ")
}

fn title(certificate: &Certificate) -> String {
    let name = certificate.name.as_deref().or(certificate.id.as_deref()).unwrap_or("a certificate without a name");
    let first = certificate.subject_alternative_names.first().map(AlternativeName::text);
    match first.or(certificate.common_name.as_deref().map(Cow::from)) {
        Some(host) if host != name => plain(&format!("{} ({})", shortened(name), shortened(&host))),
        _ => plain(&shortened(name)),
    }
}

/// Returns the first letters of a name: a long one would push out the performance data.
fn shortened(name: &str) -> Cow<'_, str> {
    const LONGEST: usize = 60;
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => Cow::Owned(format!("{}…", &name[..end])),
        None => Cow::Borrowed(name),
    }
}

fn place(certificate: &Certificate) -> String {
    let id = certificate.id.as_deref().unwrap_or("?");
    let (provider, account, region) = (certificate.provider, &certificate.account, &certificate.region);
    plain(&format!("{provider} {account} {region} {} {id}", certificate.service))
}

/// Text in one line without the bar, which begins performance data.
fn plain(text: &str) -> String {
    harmless(text).replace('|', "¦")
}

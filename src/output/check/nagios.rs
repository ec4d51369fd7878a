//! Plugin output for Nagios, Icinga and their kin: a status line with performance data, then a line
//! for each problem, soonest first, and for each scope that could not be read.
//!
//! Reference: <https://www.monitoring-plugins.org/doc/guidelines.html>

use std::borrow::Cow;
use std::io;

use crate::model::{AlternativeName, Certificate, State, Status, Threshold};

use super::CheckReport;
use crate::output::escape::Escape;
use crate::output::summary::{self, counted};

const SERVICE: &str = "CERTLS";

/// Writes the status line, then a line for each problem.
///
/// # Errors
/// Where the output cannot be written.
pub(in crate::output) fn write(report: &CheckReport<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{SERVICE} {} - {} | {}", report.state, summary(report), performance(report))?;
    for (certificate, judgement) in report.problems() {
        let (state, reason) = (judgement.state, &judgement.reason);
        let successor = certificate.superseded_by.as_ref().map(|by| plain(&format!(" - successor: {by}")));
        let successor = successor.unwrap_or_default();
        writeln!(out, "{state}: {} {reason} - {}{successor}", title(certificate), place(certificate))?;
    }
    for (places, error) in summary::failures(report.scopes) {
        let hint = error.hint().map(|hint| format!(" - hint: {hint}")).unwrap_or_default();
        writeln!(out, "{}: {}", State::Unknown, plain(&format!("{places}: {}{hint}", error.with_vendor_ids())))?;
    }
    for error in &report.unwritten {
        writeln!(out, "{}: {}", State::Unknown, plain(&error.to_string()))?;
    }
    Ok(())
}

/// Writes the one line of a run without a verdict.
///
/// # Errors
/// Where the output cannot be written.
pub fn unknown(reason: &str, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{SERVICE} {} - {}", State::Unknown, plain(reason.lines().next().unwrap_or_default()))
}

/// `1 critical, 2 warning of 137 certificates; shop expires in 5 days; 3 scopes could not be read`.
fn summary(report: &CheckReport<'_>) -> String {
    let counts = [State::Critical, State::Unknown, State::Warning].map(|state| (state, report.count(state)));
    let counts: Vec<String> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| format!("{count} {}", state.name().to_lowercase()))
        .collect();
    let total = counted(report.judged.len(), "certificate");
    let mut parts = vec![match counts.as_slice() {
        [] if report.judged.is_empty() => "no certificates".to_owned(),
        [] => format!("{total}, none expires soon"),
        counts => format!("{} of {total}", counts.join(", ")),
    }];
    // The worst of them, and of those the soonest.
    let worst = report.problems().filter(|(_, judgement)| judgement.state == worst_of(report));
    parts.extend(worst.take(1).map(|(certificate, judgement)| format!("{} {}", title(certificate), judgement.reason)));
    let superseded = report.superseded();
    if superseded > 0 {
        parts.push(format!("{superseded} superseded"));
    }
    let failed = report.failed_scopes();
    if failed > 0 {
        parts.push(format!("{failed} of {} could not be read", counted(report.scopes.len(), "scope")));
    }
    if !report.unwritten.is_empty() {
        parts.push(format!("{} could not be written", counted(report.unwritten.len(), "output")));
    }
    parts.join("; ")
}

fn worst_of(report: &CheckReport<'_>) -> State {
    report.problems().map(|(_, judgement)| judgement.state).max().unwrap_or(State::Ok)
}

/// Returns performance data of a bounded size, whatever the inventory: `'label'=value;warn;crit;min`. A range
/// that alerts below its number is written `30:`.
fn performance(report: &CheckReport<'_>) -> String {
    let days = |limit: Threshold| limit.time().map(|time| format!("{}:", time.num_days())).unwrap_or_default();
    let expired = report.judged.iter().filter(|(certificate, _)| certificate.status(report.now) == Status::Expired);
    let failed = report.failed_scopes();
    let mut data = vec![
        format!("'certificates'={};;;0", report.judged.len()),
        format!("'critical'={};;0;0", report.count(State::Critical)),
        format!("'warning'={};0;;0", report.count(State::Warning)),
        format!("'unknown'={};0;;0", report.count(State::Unknown)),
        format!("'expired'={};;0;0", expired.count()),
        format!("'scopes'={};;;0", report.scopes.len()),
        format!("'scopes_failed'={failed};0;;0"),
    ];
    let fewest = report.judged.iter().filter_map(|(certificate, _)| certificate.days_left(report.now)).min();
    if let Some(fewest) = fewest {
        let (warning, critical) = (days(report.thresholds.warning()), days(report.thresholds.critical()));
        data.push(format!("'days_left_min'={fewest};{warning};{critical}"));
    }
    data.join(" ")
}

fn title(certificate: &Certificate) -> String {
    let name = certificate.name.as_deref().or(certificate.id.as_deref()).unwrap_or("a certificate without a name");
    let first = certificate.subject_alternative_names.first().map(AlternativeName::text);
    match first.or(certificate.common_name.as_deref().map(Cow::from)) {
        Some(host) if host != name => plain(&format!("{name} ({host})")),
        _ => plain(name),
    }
}

fn place(certificate: &Certificate) -> String {
    let id = certificate.id.as_deref().unwrap_or("?");
    let (provider, account, region) = (certificate.provider, &certificate.account, &certificate.region);
    plain(&format!("{provider} {account} {region} {} {id}", certificate.service))
}

fn plain(text: &str) -> String {
    Escape::Plugin.apply(text).into_owned()
}

//! Plugin output for Nagios, Icinga and their kin: a status line with performance data, then a line
//! for each problem, soonest first, and for each scope that could not be read.
//!
//! Reference: <https://www.monitoring-plugins.org/doc/guidelines.html>

use std::borrow::Cow;
use std::io;

use crate::error::Error;
use crate::model::{AlternativeName, Certificate, State, Threshold};

use super::CheckReport;
use crate::output::escape::Escape;
use crate::output::summary::{self, Failures, counted};

const SERVICE: &str = "CERTLS";

/// The bytes of the lines after the first: Nagios keeps 8 KB of both, and Icinga sends them by mail.
const MAX_LONG_OUTPUT: usize = 4096;
/// The share of it that failed scopes may take, so that they leave room for certificates, and certificates for them.
const MAX_FAILURES: usize = MAX_LONG_OUTPUT / 2;
/// Room for the line that counts the rest.
const REST_LINE: usize = 96;

/// Writes the status line, then a line for each problem, as far as there is room.
///
/// # Errors
/// Where the output cannot be written.
pub(in crate::output) fn write(report: &CheckReport<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{SERVICE} {} - {} | {}", report.state, summary(report), performance(report))?;
    let (failures, taken) = bounded(failures(report), MAX_FAILURES, "more that could not be read or written");
    let (problems, _) = bounded(problems(report), MAX_LONG_OUTPUT.saturating_sub(taken), "more certificates");
    problems.iter().chain(&failures).try_for_each(|line| writeln!(out, "{line}"))
}

/// Returns a line for each certificate that is not OK.
fn problems<'a>(report: &'a CheckReport<'_>) -> impl Iterator<Item = String> + 'a {
    report.problems().map(|(certificate, judgement)| {
        let (state, reason) = (judgement.state, &judgement.reason);
        let successor = certificate.superseded_by.as_ref().map(|by| brief(&format!(" - successor: {by}"), MAX_WORDS));
        let successor = successor.unwrap_or_default();
        format!("{state}: {} {reason} - {}{successor}", title(certificate), place(certificate))
    })
}

/// Returns a line for each scope that could not be read, each whose uses are unknown, and each output that could not be
/// written.
fn failures<'a>(report: &'a CheckReport<'_>) -> impl Iterator<Item = String> + 'a {
    let line = |places: &str, error: &Error| {
        let hint = error.hint().map(|hint| brief(&format!(" - hint: {hint}"), MAX_WORDS)).unwrap_or_default();
        let message = brief(&format!("{places}: {}", error.with_vendor_ids()), MAX_WORDS);
        format!("{}: {message}{hint}", State::Unknown)
    };
    let Failures { named, further } = summary::failures(report.scopes);
    let unread = named.into_iter().map(move |(places, error)| line(&places, error));
    let more = (further > 0)
        .then(|| format!("{}: {} failed for other reasons", State::Unknown, counted(further, "more scope")));
    let uses = report.usage_failures().named.into_iter();
    let uses = uses
        .map(move |(places, error)| line(&format!("{places}: which listeners use a certificate is unknown"), error));
    let unwritten =
        report.unwritten.iter().map(|error| format!("{}: {}", State::Unknown, brief(&error.to_string(), MAX_WORDS)));
    unread.chain(more).chain(uses).chain(unwritten)
}

/// Returns the lines that there is room for, with one that counts the rest, and how many bytes they take.
fn bounded(lines: impl Iterator<Item = String>, room: usize, of: &str) -> (Vec<String>, usize) {
    let (mut kept, mut taken, mut rest) = (Vec::new(), 0, 0);
    for line in lines {
        let length = line.len() + 1;
        if rest == 0 && taken + length + REST_LINE <= room {
            taken += length;
            kept.push(line);
        } else {
            rest += 1;
        }
    }
    if rest > 0 {
        let line = format!("… and {rest} {of}");
        taken += line.len() + 1;
        kept.push(line);
    }
    (kept, taken)
}

/// Returns the one line of a run without a verdict.
pub fn unknown_line(reason: &str) -> String {
    const MAX_REASON: usize = 1000;
    let reason = brief(reason.lines().next().unwrap_or_default(), MAX_REASON);
    format!("{SERVICE} {} - {reason}", State::Unknown)
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
    let uses_unknown = report.usage_failed_scopes();
    if uses_unknown > 0 {
        parts.push(format!("uses unknown in {} of {}", uses_unknown, counted(report.scopes.len(), "scope")));
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
    let expired = report.judged.iter().filter(|(certificate, _)| certificate.is_expired(report.now));
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
    let fewest = report.judged.iter().filter_map(|(certificate, _)| certificate.first_days_left(report.now)).min();
    if let Some(fewest) = fewest {
        let (warning, critical) = (days(report.thresholds.warning()), days(report.thresholds.critical()));
        data.push(format!("'days_left_min'={fewest};{warning};{critical}"));
    }
    data.join(" ")
}

/// The letters of a name in a line.
const MAX_NAME: usize = 60;
/// The letters of an id in a line: those of all clouds are shorter.
const MAX_ID: usize = 100;
/// The letters of an error or a hint in a line.
const MAX_WORDS: usize = 300;

fn title(certificate: &Certificate) -> String {
    let name = certificate.name.as_deref().or(certificate.id.as_deref()).unwrap_or("a certificate without a name");
    let first = certificate.subject_alternative_names.first().map(AlternativeName::text);
    match first.or(certificate.common_name.as_deref().map(Cow::from)) {
        Some(host) if host != name => format!("{} ({})", brief(name, MAX_NAME), brief(&host, MAX_NAME)),
        _ => brief(name, MAX_NAME),
    }
}

fn place(certificate: &Certificate) -> String {
    let id = brief(certificate.id.as_deref().unwrap_or("?"), MAX_ID);
    let (account, region) = (brief(&certificate.account, MAX_NAME), brief(&certificate.region, MAX_NAME));
    format!("{} {account} {region} {} {id}", certificate.provider, certificate.service)
}

/// Returns text for one line, cut where it is longer than this many letters.
fn brief(text: &str, letters: usize) -> String {
    let plain = Escape::Plugin.apply(text);
    match plain.char_indices().nth(letters) {
        None => plain.into_owned(),
        Some(_) => plain.chars().take(letters.saturating_sub(1)).chain(['…']).collect(),
    }
}

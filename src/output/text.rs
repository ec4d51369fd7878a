//! Everything about single certificates, laid out for reading: a line a field, and several for what is several.

use std::borrow::Cow;
use std::io;

use chrono::{DateTime, Utc};

use crate::model::{Certificate, ChainElement, Use, rfc3339};

use super::Report;
use super::columns::{RECORD, Value};
use super::style::{self, harmless};
use super::words::time_until;

pub(super) struct Format;

impl super::Format for Format {
    fn name(&self) -> &'static str {
        "text"
    }

    fn is_for_people(&self) -> bool {
        true
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        for (number, certificate) in report.certificates.iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            write(certificate, report.now, out)?;
        }
        Ok(())
    }
}

fn write(certificate: &Certificate, now: DateTime<Utc>, out: &mut dyn io::Write) -> io::Result<()> {
    let wide = RECORD.iter().map(|column| column.name.len()).max().unwrap_or_default();
    let mut unknown = Vec::new();
    for column in RECORD {
        let value = (column.value)(certificate, now);
        if matches!(value, Value::Unknown) {
            unknown.push(column.name);
        }
        let mut name = column.name;
        for line in lines(column.name, &value, now) {
            field(name, wide, &line, out)?;
            name = "";
        }
    }
    if !unknown.is_empty() {
        field("(unknown)", wide, &unknown.join(", "), out)?;
    }
    Ok(())
}

fn field(name: &str, wide: usize, line: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let bold = style::HEADING;
    writeln!(out, "{bold}{name:wide$}{bold:#}  {}", harmless(line))
}

/// What stands behind a field's name; nothing where nothing is known, or there is nothing.
fn lines<'a>(name: &str, value: &'a Value<'a>, now: DateTime<Utc>) -> Vec<Cow<'a, str>> {
    match value {
        Value::Texts(texts) => texts.iter().map(|text| text.as_str().into()).collect(),
        Value::Map(map) => map.iter().map(|(key, value)| format!("{key}={value}").into()).collect(),
        Value::Chain(chain) => {
            chain.iter().enumerate().flat_map(|(index, element)| link(index, element, now)).collect()
        }
        Value::Uses(uses) if !uses.is_empty() => uses.iter().map(|used| listener(used).into()).collect(),
        Value::Time(end) if name == "not_after" => vec![until(*end, now).into()],
        other => vec![other.to_string()].into_iter().filter(|text| !text.is_empty()).map(Cow::from).collect(),
    }
}

/// One certificate of the chain, its number before it.
fn link<'a>(index: usize, element: &ChainElement, now: DateTime<Utc>) -> Vec<Cow<'a, str>> {
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "unknown".to_owned());
    let start = element.not_before.map_or_else(|| "unknown".to_owned(), rfc3339);
    let end = element.not_after.map_or_else(|| "unknown".to_owned(), |end| until(end, now));
    vec![
        format!("{}  {}", index + 1, name(&element.subject)).into(),
        format!("   issued by  {}", name(&element.issuer)).into(),
        format!("   not before {start}").into(),
        format!("   not after  {end}").into(),
        format!("   SHA-256    {}", element.fingerprint_sha256).into(),
    ]
}

fn until(end: DateTime<Utc>, now: DateTime<Utc>) -> String {
    format!("{} ({})", rfc3339(end), time_until(end, now))
}

/// `lb-1:443 https default`, and the listener's id where it has one.
fn listener(used: &Use) -> String {
    let id = used.listener_id.as_ref().map(|id| format!(" (listener {id})")).unwrap_or_default();
    format!("{}:{} {} {}{id}", used.load_balancer_id, used.port, used.protocol, used.role)
}

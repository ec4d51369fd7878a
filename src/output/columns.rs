//! The one table of what is told of a certificate: its name, what it means, and how it is found.
//!
//! JSON's keys, the tabular formats' columns and README's table all come from it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use crate::model::{AlternativeName, Certificate, ChainElement, HostMatch, Note, Source, Successor, Use, rfc3339};

use super::messages::time_left;
use super::summary::counted;

/// One thing that is told of a certificate.
#[derive(Debug)]
pub struct Column {
    pub name: &'static str,
    pub(super) value: for<'a> fn(&'a Certificate, DateTime<Utc>) -> Value<'a>,
}

/// A value in a column. Displayed, it is the text of a cell; serialised, it is JSON.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Unknown,
    Text(Cow<'a, str>),
    Number(i64),
    Flag(bool),
    Time(DateTime<Utc>),
    Names(&'a [AlternativeName]),
    /// The texts of notes.
    Notes(&'a [Note]),
    /// The codes of notes; serialised, with their texts.
    NoteCodes(&'a [Note]),
    Map(&'a BTreeMap<String, String>),
    Source(&'a Source),
    Chain(&'a [Arc<ChainElement>]),
    Uses(&'a [Use]),
    Matches(&'a [HostMatch]),
    Successor(&'a Successor),
}

/// JSON's keys, in their order.
pub(super) static RECORD: &[Column] = &[
    Column { name: "provider", value: |c, _| c.provider.into() },
    Column { name: "service", value: |c, _| c.service.into() },
    Column { name: "account", value: |c, _| c.account.as_str().into() },
    Column { name: "account_id", value: |c, _| text(c.account_id.as_ref()) },
    Column { name: "region", value: |c, _| c.region.as_str().into() },
    Column { name: "id", value: |c, _| text(c.id.as_ref()) },
    Column { name: "name", value: |c, _| text(c.name.as_ref()) },
    Column { name: "description", value: |c, _| text(c.description.as_ref()) },
    Column { name: "kind", value: |c, _| c.kind.name().into() },
    Column { name: "common_name", value: |c, _| text(c.common_name.as_ref()) },
    Column { name: "subject_alternative_names", value: |c, _| Value::Names(&c.subject_alternative_names) },
    Column { name: "fingerprint_sha1", value: |c, _| text(c.fingerprint_sha1.as_ref()) },
    Column { name: "fingerprint_sha256", value: |c, _| text(c.fingerprint_sha256.as_ref()) },
    Column { name: "serial_number", value: |c, _| displayed(c.serial_number.as_ref()) },
    Column { name: "issuer", value: |c, _| displayed(c.issuer.as_ref()) },
    Column { name: "subject", value: |c, _| displayed(c.subject.as_ref()) },
    Column { name: "key_type", value: |c, _| text(c.key_type.as_ref()) },
    Column { name: "key_bits", value: |c, _| c.key_bits.map_or(Value::Unknown, |bits| Value::Number(bits.into())) },
    Column { name: "signature_algorithm", value: |c, _| text(c.signature_algorithm.as_ref()) },
    Column { name: "not_before", value: |c, _| time(c.not_before) },
    Column { name: "not_after", value: |c, _| time(c.not_after) },
    Column { name: "chain_not_after", value: |c, _| time(c.chain_not_after) },
    Column { name: "days_left", value: |c, now| c.days_left(now).map_or(Value::Unknown, Value::Number) },
    Column { name: "status", value: |c, now| c.status(now).name().into() },
    Column { name: "uploaded_at", value: |c, _| time(c.uploaded_at) },
    Column { name: "updated_at", value: |c, _| time(c.updated_at) },
    Column { name: "source", value: |c, _| c.source.as_ref().map_or(Value::Unknown, Value::Source) },
    Column { name: "resource_group_id", value: |c, _| text(c.resource_group_id.as_ref()) },
    Column { name: "project_id", value: |c, _| text(c.project_id.as_ref()) },
    Column { name: "enterprise_project_id", value: |c, _| text(c.enterprise_project_id.as_ref()) },
    Column { name: "tags", value: |c, _| Value::Map(&c.tags) },
    Column { name: "chain", value: |c, _| Value::Chain(&c.chain) },
    Column { name: "used_by", value: |c, _| c.used_by.as_deref().map_or(Value::Unknown, Value::Uses) },
    Column { name: "used_by_complete", value: |c, _| c.used_by_complete.map_or(Value::Unknown, Value::Flag) },
    Column { name: "superseded_by", value: |c, _| c.superseded_by.as_deref().map_or(Value::Unknown, Value::Successor) },
    Column { name: "note_codes", value: |c, _| Value::NoteCodes(&c.notes) },
    Column { name: "notes", value: |c, _| Value::Notes(&c.notes) },
];

/// What people read instead of dates and lists.
static FOR_PEOPLE: &[Column] = &[
    Column { name: "expires", value: |c, now| time_left(c, now).into() },
    Column {
        name: "expiry_date",
        value: |c, _| c.not_after.map_or(Value::Unknown, |end| end.format("%Y-%m-%d").to_string().into()),
    },
    Column { name: "names", value: |c, _| covered(c) },
    Column { name: "used_by_count", value: |c, _| listeners(c).into() },
    Column {
        name: "match",
        value: |c, _| c.matches.iter().map(|m| m.how).max().map_or(Value::Unknown, |how| how.name().into()),
    },
    Column { name: "matches", value: |c, _| Value::Matches(&c.matches) },
];

impl Column {
    /// What stands above the column for people.
    pub(super) fn heading(&self) -> &'static str {
        HEADINGS.iter().find(|(name, _)| *name == self.name).map_or(self.name, |(_, heading)| heading)
    }
}

/// Shorter words than the names.
static HEADINGS: &[(&str, &str)] = &[
    ("names", "covers"),
    ("expiry_date", "on"),
    ("provider", "cloud"),
    ("used_by", "used by"),
    ("used_by_count", "used by"),
    ("superseded_by", "superseded by"),
    ("subject_alternative_names", "alternative names"),
];

/// A value to sort by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Number(i64),
    Flag(bool),
    Text(String),
}

impl Column {
    /// What certificates are sorted by in this column; `None` where it is unknown.
    pub fn key(&self, certificate: &Certificate, now: DateTime<Utc>) -> Option<Key> {
        // Messages about a time are sorted as the time.
        let value = match self.name {
            "expires" | "expiry_date" => time(certificate.not_after),
            _ => (self.value)(certificate, now),
        };
        match value {
            Value::Unknown => None,
            Value::Number(number) => Some(Key::Number(number)),
            Value::Time(time) => Some(Key::Number(time.timestamp())),
            other => Some(Key::Text(other.to_string().to_lowercase())),
        }
    }
}

/// The names of all columns.
pub fn names() -> impl Iterator<Item = &'static str> {
    RECORD.iter().chain(FOR_PEOPLE).map(|column| column.name)
}

/// The column of this name.
pub fn by_name(name: &str) -> Option<&'static Column> {
    RECORD.iter().chain(FOR_PEOPLE).find(|column| column.name == name)
}

/// The columns that programs are told unasked: JSON's keys, and the answers to what a command was asked.
pub(super) fn for_programs(extra: &[&str]) -> impl Iterator<Item = &'static Column> {
    let is_answer = |name: &str| ["match", "matches"].contains(&name) && extra.contains(&name);
    RECORD.iter().chain(FOR_PEOPLE.iter().filter(move |column| is_answer(column.name)))
}

/// Everything that is told of a certificate, as one JSON object; and which of the hosts that were asked for
/// it covers, where some were.
pub(super) struct Record<'a>(pub &'a Certificate, pub DateTime<Utc>);

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(certificate, now) = self;
        let told = RECORD.iter().map(|column| (column.name, (column.value)(certificate, *now)));
        let matches = (!certificate.matches.is_empty()).then_some(("matches", Value::Matches(&certificate.matches)));
        serializer.collect_map(told.chain(matches))
    }
}

/// The names that the certificate covers; the common name where it has no others.
fn covered(certificate: &Certificate) -> Value<'_> {
    match certificate.subject_alternative_names.as_slice() {
        [] => text(certificate.common_name.as_ref()),
        names => Value::Names(names),
    }
}

/// How many listeners use the certificate. One that uses it twice, by default and for a name, counts once.
fn listeners(certificate: &Certificate) -> String {
    let Some(uses) = &certificate.used_by else { return "unknown".to_owned() };
    let listeners: BTreeSet<_> =
        uses.iter().map(|u| (&u.load_balancer_id, &u.listener_id, u.port, &u.protocol)).collect();
    match listeners.len() {
        0 => "none".to_owned(),
        number => counted(number, "listener"),
    }
}

fn text(value: Option<&String>) -> Value<'_> {
    value.map(String::as_str).map_or(Value::Unknown, Value::from)
}

fn displayed(value: Option<&impl fmt::Display>) -> Value<'static> {
    value.map_or(Value::Unknown, |value| value.to_string().into())
}

/// Writes texts with a comma between them.
fn joined(texts: impl Iterator<Item = impl fmt::Display>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (number, text) in texts.enumerate() {
        let separator = if number == 0 { "" } else { ", " };
        write!(f, "{separator}{text}")?;
    }
    Ok(())
}

fn time(value: Option<DateTime<Utc>>) -> Value<'static> {
    value.map_or(Value::Unknown, Value::Time)
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unknown => serializer.serialize_none(),
            Self::Text(text) => text.serialize(serializer),
            Self::Number(number) => number.serialize(serializer),
            Self::Flag(flag) => flag.serialize(serializer),
            Self::Time(time) => rfc3339(*time).serialize(serializer),
            Self::Names(names) => names.serialize(serializer),
            Self::Notes(notes) => serializer.collect_seq(notes.iter().map(|note| &note.text)),
            Self::NoteCodes(notes) => notes.serialize(serializer),
            Self::Map(map) => map.serialize(serializer),
            Self::Source(source) => source.serialize(serializer),
            Self::Chain(chain) => serializer.collect_seq(chain.iter().map(AsRef::as_ref)),
            Self::Uses(uses) => uses.serialize(serializer),
            Self::Matches(matches) => matches.serialize(serializer),
            Self::Successor(by) => by.serialize(serializer),
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
            Self::Time(time) => f.write_str(&rfc3339(*time)),
            Self::Names(names) => joined(names.iter().map(AlternativeName::text), f),
            Self::Notes(notes) => joined(notes.iter().map(|note| &note.text), f),
            Self::NoteCodes(notes) => joined(notes.iter().map(|note| note.code.name()), f),
            Self::Map(map) => {
                let pairs: Vec<String> = map.iter().map(|(key, value)| format!("{key}={value}")).collect();
                f.write_str(&pairs.join(", "))
            }
            Self::Source(source) => {
                write!(f, "{} {}", source.service, source.id.as_deref().unwrap_or_default())
            }
            Self::Chain(chain) => {
                let subject = |element: &Arc<ChainElement>| {
                    element.subject.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string)
                };
                f.write_str(&chain.iter().map(subject).collect::<Vec<_>>().join(" | "))
            }
            // An empty text is what is unknown.
            Self::Uses([]) => f.write_str("none"),
            Self::Uses(uses) => f.write_str(&uses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
            Self::Matches(matches) => {
                let told: Vec<String> = matches.iter().map(|m| format!("{}:{}", m.how.name(), m.name)).collect();
                f.write_str(&told.join(", "))
            }
            // Its account and region; a note tells the rest.
            Self::Successor(by) => write!(f, "{} ({} {} {})", by.title(), by.provider, by.account, by.region),
        }
    }
}

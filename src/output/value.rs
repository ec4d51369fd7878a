//! A value of a column: its text in a cell, and its JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use crate::model::{AlternativeName, ChainElement, HostMatch, Note, Source, Successor, Use, rfc3339};

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
            Self::Names(names) => join(f, names.iter().map(AlternativeName::text), ", "),
            Self::Notes(notes) => join(f, notes.iter().map(|note| &note.text), ", "),
            Self::NoteCodes(notes) => join(f, notes.iter().map(|note| note.code.name()), ", "),
            Self::Map(map) => join(f, map.iter().map(|(key, value)| format!("{key}={value}")), ", "),
            Self::Source(source) => write!(f, "{} {}", source.service, source.id.as_deref().unwrap_or_default()),
            Self::Chain(chain) => {
                let subject =
                    |c: &Arc<ChainElement>| c.subject.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string);
                join(f, chain.iter().map(subject), " | ")
            }
            // An empty cell stands for an unknown value.
            Self::Uses([]) => f.write_str("none"),
            Self::Uses(uses) => join(f, uses.iter(), ", "),
            Self::Matches(matches) => join(f, matches.iter().map(|m| format!("{}:{}", m.how.name(), m.name)), ", "),
            // Its account and region; a note holds the rest.
            Self::Successor(by) => write!(f, "{} ({} {} {})", by.title(), by.provider, by.account, by.region),
        }
    }
}

/// Writes the parts, separated.
///
/// # Errors
/// Where the output cannot be written.
fn join(f: &mut fmt::Formatter<'_>, parts: impl Iterator<Item: fmt::Display>, separator: &str) -> fmt::Result {
    for (number, part) in parts.enumerate() {
        let before = if number == 0 { "" } else { separator };
        write!(f, "{before}{part}")?;
    }
    Ok(())
}

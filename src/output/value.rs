//! A value of a column: its text in a cell, and its JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use crate::model::{ChainElement, HostMatch, Source, Successor, Use, rfc3339};

/// A value in a column. Displayed, it is the text of a cell; serialised, it is JSON.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Unknown,
    Text(Cow<'a, str>),
    Number(i64),
    Flag(bool),
    Time(DateTime<Utc>),
    Texts(&'a [String]),
    Map(&'a BTreeMap<String, String>),
    Source(&'a Source),
    Chain(&'a [ChainElement]),
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
            Self::Texts(texts) => texts.serialize(serializer),
            Self::Map(map) => map.serialize(serializer),
            Self::Source(source) => source.serialize(serializer),
            Self::Chain(chain) => chain.serialize(serializer),
            Self::Uses(uses) => uses.serialize(serializer),
            Self::Matches(matches) => matches.serialize(serializer),
            Self::Successor(by) => by.to_string().serialize(serializer),
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
            Self::Texts(texts) => f.write_str(&texts.join(", ")),
            Self::Map(map) => join(f, map.iter().map(|(key, value)| format!("{key}={value}")), ", "),
            Self::Source(source) => write!(f, "{} {}", source.service, source.id.as_deref().unwrap_or_default()),
            Self::Chain(chain) => join(f, chain.iter().map(|c| c.subject.as_deref().unwrap_or("?")), " | "),
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

//! Reads records that clouds sent: each field on its own, so that an odd one costs itself and a note.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::{AlternativeName, Facet, Note, NoteCode};

use super::object;

/// A field of a record. `null` and a missing key are the same.
#[derive(Debug, Clone, Default)]
pub(super) enum Field<T> {
    #[default]
    Absent,
    Present(T),
    /// There, but of another type than the vendor documents.
    Invalid,
}

impl<T> Field<T> {
    /// Returns the value, where there is one of the right type.
    pub(super) fn known(self) -> Option<T> {
        match self {
            Self::Present(value) => Some(value),
            Self::Absent | Self::Invalid => None,
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Ok(match serde_json::from_str::<Option<T>>(raw.get()) {
            Ok(Some(value)) => Self::Present(value),
            Ok(None) => Self::Absent,
            Err(_) => Self::Invalid,
        })
    }
}

/// Parses an object, for fields that are required: serde also fills structures from arrays, so that `[]` would pass for
/// an empty one.
///
/// # Errors
/// Where the value is not an object, or a field of it does not fit.
pub(super) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    if !raw.get().starts_with('{') {
        return Err(serde::de::Error::custom("not an object"));
    }
    serde_json::from_str(raw.get()).map_err(serde::de::Error::custom)
}

/// Text that some gateways send as a number or a boolean.
#[derive(Debug, Clone)]
pub(super) struct Scalar(pub String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = scalar(&Value::deserialize(deserializer)?);
        text.map(Self).ok_or_else(|| serde::de::Error::custom("neither text, number nor boolean"))
    }
}

/// Returns the text of a value that is text, a number or a boolean.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A number of rows, which some gateways send as text.
pub(super) fn count(field: Field<Scalar>) -> Option<usize> {
    field.known()?.0.trim().parse().ok()
}

/// Takes fields out of a record and writes down what it could not read.
#[derive(Debug, Default)]
pub(super) struct RecordReader {
    pub notes: Vec<Note>,
    /// The names of the fields that could not be read.
    invalid: BTreeSet<String>,
    is_unreadable: bool,
}

impl RecordReader {
    /// Adds a note.
    pub(super) fn note(&mut self, code: NoteCode, text: impl Into<String>) {
        self.notes.push(Note::new(code, text));
    }

    fn invalid(&mut self, text: String) {
        self.note(NoteCode::CloudFieldInvalid, text);
    }

    fn invalid_type(&mut self, name: &str) {
        self.invalid.insert(name.to_owned());
        self.invalid(format!("the cloud's `{name}` is of an unknown type"));
    }

    /// Returns what filters cannot judge the certificate by, given the fields that each facet is read from.
    pub(super) fn unreadable(&self, fields: &[(&str, Facet)]) -> BTreeSet<Facet> {
        if self.is_unreadable {
            return Facet::ALL.into();
        }
        let invalid = fields.iter().filter(|(name, _)| self.invalid.contains(*name));
        invalid.map(|(_, facet)| *facet).collect()
    }

    /// Returns the value of a field; notes one of another type.
    pub(super) fn value<T>(&mut self, name: &str, field: Field<T>) -> Option<T> {
        match field {
            Field::Present(value) => Some(value),
            Field::Absent => None,
            Field::Invalid => {
                self.invalid_type(name);
                None
            }
        }
    }

    /// Parses a record. One that is not an object gives only a note, so that it keeps its place in the list.
    pub(super) fn record<T: DeserializeOwned + Default>(&mut self, record: &RawValue) -> T {
        object::read(record).unwrap_or_else(|| {
            self.is_unreadable = true;
            self.note(NoteCode::RecordUnreadable, "the cloud's record is unreadable");
            T::default()
        })
    }

    /// Returns text; an empty one is how clouds write that there is none.
    pub(super) fn text(&mut self, name: &str, field: Field<String>) -> Option<String> {
        self.value(name, field).filter(|text| !text.is_empty())
    }

    /// Returns text that may come as a number or a boolean; an empty one is how clouds write that there is none.
    pub(super) fn scalar(&mut self, name: &str, field: Field<Scalar>) -> Option<String> {
        self.value(name, field).map(|text| text.0).filter(|text| !text.is_empty())
    }

    /// A fingerprint as SHA-1 and as SHA-256, one of them: the vendors do not say which it is, its
    /// length does.
    pub(super) fn fingerprints(&mut self, name: &str, field: Field<String>) -> (Option<String>, Option<String>) {
        let Some(text) = self.text(name, field) else { return (None, None) };
        match hex_digits(&text) {
            Some(hex) if hex.len() == 40 => (Some(hex), None),
            Some(hex) if hex.len() == 64 => (None, Some(hex)),
            _ => {
                self.invalid(format!("the cloud's `{name}` is neither SHA-1 nor SHA-256"));
                (None, None)
            }
        }
    }

    /// Alternative names: a list of them, or one text with a separator between them. In an object they are the value of
    /// `key`. A name that is not text costs itself.
    pub(super) fn names(
        &mut self,
        name: &str,
        field: Field<Value>,
        key: &str,
        separator: char,
    ) -> Vec<AlternativeName> {
        let mut names = Vec::new();
        match self.value(name, field) {
            None => {}
            Some(value) => self.collect_names(name, member(&value, key).unwrap_or(&value), separator, &mut names),
        }
        names.into_iter().map(AlternativeName::from_text).collect()
    }

    fn collect_names(&mut self, name: &str, value: &Value, separator: char, names: &mut Vec<String>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| match value {
                // A list with one element that is itself a JSON list of names.
                Value::String(text) if text.trim_start().starts_with('[') => {
                    match serde_json::from_str::<Vec<String>>(text) {
                        Ok(inner) => names.extend(inner),
                        Err(_) => names.push(text.clone()),
                    }
                }
                Value::Null => self.invalid_type(name),
                value => match scalar(value) {
                    Some(text) => names.push(text),
                    None => self.invalid_type(name),
                },
            }),
            value => match scalar(value) {
                Some(text) => {
                    names.extend(
                        text.split(separator).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned),
                    );
                }
                None if is_empty(value) => {}
                None => self.invalid_type(name),
            },
        }
    }

    /// Tags: a list of keys and values, which is the value of `Tag` in an object. A tag that cannot be read costs itself.
    pub(super) fn tags(&mut self, name: &str, field: Field<Value>) -> BTreeMap<String, String> {
        let mut tags = BTreeMap::new();
        let Some(value) = self.value(name, field) else { return tags };
        match member(&value, "Tag").unwrap_or(&value) {
            Value::Array(values) => values.iter().for_each(|tag| match read_tag(tag) {
                Some((key, value)) => {
                    tags.insert(key, value);
                }
                None => self.invalid_type(name),
            }),
            value if is_empty(value) => {}
            _ => self.invalid_type(name),
        }
        tags
    }

    /// A time in the vendors' `yyyy-MM-ddTHH:mm:ssZ`, where some samples leave out the seconds.
    pub(super) fn time(&mut self, name: &str, field: Field<String>) -> Option<DateTime<Utc>> {
        let text = self.text(name, field)?;
        let time = DateTime::parse_from_rfc3339(&text).map(|time| time.to_utc());
        let short = || NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%MZ").map(|time| time.and_utc());
        let time = time.or_else(|_| short()).ok().filter(is_writable);
        if time.is_none() {
            self.invalid(format!("the cloud's `{name}` is not a time: {}", shortened(&text)));
        }
        time
    }

    /// A time in `yyyy-MM-dd HH:mm:ss` that names no zone: read as one `hours` ahead of UTC, which a note says.
    pub(super) fn local_time(&mut self, name: &str, field: Field<String>, hours: i64) -> Option<DateTime<Utc>> {
        let text = self.text(name, field)?;
        if let Some(time) = DateTime::parse_from_rfc3339(&text).ok().map(|time| time.to_utc()).filter(is_writable) {
            return Some(time);
        }
        let local = NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f").ok();
        let time = local.and_then(|local| local.and_utc().checked_sub_signed(TimeDelta::hours(hours)));
        let time = time.filter(is_writable);
        match time {
            Some(_) => {
                let text = format!("the cloud tells `{name}` without a zone; read as UTC+{hours}");
                self.note(NoteCode::TimeWithoutZone, text);
            }
            None => self.invalid(format!("the cloud's `{name}` is not a time: {}", shortened(&text))),
        }
        time
    }

    /// A day in `yyyy-MM-dd`.
    pub(super) fn day(&mut self, name: &str, field: Field<String>) -> Option<NaiveDate> {
        let text = self.text(name, field)?;
        let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok().filter(|day| YEARS.contains(&day.year()));
        if day.is_none() {
            self.invalid(format!("the cloud's `{name}` is not a day: {}", shortened(&text)));
        }
        day
    }

    /// A time as the number of milliseconds since 1970.
    pub(super) fn millis(&mut self, name: &str, field: Field<Scalar>) -> Option<DateTime<Utc>> {
        let text = self.value(name, field)?.0;
        // Fewer than 12 digits are a time before 1973: a number that was cut short, as in the vendor's own sample.
        let time = text
            .parse()
            .ok()
            .filter(|ms: &i64| ms.unsigned_abs() >= 100_000_000_000)
            .and_then(DateTime::from_timestamp_millis)
            .filter(is_writable);
        if time.is_none() && !text.is_empty() {
            self.invalid(format!("the cloud's `{name}` is not a time in milliseconds: {}", shortened(&text)));
        }
        time
    }
}

/// The years that RFC 3339 can write.
const YEARS: RangeInclusive<i32> = 0..=9999;

fn is_writable(time: &DateTime<Utc>) -> bool {
    YEARS.contains(&time.year())
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// Returns the value of a key of an object, in whichever spelling.
fn member<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    let object = value.as_object()?;
    object.get(key).or_else(|| object.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value))
}

/// Reads one tag. A value of `null` is how some clouds write an empty one.
fn read_tag(tag: &Value) -> Option<(String, String)> {
    let first = |keys: [&str; 3]| keys.into_iter().find_map(|key| member(tag, key));
    let key = scalar(first(["TagKey", "Key", "tag_key"])?)?;
    match first(["TagValue", "Value", "tag_value"]) {
        None | Some(Value::Null) => Some((key, String::new())),
        Some(value) => Some((key, scalar(value)?)),
    }
}

/// Hex digits in lower case, without what some clouds write between the bytes.
pub(super) fn hex_digits(text: &str) -> Option<String> {
    let hex = text.replace([':', ' '], "").to_ascii_lowercase();
    hex.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(hex)
}

/// A value that is quoted in a note: the first of its characters.
fn shortened(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;

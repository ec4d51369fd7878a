//! The one table of columns: a line for each value of a certificate that certls prints.
//!
//! JSON's keys, the columns of the tabular formats, their headings, `--columns`, `--sort` and README's list all come
//! from it.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};

use crate::model::{Certificate, HostMatch};

use super::messages::time_left;
use super::summary::counted;
use super::value::Value;

/// A column. To add one, add its line to [`COLUMNS`].
#[derive(Debug)]
pub struct Column {
    /// The name that JSON, `--columns` and `--sort` have for it.
    pub name: &'static str,
    /// The words above it in formats for people; its name where there are none.
    heading: Option<&'static str>,
    pub(super) value: ValueOf,
    /// The value to sort by, where that is not the one that is shown.
    sort_value: Option<ValueOf>,
    /// The word for an unknown value in formats for people; none where a dash is enough.
    unknown: &'static str,
    /// Its place in a table; `None` where a table shows it only if it was chosen with `--columns`.
    pub(super) table: Option<TableColumn>,
    programs: Programs,
}

/// How a table shows a column that was not chosen with `--columns`.
#[derive(Debug, Clone, Copy)]
pub(super) struct TableColumn {
    /// Columns are shown in the order of their positions.
    pub position: u8,
    /// The width to which it may be cut; `None` where it may not.
    pub min_width: Option<usize>,
    /// The highest is dropped first from a narrow terminal; 0 is never dropped.
    pub drop_order: u8,
    /// Whether it is shown only where a command asks for it.
    pub is_extra: bool,
}

/// Whether formats for programs hold a column that was not chosen with `--columns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Programs {
    /// It is a key of the JSON record.
    Always,
    /// Where a command asks for it.
    IfExtra,
    Never,
}

type ValueOf = for<'a> fn(&'a Certificate, DateTime<Utc>) -> Value<'a>;

/// Every column: the keys of the JSON record in their order, then what people read instead of dates and lists.
pub static COLUMNS: &[Column] = &[
    record("provider", |c, _| c.provider.into()).heading("cloud").position(100).drop_order(2),
    record("service", |c, _| c.service.into()),
    record("account", |c, _| c.account.as_str().into()).position(120).min_width(7).drop_order(3),
    record("account_id", |c, _| text(c.account_id.as_ref())),
    record("region", |c, _| c.region.as_str().into()).position(110).drop_order(1),
    record("id", |c, _| text(c.id.as_ref())).position(130).min_width(10).drop_order(5),
    record("name", |c, _| text(c.name.as_ref())).position(10).min_width(10),
    record("description", |c, _| text(c.description.as_ref())),
    record("kind", |c, _| c.kind.name().into()),
    record("common_name", |c, _| text(c.common_name.as_ref())),
    record("subject_alternative_names", |c, _| Value::Names(&c.subject_alternative_names)).heading("alternative names"),
    record("fingerprint_sha1", |c, _| text(c.fingerprint_sha1.as_ref())),
    record("fingerprint_sha256", |c, _| text(c.fingerprint_sha256.as_ref())),
    record("serial_number", |c, _| displayed(c.serial_number.as_ref())),
    record("issuer", |c, _| displayed(c.issuer.as_ref())),
    record("subject", |c, _| displayed(c.subject.as_ref())),
    record("key_type", |c, _| text(c.key_type.as_ref())),
    record("key_bits", |c, _| c.key_bits.map_or(Value::Unknown, |bits| Value::Number(bits.into()))),
    record("signature_algorithm", |c, _| text(c.signature_algorithm.as_ref())),
    record("not_before", |c, _| time(c.not_before)),
    record("not_after", |c, _| time(c.not_after)),
    record("chain_not_after", |c, _| time(c.chain_not_after)),
    record("days_left", |c, now| c.days_left(now).map_or(Value::Unknown, Value::Number)),
    record("status", |c, now| c.status(now).name().into()),
    record("uploaded_at", |c, _| time(c.uploaded_at)),
    record("updated_at", |c, _| time(c.updated_at)),
    record("source", |c, _| c.source.as_ref().map_or(Value::Unknown, Value::Source)),
    record("resource_group_id", |c, _| text(c.resource_group_id.as_ref())),
    record("project_id", |c, _| text(c.project_id.as_ref())),
    record("enterprise_project_id", |c, _| text(c.enterprise_project_id.as_ref())),
    record("tags", |c, _| Value::Map(&c.tags)),
    record("chain", |c, _| Value::Chain(&c.chain)),
    record("used_by", uses).heading("used by").unknown("unknown").position(90).min_width(20).extra(),
    record("used_by_complete", |c, _| c.used_by_complete.map_or(Value::Unknown, Value::Flag)),
    record("superseded_by", superseded_by).heading("superseded by").position(70).min_width(8).extra(),
    record("note_codes", |c, _| Value::NoteCodes(&c.notes)),
    record("notes", |c, _| Value::Notes(&c.notes)),
    people("expires", |c, now| time_left(c, now).into()).sorted_by(not_after).position(50),
    people("expiry_date", expiry_date).heading("on").sorted_by(not_after).position(60).drop_order(4),
    people("names", |c, _| covered_names(c)).heading("covers").position(40).min_width(18).extra(),
    people("used_by_count", |c, _| listeners(c).into()).heading("used by").position(80).extra(),
    answer("match", best_match).position(20).drop_order(2).extra(),
    answer("matches", |c, _| Value::Matches(&c.matches)).position(30).min_width(13).extra(),
];

// The columns that commands name. A name that is not in the table does not compile.
pub const ACCOUNT: &Column = column("account");
pub const EXPIRES: &Column = column("expires");
pub const ID: &Column = column("id");
pub const MATCH: &Column = column("match");
pub const MATCHES: &Column = column("matches");
pub const NAME: &Column = column("name");
pub const NAMES: &Column = column("names");
pub const PROVIDER: &Column = column("provider");
pub const REGION: &Column = column("region");
pub const SUPERSEDED_BY: &Column = column("superseded_by");
pub const USED_BY: &Column = column("used_by");
pub const USED_BY_COUNT: &Column = column("used_by_count");

/// Returns the column of this name, at compile time.
const fn column(name: &str) -> &'static Column {
    let mut index = 0;
    while !is_same(COLUMNS[index].name.as_bytes(), name.as_bytes()) {
        index += 1;
    }
    &COLUMNS[index]
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// A key of the JSON record.
const fn record(name: &'static str, value: ValueOf) -> Column {
    Column { name, heading: None, value, sort_value: None, unknown: "", table: None, programs: Programs::Always }
}

/// A column for people.
const fn people(name: &'static str, value: ValueOf) -> Column {
    Column { programs: Programs::Never, ..record(name, value) }
}

/// The answer to what a command was asked.
const fn answer(name: &'static str, value: ValueOf) -> Column {
    Column { programs: Programs::IfExtra, ..record(name, value) }
}

impl Column {
    const fn heading(self, heading: &'static str) -> Self {
        Self { heading: Some(heading), ..self }
    }

    const fn unknown(self, unknown: &'static str) -> Self {
        Self { unknown, ..self }
    }

    const fn sorted_by(self, value: ValueOf) -> Self {
        Self { sort_value: Some(value), ..self }
    }

    const fn position(self, position: u8) -> Self {
        let table = TableColumn { position, min_width: None, drop_order: 0, is_extra: false };
        Self { table: Some(table), ..self }
    }

    const fn min_width(mut self, width: usize) -> Self {
        if let Some(table) = &mut self.table {
            table.min_width = Some(width);
        }
        self
    }

    const fn drop_order(mut self, order: u8) -> Self {
        if let Some(table) = &mut self.table {
            table.drop_order = order;
        }
        self
    }

    const fn extra(mut self) -> Self {
        if let Some(table) = &mut self.table {
            table.is_extra = true;
        }
        self
    }

    /// Returns the words above the column in formats for people.
    pub(super) fn title(&self) -> &'static str {
        self.heading.unwrap_or(self.name)
    }

    /// Returns the cell of a certificate in formats for people.
    pub(super) fn cell(&self, certificate: &Certificate, now: DateTime<Utc>) -> String {
        match (self.value)(certificate, now) {
            Value::Unknown => self.unknown.to_owned(),
            value => value.to_string(),
        }
    }

    /// Returns what certificates are sorted by in this column; `None` where it is unknown.
    pub fn sort_key(&self, certificate: &Certificate, now: DateTime<Utc>) -> Option<SortKey> {
        match self.sort_value.unwrap_or(self.value)(certificate, now) {
            Value::Unknown => None,
            Value::Number(number) => Some(SortKey::Number(number)),
            Value::Time(time) => Some(SortKey::Number(time.timestamp())),
            other => Some(SortKey::Text(other.to_string().to_lowercase())),
        }
    }
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// A value to sort by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey {
    Number(i64),
    Text(String),
}

/// Returns the column of this name.
pub fn by_name(name: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.name == name)
}

/// Returns the keys of the JSON record.
pub(super) fn record_columns() -> impl Iterator<Item = &'static Column> {
    COLUMNS.iter().filter(|column| column.programs == Programs::Always)
}

/// Returns the columns of formats for programs: the keys of the JSON record, then the answers among `extra`.
pub(super) fn for_programs(extra: &[&Column]) -> impl Iterator<Item = &'static Column> {
    let answers = COLUMNS.iter().filter(|column| column.programs == Programs::IfExtra);
    record_columns().chain(answers.filter(|column| extra.contains(column)))
}

/// Returns the columns of formats for people, in their order: the usual ones, and those among `extra`.
pub(super) fn for_people(extra: &[&Column]) -> impl Iterator<Item = &'static Column> {
    let shown = |column: &&'static Column| column.table.is_some_and(|table| !table.is_extra || extra.contains(column));
    let mut columns: Vec<&'static Column> = COLUMNS.iter().filter(shown).collect();
    columns.sort_by_key(|column| column.table.map(|table| table.position));
    columns.into_iter()
}

/// Returns the names that the certificate covers; the common name where it has no others.
fn covered_names(certificate: &Certificate) -> Value<'_> {
    match certificate.subject_alternative_names.as_slice() {
        [] => text(certificate.common_name.as_ref()),
        names => Value::Names(names),
    }
}

/// Returns how many listeners use the certificate. One that uses it twice, by default and for a name, counts once.
fn listeners(certificate: &Certificate) -> String {
    let Some(uses) = &certificate.used_by else { return "unknown".to_owned() };
    let listeners: BTreeSet<_> =
        uses.iter().map(|u| (&u.load_balancer_id, &u.listener_id, u.port, &u.protocol)).collect();
    match listeners.len() {
        0 => "none".to_owned(),
        number => counted(number, "listener"),
    }
}

fn uses(certificate: &Certificate, _: DateTime<Utc>) -> Value<'_> {
    certificate.used_by.as_deref().map_or(Value::Unknown, Value::Uses)
}

fn not_after(certificate: &Certificate, _: DateTime<Utc>) -> Value<'_> {
    time(certificate.not_after)
}

fn expiry_date(certificate: &Certificate, _: DateTime<Utc>) -> Value<'_> {
    certificate.not_after.map_or(Value::Unknown, |end| end.format("%Y-%m-%d").to_string().into())
}

fn superseded_by(certificate: &Certificate, _: DateTime<Utc>) -> Value<'_> {
    certificate.superseded_by.as_deref().map_or(Value::Unknown, Value::Successor)
}

fn best_match(certificate: &Certificate, _: DateTime<Utc>) -> Value<'_> {
    let best = certificate.matches.iter().map(|HostMatch { how, .. }| how).max();
    best.map_or(Value::Unknown, |how| how.name().into())
}

fn text(value: Option<&String>) -> Value<'_> {
    value.map(String::as_str).map_or(Value::Unknown, Value::from)
}

fn displayed<T: fmt::Display>(value: Option<&T>) -> Value<'static> {
    value.map_or(Value::Unknown, |value| value.to_string().into())
}

fn time(value: Option<DateTime<Utc>>) -> Value<'static> {
    value.map_or(Value::Unknown, Value::Time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> bool {
        let mut seen = BTreeSet::new();
        values.into_iter().all(|value| seen.insert(value))
    }

    #[test]
    fn no_two_columns_have_one_name_or_one_position() {
        assert!(distinct(COLUMNS.iter().map(|column| column.name)));
        assert!(distinct(COLUMNS.iter().filter_map(|column| column.table).map(|table| table.position)));
        for column in COLUMNS {
            assert_eq!(by_name(column.name), Some(column));
            assert!(column.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
        }
    }

    #[test]
    fn every_extra_column_is_shown_where_it_is_asked_for() {
        let all: Vec<&Column> = COLUMNS.iter().collect();
        let in_tables = COLUMNS.iter().filter(|column| column.table.is_some()).count();
        assert_eq!(for_people(&all).count(), in_tables);
        assert!(for_people(&[]).all(|column| !all.is_empty() && column.table.is_some_and(|table| !table.is_extra)));
        let names: Vec<&str> = for_people(&[NAMES]).map(|column| column.name).collect();
        assert_eq!(names, ["name", "names", "expires", "expiry_date", "provider", "region", "account", "id"]);
        let answers: Vec<&str> = for_programs(&all).skip(record_columns().count()).map(|column| column.name).collect();
        assert_eq!(answers, ["match", "matches"]);
        assert_eq!(for_programs(&[NAMES]).count(), record_columns().count());
    }
}

//! The strict reading of parameters: one that a call does not have is refused, and so is one out of its range.
//!
//! The real services ignore some of these mistakes; a client that makes one would not get what it wants.

use crate::server::{Reply, Request};
use crate::wire::{self, Plus};
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// Makes a product's refusal of a parameter, from its name.
pub(crate) type Refuse = fn(&str) -> Reply;

/// The parameters of a query.
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    refuse: Refuse,
}

impl Query {
    /// Reads the query of a call that has these parameters, each at most once.
    pub(crate) fn of(request: &Request, known: &[&str], refuse: Refuse) -> Result<Self, Reply> {
        let pairs = wire::pairs(&request.query, Plus::Plus);
        for (index, (name, _)) in pairs.iter().enumerate() {
            let repeated = pairs[..index].iter().any(|(earlier, _)| earlier == name);
            if repeated || !known.contains(&name.as_str()) {
                return Err(refuse(name));
            }
        }
        Ok(Self { pairs, refuse })
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        wire::find(&self.pairs, name)
    }

    /// Returns a number in `range`, or the default where it was not sent.
    pub(crate) fn number(&self, name: &str, range: RangeInclusive<usize>, default: usize) -> Result<usize, Reply> {
        match self.text(name).map(str::parse::<usize>) {
            None => Ok(default),
            Some(Ok(number)) if range.contains(&number) => Ok(number),
            Some(_) => Err((self.refuse)(name)),
        }
    }

    /// Returns one of these words.
    pub(crate) fn word(&self, name: &str, words: &[&str]) -> Result<Option<&str>, Reply> {
        match self.text(name) {
            Some(text) if !words.contains(&text) => Err((self.refuse)(name)),
            text => Ok(text),
        }
    }

    /// Returns `true` or `false`, or `None` where it was not sent. Other spellings are refused.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Reply> {
        Ok(self.word(name, &["true", "false"])?.map(|text| text == "true"))
    }
}

/// Reads a body of JSON: an object with some of these keys.
pub(crate) fn body(request: &Request, known: &[&str], refuse: Refuse) -> Result<Map<String, Value>, Reply> {
    let Ok(Value::Object(body)) = serde_json::from_slice(&request.body) else {
        return Err(refuse("body"));
    };
    match body.keys().find(|key| !known.contains(&key.as_str())) {
        Some(unknown) => Err(refuse(unknown)),
        None => Ok(body),
    }
}

/// Returns one page of a list by the number of rows before it.
pub(crate) fn page<T>(rows: &[T], offset: usize, limit: usize) -> &[T] {
    let start = offset.min(rows.len());
    &rows[start..rows.len().min(start + limit)]
}

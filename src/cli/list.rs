//! Values that are lists.

use std::ffi::OsStr;

use clap::Arg;
use clap::builder::{PossibleValue, TypedValueParser};

/// The parts of one value that is separated by commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T>(Vec<T>);

impl<T: Clone> List<T> {
    /// Returns the parts of all values.
    pub fn flatten(lists: &[Self]) -> Vec<T> {
        lists.iter().flat_map(|list| list.0.iter().cloned()).collect()
    }
}

/// Reads a list that is separated by commas, with spaces or not. A comma at the end separates nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListParser<P>(pub P);

impl<P: TypedValueParser<Value: Clone>> TypedValueParser for ListParser<P> {
    type Value = List<P::Value>;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<Self::Value, clap::Error> {
        let one = |part: &OsStr| self.0.parse_ref(command, arg, part);
        let Some(text) = value.to_str() else { return Ok(List(vec![one(value)?])) };
        let mut parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        if parts.is_empty() {
            parts.push("");
        }
        parts.into_iter().map(|part| one(OsStr::new(part))).collect::<Result<_, _>>().map(List)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.0.possible_values()
    }
}

//! What a run prints: a registry of formats, the table of columns, and the one way out.
//!
//! To add a format, add its file and its name in the registry below.

use std::io;

use chrono::{DateTime, Utc};

use crate::error::{Error, Kind};
use crate::model::{Certificate, ScopeReport};

pub mod accounts;
mod columns;
mod grid;
mod progress;
mod receipt;
mod sink;
mod style;
mod text;
mod words;

pub use progress::Progress;
pub use sink::{Printed, Terminal};
pub use words::Words;

macro_rules! registry {
    ($($name:ident),+ $(,)?) => {
        $(mod $name;)+
        /// Every format, in the order of their names in help.
        pub static ALL: &[&dyn Format] = &[$(&$name::Format),+];
    };
}

registry! { table, json, jsonl }

/// A way to write certificates.
pub trait Format: Sync {
    /// The name users type.
    fn name(&self) -> &'static str;
    /// Whether each page is written as it arrives, in a report of its own.
    fn is_streamed(&self) -> bool {
        false
    }
    /// # Errors
    /// Where the output cannot be written.
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()>;
}

/// What a format is given.
#[derive(Debug)]
pub struct Report<'a> {
    /// The certificates that are wanted, in their order.
    pub certificates: Vec<&'a Certificate>,
    /// The scopes that were asked for them.
    pub scopes: &'a [ScopeReport],
    pub now: DateTime<Utc>,
    /// The terminal's width; `None` where the output goes elsewhere and is never cut.
    pub width: Option<u16>,
}

pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|format| format.name())
}

/// The format of this name; the one for reading single certificates has none in [`ALL`].
pub fn by_name(name: &str) -> &'static dyn Format {
    ALL.iter().copied().find(|format| format.name() == name).unwrap_or(&text::Format)
}

/// Prints on standard output, which a reader may close before the end.
///
/// # Errors
/// Where standard output cannot be written.
pub fn print(stdout: Terminal, write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<Printed, Error> {
    stdout.print(write).map_err(|error| Error::new(Kind::Output, format!("standard output cannot be written: {error}")))
}

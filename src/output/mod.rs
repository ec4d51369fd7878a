//! What a run prints: a registry of formats, the table of columns, and the one way out.
//!
//! To add a format, add its file and its name in the registry below.

use std::io;

use chrono::{DateTime, Utc};

use crate::error::{Error, Kind};
use crate::model::{Certificate, ScopeReport};

pub mod accounts;
pub mod check;
mod columns;
mod csv;
mod file;
mod grid;
mod json;
mod jsonl;
mod markdown;
mod messages;
mod pem;
mod progress;
mod prometheus;
mod style;
mod summary;
mod table;
mod terminal;
mod text;
mod tsv;

pub use columns::{Column, Key, by_name as column, names as column_names};
pub use file::Target;
pub use messages::Messages;
pub use progress::Progress;
pub use terminal::{Color, Printed, Terminal, Text, Visible};

/// Every format, in the order of their names in help.
pub static ALL: &[&dyn Format] = &[
    &table::Format,
    &json::Format,
    &jsonl::Format,
    &csv::Format,
    &tsv::Format,
    &markdown::Format,
    &prometheus::Format,
];

/// A way to write certificates.
pub trait Format: Sync {
    /// The name users type.
    fn name(&self) -> &'static str;
    /// Whether its text is for people, made harmless and styled by itself. What programs read is only
    /// made harmless where it goes to a terminal.
    fn is_for_people(&self) -> bool {
        false
    }
    /// Whether each page is written as it arrives, in a report of its own.
    fn is_streamed(&self) -> bool {
        false
    }
    /// # Errors
    /// Where the output cannot be written.
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()>;
}

/// What a format is given.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// The certificates that are wanted, in their order.
    pub certificates: Vec<&'a Certificate>,
    /// The scopes that were asked for them.
    pub scopes: &'a [ScopeReport],
    pub now: DateTime<Utc>,
    pub style: Style<'a>,
    /// The terminal's width; `None` where the output goes elsewhere and is never cut.
    pub width: Option<u16>,
}

/// What tabular formats are told of their columns.
#[derive(Debug, Clone, Copy)]
pub struct Style<'a> {
    /// The columns that were chosen; `None` for each format's own.
    pub columns: Option<&'a [&'static Column]>,
    /// Whether they begin with the columns' names.
    pub header: bool,
    /// Columns that the formats for people show beside their own, since the command is about them.
    pub extra: &'a [&'static str],
}

impl Style<'_> {
    /// Each format's own, as of an inventory.
    pub const OWN: Style<'static> = Style { columns: None, header: true, extra: &["names"] };
}

impl Report<'_> {
    /// The columns that were chosen, or else a format's own.
    fn columns_or(&self, own: impl Iterator<Item = &'static Column>) -> Vec<&'static Column> {
        self.style.columns.map_or_else(|| own.collect(), <[_]>::to_vec)
    }
}

pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|format| format.name())
}

/// The formats for single certificates.
static SINGLE: [&dyn Format; 2] = [&text::Format, &pem::Format];

/// The format of this name.
pub fn by_name(name: &str) -> &'static dyn Format {
    ALL.iter().chain(&SINGLE).copied().find(|format| format.name() == name).unwrap_or(&text::Format)
}

/// Prints a report on standard output in this format; on a terminal nothing in it can do harm.
///
/// # Errors
/// Where standard output cannot be written.
pub fn print_report(
    report: &Report<'_>,
    format: &dyn Format,
    stdout: Terminal,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    if format.is_for_people() {
        return format.write(report, out);
    }
    print_plain(stdout, out, |out| format.write(report, out))
}

/// Prints what is meant for programs on standard output; on a terminal nothing in it can do harm.
///
/// # Errors
/// Where standard output cannot be written.
pub fn print_plain(
    stdout: Terminal,
    out: &mut dyn io::Write,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> io::Result<()> {
    if !stdout.is_terminal() {
        return write(out);
    }
    let mut text = Vec::new();
    write(&mut text)?;
    String::from_utf8_lossy(&text).split_inclusive('\n').try_for_each(|line| {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line.trim_end_matches('\r'), "\n"));
        let cells: Vec<_> = line.split('\t').map(style::harmless_to_programs).collect();
        write!(out, "{}{end}", cells.join("\t"))
    })
}

/// What a format writes.
pub fn text_of(format: &str) -> Text {
    if by_name(format).is_for_people() { Text::Styled } else { Text::Plain }
}

/// Prints on standard output, which a reader may close before the end.
///
/// # Errors
/// Where standard output cannot be written.
pub fn print(
    stdout: Terminal,
    text: Text,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<Printed, Error> {
    stdout
        .print(text, write)
        .map_err(|error| Error::new(Kind::Output, format!("standard output cannot be written: {error}")))
}

/// What became of several outputs.
#[derive(Debug)]
pub struct Written {
    pub stdout: Printed,
    /// One error for each output that could not be written; the others were.
    pub failed: Vec<Error>,
}

/// Writes a report to every target.
pub fn write_reports(targets: &[Target], stdout: Terminal, report: &Report<'_>) -> Written {
    write_all(targets, stdout, |target, width, out| {
        let (format, report) = (by_name(&target.format), Report { width, ..report.clone() });
        match target.file {
            Some(_) => format.write(&report, out),
            None => print_report(&report, format, stdout, out),
        }
    })
}

/// Writes to every target: files first, so that a reader who leaves costs none of them. `write` is
/// given the width to fit into.
pub fn write_all(
    targets: &[Target],
    stdout: Terminal,
    write: impl Fn(&Target, Option<u16>, &mut dyn io::Write) -> io::Result<()>,
) -> Written {
    let mut written = Written { stdout: Printed::Whole, failed: Vec::new() };
    for (target, path) in targets.iter().filter_map(|target| Some((target, target.file.as_ref()?))) {
        let mut content = Vec::new();
        let rendered = match text_of(&target.format) {
            Text::Plain => write(target, None, &mut content),
            Text::Styled => write(target, None, &mut anstream::StripStream::new(&mut content as &mut dyn io::Write)),
        };
        let replaced = rendered.and_then(|()| file::replace(path, &content));
        if let Err(error) = replaced {
            let told = format!("{} cannot be written: {error}", path.display());
            written
                .failed
                .push(Error::new(Kind::Output, told).with_hint("the old file, where there was one, is unharmed"));
        }
    }
    for target in targets.iter().filter(|target| target.file.is_none()) {
        match print(stdout, text_of(&target.format), |out| write(target, stdout.width(), out)) {
            Ok(printed) => written.stdout = printed,
            Err(error) => written.failed.push(error),
        }
    }
    written
}

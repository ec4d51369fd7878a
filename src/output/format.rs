//! What an output format is, and which commands it prints for.

use std::io;

use super::check::CheckReport;
use super::report::{AccountList, Details, Report};
use super::terminal::Content;

/// A format, and how it writes each thing that it can print.
#[derive(Debug)]
pub struct Format {
    /// The name that users type.
    pub name: &'static str,
    pub content: Content,
    /// Whether each page of records is written as it arrives, in a report of its own.
    pub is_streamed: bool,
    pub(super) after_failure: AfterFailure,
    /// Whether files begin with a byte order mark, without which spreadsheets read UTF-8 in the machine's old encoding.
    pub(super) has_byte_order_mark: bool,
    pub(super) records: Option<WriteRecords>,
    pub(super) details: Option<WriteDetails>,
    pub(super) check: Option<WriteCheck>,
    pub(super) accounts: Option<WriteAccounts>,
}

/// What becomes of a file when a run could read nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterFailure {
    /// It is neither made nor replaced: in this format it would look like an empty inventory.
    Kept,
    /// It is made where there is none, and says that nothing was read; an old one is worth more.
    Made,
    /// It is replaced: its readers must learn that the old one no longer holds.
    Replaced,
}

type WriteRecords = fn(&Report<'_>, &mut dyn io::Write) -> io::Result<()>;
type WriteDetails = fn(&Details<'_>, Option<u16>, &mut dyn io::Write) -> io::Result<()>;
type WriteCheck = fn(&CheckReport<'_>, &mut dyn io::Write) -> io::Result<()>;
type WriteAccounts = fn(&AccountList, Option<u16>, &mut dyn io::Write) -> io::Result<()>;

/// What a command prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// `list`, `which`
    Records,
    /// `show`
    Details,
    /// `check`
    Check,
    /// `accounts`
    Accounts,
}

/// A thing that is printed in a format, fitted into a width.
pub trait Printable {
    /// Writes it. The width is `None` where nothing may be cut.
    ///
    /// # Errors
    /// Where the output cannot be written, or the format cannot print this.
    fn write(&self, format: &Format, width: Option<u16>, out: &mut dyn io::Write) -> io::Result<()>;

    /// Returns what becomes of a file of this format.
    fn file_rules(&self, format: &Format) -> FileRules;
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRules {
    /// Whether an old file is replaced.
    pub(super) replaces: bool,
    /// Whether a new file is made.
    pub(super) makes: bool,
    pub(super) byte_order_mark: bool,
}

impl FileRules {
    /// The rules of what is worth writing after every run: a verdict, or accounts.
    const ALWAYS: Self = Self { replaces: true, makes: true, byte_order_mark: false };

    /// Returns the rules of records.
    fn of(report: &Report<'_>, format: &Format) -> Self {
        let is_known = report.is_known();
        Self {
            replaces: is_known || format.after_failure == AfterFailure::Replaced,
            makes: is_known || format.after_failure != AfterFailure::Kept,
            byte_order_mark: format.has_byte_order_mark && report.table.header,
        }
    }
}

impl Format {
    /// A format that prints nothing yet; each format's constant fills in what it can print.
    pub(super) const fn new(name: &'static str, content: Content) -> Self {
        Self {
            name,
            content,
            is_streamed: false,
            after_failure: AfterFailure::Kept,
            has_byte_order_mark: false,
            records: None,
            details: None,
            check: None,
            accounts: None,
        }
    }

    /// Returns whether the format can print this.
    pub fn prints(&self, subject: Subject) -> bool {
        match subject {
            Subject::Records => self.records.is_some(),
            Subject::Details => self.details.is_some() || self.records.is_some(),
            Subject::Check => self.check.is_some(),
            Subject::Accounts => self.accounts.is_some(),
        }
    }

    pub(super) fn unsupported(&self) -> io::Error {
        io::Error::new(io::ErrorKind::Unsupported, format!("the format {} cannot print this", self.name))
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Format {}

impl Printable for Report<'_> {
    fn write(&self, format: &Format, width: Option<u16>, out: &mut dyn io::Write) -> io::Result<()> {
        let write = format.records.ok_or_else(|| format.unsupported())?;
        write(&Self { width, ..self.clone() }, out)
    }

    fn file_rules(&self, format: &Format) -> FileRules {
        FileRules::of(self, format)
    }
}

impl Printable for Details<'_> {
    fn write(&self, format: &Format, width: Option<u16>, out: &mut dyn io::Write) -> io::Result<()> {
        match format.details {
            Some(write) => write(self, width, out),
            None => self.all.write(format, width, out),
        }
    }

    fn file_rules(&self, format: &Format) -> FileRules {
        FileRules::of(&self.all, format)
    }
}

impl Printable for AccountList {
    fn write(&self, format: &Format, width: Option<u16>, out: &mut dyn io::Write) -> io::Result<()> {
        let write = format.accounts.ok_or_else(|| format.unsupported())?;
        write(self, width, out)
    }

    fn file_rules(&self, _: &Format) -> FileRules {
        FileRules::ALWAYS
    }
}

impl Printable for CheckReport<'_> {
    fn write(&self, format: &Format, _: Option<u16>, out: &mut dyn io::Write) -> io::Result<()> {
        let write = format.check.ok_or_else(|| format.unsupported())?;
        write(self, out)
    }

    fn file_rules(&self, _: &Format) -> FileRules {
        FileRules::ALWAYS
    }
}

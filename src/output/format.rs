//! What an output format is, and which commands it prints for.

use std::io;

use super::check::CheckReport;
use super::{ALL, AccountList, Content, Details, Report, table, text};

/// A format, and how it writes each thing that it can print.
#[derive(Debug)]
pub struct Format {
    /// The name that users type.
    pub name: &'static str,
    pub content: Content,
    /// Whether each page of records is written as it arrives, in a report of its own.
    pub is_streamed: bool,
    pub(super) records: Option<WriteRecords>,
    pub(super) details: Option<WriteDetails>,
    pub(super) check: Option<WriteCheck>,
    pub(super) accounts: Option<WriteAccounts>,
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
}

impl Format {
    /// A format that prints nothing yet; each format's constant fills in what it can print.
    pub(super) const fn new(name: &'static str, content: Content) -> Self {
        Self { name, content, is_streamed: false, records: None, details: None, check: None, accounts: None }
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

impl Subject {
    /// Returns the format of standard output where none is named.
    pub fn default_format(self) -> &'static Format {
        match self {
            Self::Records | Self::Accounts => &table::FORMAT,
            Self::Details | Self::Check => &text::FORMAT,
        }
    }

    /// Returns the formats that can print this.
    pub fn formats(self) -> impl Iterator<Item = &'static Format> {
        ALL.iter().copied().filter(move |format| format.prints(self))
    }

    /// Returns the format of this name, where it can print this.
    pub fn format(self, name: &str) -> Option<&'static Format> {
        self.formats().find(|format| format.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::csv;

    const SUBJECTS: [Subject; 4] = [Subject::Records, Subject::Details, Subject::Check, Subject::Accounts];

    fn names(subject: Subject) -> Vec<&'static str> {
        subject.formats().map(|format| format.name).collect()
    }

    #[test]
    fn no_two_formats_have_one_name_and_each_prints_something() {
        for (index, format) in ALL.iter().enumerate() {
            assert!(ALL[..index].iter().all(|other| other.name != format.name), "{}", format.name);
            assert!(SUBJECTS.iter().any(|subject| format.prints(*subject)), "{}", format.name);
            assert!(!format.is_streamed || format.content == Content::Data, "{}", format.name);
        }
    }

    #[test]
    fn each_command_has_its_formats_and_no_other() {
        let records = ["table", "json", "jsonl", "csv", "tsv", "markdown", "prometheus"];
        assert_eq!(names(Subject::Records), records);
        assert_eq!(names(Subject::Details), [&["text"], &records[..], &["pem"]].concat());
        assert_eq!(names(Subject::Check), ["text", "json", "prometheus"]);
        assert_eq!(names(Subject::Accounts), ["table", "json"]);
        for subject in SUBJECTS {
            assert!(subject.default_format().prints(subject));
            assert_eq!(subject.format("no such format"), None);
        }
        assert_eq!(Subject::Accounts.format("csv"), None);
    }

    #[test]
    fn a_format_that_cannot_print_something_says_so() {
        let accounts = AccountList { accounts: Vec::new(), now: chrono::DateTime::UNIX_EPOCH };
        let error = accounts.write(&csv::FORMAT, None, &mut io::sink()).expect_err("an error");
        assert_eq!(error.to_string(), "the format csv cannot print this");
    }
}

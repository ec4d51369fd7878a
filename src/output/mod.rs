//! What a run prints: the registry of formats, the table of columns, and the one way to each stream.
//!
//! To add a format, add its file, its module and its line in [`ALL`].

mod accounts;
mod background;
pub mod check;
pub mod columns;
mod csv;
mod document;
mod escape;
mod file;
mod format;
mod grid;
mod json;
mod jsonl;
mod label;
mod markdown;
mod messages;
mod pem;
mod progress;
mod prometheus;
mod report;
mod style;
mod summary;
mod table;
mod target;
mod terminal;
mod text;
mod tsv;
mod value;

pub use background::BackgroundStdout;
pub use columns::Column;
pub use format::{FileRules, Format, Printable, Subject};
pub use label::Label;
pub use messages::{Messages, Scanned, Written};
pub use progress::Progress;
pub use report::{AccountList, Details, Report, TableOptions};
pub use target::{Outputs, Target};
pub use terminal::{Color, Content, Stdout, Streams, Terminal, Visible, is_pipe_closed};

/// Every format, in the order of their names in help.
pub static ALL: &[&Format] = &[
    &text::FORMAT,
    &table::FORMAT,
    &json::FORMAT,
    &jsonl::FORMAT,
    &csv::FORMAT,
    &tsv::FORMAT,
    &markdown::FORMAT,
    &prometheus::FORMAT,
    &pem::FORMAT,
];

/// The format of `show --pem`.
pub const PEM: &Format = &pem::FORMAT;

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
    use std::io;

    use super::*;

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

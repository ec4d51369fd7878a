//! What a run prints: the registry of formats, the table of columns, and the one way to each stream.
//!
//! To add a format, add its file, its module and its line in [`ALL`].

mod accounts;
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

pub use columns::Column;
pub use format::{Format, Printable, Subject};
pub use messages::Messages;
pub use progress::Progress;
pub use report::{AccountList, Details, Report, TableOptions};
pub use target::{Target, print, write, write_files};
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

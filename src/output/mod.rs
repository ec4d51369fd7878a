//! What a run prints: the registry of formats, the table of columns, and the one way to each stream.

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
pub use format::{ALL, Format, Printable, Subject};
pub use messages::Messages;
pub use progress::Progress;
pub use report::{AccountList, Details, Report, TableOptions};
pub use target::{Target, print, write, write_files};
pub use terminal::{Color, Content, Stdout, Streams, Terminal, Visible, is_pipe_closed};

/// The format of `show --pem`.
pub const PEM: &Format = &pem::FORMAT;

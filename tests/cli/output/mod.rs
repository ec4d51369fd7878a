//! The tests of formats, files and terminals.

mod files;
mod formats;
mod prometheus;
mod terminal;

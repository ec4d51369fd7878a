//! The tests of formats, files and terminals.

mod closed_pipe;
mod files;
mod formats;
mod prometheus;
mod registries;
mod terminal;

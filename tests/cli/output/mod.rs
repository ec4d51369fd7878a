//! The tests of formats, files and terminals.

mod closed_pipe;
mod files;
mod formats;
mod kept_files;
mod pipes;
mod prometheus;
mod registries;
mod terminal;
mod two_runs;

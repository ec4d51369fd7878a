//! `certls version`: as `certls --version`.

use std::io::Write as _;

use clap::Args;

use crate::exit::Exit;
use crate::output::{Content, Streams};

/// Print the version
#[derive(Debug, Args)]
#[command(hide = true)]
pub(crate) struct Version {}

impl Version {
    /// Prints the version.
    ///
    /// # Errors
    /// Where standard output cannot be written.
    #[expect(clippy::unused_self, reason = "every command runs alike")]
    pub(super) fn run(&self, streams: Streams) -> anyhow::Result<Exit> {
        streams.print(Content::Data, |out| writeln!(out, "certls {}", env!("CARGO_PKG_VERSION")))?;
        Ok(Exit::Ok)
    }
}

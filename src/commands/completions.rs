//! `certls completions`: for the shell, on standard output.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::exit::Exit;
use crate::output::{Content, Streams};

/// Print completions for a shell
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell to complete for
    shell: Shell,
}

impl Completions {
    /// Prints the script.
    ///
    /// # Errors
    /// Where standard output cannot be written.
    pub(super) fn run(&self, streams: Streams) -> anyhow::Result<Exit> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut crate::Cli::command(), "certls", &mut script);
        streams.print(Content::Data, |out| out.write_all(&script))?;
        Ok(Exit::Ok)
    }
}

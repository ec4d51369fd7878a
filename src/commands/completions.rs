//! `certls completions`: for the shell, on standard output.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::error::Error;
use crate::exit::Exit;

use crate::output;

use super::World;

/// Print completions for a shell
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell to complete for
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, world: &World) -> Result<Exit, Error> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut crate::Cli::command(), "certls", &mut script);
        output::print(world.stdout, output::Text::Plain, |out| out.write_all(&script))?;
        Ok(Exit::Ok)
    }
}

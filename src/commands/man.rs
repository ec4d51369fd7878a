//! `certls man`: the manual, on standard output.

use clap::{Args, CommandFactory};

use crate::error::Error;
use crate::exit::Exit;

use crate::output;

use super::World;

/// Print the manual page
#[derive(Debug, Args)]
pub(crate) struct Man {}

impl Man {
    #[expect(clippy::unused_self, reason = "every command runs alike")]
    pub(super) fn run(self, world: &World) -> Result<Exit, Error> {
        let manual = |command| clap_mangen::Man::new(command);
        let mut whole = crate::Cli::command();
        whole.build();
        output::print(world.stdout, output::Text::Plain, |out| {
            manual(whole.clone()).render(out)?;
            for command in whole.get_subcommands().filter(|command| !command.is_hide_set()) {
                manual(command.clone()).render(out)?;
            }
            Ok(())
        })?;
        Ok(Exit::Ok)
    }
}

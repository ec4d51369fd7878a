//! `certls man`: the manual, on standard output.

use clap::{Args, CommandFactory};
use clap_mangen::Man as Page;

use crate::exit::Exit;
use crate::output::{Content, Streams};

/// Print the manual page
#[derive(Debug, Args)]
pub(crate) struct Man {}

impl Man {
    /// Prints the pages of all commands.
    ///
    /// # Errors
    /// Where standard output cannot be written.
    #[expect(clippy::unused_self, reason = "every command runs alike")]
    pub(super) fn run(&self, streams: Streams) -> anyhow::Result<Exit> {
        let mut whole = crate::Cli::command();
        whole.build();
        streams.print(Content::Data, |out| {
            Page::new(whole.clone()).render(out)?;
            let commands =
                whole.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help");
            commands.cloned().try_for_each(|command| Page::new(command).render(out))
        })?;
        Ok(Exit::Ok)
    }
}

//! `certls accounts`: which accounts would be asked, and who they are.

use clap::Args;

use crate::cli::{NetArgs, ScopeArgs, TargetParser};
use crate::engine;
use crate::exit::Exit;
use crate::output::{AccountList, Outputs, Subject, Target};

use super::Run;

/// Show which accounts would be asked, where their credentials are, and who they are
#[derive(Debug, Args)]
pub(crate) struct Accounts {
    #[command(flatten)]
    pub(super) scope: ScopeArgs,
    /// Format of the output; with =FILE it replaces that file, and repeats [default: table]
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = TargetParser(Subject::Accounts), help_heading = "Output")]
    outputs: Vec<Target>,
    #[command(flatten)]
    pub(super) net: NetArgs,
}

impl Accounts {
    /// Prints the accounts.
    ///
    /// # Errors
    /// Where the run could not do its work at all, or standard output cannot be written.
    pub(super) fn run(&self, run: &Run) -> anyhow::Result<Exit> {
        let outputs = Outputs::open(&self.outputs, Subject::Accounts, run.settings.timeout)?;
        let list = AccountList { accounts: engine::accounts(&run.cx, &run.settings)?, now: run.now };
        let written = outputs.write(&run.streams, &list)?;
        let mut messages = run.streams.messages();
        for account in &list.accounts {
            for error in &account.errors {
                messages.account(account.provider, &account.name, error);
            }
            for limitation in &account.limitations {
                messages.account_limitation(account.provider, &account.name, limitation);
            }
        }
        messages.written(&written);
        if list.accounts.is_empty() {
            return Err(engine::no_credentials(&run.cx, &run.settings).into());
        }
        Ok(if written.failed.is_empty() { exit(&list) } else { Exit::Failed })
    }
}

/// Returns the exit code of accounts of which some may be broken.
fn exit(list: &AccountList) -> Exit {
    let broken: Vec<_> = list.accounts.iter().filter(|account| !account.errors.is_empty()).collect();
    let mut errors = broken.iter().flat_map(|account| &account.errors);
    match broken.len() {
        0 => Exit::Ok,
        number if number < list.accounts.len() => Exit::Incomplete,
        _ if errors.all(|error| error.kind.is_configuration()) => Exit::Usage,
        _ => Exit::Failed,
    }
}

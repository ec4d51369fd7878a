//! The commands: a file each, arguments and `run` together.
//!
//! To add a command, add its file and its name in the registry below.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use clap::Subcommand;

use crate::cli::{NetArgs, ScopeArgs};
use crate::clock::Clock;
use crate::config::Env;
use crate::error::Error;
use crate::exit::Exit;
use crate::net::Http;
use crate::output::{Messages, Terminal};
use crate::providers::{self, Context, ProbeLimit, ProfileFiles};
use crate::settings::Settings;

mod accounts;
mod check;
mod completions;
mod inventory;
mod list;
mod man;
mod show;
mod which;

/// What certls can be asked to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(list::List),
    Show(show::Show),
    Check(check::Check),
    Which(which::Which),
    Accounts(accounts::Accounts),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    pub(crate) fn run(self, world: &World) -> Result<Exit, Error> {
        match self {
            Self::List(command) => command.run(world),
            Self::Show(command) => command.run(world),
            Self::Check(command) => command.run(world),
            Self::Which(command) => command.run(world),
            Self::Accounts(command) => command.run(world),
            Self::Completions(command) => command.run(world),
            Self::Man(command) => command.run(world),
        }
    }
}

/// What a command is given: the environment, and the streams to speak to.
#[derive(Debug)]
pub(crate) struct World {
    pub env: Env,
    pub stdout: Terminal,
    pub stderr: Terminal,
}

impl World {
    /// Everything that asking a cloud needs.
    fn prepare(&self, scope: &ScopeArgs, net: &NetArgs) -> Result<Run, Error> {
        let settings = Settings::resolve(scope, net, &self.env)?;
        let clock = Clock::system();
        let cx = Context {
            env: self.env.clone(),
            endpoints: settings.endpoints.clone(),
            http: Arc::new(Http::new(&settings.net)?),
            probe_limit: ProbeLimit::default(),
            files: ProfileFiles::default(),
            providers: providers::ALL,
            clock,
        };
        Ok(Run { cx, settings, now: clock.now() })
    }

    pub(crate) fn words(&self) -> Messages<impl std::io::Write> {
        Messages::new(self.stderr.dress(std::io::stderr()))
    }
}

/// What one run is told, and its moment: every age and every rest of life is counted from it.
struct Run {
    cx: Context,
    settings: Settings,
    now: DateTime<Utc>,
}

//! The commands: a file each, with arguments and `run` together.
//!
//! To add a command, add its file and its module, a variant of [`Command`], and the variant's line in `run`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use clap::Subcommand;

use crate::cli::{NetArgs, ScopeArgs};
use crate::clock::Clock;
use crate::config::Env;
use crate::exit::Exit;
use crate::net::Http;
use crate::output::Streams;
use crate::providers::{self, Context, ProbeLimit, ProfileFiles};
use crate::settings::Settings;

mod accounts;
mod check;
mod completions;
mod inventory;
mod list;
mod man;
mod show;
mod version;
mod which;

/// What certls can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(alias = "ls")]
    List(list::List),
    Show(show::Show),
    Check(check::Check),
    Which(which::Which),
    Accounts(accounts::Accounts),
    Completions(completions::Completions),
    Man(man::Man),
    Version(version::Version),
}

impl Command {
    /// Runs the command to its end.
    ///
    /// # Errors
    /// Where it could not do its work at all. A scope that failed is part of a command's output instead.
    pub(crate) fn run(self, env: Env, streams: Streams) -> anyhow::Result<Exit> {
        match self {
            Self::List(list) => Run::new(env, streams, &list.scope, &list.net)?.end(|run| list.run(run)),
            Self::Show(show) => Run::new(env, streams, &show.scope, &show.net)?.end(|run| show.run(run)),
            Self::Check(check) => Run::new(env, streams, &check.scope, &check.net())?.end(|run| check.run(run)),
            Self::Which(which) => Run::new(env, streams, &which.scope, &which.net)?.end(|run| which.run(run)),
            Self::Accounts(accounts) => {
                Run::new(env, streams, &accounts.scope, &accounts.net)?.end(|run| accounts.run(run))
            }
            Self::Completions(completions) => completions.run(streams),
            Self::Man(man) => man.run(streams),
            Self::Version(version) => version.run(streams),
        }
    }
}

/// One run of a command that asks clouds.
struct Run {
    streams: Streams,
    settings: Settings,
    cx: Context,
    /// The moment of the run: ages and remaining times are counted from it.
    now: DateTime<Utc>,
    /// Whether nothing is said when all is well.
    quiet: bool,
}

impl Run {
    /// Prepares everything that asking a cloud needs.
    ///
    /// # Errors
    /// Where flags, the configuration file or the environment are wrong.
    fn new(env: Env, streams: Streams, scope: &ScopeArgs, net: &NetArgs) -> anyhow::Result<Self> {
        let settings = Settings::resolve(scope, net, &env)?;
        let http = Arc::new(Http::new(&settings.net, &env)?);
        let clock = Clock::system();
        let cx = Context {
            env,
            clock,
            endpoints: settings.endpoints.clone(),
            http,
            probe_limit: ProbeLimit::default(),
            files: ProfileFiles::default(),
            providers: providers::ALL,
        };
        Ok(Self { streams, settings, cx, now: clock.now(), quiet: net.quiet })
    }

    /// Does the work of a command, then prints what must be known of the files that were read for it.
    fn end(&self, work: impl FnOnce(&Self) -> anyhow::Result<Exit>) -> anyhow::Result<Exit> {
        let result = work(self);
        for warning in self.cx.files.warnings() {
            self.streams.messages().file_warning(&warning);
        }
        result
    }
}

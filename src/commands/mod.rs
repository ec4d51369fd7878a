//! The commands: a file each, arguments and `run` together.
//!
//! To add a command, add its file and its name in the registry below.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use clap::Subcommand;

use crate::cli::{NetArgs, ScopeArgs};
use crate::config::Env;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Exit;
use crate::net::Http;
use crate::output::{Terminal, Words};
use crate::settings::Settings;

macro_rules! registry {
    ($($name:ident :: $args:ident),+ $(,)?) => {
        $(mod $name;)+
        /// What certls can be asked to do.
        #[derive(Debug, Subcommand)]
        pub(crate) enum Command {
            $($args($name::$args),)+
        }
        impl Command {
            pub(crate) fn run(self, world: &World) -> Result<Exit, Error> {
                match self {
                    $(Self::$args(command) => command.run(world),)+
                }
            }
        }
    };
}

mod scan;

registry! { list::List, show::Show, check::Check, which::Which, accounts::Accounts, completions::Completions, man::Man }

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
        let cx = Context {
            env: self.env.clone(),
            endpoints: settings.endpoints.clone(),
            http: Arc::new(Http::new(&settings.net)?),
        };
        Ok(Run { cx, settings, now: Utc::now() })
    }

    pub(crate) fn words(&self) -> Words<impl std::io::Write> {
        Words::new(self.stderr.dress(std::io::stderr()))
    }
}

/// What one run is told, and its moment: every age and every rest of life is counted from it.
struct Run {
    cx: Context,
    settings: Settings,
    now: DateTime<Utc>,
}

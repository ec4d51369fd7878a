//! certls shows every TLS certificate that an organisation keeps in its clouds.
//!
//! ```text
//! argv ─clap→ Cli ─Settings::resolve(flags, file, env)→ Settings ─plan→ accounts × services × regions
//!      ─engine: log in · fan-out · sign → send → classify → retry · deadline→ pages of certificates, and scopes
//!      ─Filter, Sort→ Report ─Format::write→ stdout and files      words → stderr      → Exit
//! ```
//!
//! Nothing before [`engine`] is asynchronous. A scope that fails is a value in the inventory, not an
//! error of the run, and the order of the output never depends on the order of the replies.
//!
//! The library exists for the binary and its tests; its interface is the command line.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

mod analysis;
pub mod cli;
pub mod clock;
mod commands;
pub mod config;
mod duration;
pub mod engine;
pub mod error;
pub mod exit;
mod hex;
mod logging;
pub mod model;
pub mod net;
pub mod output;
pub mod providers;
pub mod settings;
pub mod signals;
mod suggest;
pub mod x509;

use commands::{Command, World};
use config::Env;
use exit::Exit;
use output::Terminal;

/// Every TLS certificate in your clouds: whose it is, and when it dies
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    before_help = cli::EXAMPLES,
    after_long_help = cli::environment(),
    disable_help_subcommand = true,
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: cli::GlobalArgs,
}

/// Runs certls with these arguments, the program's name first.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(told) if told.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let help = Cli::command().render_help();
            let _ =
                output::print(Terminal::stdout(output::Color::Auto, &Env::of_process()), output::Text::Styled, |out| {
                    write!(out, "{}", help.ansi())
                });
            return Exit::Ok;
        }
        Err(told) if is_check(&args) => {
            // A monitoring plugin is never OK unless it has looked; its first line is on standard output.
            let line = told.to_string();
            let line = line.strip_prefix("error: ").unwrap_or(&line);
            if told.use_stderr() {
                let stdout = Terminal::stdout(output::Color::Never, &Env::of_process());
                let _ = output::print(stdout, output::Text::Plain, |out| output::check::unknown(line, out));
            }
            let _ = told.print();
            return Exit::UNKNOWN;
        }
        Err(told) => {
            let exit = if told.use_stderr() { Exit::Usage } else { Exit::Ok };
            // Help into a closed pipe has no one left to complain to.
            let _ = told.print();
            return exit;
        }
    };
    let env = Env::of_process();
    let world = World {
        stdout: Terminal::stdout(cli.global.color, &env),
        stderr: Terminal::stderr(cli.global.color, &env),
        env,
    };
    logging::start(cli.global.verbose, world.stderr);
    cli.command.run(&world).unwrap_or_else(|error| {
        world.words().error(&error);
        Exit::of_error(&error)
    })
}

/// Whether the arguments ask for `check`, however wrong the rest of them is: whether it is the first
/// word among them.
fn is_check(args: &[OsString]) -> bool {
    let cli = Cli::command();
    let takes_value = |flag: &str| {
        let named = cli.get_arguments().find(|argument| argument.get_long() == flag.strip_prefix("--"));
        named.is_some_and(|argument| argument.get_action().takes_values())
    };
    let mut rest = args.iter().skip(1);
    while let Some(arg) = rest.next() {
        match arg.to_str() {
            Some(flag) if flag.starts_with('-') => drop(takes_value(flag).then(|| rest.next())),
            word => return word == Some("check"),
        }
    }
    false
}

//! certls shows every TLS certificate that an organisation keeps in its clouds.
//!
//! ```text
//! argv ─clap→ Cli ─Settings::resolve(flags, file, env)→ Settings ─plan→ accounts × services × regions
//!      ─engine: log in · fan-out · sign → send → classify → retry · deadline→ pages of certificates, and scopes
//!      ─Filter, Sort→ Report ─Format→ stdout and files      messages, summary → stderr      → Exit
//! ```
//!
//! Nothing before [`engine`] is asynchronous. A scope that fails is a value in the inventory, not an
//! error of the run, and the order of the output never depends on the order of the replies.
//!
//! The library exists for the binary and its tests; its interface is the command line.

use std::ffi::OsString;
use std::io::Write;

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
mod processes;
pub mod providers;
pub mod settings;
pub mod signals;
mod suggest;
pub mod x509;

use commands::Command;
use config::Env;
use exit::Exit;
use output::{Color, Content, Streams};

/// Every TLS certificate in your clouds: whose it is, and when it dies
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    before_help = cli::examples(),
    after_long_help = cli::environment(),
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
    let env = Env::of_process();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(mut error) => {
            cli::tidy(&mut error);
            return end_without_command(&error, &args, Streams::new(Color::Auto, false, &env));
        }
    };
    let streams = Streams::new(cli.global.color, cli.global.verbose > 0, &env);
    logging::start(cli.global.verbose, streams.stderr);
    let is_check = matches!(cli.command, Command::Check(_));
    if is_check {
        signals::set_interruption(Exit::UNKNOWN, output::check::unknown_line("interrupted"));
    }
    cli.command.run(env, streams).unwrap_or_else(|error| end(&error, is_check, streams))
}

/// Ends a run that failed. Where the reader of standard output left, that is no failure.
fn end(error: &anyhow::Error, is_check: bool, streams: Streams) -> Exit {
    if output::is_pipe_closed(error.as_ref()) {
        return Exit::Ok;
    }
    if is_check {
        print_unknown(&error.to_string(), streams);
    }
    streams.messages().fatal(error);
    if is_check { Exit::UNKNOWN } else { Exit::of_error(error) }
}

/// Prints the line of a monitoring plugin without a verdict: monitoring reads standard output only.
fn print_unknown(reason: &str, streams: Streams) {
    signals::forget_line();
    if let Err(error) = streams.print(Content::Data, |out| writeln!(out, "{}", output::check::unknown_line(reason))) {
        streams.messages().error(&error);
    }
}

/// Ends a run whose arguments name no command that could run: help, version or a usage error.
fn end_without_command(error: &clap::Error, args: &[OsString], streams: Streams) -> Exit {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let help = Cli::command().render_help();
        // Help into a closed pipe has no reader left to complain to.
        let _ = streams.print(Content::Styled, |out| write!(out, "{}", help.ansi()));
        return Exit::Ok;
    }
    let is_check = names_check(args);
    if is_check && error.use_stderr() {
        let reason = error.to_string();
        print_unknown(reason.strip_prefix("error: ").unwrap_or(&reason), streams);
    }
    let _ = error.print();
    match (is_check, error.use_stderr()) {
        // A monitoring plugin is OK only where it has looked.
        (true, _) => Exit::UNKNOWN,
        (false, true) => Exit::Usage,
        (false, false) => Exit::Ok,
    }
}

/// Returns whether wrong arguments name `check` as their command: it is the first word that is not a flag or its value.
fn names_check(args: &[OsString]) -> bool {
    // Not clap's `ignore_errors`: after an unknown flag it finds no command.
    let cli = Cli::command();
    let takes_value = |flag: &str| {
        let known = cli.get_arguments().find(|argument| argument.get_long() == flag.strip_prefix("--"));
        known.is_some_and(|argument| argument.get_action().takes_values())
    };
    let mut rest = args.iter().skip(1);
    while let Some(arg) = rest.next() {
        match arg.to_str() {
            Some(flag) if flag.starts_with('-') => {
                if takes_value(flag) {
                    rest.next();
                }
            }
            word => return word == Some("check"),
        }
    }
    false
}

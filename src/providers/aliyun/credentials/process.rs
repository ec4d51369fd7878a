//! A program that prints keys. It is run without a shell, for a minute at most, and its errors are not shown. It ends
//! with all programs that it started, and few run at once.

use std::fmt;
use std::path::Path;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::Semaphore;

use crate::error::Error;
use crate::processes::ChildGroup;
use crate::providers::credentials::source_error::broken;

use super::source::Options;

pub(super) const LIMIT: Duration = Duration::from_secs(60);
/// How long a program that has ended is still read, for a child of it may hold its output.
const AFTER_END: Duration = Duration::from_secs(1);
/// The most that a program may print, in bytes. Keys are less than 8 KiB.
const MOST_OUTPUT: usize = 64 * 1024;

/// The programs that may run at once, whatever the number of accounts: each takes memory and open files.
static TURNS: Semaphore = Semaphore::const_new(4);

/// The program and its arguments, which may hold secrets.
pub(super) struct Process {
    words: Vec<SecretString>,
    pub(super) options: Options,
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Process")
    }
}

impl Process {
    /// Splits the command as a shell would, but runs nothing: `$`, `;`, `|` and `*` are plain letters.
    pub(super) fn parse(command: &SecretString, options: &Options, origin: &str) -> Result<Self, Error> {
        let words = shlex::split(command.expose_secret()).filter(|words| !words.is_empty());
        let words = words.ok_or_else(|| broken(origin, "`process_command` has a quote that does not end"))?;
        Ok(Self { words: words.into_iter().map(SecretString::from).collect(), options: options.clone() })
    }

    /// Runs the program, and returns what it printed. Waiting for a turn does not count for the limit.
    pub(super) async fn run(&self, limit: Duration) -> Result<SecretString, String> {
        let _turn = TURNS.acquire().await;
        let words: Vec<&str> = self.words.iter().map(ExposeSecret::expose_secret).collect();
        let [program, arguments @ ..] = words.as_slice() else { return Err("has no name".to_owned()) };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        for name in &self.options.foreign_secrets {
            command.env_remove(name);
        }
        let (mut child, _group) = ChildGroup::spawn(&mut command).map_err(|error| format!("cannot be run: {error}"))?;
        let stdout = child.stdout.take().ok_or("has no output")?;
        let mut printed = Vec::with_capacity(MOST_OUTPUT + 1);
        let status = match tokio::time::timeout(limit, wait(&mut child, stdout, &mut printed)).await {
            Ok(status) => status.map_err(|why| format!("`{}` {why}", self.name()))?,
            Err(_) => return Err(format!("`{}` was not done after {} seconds", self.name(), limit.as_secs())),
        };
        if !status.success() {
            return Err(format!("failed ({status})"));
        }
        String::from_utf8(printed).map(SecretString::from).map_err(|_| "printed bytes that are not UTF-8".to_owned())
    }

    /// Returns the name of the program, without its folder and its arguments.
    fn name(&self) -> &str {
        let program = self.words.first().map(ExposeSecret::expose_secret).unwrap_or_default();
        Path::new(program).file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }
}

/// Waits for the end of a program, and reads what it prints.
async fn wait(child: &mut Child, mut stdout: ChildStdout, printed: &mut Vec<u8>) -> Result<ExitStatus, String> {
    let mut reading = pin!(async {
        let mut limited = (&mut stdout).take(MOST_OUTPUT as u64 + 1);
        match limited.read_to_end(printed).await {
            Ok(_) if printed.len() > MOST_OUTPUT => Err(format!("printed more than {} KiB", MOST_OUTPUT / 1024)),
            Ok(_) => Ok(()),
            Err(error) => Err(format!("cannot be read: {error}")),
        }
    });
    let status = tokio::select! {
        read = &mut reading => {
            read?;
            child.wait().await
        }
        status = child.wait() => {
            // What has been printed by then is all of it.
            if let Ok(read) = tokio::time::timeout(AFTER_END, reading).await {
                read?;
            }
            status
        }
    };
    status.map_err(|error| format!("cannot be waited for: {error}"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::clock::Clock;

    fn options() -> Options {
        Options {
            session: "certls".to_owned(),
            metadata: None,
            no_metadata_v1: false,
            no_processes: false,
            credentials_uri: None,
            foreign_secrets: vec!["PATH".to_owned()],
            clock: Clock::system(),
        }
    }

    fn run(command: &str, limit: Duration) -> Result<SecretString, String> {
        let options = options();
        let process = Process::parse(&command.to_owned().into(), &options, "X").expect("a command");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(process.run(limit))
    }

    #[test]
    fn words_are_split_and_nothing_else_happens_to_them() {
        let printed = run("/bin/echo 'a b' $HOME; `id` | *", LIMIT).expect("it runs");
        assert_eq!(printed.expose_secret(), "a b $HOME; `id` | *\n");
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        assert_eq!(
            run("/bin/sleep 30", Duration::from_millis(50)).expect_err("no end"),
            "`sleep` was not done after 0 seconds"
        );
    }

    #[test]
    fn a_program_that_prints_without_end_is_ended() {
        let begun = std::time::Instant::now();
        assert_eq!(run("/usr/bin/yes", LIMIT).expect_err("too much"), "`yes` printed more than 64 KiB");
        assert!(begun.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn the_end_of_a_program_counts_and_not_that_of_its_children() {
        let begun = std::time::Instant::now();
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("child");
        // The child is ended with the program: it never writes the file.
        let command = format!("/bin/sh -c '(/bin/sleep 3; /bin/touch {}) & echo done'", file.display());
        assert_eq!(run(&command, LIMIT).expect("it runs").expose_secret(), "done\n");
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        std::thread::sleep(Duration::from_secs(3));
        assert!(!file.exists());
    }

    #[test]
    fn the_secrets_of_other_clouds_are_not_handed_on() {
        assert!(!run("/usr/bin/env", LIMIT).expect("it runs").expose_secret().contains("\nPATH="));
        assert!(std::env::var_os("PATH").is_some());
    }

    #[test]
    fn a_program_that_fails_or_is_missing_is_an_error() {
        assert!(run("/bin/false", LIMIT).expect_err("it fails").starts_with("failed"));
        assert!(run("/nowhere/certls-test", LIMIT).expect_err("not there").starts_with("cannot be run"));
        let options = options();
        assert!(Process::parse(&"echo 'x".to_owned().into(), &options, "X").is_err());
    }
}

//! A program that prints keys. It is run without a shell, for a minute at most, and its errors are not shown.

use std::fmt;
use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use tokio::process::Command;

use crate::error::Error;
use crate::providers::aliyun::client::Client;
use crate::providers::credentials::signing_keys::KeyIssuer;
use crate::providers::credentials::source_error::broken;
use crate::providers::credentials::temporary_keys::IssuedKeys;

use super::profile::{Profile, ProfileContext};
use super::source::Options;

const LIMIT: Duration = Duration::from_secs(60);

/// The program and its arguments, which may hold secrets.
pub(super) struct Process {
    words: Vec<SecretString>,
    options: Options,
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

    async fn run(&self, limit: Duration) -> Result<SecretString, String> {
        let words: Vec<&str> = self.words.iter().map(ExposeSecret::expose_secret).collect();
        let [program, arguments @ ..] = words.as_slice() else { return Err("has no name".to_owned()) };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let output = match tokio::time::timeout(limit, command.output()).await {
            Ok(output) => output.map_err(|error| format!("cannot be run: {error}"))?,
            Err(_) => return Err(format!("was not done after {} seconds", limit.as_secs())),
        };
        if !output.status.success() {
            return Err(format!("failed ({})", output.status));
        }
        String::from_utf8(output.stdout)
            .map(SecretString::from)
            .map_err(|_| "printed bytes that are not UTF-8".to_owned())
    }
}

#[async_trait]
impl KeyIssuer<Client> for Process {
    async fn issue(&self, client: &Client, origin: &str, now: DateTime<Utc>) -> Result<IssuedKeys, Error> {
        let printed = self.run(LIMIT).await.map_err(|why| {
            broken(origin, &format!("its program {why}")).with_hint("run its `process_command` by hand to see why")
        })?;
        // The parser's own words may quote what it read.
        let profile: Profile = serde_json::from_str(printed.expose_secret()).map_err(|_| {
            broken(origin, "its program printed something else than a profile")
                .with_hint("it must print {\"mode\": \"StsToken\", \"access_key_id\": …, …}")
        })?;
        if profile.is_external() {
            return Err(broken(origin, "its program printed a profile that again runs a program"));
        }
        let context = ProfileContext { origin: origin.to_owned(), options: &self.options };
        let no_source = |name: &str| {
            Err(broken(origin, &format!("its program printed a profile that builds on another, `{name}`")))
        };
        let mut issued = profile.credentials(&context, no_source)?.issue(client, now).await?;
        if let Some(end) = &profile.expiration {
            let end = DateTime::parse_from_rfc3339(end);
            let end = end.map_err(|_| broken(origin, "its program printed an `expiration` that is not a time"))?;
            issued.expires_at = Some(end.to_utc());
        }
        Ok(issued)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::clock::Clock;

    fn options() -> Options {
        let (session, clock) = ("certls".to_owned(), Clock::system());
        Options { session, metadata: None, no_metadata_v1: false, no_processes: false, clock }
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
            "was not done after 0 seconds"
        );
    }

    #[test]
    fn a_program_that_fails_or_is_missing_is_an_error() {
        assert!(run("/bin/false", LIMIT).expect_err("it fails").starts_with("failed"));
        assert!(run("/nowhere/certls-test", LIMIT).expect_err("not there").starts_with("cannot be run"));
        let options = options();
        assert!(Process::parse(&"echo 'x".to_owned().into(), &options, "X").is_err());
    }
}

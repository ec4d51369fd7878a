//! Signals and panics: Ctrl-C and SIGTERM end the run at once, but never in the middle of a file replacement.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::process::{Child, Command};

use crate::exit::Exit;

/// The exit code of a run that Ctrl-C ends.
static INTERRUPT_CODE: AtomicI32 = AtomicI32::new(Exit::Interrupted as i32);

/// Held by work that must not be cut off.
static CRITICAL: Mutex<()> = Mutex::new(());

/// Installs the handlers. From now on Ctrl-C and SIGTERM end the process, whatever it waits for, and a panic prints
/// where it happened but not over which data.
pub fn install() {
    handle_signals();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(io::stderr(), "error: certls met a fault of its own at {place}");
        let _ = writeln!(io::stderr(), "hint: please report this as a bug of certls");
    }));
}

// Not `ctrlc` on Unix: it does not say which signal came, and SIGTERM has an exit code of its own; with SIGTERM it also
// takes SIGHUP, which would end a run under `nohup`.
#[cfg(unix)]
fn handle_signals() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    // Where the system refuses, its own reaction to the signal remains.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        for signal in &mut signals {
            end(|| if signal == SIGINT { INTERRUPT_CODE.load(Ordering::SeqCst) } else { 128 + signal }, exit);
        }
    });
}

#[cfg(not(unix))]
fn handle_signals() {
    // Where the system refuses, its own reaction to Ctrl-C remains.
    let _ = ctrlc::set_handler(|| end(|| INTERRUPT_CODE.load(Ordering::SeqCst), exit));
}

#[expect(clippy::exit, reason = "the run waits for a reply, and nothing but this ends it at once")]
fn exit(code: i32) {
    std::process::exit(code);
}

/// Ends the process and the programs that it runs, after critical work that is going on.
fn end(code: impl FnOnce() -> i32, exit: impl FnOnce(i32)) {
    let _guard = CRITICAL.lock().unwrap_or_else(PoisonError::into_inner);
    for id in GROUPS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        end_group(*id);
    }
    exit(code());
}

/// The process groups of the programs that run, by the ids of their leaders.
static GROUPS: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// A program that runs, with all that it starts. They end when this is dropped, and with the run.
pub(crate) struct ChildGroup(u32);

impl ChildGroup {
    /// Starts a program in a process group of its own.
    ///
    /// # Errors
    /// Where the program cannot be run.
    pub(crate) fn spawn(command: &mut Command) -> io::Result<(Child, Self)> {
        #[cfg(unix)]
        command.process_group(0);
        // No signal may come between the start and the entry.
        let mut groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
        let child = command.spawn()?;
        let id = child.id().unwrap_or_default();
        groups.insert(id);
        Ok((child, Self(id)))
    }
}

impl Drop for ChildGroup {
    fn drop(&mut self) {
        GROUPS.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
        end_group(self.0);
    }
}

/// Ends all processes of a group. Those that have ended are no error.
#[cfg(unix)]
fn end_group(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};

    if let Some(id) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(id, Signal::KILL);
    }
}

/// The program itself ends with its handle; a group of processes is known on Unix only.
#[cfg(not(unix))]
fn end_group(_: u32) {}

/// Sets the exit code of a run that Ctrl-C ends.
pub(crate) fn set_exit_code(exit: Exit) {
    INTERRUPT_CODE.store(exit as i32, Ordering::SeqCst);
}

/// Runs work that would leave something behind if it were cut off. A signal that comes meanwhile ends the process after
/// it.
pub(crate) fn defer<T>(work: impl FnOnce() -> T) -> T {
    let _guard = CRITICAL.lock().unwrap_or_else(PoisonError::into_inner);
    work()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_signal_during_critical_work_ends_the_run_after_it() {
        let (sender, ended) = channel();
        let interrupt = || {
            let sender = sender.clone();
            std::thread::spawn(move || end(|| 130, |code| sender.send(code).expect("a receiver")));
        };
        defer(|| {
            interrupt();
            assert_eq!(ended.recv_timeout(Duration::from_millis(100)), Err(RecvTimeoutError::Timeout));
        });
        assert_eq!(ended.recv_timeout(Duration::from_secs(20)), Ok(130));
        interrupt();
        assert_eq!(ended.recv_timeout(Duration::from_secs(20)), Ok(130));
    }
}

//! The programs that certls runs: each in a process group of its own, which ends with the run at the latest. And what
//! becomes of certls' own process.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Mutex, PoisonError};

use tokio::process::{Child, Command};

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

/// Ends all programs that run, and what they started.
pub(crate) fn end_all() {
    for id in GROUPS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        end_group(*id);
    }
}

/// Sets that a crash leaves no copy of the memory, which holds keys and passwords, in a file.
#[cfg(unix)]
pub(crate) fn forbid_core_file() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = Rlimit { current: Some(0), ..getrlimit(Resource::Core) };
    let _ = setrlimit(Resource::Core, limit);
}

/// Elsewhere the system decides.
#[cfg(not(unix))]
pub(crate) fn forbid_core_file() {}

//! Signals and panics: Ctrl-C and SIGTERM end the run at once, but never in the middle of a file replacement.

use std::io::{self, Write};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::exit::Exit;
use crate::processes;

/// The exit code of a run that Ctrl-C ends.
static INTERRUPT_CODE: AtomicI32 = AtomicI32::new(Exit::Interrupted as i32);

/// Held by work that must not be cut off.
static CRITICAL: Mutex<()> = Mutex::new(());

/// Installs the handlers. From now on Ctrl-C and SIGTERM end the process, whatever it waits for, a panic prints where it
/// happened but not over which data, and a crash leaves no core file.
pub fn install() {
    processes::forbid_core_file();
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
    processes::end_all();
    exit(code());
}

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

//! Signals and panics: signals end the run at once, but never in the middle of a file replacement.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::exit::Exit;
use crate::processes;

/// What a signal makes of the run.
static INTERRUPTION: Mutex<Interruption> = Mutex::new(Interruption { exit: None, line: None });

/// Held by work that must not be cut off.
static CRITICAL: Mutex<()> = Mutex::new(());

/// Whether a signal came that has not ended the process yet.
static IS_PENDING: AtomicBool = AtomicBool::new(false);

/// What a signal makes of the run.
struct Interruption {
    /// The exit code; `None` for 130 after Ctrl-C, and 128 with the signal's number after others.
    exit: Option<Exit>,
    /// The line that standard output then holds.
    line: Option<String>,
}

/// Installs the handlers. From now on signals end the process, whatever it waits for, a panic prints where it happened
/// but not over which data, and a crash leaves no core file.
pub fn install() {
    processes::forbid_core_file();
    handle_signals();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(io::stderr(), "error: certls met a fault of its own at {place}");
        let _ = writeln!(io::stderr(), "hint: please report this as a bug of certls");
    }));
}

// Not `ctrlc` on Unix: it does not say which signal came, and each has an exit code of its own.
#[cfg(unix)]
fn handle_signals() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::iterator::Signals;

    const ENDING: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];
    let heeded: Vec<i32> = match ignored_signals() {
        // What the caller ignores stays ignored: SIGHUP under `nohup`, SIGINT in a script's background.
        Some(ignored) => ENDING.into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0).collect(),
        None => vec![SIGINT, SIGTERM],
    };
    // Where the system refuses, its own reaction to the signal remains.
    let Ok(mut signals) = Signals::new(heeded) else { return };
    std::thread::spawn(move || {
        for signal in &mut signals {
            end(if signal == SIGINT { Exit::Interrupted as i32 } else { 128 + signal }, exit);
        }
    });
}

#[cfg(not(unix))]
fn handle_signals() {
    // Where the system refuses, its own reaction to Ctrl-C remains.
    let _ = ctrlc::set_handler(|| end(Exit::Interrupted as i32, exit));
}

/// Returns the signals that the caller set to be ignored, a bit each; `None` where the system does not tell.
#[cfg(unix)]
fn ignored_signals() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[expect(clippy::exit, reason = "the run waits for a reply, and nothing but this ends it at once")]
fn exit(code: i32) {
    std::process::exit(code);
}

/// Ends the programs that run, then the process with this code or the one that was set, after critical work that is
/// going on.
fn end(code: i32, exit: impl FnOnce(i32)) {
    IS_PENDING.store(true, Ordering::SeqCst);
    let _guard = CRITICAL.lock().unwrap_or_else(PoisonError::into_inner);
    processes::end_all();
    let mut interruption = INTERRUPTION.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(line) = interruption.line.take() {
        print(&line);
    }
    exit(interruption.exit.map_or(code, |exit| exit as i32));
    IS_PENDING.store(false, Ordering::SeqCst);
}

/// Writes a line to standard output, also while another thread holds its lock and waits for a reader.
#[cfg(unix)]
fn print(line: &str) {
    use std::os::fd::AsFd;

    if let Ok(stdout) = io::stdout().as_fd().try_clone_to_owned() {
        // Nothing is left to say to a reader that left.
        let _ = writeln!(std::fs::File::from(stdout), "{line}");
    }
}

#[cfg(not(unix))]
fn print(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Sets the exit code of a run that a signal ends, and the line that it then prints.
pub(crate) fn set_interruption(exit: Exit, line: String) {
    *INTERRUPTION.lock().unwrap_or_else(PoisonError::into_inner) = Interruption { exit: Some(exit), line: Some(line) };
}

/// Prints no line after a signal any more, since standard output is being written.
pub(crate) fn forget_line() {
    INTERRUPTION.lock().unwrap_or_else(PoisonError::into_inner).line = None;
}

/// Runs work that would leave something behind if it were cut off. A signal that comes meanwhile ends the process after
/// it.
pub(crate) fn defer<T>(work: impl FnOnce() -> T) -> T {
    const PAUSE: Duration = Duration::from_millis(1);
    let guard = CRITICAL.lock().unwrap_or_else(PoisonError::into_inner);
    let result = work();
    drop(guard);
    while IS_PENDING.load(Ordering::SeqCst) {
        std::thread::sleep(PAUSE);
    }
    result
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{RecvTimeoutError, channel};

    use super::*;

    #[test]
    fn a_signal_during_critical_work_ends_the_run_after_it() {
        let (sender, ended) = channel();
        let interrupt = || {
            let sender = sender.clone();
            std::thread::spawn(move || end(130, |code| sender.send(code).expect("a receiver")));
        };
        defer(|| {
            interrupt();
            assert_eq!(ended.recv_timeout(Duration::from_millis(100)), Err(RecvTimeoutError::Timeout));
        });
        assert_eq!(ended.try_recv(), Ok(130), "the run went on");
        interrupt();
        assert_eq!(ended.recv_timeout(Duration::from_secs(20)), Ok(130));
    }
}

//! Ctrl-C and faults: the run ends at once, and says no more than that.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::register_conditional_shutdown;

use crate::exit::Exit;

/// What the shell is told of a process that SIGTERM ended.
const TERMINATED: i32 = 128 + SIGTERM;

/// Whether a signal ends the process as [`install`] set it up.
static INSTALLED: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));
/// Whether it does as [`set_exit_code`] set it up.
static REPLACED: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(false)));

/// From now on Ctrl-C ends the process at once, whatever it is waiting for, and a panic tells where
/// it happened but not over which data.
pub fn install() {
    // Where the system refuses, its own reaction to the signal remains.
    let _ = register_conditional_shutdown(SIGINT, Exit::Interrupted as i32, INSTALLED.clone());
    let _ = register_conditional_shutdown(SIGTERM, TERMINATED, INSTALLED.clone());
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(io::stderr(), "error: certls met a fault of its own at {place}");
        let _ = writeln!(io::stderr(), "hint: please report this as a bug of certls");
    }));
}

/// From now on Ctrl-C ends the process with this code instead.
pub(crate) fn set_exit_code(exit: Exit) {
    if register_conditional_shutdown(SIGINT, exit as i32, REPLACED.clone()).is_ok() {
        REPLACED.store(true, Ordering::SeqCst);
        INSTALLED.store(false, Ordering::SeqCst);
        let _ = register_conditional_shutdown(SIGTERM, TERMINATED, REPLACED.clone());
    }
}

/// Runs `work` to its end: a signal that comes meanwhile is passed over. For moments that would leave
/// something behind.
pub(crate) fn defer<T>(work: impl FnOnce() -> T) -> T {
    let before = [&*INSTALLED, &*REPLACED].map(|flag| (flag, flag.swap(false, Ordering::SeqCst)));
    let done = work();
    for (flag, was) in before {
        flag.store(was, Ordering::SeqCst);
    }
    done
}

//! Ctrl-C and faults: the run ends at once, and says no more than that.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGINT;

use crate::exit::Exit;

/// From now on Ctrl-C ends the process at once, whatever it is waiting for, and a panic tells where
/// it happened but not over which data.
pub fn arm() {
    let armed = Arc::new(AtomicBool::new(true));
    // Where the system refuses, its own reaction to Ctrl-C remains.
    let _ = signal_hook::flag::register_conditional_shutdown(SIGINT, Exit::Interrupted as i32, armed);
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(io::stderr(), "error: certls met a fault of its own at {place}");
        let _ = writeln!(io::stderr(), "hint: please report this as a bug of certls");
    }));
}

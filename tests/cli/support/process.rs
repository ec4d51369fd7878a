//! Running processes: waiting for a condition, and signals.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Waits until `holds` returns true; panics after 20 seconds.
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what} never came");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Sends a signal, such as `-INT`.
pub(crate) fn kill(child: &Child, signal: &str) {
    let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
    assert!(killed.success());
}

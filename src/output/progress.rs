//! How far a scan is, on a terminal; gone without a trace when it ends.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::summary::counted;

/// Shorter runs show nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// A line on standard error; nothing where that is no terminal.
#[derive(Debug)]
pub struct Progress {
    begun: Instant,
    bar: Option<ProgressBar>,
    on_terminal: bool,
}

impl Progress {
    pub fn new(on_terminal: bool) -> Self {
        Self { begun: Instant::now(), bar: None, on_terminal }
    }

    /// Shows how many of the scopes are done, and how many certificates they sent.
    pub fn show(&mut self, done: usize, scopes: usize, certificates: usize) {
        if !self.on_terminal || self.begun.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(
                ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            bar
        });
        bar.set_message(format!("{done} of {} · {}", counted(scopes, "scope"), counted(certificates, "certificate")));
        bar.tick();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

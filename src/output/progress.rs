//! The progress of a scan, on a terminal; removed when the scan ends.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::summary::counted;

/// A shorter run shows no progress.
const MIN_RUN_TIME: Duration = Duration::from_millis(500);

/// A line on standard error, where that is a terminal.
#[derive(Debug)]
pub struct Progress {
    started: Instant,
    bar: Option<ProgressBar>,
    is_shown: bool,
}

impl Progress {
    pub fn new(is_shown: bool) -> Self {
        Self { started: Instant::now(), bar: None, is_shown }
    }

    /// Shows how many of the scopes are done, and how many certificates they sent.
    pub fn show(&mut self, done: usize, scopes: usize, certificates: usize) {
        if !self.is_shown || self.started.elapsed() < MIN_RUN_TIME {
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

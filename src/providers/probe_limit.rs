//! The end of searches that are optional: of a cloud that was neither named nor configured.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// A moment after which optional searches for credentials end. All clones share it.
#[derive(Debug, Clone)]
pub struct ProbeLimit(Arc<watch::Sender<Option<Duration>>>);

impl Default for ProbeLimit {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl ProbeLimit {
    /// Ends the searches that still go on, `extra` after everything else was read.
    pub fn reach(&self, extra: Duration) {
        self.0.send_replace(Some(extra));
    }

    /// Returns once the moment has come: how long after everything else was read.
    pub async fn reached(&self) -> Duration {
        // The sender lives as long as `self`, so this waits for the value.
        self.0.subscribe().wait_for(Option::is_some).await.ok().and_then(|extra| *extra).unwrap_or_default()
    }
}

//! The end of searches that are optional: of a cloud that was neither named nor configured.

use std::sync::Arc;

use tokio::sync::watch;

/// A moment after which optional searches for credentials end. All clones share it.
#[derive(Debug, Clone)]
pub struct ProbeLimit(Arc<watch::Sender<bool>>);

impl Default for ProbeLimit {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl ProbeLimit {
    /// Ends the searches that still go on.
    pub fn reach(&self) {
        self.0.send_replace(true);
    }

    /// Returns once the moment has come.
    pub async fn reached(&self) {
        // The sender lives as long as `self`, so this waits for the value.
        let _ = self.0.subscribe().wait_for(|is_reached| *is_reached).await;
    }
}

//! Hands on what arrives, and how far the scan is.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::time::Duration;

use tokio::sync::Notify;

use crate::model::Certificate;

/// Hears of a scan while it goes on.
pub trait Listener {
    /// Takes certificates of one scope, as they arrive. A break ends the scan.
    fn page(&mut self, page: Vec<Certificate>) -> ControlFlow<()>;
    /// Takes how far the scan is, about ten times a second.
    fn progress(&mut self, done: usize, scopes: usize, certificates: usize);
}

/// How often the listener hears how far the scan is.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// The listener of a scan, shared by all of its scopes.
pub(super) struct Reporter<'a> {
    listener: RefCell<&'a mut dyn Listener>,
    open: Cell<usize>,
    done: Cell<usize>,
    certificates: Cell<usize>,
    stop: Notify,
}

impl<'a> Reporter<'a> {
    pub(super) fn new(listener: &'a mut dyn Listener) -> Self {
        let (open, done, certificates) = (Cell::new(0), Cell::new(0), Cell::new(0));
        Self { listener: RefCell::new(listener), open, done, certificates, stop: Notify::new() }
    }

    /// Counts scopes that are going to be read.
    pub(super) fn open(&self, scopes: usize) {
        self.open.set(self.open.get() + scopes);
    }

    /// Counts open scopes as done.
    pub(super) fn close(&self, scopes: usize) {
        self.forget(scopes);
        self.done.set(self.done.get() + scopes);
    }

    /// Counts open scopes no longer, since they turned out to be none.
    pub(super) fn forget(&self, scopes: usize) {
        self.open.set(self.open.get().saturating_sub(scopes));
    }

    /// Hands on certificates of one scope.
    pub(super) fn page(&self, page: Vec<Certificate>) {
        if page.is_empty() {
            return;
        }
        self.certificates.set(self.certificates.get() + page.len());
        if self.listener.borrow_mut().page(page).is_break() {
            self.stop.notify_one();
        }
    }

    /// Returns once the listener has ended the scan.
    pub(super) async fn stopped(&self) {
        self.stop.notified().await;
    }

    /// Reports the progress again and again; never returns.
    pub(super) async fn report_progress(&self) {
        loop {
            tokio::time::sleep(PROGRESS_INTERVAL).await;
            let (done, open) = (self.done.get(), self.open.get());
            self.listener.borrow_mut().progress(done, done + open, self.certificates.get());
        }
    }
}

//! Standard output from a thread of its own, for what is printed while the clouds are still asked.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::error::{Error, Kind};

use super::{Content, Stdout, Terminal};

/// Standard output that never makes its writer wait for a reader: what the reader has not taken yet is kept. So a pager
/// may pause for longer than the run's time limit, and no reply of a cloud is lost to that.
#[derive(Debug)]
pub struct BackgroundStdout {
    pages: Sender<Vec<u8>>,
    /// A message for each page that was written.
    written: Receiver<()>,
    /// How many pages are not known to be written.
    waiting: usize,
    thread: JoinHandle<Result<(), Error>>,
}

impl BackgroundStdout {
    /// Opens standard output.
    ///
    /// # Errors
    /// Where the system refuses a thread.
    pub fn open(terminal: Terminal, content: Content) -> Result<Self, Error> {
        let (pages, queue) = channel::<Vec<u8>>();
        let (done, written) = channel();
        let print = move || {
            let mut stdout = Stdout::open(terminal, content);
            for page in queue {
                let printed = stdout.write_all(&page).and_then(|()| stdout.flush());
                if printed.is_err() {
                    return stdout.finish(printed);
                }
                // The run may be at its end already.
                let _ = done.send(());
            }
            stdout.finish(Ok(()))
        };
        let thread = std::thread::Builder::new().spawn(print).map_err(|error| {
            Error::new(Kind::Internal, format!("no thread for standard output: {error}")).with_source(error)
        })?;
        Ok(Self { pages, written, waiting: 0, thread })
    }

    /// Writes a page. Breaks once standard output cannot be written.
    pub fn write(&mut self, page: Vec<u8>) -> ControlFlow<()> {
        /// A reader that is there takes a page at once, and one that has left is noticed at once.
        const PATIENCE: Duration = Duration::from_millis(50);
        loop {
            match self.written.try_recv() {
                Ok(()) => self.waiting = self.waiting.saturating_sub(1),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return ControlFlow::Break(()),
            }
        }
        if self.pages.send(page).is_err() {
            return ControlFlow::Break(());
        }
        let answer =
            if self.waiting == 0 { self.written.recv_timeout(PATIENCE) } else { Err(RecvTimeoutError::Timeout) };
        match answer {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => self.waiting += 1,
            Err(RecvTimeoutError::Disconnected) => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    /// Where standard output cannot be written.
    pub fn finish(self) -> Result<(), Error> {
        drop(self.pages);
        let fault = |_| Err(Error::new(Kind::Internal, "certls met a fault of its own while it printed"));
        self.thread.join().unwrap_or_else(fault)
    }
}

//! Reads bodies of replies: so large, so long, and all of them within so much memory.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// The largest body that is read, in bytes. A full page of Huawei's 2,000 certificates, each with the longest
/// chain and key that the API stores, is about 150 MiB.
const MAX_BODY: usize = 256 * 1024 * 1024;

/// The memory that all bodies of ordinary size share, in bytes.
const SHARED: usize = 256 * 1024 * 1024;

/// A reply may take a further second for each so many bytes.
const BYTES_PER_SECOND: u64 = 64 * 1024;

/// The memory for all bodies: each request in flight has a share of it, and one of them at a time may exceed that.
#[derive(Debug)]
pub(super) struct BodyMemory {
    share: usize,
    large: Arc<Semaphore>,
}

/// A whole body. The memory of a large one is in use until this is dropped.
#[derive(Debug)]
pub(super) struct Body {
    pub bytes: Vec<u8>,
    pub large: Option<OwnedSemaphorePermit>,
}

/// Why a body could not be read.
#[derive(Debug)]
pub(super) enum Failed<E> {
    Stream(E),
    /// It is longer than this many bytes.
    TooLarge(usize),
    /// It was not whole after this time.
    TooSlow(Duration),
}

impl BodyMemory {
    /// Returns the memory for the bodies of so many requests in flight.
    pub(super) fn new(in_flight: usize) -> Self {
        Self { share: SHARED / in_flight.max(1), large: Arc::new(Semaphore::new(1)) }
    }

    /// Reads a body that began to be waited for at `begun`, for `limit` and longer only while many bytes arrive. One that
    /// `is_optional` must not exceed its share: it may be waited for by a reply that does.
    ///
    /// # Errors
    /// Where it breaks off, is too large, or takes too long.
    pub(super) async fn read<C: AsRef<[u8]>, E>(
        &self,
        chunks: impl Stream<Item = Result<C, E>>,
        begun: Instant,
        limit: Duration,
        is_optional: bool,
    ) -> Result<Body, Failed<E>> {
        let max = if is_optional { self.share } else { MAX_BODY };
        let mut chunks = std::pin::pin!(chunks);
        let mut body = Body { bytes: Vec::new(), large: None };
        let mut queued = Duration::ZERO;
        loop {
            let allowed = limit + Duration::from_secs(body.bytes.len() as u64 / BYTES_PER_SECOND);
            let chunk = match tokio::time::timeout_at(begun + queued + allowed, chunks.next()).await {
                Ok(Some(chunk)) => chunk.map_err(Failed::Stream)?,
                Ok(None) => return Ok(body),
                Err(_) => return Err(Failed::TooSlow(allowed)),
            };
            let length = body.bytes.len() + chunk.as_ref().len();
            if length > max {
                return Err(Failed::TooLarge(max));
            }
            if length > self.share && body.large.is_none() {
                let since = Instant::now();
                body.large = self.large.clone().acquire_owned().await.ok();
                queued += since.elapsed();
            }
            body.bytes.extend_from_slice(chunk.as_ref());
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, stream};

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn chunks(count: usize, size: usize) -> impl Stream<Item = Result<Vec<u8>, ()>> {
        stream::iter((0..count).map(move |_| Ok(vec![b' '; size])))
    }

    async fn read(memory: &BodyMemory, count: usize, size: usize, is_optional: bool) -> Result<usize, String> {
        let body = memory.read(chunks(count, size), Instant::now(), MINUTE, is_optional).await;
        body.map(|body| body.bytes.len()).map_err(|failed| format!("{failed:?}"))
    }

    #[tokio::test]
    async fn one_large_body_at_a_time() {
        let memory = BodyMemory::new(256);
        let read_one = |size| memory.read(chunks(1, size), Instant::now(), MINUTE, false).now_or_never();
        let small = || read_one(1 << 20);
        let large = || read_one((1 << 20) + 1);
        let held = large();
        assert!(held.is_some() && small().is_some());
        assert!(large().is_none());
        drop(held);
        assert!(large().is_some());
    }

    #[tokio::test]
    async fn a_body_is_bounded_and_an_optional_one_by_its_share() {
        let memory = BodyMemory::new(256);
        assert_eq!(read(&memory, 256, 1 << 20, false).await, Ok(MAX_BODY));
        assert_eq!(read(&memory, 257, 1 << 20, false).await, Err(format!("TooLarge({MAX_BODY})")));
        assert_eq!(read(&memory, 1, 1 << 20, true).await, Ok(1 << 20));
        assert_eq!(read(&memory, 2, 1 << 20, true).await, Err(format!("TooLarge({})", 1 << 20)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_drips_has_an_end_and_a_steady_one_has_time() {
        let drip = |every: u64, size: usize, count: usize| {
            stream::unfold(0, move |sent| async move {
                tokio::time::sleep(Duration::from_millis(every)).await;
                (sent < count).then(|| (Ok::<_, ()>(vec![b' '; size]), sent + 1))
            })
        };
        let memory = BodyMemory::new(16);
        let begun = Instant::now();
        let slow = memory.read(drip(500, 32, usize::MAX), begun, MINUTE, false).await;
        assert!(matches!(slow, Err(Failed::TooSlow(MINUTE))), "{slow:?}");
        assert_eq!(begun.elapsed(), MINUTE);
        let steady = memory.read(drip(1000, 128 * 1024, 100), Instant::now(), MINUTE, false).await;
        assert_eq!(steady.map(|body| body.bytes.len()).ok(), Some(100 * 128 * 1024));
    }
}

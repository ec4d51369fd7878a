//! Limits the requests in flight: overall, and at one host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Limits the requests in flight. A host that hangs holds its requests until they time out: once there are several
/// hosts, none may hold more than three quarters of the limit, so that the others are still read. A limit below four
/// is not divided.
#[derive(Debug)]
pub(super) struct RequestLimiter {
    overall: Arc<Semaphore>,
    at_host: usize,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
    /// The permits beyond `at_host` of the only host; closed when there is another.
    spare: Arc<Semaphore>,
}

/// The right to one request, given back when dropped.
#[derive(Debug)]
pub(super) struct Permit {
    _at_host: Option<OwnedSemaphorePermit>,
    _overall: Option<OwnedSemaphorePermit>,
}

impl RequestLimiter {
    /// Returns a limiter of so many requests at once.
    pub(super) fn new(overall: usize) -> Self {
        let spare = overall / 4;
        Self {
            overall: Arc::new(Semaphore::new(overall)),
            at_host: overall - spare,
            hosts: Mutex::default(),
            spare: Arc::new(Semaphore::new(spare)),
        }
    }

    /// Waits for a turn at `authority`, a host with its port.
    pub(super) async fn acquire(&self, authority: &str) -> Permit {
        let host = self.host(authority);
        let at_host = tokio::select! {
            biased;
            Ok(permit) = host.acquire_owned() => Some(permit),
            Ok(permit) = Arc::clone(&self.spare).acquire_owned() => Some(permit),
            else => None,
        };
        Permit { _at_host: at_host, _overall: Arc::clone(&self.overall).acquire_owned().await.ok() }
    }

    fn host(&self, authority: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(authority) {
            return Arc::clone(host);
        }
        let host = Arc::new(Semaphore::new(self.at_host));
        hosts.insert(authority.to_owned(), Arc::clone(&host));
        if hosts.len() > 1 {
            self.spare.close();
        }
        host
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::RequestLimiter;

    #[test]
    fn a_host_on_its_own_takes_all_and_no_more() {
        let limit = RequestLimiter::new(4);
        let held: Vec<_> = (0..9).filter_map(|_| limit.acquire("a").now_or_never()).collect();
        assert_eq!(held.len(), 4);
    }

    #[test]
    fn one_host_of_several_leaves_room_for_the_others() {
        let limit = RequestLimiter::new(4);
        drop(limit.acquire("b").now_or_never());
        let held: Vec<_> = (0..9).filter_map(|_| limit.acquire("a").now_or_never()).collect();
        assert_eq!(held.len(), 3);
        let other = limit.acquire("b").now_or_never();
        assert!(other.is_some());
        assert!(limit.acquire("c").now_or_never().is_none(), "more than are allowed overall");
    }

    #[test]
    fn one_at_a_time_is_still_one() {
        let limit = RequestLimiter::new(1);
        drop(limit.acquire("b").now_or_never());
        assert!(limit.acquire("a").now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_permit_that_is_given_back_wakes_a_waiting_request() {
        let limit = RequestLimiter::new(1);
        let held = limit.acquire("a").await;
        let waiting = limit.acquire("a");
        let freeing = async {
            tokio::task::yield_now().await;
            drop(held);
        };
        let (_permit, ()) = tokio::join!(waiting, freeing);
        assert!(limit.acquire("a").now_or_never().is_none());
    }
}

//! How many requests may be in flight: overall, and at one host.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// A host that hangs holds its requests until they time out. Once more hosts than one are asked, none
/// may hold more than three quarters of what is allowed, so that the others are still read. Less than
/// four is too little to divide.
#[derive(Debug)]
pub(super) struct Limit {
    overall: usize,
    /// The requests in flight at each host that was ever asked.
    hosts: Mutex<HashMap<String, usize>>,
    freed: Notify,
}

/// The right to one request, given back when dropped.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    limit: &'a Limit,
    host: &'a str,
}

impl Limit {
    pub(super) fn new(overall: usize) -> Self {
        Self { overall, hosts: Mutex::default(), freed: Notify::new() }
    }

    /// Waits for a turn at `host`, which is a host with its port.
    pub(super) async fn acquire<'a>(&'a self, host: &'a str) -> Permit<'a> {
        loop {
            // Made before the look: what is freed between the two wakes it too.
            let freed = self.freed.notified();
            if self.try_take(host) {
                return Permit { limit: self, host };
            }
            freed.await;
        }
    }

    fn try_take(&self, host: &str) -> bool {
        let mut hosts = self.hosts();
        if !hosts.contains_key(host) {
            hosts.insert(host.to_owned(), 0);
        }
        let reserve = if hosts.len() > 1 { self.overall / 4 } else { 0 };
        let at_host = self.overall - reserve;
        let total: usize = hosts.values().sum();
        match hosts.get_mut(host) {
            Some(held) if *held < at_host && total < self.overall => {
                *held += 1;
                true
            }
            _ => false,
        }
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if let Some(held) = self.limit.hosts().get_mut(self.host) {
            *held -= 1;
        }
        self.limit.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::Limit;

    #[test]
    fn a_host_on_its_own_takes_all_and_no_more() {
        let limit = Limit::new(4);
        let held: Vec<_> = (0..9).filter_map(|_| limit.acquire("a").now_or_never()).collect();
        assert_eq!(held.len(), 4);
    }

    #[test]
    fn one_host_of_several_leaves_room_for_the_others() {
        let limit = Limit::new(4);
        drop(limit.acquire("b").now_or_never());
        let held: Vec<_> = (0..9).filter_map(|_| limit.acquire("a").now_or_never()).collect();
        assert_eq!(held.len(), 3);
        let other = limit.acquire("b").now_or_never();
        assert!(other.is_some());
        assert!(limit.acquire("c").now_or_never().is_none(), "more than are allowed overall");
    }

    #[test]
    fn one_at_a_time_is_still_one() {
        let limit = Limit::new(1);
        drop(limit.acquire("b").now_or_never());
        assert!(limit.acquire("a").now_or_never().is_some());
    }

    #[tokio::test]
    async fn what_is_given_back_wakes_who_waits() {
        let limit = Limit::new(1);
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

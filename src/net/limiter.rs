//! Limits the requests in flight: overall, at one host, and at all hosts that do not answer.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

/// A host whose requests have been in flight for so long without any reply does not answer.
const SILENCE: Duration = Duration::from_secs(3);

/// Limits the requests in flight. The host with the fewest of them is next, so that one host cannot keep the others
/// waiting. Once there are several hosts:
///
/// - one host holds at most three quarters of the limit;
/// - hosts that do not answer hold at most half of it together, with one request each up to three quarters.
///
/// A limit of one is not divided.
#[derive(Debug)]
pub(super) struct RequestLimiter(Arc<Mutex<Queue>>);

/// The right to one request, given back when dropped.
#[derive(Debug)]
pub(super) struct Permit {
    queue: Arc<Mutex<Queue>>,
    host: Arc<str>,
}

impl RequestLimiter {
    /// Returns a limiter of so many requests at once.
    pub(super) fn new(overall: usize) -> Self {
        Self(Arc::new(Mutex::new(Queue::new(overall.max(1)))))
    }

    /// Waits for a turn at `authority`, a host with its port.
    pub(super) async fn acquire(&self, authority: &str) -> Permit {
        let host: Arc<str> = authority.into();
        loop {
            let turn = lock(&self.0).enqueue(&host);
            start(&self.0);
            // The sender is dropped only after it has sent.
            if let Ok(permit) = turn.await {
                return permit;
            }
        }
    }
}

impl Permit {
    /// Notes that the host has answered.
    pub(super) fn answered(&self) {
        lock(&self.queue).set_answers(&self.host, true);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        lock(&self.queue).release(&self.host);
        start(&self.queue);
    }
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts every request that may start now.
fn start(queue: &Arc<Mutex<Queue>>) {
    loop {
        let Some((host, turn)) = lock(queue).next(Instant::now()) else { return };
        // A request that is no longer waited for gives its permit back at once.
        drop(turn.send(Permit { queue: queue.clone(), host }));
    }
}

type Turn = oneshot::Sender<Permit>;

/// The order of the hosts with waiting requests: the fewest in flight, then the longest wait.
type Key = (usize, u64, Arc<str>);

#[derive(Debug)]
struct Queue {
    overall: usize,
    in_flight: usize,
    tickets: u64,
    hosts: HashMap<Arc<str>, Host>,
    /// The hosts with requests in flight.
    busy: BTreeSet<Arc<str>>,
    /// The hosts with waiting requests, those that answer apart from the others.
    answering: BTreeSet<Key>,
    silent: BTreeSet<Key>,
}

#[derive(Debug)]
struct Host {
    in_flight: usize,
    /// Whether it has answered, and not stopped to.
    answers: bool,
    /// When it last answered, or began to be busy.
    since: Instant,
    waiting: VecDeque<(u64, Turn)>,
}

impl Queue {
    fn new(overall: usize) -> Self {
        Self {
            overall,
            in_flight: 0,
            tickets: 0,
            hosts: HashMap::new(),
            busy: BTreeSet::new(),
            answering: BTreeSet::new(),
            silent: BTreeSet::new(),
        }
    }

    fn enqueue(&mut self, name: &Arc<str>) -> oneshot::Receiver<Permit> {
        let (turn, receiver) = oneshot::channel();
        self.tickets += 1;
        let ticket = self.tickets;
        self.change(name, |host| host.waiting.push_back((ticket, turn)));
        receiver
    }

    fn release(&mut self, name: &Arc<str>) {
        self.in_flight -= 1;
        self.change(name, |host| host.in_flight -= 1);
        if self.hosts.get(name).is_none_or(|host| host.in_flight == 0) {
            self.busy.remove(name);
        }
    }

    fn set_answers(&mut self, name: &Arc<str>, answers: bool) {
        self.change(name, |host| {
            host.answers = answers;
            host.since = Instant::now();
        });
    }

    /// Returns the request that starts now, counted as in flight.
    fn next(&mut self, now: Instant) -> Option<(Arc<str>, Turn)> {
        self.find_silent(now);
        while self.in_flight < self.overall {
            let candidates =
                [&self.answering, &self.silent].map(|hosts| hosts.first().filter(|key| self.may_start(key)));
            let name = candidates.into_iter().flatten().min()?.2.clone();
            let mut turn = None;
            self.change(&name, |host| turn = host.waiting.pop_front());
            let Some((_, turn)) = turn else { continue };
            if turn.is_closed() {
                continue;
            }
            self.in_flight += 1;
            self.busy.insert(name.clone());
            self.change(&name, |host| {
                host.since = if host.in_flight == 0 { now } else { host.since };
                host.in_flight += 1;
            });
            return Some((name, turn));
        }
        None
    }

    /// Returns whether a host may have one more request in flight. What it may not, no host behind it in the order may.
    fn may_start(&self, (in_flight, _, name): &Key) -> bool {
        let three_quarters = self.overall - self.overall / 4;
        let answers = self.hosts.get(name).is_some_and(|host| host.answers);
        let at_silent_hosts = || -> usize {
            let silent = self.busy.iter().filter_map(|name| self.hosts.get(name)).filter(|host| !host.answers);
            silent.map(|host| host.in_flight).sum()
        };
        match (self.hosts.len(), answers, in_flight) {
            (1, _, _) => true,
            (_, true, _) => *in_flight < three_quarters,
            (_, false, 0) => at_silent_hosts() < three_quarters,
            (_, false, _) => at_silent_hosts() < self.overall / 2,
        }
    }

    /// Notes which hosts have stopped to answer.
    fn find_silent(&mut self, now: Instant) {
        let has_stopped = |host: &&Host| host.answers && now.duration_since(host.since) > SILENCE;
        let stopped = self.busy.iter().filter(|name| self.hosts.get(*name).as_ref().is_some_and(has_stopped));
        for name in stopped.cloned().collect::<Vec<_>>() {
            self.change(&name, |host| host.answers = false);
        }
    }

    /// Changes a host, and its place in the order.
    fn change(&mut self, name: &Arc<str>, change: impl FnOnce(&mut Host)) {
        let new = || Host { in_flight: 0, answers: false, since: Instant::now(), waiting: VecDeque::new() };
        let host = self.hosts.entry(name.clone()).or_insert_with(new);
        if let Some((ticket, _)) = host.waiting.front() {
            let key = (host.in_flight, *ticket, name.clone());
            if host.answers {
                self.answering.remove(&key)
            } else {
                self.silent.remove(&key)
            };
        }
        change(host);
        if let Some((ticket, _)) = host.waiting.front() {
            let key = (host.in_flight, *ticket, name.clone());
            if host.answers {
                self.answering.insert(key)
            } else {
                self.silent.insert(key)
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::{Permit, RequestLimiter};

    fn hold(limit: &RequestLimiter, host: &str, times: usize) -> Vec<Permit> {
        (0..times).filter_map(|_| limit.acquire(host).now_or_never()).collect()
    }

    fn answer(limit: &RequestLimiter, host: &str) {
        limit.acquire(host).now_or_never().expect("a turn").answered();
    }

    #[test]
    fn a_host_on_its_own_takes_all_and_no_more() {
        assert_eq!(hold(&RequestLimiter::new(4), "a", 9).len(), 4);
    }

    #[test]
    fn one_host_of_several_leaves_room_for_the_others() {
        let limit = RequestLimiter::new(8);
        answer(&limit, "a");
        answer(&limit, "b");
        let held = hold(&limit, "a", 9);
        assert_eq!(held.len(), 6);
        assert_eq!(hold(&limit, "b", 9).len(), 2, "more than are allowed overall");
        assert!(limit.acquire("c").now_or_never().is_some());
    }

    #[test]
    fn hosts_that_do_not_answer_leave_half_to_those_that_do() {
        let limit = RequestLimiter::new(8);
        answer(&limit, "good");
        let silent: Vec<_> = ["x", "y"].iter().flat_map(|host| hold(&limit, host, 9)).collect();
        assert_eq!(silent.len(), 5, "half, and the first request of another");
        let untried: Vec<_> = ["1", "2", "3"].iter().flat_map(|host| hold(&limit, host, 9)).collect();
        assert_eq!(untried.len(), 1, "three quarters in all");
        assert_eq!(hold(&limit, "good", 9).len(), 2);
        drop(silent);
        assert!(limit.acquire("x").now_or_never().is_some());
    }

    #[test]
    fn one_at_a_time_is_still_one() {
        let limit = RequestLimiter::new(1);
        drop(limit.acquire("b").now_or_never());
        assert!(limit.acquire("a").now_or_never().is_some());
    }

    #[tokio::test]
    async fn the_host_with_the_fewest_in_flight_is_next() {
        let limit = RequestLimiter::new(4);
        answer(&limit, "a");
        answer(&limit, "b");
        let mut held = hold(&limit, "a", 3);
        held.extend(hold(&limit, "b", 1));
        let (busy, idle) = (limit.acquire("a"), limit.acquire("c"));
        let freeing = async {
            tokio::task::yield_now().await;
            held.remove(0);
        };
        tokio::select! {
            biased;
            _ = async { tokio::join!(busy, freeing) } => panic!("the busy host was next"),
            _ = idle => {}
        }
    }

    #[tokio::test]
    async fn a_permit_that_is_given_back_wakes_a_waiting_request() {
        let limit = RequestLimiter::new(1);
        let held = limit.acquire("a").await;
        let forgotten = limit.acquire("a").now_or_never();
        assert!(forgotten.is_none());
        let waiting = limit.acquire("a");
        let freeing = async {
            tokio::task::yield_now().await;
            drop(held);
        };
        let (_permit, ()) = tokio::join!(waiting, freeing);
        assert!(limit.acquire("a").now_or_never().is_none());
    }
}

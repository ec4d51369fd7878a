//! What a simulated cloud was asked, so that a test can count calls and look at them.

use super::server::Gauge;
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// One request as the cloud understood it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub host: String,
    /// `DescribeServerCertificates`, `elb:list`, …; the path when the cloud does not know the call.
    pub action: String,
    /// The region asked about: Alibaba's `RegionId`, the name of Huawei's project. Empty when there is none.
    pub region: String,
    pub query: String,
    pub at: Instant,
    /// Whether the signature or token was accepted, whatever the reply was then.
    pub authorized: bool,
    /// The key id or access key it was sent with (a token's is that of its account); empty when unknown.
    pub account: String,
    /// Whose resources it could reach: Alibaba's uid, Huawei's domain id. Empty when it was refused.
    pub owner: String,
}

/// Every request so far. Clones are the same log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    seen: Arc<Mutex<Vec<Seen>>>,
    gauge: Arc<Gauge>,
}

impl Log {
    pub(crate) fn add(&self, seen: Seen) {
        self.seen.lock().expect("the log").push(seen);
    }

    pub(crate) fn all(&self) -> Vec<Seen> {
        self.seen.lock().expect("the log").clone()
    }

    pub(crate) fn count(&self, action: &str) -> usize {
        self.all().iter().filter(|seen| seen.action == action).count()
    }

    pub(crate) fn count_in(&self, action: &str, region: &str) -> usize {
        self.all().iter().filter(|seen| seen.action == action && seen.region == region).count()
    }

    /// How many such requests one key sent.
    pub(crate) fn count_by(&self, action: &str, account: &str) -> usize {
        self.all().iter().filter(|seen| seen.action == action && seen.account == account).count()
    }

    /// The highest number of requests that were open at the same time.
    pub(crate) fn max_in_flight(&self) -> usize {
        self.gauge.most()
    }

    pub(crate) fn gauge(&self) -> Arc<Gauge> {
        Arc::clone(&self.gauge)
    }
}

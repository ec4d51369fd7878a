//! The requests that a simulated cloud received, so that a test can count and inspect them.

use crate::server::Gauge;
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// One request as the cloud understood it.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    /// The `Host` header.
    pub host: String,
    /// `DescribeServerCertificates`, `elb:list`, …; the path of an unknown call.
    pub action: String,
    /// The region of the request: Alibaba's `RegionId`, the name of Huawei's project. Empty where there is none.
    pub region: String,
    /// Still percent-encoded.
    pub query: String,
    /// The time of arrival.
    pub at: Instant,
    /// Whether the signature or token was accepted, whatever the reply was.
    pub authorized: bool,
    /// The access key of the request; with a token, that of its account. Empty where it is unknown.
    pub account: String,
    /// The account whose resources were accessible: Alibaba's uid, Huawei's domain id. Empty for a refused request.
    pub owner: String,
}

/// The log of a running cloud. Clones share one log.
#[derive(Clone, Debug, Default)]
pub struct Log {
    requests: Arc<Mutex<Vec<LoggedRequest>>>,
    gauge: Arc<Gauge>,
}

impl Log {
    pub(crate) fn add(&self, request: LoggedRequest) {
        self.requests.lock().expect("the log").push(request);
    }

    /// Returns every request so far, in the order of arrival.
    pub fn all(&self) -> Vec<LoggedRequest> {
        self.requests.lock().expect("the log").clone()
    }

    /// Counts the requests for `action`.
    pub fn count(&self, action: &str) -> usize {
        self.all().iter().filter(|request| request.action == action).count()
    }

    /// Counts the requests for `action` in `region`.
    pub fn count_in(&self, action: &str, region: &str) -> usize {
        self.all().iter().filter(|request| request.action == action && request.region == region).count()
    }

    /// Counts the requests for `action` that were signed with the access key `account`.
    pub fn count_by(&self, action: &str, account: &str) -> usize {
        self.all().iter().filter(|request| request.action == action && request.account == account).count()
    }

    /// Returns the highest number of requests that were open at the same time.
    pub fn max_in_flight(&self) -> usize {
        self.gauge.most()
    }

    pub(crate) fn gauge(&self) -> Arc<Gauge> {
        Arc::clone(&self.gauge)
    }
}

//! The clients of all hosts: one each, so that the idle connections to one host can be closed when another is to be
//! connected to and the system allows no more.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// File descriptors that are not for connections: the standard streams, files, programs that print keys, and the
/// look-ups of names.
const RESERVED: usize = 40;

/// The most connections that are kept, whatever the system allows.
const MAX_CONNECTIONS: usize = 1024;

/// How many connections there may be, and how they are shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ConnectionLimit {
    total: usize,
    /// Requests in flight at once, each of which needs a connection.
    pub in_flight: usize,
    /// Idle connections to one host.
    pub idle_per_host: usize,
}

impl ConnectionLimit {
    /// Returns the limit for so many requests at once, within what the system allows.
    pub(super) fn of_system(concurrency: usize) -> Self {
        Self::new(concurrency, open_files())
    }

    /// Half of the connections are for requests in flight. The others may be idle: so that there is always one to close,
    /// hosts that are busy never hold all of them.
    fn new(concurrency: usize, open_files: usize) -> Self {
        let total = open_files.saturating_sub(RESERVED).clamp(2, MAX_CONNECTIONS.max(2 * concurrency));
        let in_flight = concurrency.clamp(1, total / 2);
        Self { total, in_flight, idle_per_host: total / in_flight - 1 }
    }
}

/// Returns the number of files that this process may have open.
#[cfg(unix)]
fn open_files() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.and_then(|limit| limit.try_into().ok()).unwrap_or(usize::MAX)
}

/// Returns the number of connections that every system without such a limit bears.
#[cfg(not(unix))]
fn open_files() -> usize {
    512
}

/// How a request leaves this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Route {
    /// By the proxy that the environment names, where it names one.
    Proxied,
    /// To endpoints that no proxy may see: on this machine, or in its own network.
    Direct,
}

type Key = (Route, Arc<str>);

/// The clients, by route and host with its port.
#[derive(Debug)]
pub(super) struct Connections {
    limit: ConnectionLimit,
    pool: Mutex<Pool>,
}

#[derive(Debug, Default)]
struct Pool {
    hosts: HashMap<Key, Host>,
    uses: u64,
}

#[derive(Debug)]
struct Host {
    client: reqwest::Client,
    in_flight: usize,
    /// The most requests that were in flight at once: so many connections may be open.
    peak: usize,
    /// When it was last used, as a count of all uses.
    used: u64,
}

/// A client of one host, in use until this is dropped.
pub(super) struct Lease<'a> {
    pub client: reqwest::Client,
    /// Whether idle connections to another host were closed for it.
    pub has_closed: bool,
    connections: &'a Connections,
    key: Key,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(host) = self.connections.lock().hosts.get_mut(&self.key) {
            host.in_flight -= 1;
        }
    }
}

impl Connections {
    pub(super) fn new(limit: ConnectionLimit) -> Self {
        Self { limit, pool: Mutex::default() }
    }

    /// Returns a client of a host; `build` makes one that keeps so many idle connections.
    ///
    /// # Errors
    /// The error of `build`.
    pub(super) fn lease<E>(
        &self,
        route: Route,
        authority: &str,
        build: impl FnOnce(usize) -> Result<reqwest::Client, E>,
    ) -> Result<Lease<'_>, E> {
        let key = (route, Arc::from(authority));
        let mut pool = self.lock();
        pool.uses += 1;
        let used = pool.uses;
        let host = match pool.hosts.entry(key.clone()) {
            Entry::Occupied(host) => host.into_mut(),
            Entry::Vacant(place) => {
                place.insert(Host { client: build(self.limit.idle_per_host)?, in_flight: 0, peak: 0, used })
            }
        };
        host.in_flight += 1;
        host.peak = host.peak.max(host.in_flight);
        host.used = used;
        let client = host.client.clone();
        let has_closed = pool.close_idle(self.limit);
        drop(pool);
        Ok(Lease { client, has_closed, connections: self, key })
    }

    fn lock(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pool {
    /// Closes idle connections, of the host first that has not been used for longest, until there is room for those in
    /// use. Returns whether any was closed.
    fn close_idle(&mut self, limit: ConnectionLimit) -> bool {
        let open = |host: &Host| host.peak.min(host.in_flight + limit.idle_per_host);
        let mut total: usize = self.hosts.values().map(open).sum();
        let mut has_closed = false;
        while total > limit.total {
            let idle = self.hosts.iter().filter(|(_, host)| host.in_flight == 0);
            let Some(key) = idle.min_by_key(|(_, host)| host.used).map(|(key, _)| key.clone()) else { break };
            total -= self.hosts.remove(&key).as_ref().map_or(0, open);
            has_closed = true;
        }
        has_closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(concurrency: usize, open_files: usize) -> (usize, usize, usize) {
        let ConnectionLimit { total, in_flight, idle_per_host } = ConnectionLimit::new(concurrency, open_files);
        (total, in_flight, idle_per_host)
    }

    #[test]
    fn connections_stay_within_what_the_system_allows() {
        assert_eq!(limit(16, 1024), (984, 16, 60));
        assert_eq!(limit(16, 256), (216, 16, 12));
        assert_eq!(limit(64, 256), (216, 64, 2));
        assert_eq!(limit(64, 64), (24, 12, 1));
        assert_eq!(limit(1, 20), (2, 1, 1));
        assert_eq!(limit(16, usize::MAX).0, 1024);
        assert_eq!(limit(1000, usize::MAX), (2000, 1000, 1));
    }

    #[test]
    fn the_idle_host_that_was_not_used_for_longest_is_closed_first() {
        let connections = Connections::new(ConnectionLimit::new(2, 44));
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        let build = |_| reqwest::ClientBuilder::new().tls_backend_preconfigured(tls.clone()).build();
        let lease = |host: &str| connections.lease(Route::Direct, host, build).expect("a client");
        let hosts = || {
            let mut hosts: Vec<String> = connections.lock().hosts.keys().map(|(_, host)| host.to_string()).collect();
            hosts.sort();
            hosts.concat()
        };
        for host in ["a", "b", "c", "d"] {
            assert!(!lease(host).has_closed, "{host}");
        }
        let _busy = lease("a");
        assert!(lease("e").has_closed);
        assert_eq!(hosts(), "acde");
        assert!(lease("f").has_closed);
        assert_eq!(hosts(), "adef");
    }
}

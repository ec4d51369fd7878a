//! Ends the search for credentials that nobody set up, once everything else is read.
//!
//! A cloud that was neither named nor configured is looked for at its metadata service. That search runs beside the
//! scan of the other clouds, and may take a little longer than the scan, but must not hold up its end.

use std::cell::RefCell;
use std::time::Duration;

use futures_util::future::pending;
use tokio::sync::Notify;

use crate::providers::{Context, ProbeLimit};

use super::plan::Planned;

/// How much longer than the scan a search may take.
const EXTRA_TIME: Duration = Duration::from_millis(300);

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Credentials are searched for; `is_optional` where it is no error to find none.
    Connecting {
        is_optional: bool,
    },
    Scanning,
    Finished {
        has_session: bool,
    },
}

/// How far each account is.
pub(super) struct Probes {
    accounts: RefCell<Vec<State>>,
    changed: Notify,
    limit: ProbeLimit,
}

impl Probes {
    pub(super) fn new(cx: &Context, accounts: &[Planned<'_>]) -> Self {
        let connecting = accounts.iter().map(|account| State::Connecting { is_optional: !account.required });
        Self { accounts: RefCell::new(connecting.collect()), changed: Notify::new(), limit: cx.probe_limit.clone() }
    }

    /// Notes that the search for an account's credentials has ended.
    pub(super) fn connected(&self, account: usize, has_session: bool) {
        self.set(account, if has_session { State::Scanning } else { State::Finished { has_session } });
    }

    /// Notes that an account has been read.
    pub(super) fn finished(&self, account: usize) {
        let has_session = self.accounts.borrow().get(account) == Some(&State::Scanning);
        self.set(account, State::Finished { has_session });
    }

    fn set(&self, account: usize, state: State) {
        if let Some(slot) = self.accounts.borrow_mut().get_mut(account) {
            *slot = state;
        }
        self.changed.notify_one();
    }

    /// Limits the optional searches once only they are left and some account has been read; never returns.
    pub(super) async fn limit(&self) {
        while !self.only_optional_are_left() {
            self.changed.notified().await;
        }
        tokio::time::sleep(EXTRA_TIME).await;
        self.limit.reach(EXTRA_TIME);
        pending::<()>().await;
    }

    fn only_optional_are_left(&self) -> bool {
        let accounts = self.accounts.borrow();
        let is_left = |state: &State| !matches!(state, State::Connecting { is_optional: false } | State::Scanning);
        accounts.iter().all(is_left) && accounts.contains(&State::Finished { has_session: true })
    }
}

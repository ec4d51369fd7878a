//! What one place is asked for: certificates by their ids first, then its list.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};

use crate::error::{Error, Kind};
use crate::model::Certificate;
use crate::providers::Store;

use super::collect::Read;

type Pages = BoxStream<'static, Result<Vec<Certificate>, Error>>;

/// More ids than this are not looked up one by one: the list, which is read in any case, has them all.
const MOST_LOOKUPS: usize = 16;

/// How long a look-up may keep the list waiting.
const LOOKUP_PATIENCE: Duration = Duration::from_secs(3);

/// The certificates of a place: those that are asked for by id, as they are found, then all others.
///
/// Who may not look one up, or does it in a way that this cloud dislikes, may still list: a look-up that fails
/// costs nothing.
pub(super) fn pages_of(store: Arc<dyn Store>, read: &Read<'_>) -> Pages {
    let kinds = read.wanted.kinds;
    if read.only_apart && !store.keeps_authorities_apart() {
        return stream::empty().boxed();
    }
    let ids = Some(&read.ids).filter(|ids| ids.len() <= MOST_LOOKUPS).into_iter().flatten();
    let lookups: Vec<_> = ids
        .filter_map(|id| Some(tokio::time::timeout(LOOKUP_PATIENCE, store.clone().certificate(id.clone())?)))
        .collect();
    if lookups.is_empty() {
        return store.certificates(kinds);
    }
    let known = Arc::new(Mutex::new(HashSet::new()));
    let is_new = {
        let known = known.clone();
        move |certificate: &Certificate| {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            certificate.id.clone().is_none_or(|id| known.insert(id))
        }
    };
    // The first of an id is the one that was found; a cloud that has more of it sends them after it.
    let is_other = move |certificate: &Certificate| {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        certificate.id.as_ref().is_none_or(|id| !known.remove(id))
    };
    let found = stream::iter(lookups).buffer_unordered(MOST_LOOKUPS).filter_map(move |found| {
        let late = Error::new(Kind::Timeout, "the look-up of an id takes too long");
        let found = found.unwrap_or(Err(late)).unwrap_or_else(|error| {
            tracing::info!("{error}; looking through the list instead");
            None
        });
        std::future::ready(found.filter(&is_new).map(|certificate| Ok(vec![certificate])))
    });
    let list = stream::once(async move { store.certificates(kinds) }).flatten();
    let others = list.map_ok(move |mut page| {
        page.retain(&is_other);
        page
    });
    found.chain(others).boxed()
}

//! The pages of one store: certificates that are looked up by id first, then its list.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use futures_util::stream::{self, LocalBoxStream, StreamExt, TryStreamExt};

use crate::error::Error;
use crate::model::Certificate;
use crate::providers::Store;

use super::query::Query;

/// More ids than this are not looked up one by one: the list, which is read in any case, holds them all.
const MAX_LOOKUPS: usize = 16;

/// How long a look-up may delay the list.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(3);

/// Returns the pages of one store. Certificates requested by id are looked up first, and left out of the list after
/// them. A failed look-up is logged, and the list still contains the certificate.
pub(super) fn pages<'a>(
    store: &'a dyn Store,
    query: &'a Query<'_>,
) -> LocalBoxStream<'a, Result<Vec<Certificate>, Error>> {
    if query.ca_lists_only && !store.has_separate_ca_list() {
        return stream::empty().boxed_local();
    }
    let ids: Vec<&String> = query.lookup_ids.iter().filter(|id| store.can_look_up(id)).collect();
    if ids.is_empty() || query.lookup_ids.len() > MAX_LOOKUPS {
        return store.certificates(query.kinds).boxed_local();
    }
    let found_ids = Rc::new(RefCell::new(HashSet::new()));
    let found = stream::iter(ids).map(move |id| look_up(store, id)).buffer_unordered(MAX_LOOKUPS);
    let first_of_id = {
        let found_ids = found_ids.clone();
        move |found: Option<Certificate>| {
            let certificate = found.filter(|found| found.id.clone().is_none_or(|id| found_ids.borrow_mut().insert(id)));
            std::future::ready(certificate.map(|certificate| Ok(vec![certificate])))
        }
    };
    let list = stream::once(async move { store.certificates(query.kinds) }).flatten();
    // The first of an id is the one that was looked up; further ones of the same id stay in the list.
    let others = list.map_ok(move |mut page| {
        page.retain(|certificate| certificate.id.as_ref().is_none_or(|id| !found_ids.borrow_mut().remove(id)));
        page
    });
    found.filter_map(first_of_id).chain(others).boxed_local()
}

async fn look_up(store: &dyn Store, id: &str) -> Option<Certificate> {
    match tokio::time::timeout(LOOKUP_TIMEOUT, store.certificate(id)).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            tracing::info!("{error}; looking through the list instead");
            None
        }
        Err(_) => {
            tracing::info!(
                "no answer to the look-up of an id within {LOOKUP_TIMEOUT:?}; looking through the list instead"
            );
            None
        }
    }
}

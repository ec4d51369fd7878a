//! The lists of ELB: page after page by marker, to the last and no further.
//!
//! Reference: <https://support.huaweicloud.com/intl/en-us/api-elb/elb_qs_0014.html>

use std::collections::HashSet;

use futures_util::stream::{self, BoxStream, StreamExt};
use serde::Deserialize;

use crate::error::{Error, Kind};

/// The most that a page may hold; the marker is heeded only beside a limit.
const PAGE: usize = 2000;

/// Where the next page begins.
pub(super) enum Next {
    First,
    After(String),
    /// Behind a row whose id cannot be read, where nothing else tells what follows.
    Lost,
    End,
}

/// The description of a page. Some regions leave it out.
#[derive(Deserialize)]
pub(super) struct PageWire {
    next_marker: Option<String>,
}

impl Next {
    /// What follows a page of so many rows, of which this is the last one's id.
    pub(super) fn behind(page: Option<PageWire>, rows: usize, last: Option<String>) -> Self {
        match page {
            _ if rows == 0 => Self::End,
            // A page that is not full is the last.
            None if rows < PAGE => Self::End,
            None => last.map_or(Self::Lost, Self::After),
            Some(page) => page.next_marker.filter(|marker| !marker.is_empty()).map_or(Self::End, Self::After),
        }
    }
}

/// The query for the page behind this marker.
pub(super) fn query(marker: Option<&str>) -> Vec<(&'static str, String)> {
    let marker = marker.map(|marker| ("marker", marker.to_owned()));
    [("limit", PAGE.to_string())].into_iter().chain(marker).collect()
}

/// Returns all pages of a list; `page` reads the one behind a marker.
pub(super) fn all<'a, T, F>(page: impl Fn(Option<String>) -> F + Send + 'a) -> BoxStream<'a, Result<Vec<T>, Error>>
where
    T: Send + 'a,
    F: Future<Output = Result<(Vec<T>, Next), Error>> + Send + 'a,
{
    stream::try_unfold((page, Next::First, HashSet::new()), |(page, next, mut seen)| async move {
        let marker = match next {
            Next::End => return Ok(None),
            Next::First => None,
            Next::After(marker) => Some(marker),
            Next::Lost => {
                let message = "the last certificate of a full page has no id, so the next page cannot be requested";
                return Err(Error::new(Kind::Reply, message));
            }
        };
        let (rows, next) = page(marker).await?;
        if let Next::After(marker) = &next
            && !seen.insert(marker.clone())
        {
            // This page was read before: its rows are not listed twice.
            let message = "the cloud sends the same page again and again (its marker repeats)";
            return Err(Error::new(Kind::Reply, message));
        }
        Ok(Some((rows, (page, next, seen))))
    })
    .boxed()
}

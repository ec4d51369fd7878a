//! Reads lists in pages, once for all clouds: which page comes next, and whether the list is whole.
//!
//! A cloud that contradicts itself (a page twice, fewer rows than it counts, an empty page that names another) fails the
//! list. What had arrived is handed on before the error.

use std::collections::HashSet;

use futures_util::stream::{self, BoxStream, StreamExt};

use crate::error::{Error, Kind};

/// The most rows that are read of one list: far more than an account may keep, and little enough for any memory.
const MAX_ROWS: usize = 100_000;

/// The most pages in succession that may be empty, where a cloud sends such.
const MAX_EMPTY_PAGES: usize = 100;

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cursor {
    Start,
    /// At a token or marker that the page before named.
    Token(String),
    /// At the page of this number.
    Page(usize),
    /// Behind so many rows.
    Offset(usize),
    /// Nowhere: the list is over.
    End,
}

/// How far a list has been read.
#[derive(Debug, Clone)]
pub(super) struct Position {
    pub cursor: Cursor,
    /// How many rows were read before, each counted once.
    pub rows: usize,
    /// How many rows the cloud counts in the whole list; the greatest number that it sent.
    pub total: Option<usize>,
}

/// A page, as the cloud sent it.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub rows: Vec<T>,
    /// How many rows the cloud counts on this page, where it says so.
    pub count: Option<usize>,
    /// How many rows the cloud counts in the whole list, where it says so.
    pub total: Option<usize>,
    /// Where the next page begins; an error where that cannot be determined. A list in numbered pages or by offset
    /// need not say where it ends: it ends with an empty page, or with the last row of its total.
    pub next: Result<Cursor, Error>,
}

/// What a list holds, and what its cloud may do.
pub(super) struct List<T> {
    /// What a row is, in the plural.
    pub what: &'static str,
    /// Returns the id of a row; `None` where it has none.
    pub id: fn(&T) -> Option<String>,
    /// Whether a page may be empty though it names a next one, as where rows are filtered after they were cut into
    /// pages.
    pub may_skip: bool,
}

/// Returns all pages of a list; `fetch` reads the one at a position. A row that was on an earlier page is left out.
///
/// # Errors
/// The stream ends with an error where a page could not be read or the list contradicts itself.
pub(super) fn pages<'a, T, F>(
    list: List<T>,
    fetch: impl Fn(Position) -> F + Send + 'a,
) -> BoxStream<'a, Result<Vec<T>, Error>>
where
    T: Send + 'a,
    F: Future<Output = Result<Page<T>, Error>> + Send + 'a,
{
    let steps = stream::unfold(Some((fetch, Reader::new(list))), |state| async move {
        let (fetch, mut reader) = state?;
        if reader.position.cursor == Cursor::End {
            return None;
        }
        let (rows, error) = match fetch(reader.position.clone()).await {
            Ok(page) => reader.take(page),
            Err(error) => (Vec::new(), Some(error)),
        };
        let rows = (!rows.is_empty()).then_some(Ok(rows));
        let is_failed = error.is_some();
        let results: Vec<_> = rows.into_iter().chain(error.map(Err)).collect();
        Some((results, (!is_failed).then_some((fetch, reader))))
    });
    steps.flat_map(stream::iter).boxed()
}

/// The state of a list while it is read.
struct Reader<T> {
    list: List<T>,
    position: Position,
    ids: HashSet<String>,
    tokens: HashSet<String>,
    empty_pages: usize,
}

impl<T> Reader<T> {
    fn new(list: List<T>) -> Self {
        let position = Position { cursor: Cursor::Start, rows: 0, total: None };
        Self { list, position, ids: HashSet::new(), tokens: HashSet::new(), empty_pages: 0 }
    }

    /// Takes a page. Returns its new rows, and the error that ends the list.
    fn take(&mut self, page: Page<T>) -> (Vec<T>, Option<Error>) {
        let sent = page.rows.len();
        let rows = self.new_rows(page.rows);
        self.position.rows += rows.len();
        self.position.total = self.position.total.max(page.total);
        let error = match page.count {
            _ if sent > 0 && rows.is_empty() => Some(self.repeated()),
            Some(count) if count != sent => Some(self.miscounted(count, sent)),
            _ => self.advance(page.next, sent).err(),
        };
        (rows, error)
    }

    /// Returns the rows whose ids were not on an earlier page. Two rows of one page may share an id.
    fn new_rows(&mut self, rows: Vec<T>) -> Vec<T> {
        let id = self.list.id;
        let rows: Vec<T> = rows.into_iter().filter(|row| id(row).is_none_or(|id| !self.ids.contains(&id))).collect();
        self.ids.extend(rows.iter().filter_map(id));
        rows
    }

    /// Moves on to the next page.
    fn advance(&mut self, next: Result<Cursor, Error>, sent: usize) -> Result<(), Error> {
        let rows = self.position.rows;
        if rows >= MAX_ROWS {
            let message = format!("the list goes on after {rows} {}, and is not read any further", self.list.what);
            return match next {
                Ok(Cursor::End) => self.end(),
                _ if self.position.total == Some(rows) => self.end(),
                _ => Err(Error::new(Kind::Reply, message).with_hint("please report this, with the name of the cloud")),
            };
        }
        self.empty_pages = if sent == 0 { self.empty_pages + 1 } else { 0 };
        self.position.cursor = match next? {
            Cursor::End | Cursor::Start => return self.end(),
            Cursor::Page(_) | Cursor::Offset(_) if sent == 0 => return self.end(),
            Cursor::Page(_) | Cursor::Offset(_) if self.position.total.is_some_and(|total| rows >= total) => {
                return self.end();
            }
            Cursor::Token(token) if !self.tokens.insert(token.clone()) => return Err(self.repeated()),
            Cursor::Token(_) if sent == 0 && (!self.list.may_skip || self.empty_pages > MAX_EMPTY_PAGES) => {
                let message = "the cloud sends an empty page, and says that the list goes on behind it";
                return Err(changed(message.to_owned()));
            }
            next => next,
        };
        Ok(())
    }

    /// Ends the list.
    fn end(&mut self) -> Result<(), Error> {
        self.position.cursor = Cursor::End;
        match self.position.total {
            Some(total) if total > self.position.rows => {
                let (what, rows) = (self.list.what, self.position.rows);
                Err(changed(format!("the cloud counts {total} {what}, but listed only {rows}")))
            }
            _ => Ok(()),
        }
    }

    fn repeated(&self) -> Error {
        let what = self.list.what;
        Error::new(Kind::Reply, format!("the cloud sends the same page of {what} again and again"))
    }

    fn miscounted(&self, count: usize, sent: usize) -> Error {
        let what = self.list.what;
        changed(format!("the cloud counts {count} {what} on a page, but sent {sent}"))
    }
}

/// Returns the error for a list that may have changed while it was read.
fn changed(message: String) -> Error {
    Error::new(Kind::Reply, message).with_hint("run again: the list may have changed meanwhile")
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    const LIST: List<String> = List { what: "certificates", id: |row| Some(row.clone()), may_skip: false };

    /// The rows `from..to`, by number.
    fn rows(from: usize, to: usize) -> Vec<String> {
        (from..to).map(|number| number.to_string()).collect()
    }

    fn page(rows: Vec<String>, next: Cursor) -> Page<String> {
        Page { rows, count: None, total: None, next: Ok(next) }
    }

    fn token(token: &str) -> Cursor {
        Cursor::Token(token.to_owned())
    }

    /// Reads these pages, and returns how many rows came, the error that ended the list, and the cursors that were requested.
    async fn read(list: List<String>, pages: Vec<Page<String>>) -> (usize, String, Vec<Cursor>) {
        let pages = Mutex::new(pages.into_iter());
        let cursors = Mutex::new(Vec::new());
        let (mut count, mut message) = (0, String::new());
        {
            let mut stream = super::pages(list, |position: Position| {
                cursors.lock().expect("cursors").push(position.cursor);
                let next = pages.lock().expect("pages").next();
                async move { next.ok_or_else(|| Error::new(Kind::Internal, "one page too many")) }
            });
            while let Some(page) = stream.next().await {
                assert!(message.is_empty(), "something came after the error");
                match page {
                    Ok(rows) => count += rows.len(),
                    Err(error) => message = error.message,
                }
            }
        }
        (count, message, cursors.into_inner().expect("cursors"))
    }

    async fn outcome(pages: Vec<Page<String>>) -> (usize, String) {
        let (rows, message, _) = read(LIST, pages).await;
        (rows, message)
    }

    const AGAIN: &str = "the cloud sends the same page of certificates again and again";

    fn expected(rows: usize, message: &str) -> (usize, String) {
        (rows, message.to_owned())
    }

    #[tokio::test]
    async fn a_list_by_token_ends_where_none_is_named() {
        let pages = vec![page(rows(0, 3), token("2")), page(rows(3, 5), Cursor::End)];
        assert_eq!(read(LIST, pages).await, (5, String::new(), vec![Cursor::Start, token("2")]));
        assert_eq!(outcome(vec![page(vec![], Cursor::End)]).await, expected(0, ""));
    }

    #[tokio::test]
    async fn a_numbered_list_ends_at_its_total_or_with_an_empty_page() {
        let of = |total, from, to, next| Page { total, ..page(rows(from, to), next) };
        let pages = vec![of(Some(5), 0, 3, Cursor::Page(2)), of(Some(5), 3, 5, Cursor::Page(3))];
        assert_eq!(read(LIST, pages).await, (5, String::new(), vec![Cursor::Start, Cursor::Page(2)]));
        // A page that is shorter than requested is not the last.
        let pages = vec![
            of(None, 0, 3, Cursor::Offset(3)),
            of(None, 3, 4, Cursor::Offset(4)),
            of(None, 4, 4, Cursor::Offset(4)),
        ];
        assert_eq!(
            read(LIST, pages).await,
            (4, String::new(), vec![Cursor::Start, Cursor::Offset(3), Cursor::Offset(4)])
        );
        assert_eq!(outcome(vec![of(Some(0), 0, 0, Cursor::Page(2))]).await, expected(0, ""));
    }

    #[tokio::test]
    async fn fewer_rows_than_the_greatest_total_are_an_error() {
        let of = |total, from, to, next| Page { total, ..page(rows(from, to), next) };
        let short = "the cloud counts 120 certificates, but listed only 50";
        for last in [Some(50), Some(0), Some(120), None] {
            let pages = vec![of(Some(120), 0, 50, Cursor::Page(2)), of(last, 50, 50, Cursor::Page(3))];
            assert_eq!(outcome(pages).await, expected(50, short), "{last:?}");
        }
        // A token that is missing ends no list that has more.
        assert_eq!(outcome(vec![of(Some(120), 0, 50, Cursor::End)]).await, expected(50, short));
        // A total that shrinks to what was read does not end it either.
        let pages = vec![of(Some(4), 0, 2, Cursor::Page(2)), of(Some(3), 2, 3, Cursor::Page(3))];
        assert_eq!(outcome(pages).await, expected(3, "one page too many"));
    }

    #[tokio::test]
    async fn rows_that_come_again_are_listed_once_and_end_the_list() {
        let again = vec![page(rows(0, 3), token("a")), page(rows(0, 3), token("b"))];
        assert_eq!(outcome(again).await, expected(3, AGAIN));
        let shuffled = vec![page(rows(0, 3), Cursor::Page(2)), page(rows(1, 3), Cursor::Page(3))];
        assert_eq!(outcome(shuffled).await, expected(3, AGAIN));
        // A row that moved on to the next page while the list was read is left out there.
        let moved = vec![page(rows(0, 3), token("a")), page(rows(2, 5), Cursor::End)];
        assert_eq!(outcome(moved).await, expected(5, ""));
        // Two rows of one page may share an id, and rows may have none.
        let twins = vec![page(["a", "a"].map(str::to_owned).to_vec(), Cursor::End)];
        assert_eq!(outcome(twins).await, expected(2, ""));
        let nameless = List { id: |_| None, ..LIST };
        let pages = vec![page(rows(0, 2), token("a")), page(rows(0, 2), Cursor::End)];
        assert_eq!(read(nameless, pages).await.0, 4);
    }

    #[tokio::test]
    async fn a_token_that_comes_again_ends_the_list() {
        let pages = vec![page(rows(0, 2), token("a")), page(rows(2, 4), token("a"))];
        assert_eq!(outcome(pages).await, expected(4, AGAIN));
    }

    #[tokio::test]
    async fn an_empty_page_that_names_another_is_an_error_unless_the_cloud_sends_such() {
        let empty = "the cloud sends an empty page, and says that the list goes on behind it";
        let pages = || vec![page(rows(0, 2), token("a")), page(vec![], token("b")), page(rows(2, 3), Cursor::End)];
        assert_eq!(outcome(pages()).await, expected(2, empty));
        let skipping = || List { may_skip: true, ..LIST };
        assert_eq!(read(skipping(), pages()).await.0, 3);
        let endless = (0..200).map(|number| page(vec![], token(&number.to_string()))).collect();
        let (rows, message, cursors) = read(skipping(), endless).await;
        assert_eq!((rows, message.as_str(), cursors.len()), (0, empty, 101));
    }

    #[tokio::test]
    async fn a_page_that_is_not_as_long_as_it_says_is_an_error() {
        let of = |count, from, to| Page { count: Some(count), ..page(rows(from, to), Cursor::End) };
        assert_eq!(outcome(vec![of(3, 0, 3)]).await, expected(3, ""));
        assert_eq!(
            outcome(vec![of(5, 0, 1)]).await,
            expected(1, "the cloud counts 5 certificates on a page, but sent 1")
        );
        assert_eq!(
            outcome(vec![of(5, 0, 0)]).await,
            expected(0, "the cloud counts 5 certificates on a page, but sent 0")
        );
    }

    #[tokio::test]
    async fn a_list_without_end_is_cut() {
        let step = MAX_ROWS / 4;
        let endless =
            (0..9).map(|number| page(rows(number * step, (number + 1) * step), token(&number.to_string()))).collect();
        let (count, message, cursors) = read(LIST, endless).await;
        assert_eq!((count, cursors.len()), (MAX_ROWS, 4));
        assert!(message.starts_with("the list goes on after 100000 certificates"), "{message}");
        assert_eq!(outcome(vec![page(rows(0, MAX_ROWS), Cursor::End)]).await, expected(MAX_ROWS, ""));
    }

    #[tokio::test]
    async fn what_was_read_stays_where_the_next_page_cannot_be_read_and() {
        let lost = Page { next: Err(Error::new(Kind::Reply, "no id")), ..page(rows(0, 2), Cursor::End) };
        assert_eq!(outcome(vec![lost]).await, expected(2, "no id"));
    }
}

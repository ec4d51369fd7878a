//! Lists in numbered pages: which comes next, and whether all of them came.

use std::collections::HashSet;

use crate::error::{Error, Kind};

/// How far a list has been read.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub pages: usize,
    /// What the pages held, whether or not it was a certificate.
    pub rows: usize,
    firsts: HashSet<String>,
}

impl Progress {
    /// Notes a page: how many rows it held, the id of its first, and how many the cloud counts in all.
    /// False where it was the last.
    ///
    /// # Errors
    /// Where the page was there before, or where the list ends before the cloud's own count is reached.
    pub(super) fn goes_on(&mut self, rows: usize, first: Option<&str>, total: Option<usize>) -> Result<bool, Error> {
        if rows == 0 {
            return match total {
                Some(total) if total > self.rows => {
                    let message = format!("the cloud counts {total} certificates, but listed only {}", self.rows);
                    Err(Error::new(Kind::Reply, message).with_hint("run again: the list may have changed meanwhile"))
                }
                _ => Ok(false),
            };
        }
        if first.is_some_and(|first| !self.firsts.insert(first.to_owned())) {
            return Err(Error::new(Kind::Reply, "the cloud sends the same page again and again"));
        }
        self.pages += 1;
        self.rows += rows;
        Ok(total.is_none_or(|total| self.rows < total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of these pages, each so many rows long, from this first id on.
    fn read(pages: &[(usize, Option<&str>)], total: Option<usize>) -> Vec<Result<bool, String>> {
        let mut progress = Progress::default();
        let outcome = |(rows, first): &(usize, Option<&str>)| {
            progress.goes_on(*rows, *first, total).map_err(|error| error.message)
        };
        pages.iter().map(outcome).collect()
    }

    #[test]
    fn a_list_ends_at_its_count_or_with_an_empty_page() {
        assert_eq!(read(&[(50, Some("a")), (1, Some("b"))], Some(51)), [Ok(true), Ok(false)]);
        assert_eq!(read(&[(0, None)], Some(0)), [Ok(false)]);
        assert_eq!(read(&[(2, Some("a")), (2, None), (0, None)], None), [Ok(true), Ok(true), Ok(false)]);
    }

    #[test]
    fn what_is_missing_or_repeated_is_said() {
        let short = "the cloud counts 120 certificates, but listed only 50".to_owned();
        assert_eq!(read(&[(50, Some("a")), (0, None)], Some(120)), [Ok(true), Err(short)]);
        let again = "the cloud sends the same page again and again".to_owned();
        assert_eq!(read(&[(50, Some("a")), (50, Some("a"))], Some(100)), [Ok(true), Err(again)]);
    }
}

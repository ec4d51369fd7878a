//! Asks every scope at once and gathers what comes back. Holds the only runtime of the program.

mod collect;
mod plan;

use std::time::Duration;

use crate::context::Context;
use crate::error::{Error, Kind};
use crate::model::{Certificate, Inventory};

/// The inventory of everything that the settings name. A scope that fails is a value in it.
///
/// # Errors
/// Where nothing could be asked at all: no credentials are set up.
pub fn inventory(cx: &Context) -> Result<Inventory, Error> {
    run(async { Ok(collect::all(plan::plan(cx).await?, cx.settings.net.timeout).await) })?
}

/// The certificates with one of these ids, wherever they are.
///
/// # Errors
/// As [`inventory`].
pub fn find(cx: &Context, ids: &[String]) -> Result<Inventory, Error> {
    run(async { Ok(collect::some(plan::plan(cx).await?, ids, cx.settings.net.timeout).await) })?
}

fn run<T>(work: impl Future<Output = T>) -> Result<T, Error> {
    const NAME_LOOKUPS: usize = 8;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(NAME_LOOKUPS)
        .build()
        .map_err(|error| Error::new(Kind::Internal, format!("this system allows no runtime: {error}")))?;
    let done = runtime.block_on(work);
    // A name that is still being looked up must not hold up the end.
    runtime.shutdown_background();
    Ok(done)
}

/// The error of a scope that the end of the run cut off.
fn out_of_time(limit: Duration) -> Error {
    let limit = humantime::format_duration(limit);
    Error::new(Kind::Timeout, format!("not done when the run's time ({limit}) was over"))
        .with_hint("allow the run more time with `--timeout`")
}

/// A page of certificates that one scope sent.
type Page = Vec<Certificate>;

//! The only async runtime of the program.

use crate::error::{Error, Kind};

/// Runs `work` to its end on this thread.
///
/// # Errors
/// Where the system refuses what a runtime needs, such as file descriptors.
pub(super) fn run<T>(work: impl Future<Output = T>) -> Result<T, Error> {
    const NAME_LOOKUPS: usize = 8;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(NAME_LOOKUPS)
        .build()
        .map_err(|error| Error::new(Kind::Internal, format!("cannot start the async runtime: {error}")))?;
    let done = runtime.block_on(work);
    // A name that is still being resolved must not hold up the end.
    runtime.shutdown_background();
    Ok(done)
}

//! The log of `-v` on standard error: certls' own events, never a library's, which may hold headers.

use std::io;

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, filter, fmt};

use crate::output::{Terminal, Visible};

/// Starts the log: 0 for silence, 1 for each request, 2 for more.
pub(crate) fn start(verbose: u8, stderr: Terminal) {
    let level = match verbose {
        0 => return,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    let own = filter::filter_fn(move |metadata| {
        *metadata.level() <= level && metadata.target().starts_with(env!("CARGO_PKG_NAME"))
    });
    let stream = || Visible(io::stderr());
    let layer = fmt::layer().with_writer(stream).with_ansi(stderr.color()).with_target(false).with_filter(own);
    // A second start in one process keeps the first log.
    let _ = tracing_subscriber::registry().with(LevelFilter::from_level(level)).with(layer).try_init();
}

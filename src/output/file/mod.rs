//! Files that are replaced whole or not at all, and pipes and devices that are written through.

mod place;
mod replacement;
mod stream;
#[cfg(unix)]
mod temporary;

use std::io;
use std::path::Path;
use std::time::Instant;

use place::Place;
pub(super) use place::{Identity, exists, folder_of, is_standard_output};

/// Returns what distinguishes the file from every other, whatever path leads to it. Writes nothing.
///
/// # Errors
/// As [`prepare`].
pub(super) fn identity(path: &Path) -> io::Result<Identity> {
    Place::find(path).map(|place| place.identity())
}

/// Finds out whether `path` can be written, and removes what runs that were killed left beside it.
///
/// # Errors
/// Where the folder is missing or cannot be written, `path` is a folder, its links lead nowhere or are another user's
/// in a shared folder.
pub(super) fn prepare(path: &Path) -> io::Result<()> {
    match Place::find(path)? {
        Place::File(path) => replacement::prepare(&path),
        Place::Stream(_) => Ok(()),
    }
}

/// Returns whether what is written becomes a file of its own, not part of a pipe or device.
pub(super) fn is_replaced(path: &Path) -> bool {
    matches!(Place::find(path), Ok(Place::File(_)))
}

/// Replaces a file by `content`; a pipe or device takes it until `deadline`. Returns what could not be kept of the old
/// file.
///
/// # Errors
/// Where the folder, the file, the pipe or the device cannot be written. The old file stays as it was.
pub(super) fn write(path: &Path, content: &[u8], deadline: Instant) -> io::Result<Option<String>> {
    match Place::find(path)? {
        Place::File(path) => replacement::replace(&path, content),
        Place::Stream(path) => stream::write(&path, content, deadline).map(|()| None),
    }
}

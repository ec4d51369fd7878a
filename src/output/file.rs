//! A file that is replaced whole or not at all.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::signals;

/// Replaces `path` by `content`: written beside it, synced, renamed, mode kept. Where anything fails the
/// old file stays as it was.
///
/// # Errors
/// Where the folder or the file cannot be written.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let old = fs::metadata(path).ok();
    if old.is_some_and(|old| !old.is_file() && !old.is_dir()) {
        // A device or a pipe is not replaced: what is written there goes through it.
        return OpenOptions::new().write(true).open(path)?.write_all(content);
    }
    let path = link_target(path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mode = fs::metadata(&path).map(|old| old.permissions()).ok();
    signals::defer(|| {
        let mut file = tempfile::Builder::new().prefix(".certls-").suffix(".tmp").tempfile_in(folder)?;
        file.write_all(content)?;
        if let Some(mode) = mode.or_else(default_mode) {
            file.as_file().set_permissions(mode)?;
        }
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        // The new name is safe on disk only once its folder is synced; some systems cannot sync folders.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        Ok(())
    })
}

/// Returns what a link leads to, so that the link stays and its target is replaced, or made where it is missing.
fn link_target(path: &Path) -> PathBuf {
    let beside = |target: PathBuf| path.parent().map_or(target.clone(), |folder| folder.join(target));
    fs::canonicalize(path).or_else(|_| fs::read_link(path).map(beside)).unwrap_or_else(|_| path.to_owned())
}

/// Returns the mode of a new file: readable to all, since a collector runs as another user.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such mode")]
fn default_mode() -> Option<Permissions> {
    Some(std::os::unix::fs::PermissionsExt::from_mode(0o644))
}

#[cfg(not(unix))]
fn default_mode() -> Option<Permissions> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_is_replaced_whole_and_keeps_its_mode() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("certls.prom");
        replace(&path, b"one").expect("written");
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o644);
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("a mode");
        replace(&path, b"two").expect("written");
        assert_eq!(fs::read(&path).expect("a file"), b"two");
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(replace(&folder.path().join("none/certls.prom"), b"x").is_err());
    }
}

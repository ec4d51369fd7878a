//! Temporary files: each is locked while its run writes it, so that another run can tell which were left by the dead.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{FlockOperation, OFlags, flock};
use tempfile::NamedTempFile;

const PREFIX: &str = ".certls-";
const SUFFIX: &str = ".tmp";

/// Creates a temporary file in a folder, locked until it is dropped or renamed. The umask is applied to its mode.
///
/// # Errors
/// Where the folder cannot be written.
pub(super) fn create(folder: &Path, mode: u32) -> io::Result<NamedTempFile> {
    const ATTEMPTS: usize = 10;
    let mut file = new(folder, mode)?;
    for _ in 1..ATTEMPTS {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            // The other run that took it for abandoned has removed it.
            Ok(()) if file.as_file().metadata()?.nlink() == 0 => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {}
            // A file system without locks keeps what a killed run leaves.
            Ok(()) | Err(_) => break,
        }
        file = new(folder, mode)?;
    }
    Ok(file)
}

fn new(folder: &Path, mode: u32) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX).permissions(Permissions::from_mode(mode)).tempfile_in(folder).map_err(plain)
}

/// Returns the system's error without the path of the temporary file, which tells users nothing.
fn plain(error: io::Error) -> io::Error {
    let cause = error.get_ref().and_then(std::error::Error::source).and_then(|cause| cause.downcast_ref());
    let code = cause.and_then(io::Error::raw_os_error);
    code.map_or(error, io::Error::from_raw_os_error)
}

/// Removes this user's temporary files whose runs were killed. What cannot be removed stays.
pub(super) fn sweep(folder: &Path) {
    let own = rustix::process::geteuid().as_raw();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let is_temporary = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        let is_own_file = || entry.metadata().is_ok_and(|entry| entry.is_file() && entry.uid() == own);
        if is_temporary && is_own_file() && is_abandoned(&entry.path()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Returns whether no run writes to the file any more.
fn is_abandoned(path: &Path) -> bool {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let opened = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path);
    opened.is_ok_and(|file: File| flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_writes_stays_and_what_the_dead_left_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let written = create(folder.path(), 0o600).expect("a file");
        for name in [".certls-dead01.tmp", ".certls-notes", "certls.tmp"] {
            fs::write(folder.path().join(name), "x").expect("a file");
        }
        sweep(folder.path());
        assert!(written.path().exists());
        assert!(!folder.path().join(".certls-dead01.tmp").exists());
        assert!(folder.path().join(".certls-notes").exists() && folder.path().join("certls.tmp").exists());
    }
}

//! The replacement of a file: written beside it, synced, renamed; owner, group and mode kept.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::place::{exists, folder_of};
use crate::signals;

/// Finds out whether a file can be replaced, by writing an empty one beside it for a moment.
///
/// # Errors
/// Where the folder is missing or cannot be written.
pub(super) fn prepare(path: &Path) -> io::Result<()> {
    let folder = folder_of(path);
    signals::defer(|| {
        #[cfg(unix)]
        super::temporary::sweep(&folder);
        new_file(&folder, true).map(drop)
    })
}

/// Replaces `path`, which is no link, by `content`. Returns what could not be kept of the old file.
///
/// # Errors
/// Where the folder or the file cannot be written. The old file stays as it was.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<Option<String>> {
    let folder = folder_of(path);
    signals::defer(|| {
        let is_new = !exists(path);
        let mut file = new_file(&folder, is_new)?;
        file.write_all(content)?;
        let lost = if is_new { None } else { keep(file.as_file(), path)? };
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        // The new name is safe on disk only once its folder is synced; some systems cannot sync folders.
        let _ = File::open(&folder).and_then(|folder| folder.sync_all());
        Ok(lost)
    })
}

/// Creates a file beside the one that it is to replace. Where there is none yet, its mode is the umask's, as that of any
/// new file; else only this user can read it until it has the old one's mode.
///
/// # Errors
/// Where the folder cannot be written.
#[cfg(unix)]
fn new_file(folder: &Path, is_new: bool) -> io::Result<tempfile::NamedTempFile> {
    const NEW_FILE: u32 = 0o666;
    const PRIVATE: u32 = 0o600;
    super::temporary::create(folder, if is_new { NEW_FILE } else { PRIVATE })
}

#[cfg(not(unix))]
fn new_file(folder: &Path, _: bool) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(".certls-").suffix(".tmp").tempfile_in(folder)
}

/// Gives the new file the old one's owner, group, mode and access list. Returns what this user cannot give.
///
/// # Errors
/// Where the old file cannot be looked at, or the mode cannot be set.
#[cfg(unix)]
fn keep(file: &File, path: &Path) -> io::Result<Option<String>> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

    // Not the set-user-id, set-group-id and sticky bits, which mean nothing for data.
    const PERMISSIONS: u32 = 0o777;
    const WITHOUT_GROUP: u32 = 0o707;
    let (old, new) = (path.symlink_metadata()?, file.metadata()?);
    let mut mode = old.mode() & PERMISSIONS;
    let mut lost = None;
    if (old.uid(), old.gid()) != (new.uid(), new.gid()) && fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
        let has_group = old.gid() == new.gid() || fchown(file, None, Some(old.gid())).is_ok();
        if !has_group {
            // What the old group was allowed is not for another one.
            mode &= WITHOUT_GROUP;
        }
        let whose = if has_group { "owner" } else { "owner and group" };
        lost = Some(format!("its {whose} ({}:{}) could not be kept", old.uid(), old.gid()));
    }
    file.set_permissions(PermissionsExt::from_mode(mode))?;
    keep_attributes(file, path);
    Ok(lost)
}

#[cfg(not(unix))]
fn keep(file: &File, path: &Path) -> io::Result<Option<String>> {
    file.set_permissions(path.symlink_metadata()?.permissions()).map(|()| None)
}

/// Copies the access list and the attributes that users and the system gave the old file, as far as it has them.
#[cfg(target_os = "linux")]
fn keep_attributes(file: &File, path: &Path) {
    use rustix::fs::{XattrFlags, fsetxattr, lgetxattr, llistxattr};

    const MAX_BYTES: usize = 1 << 16;
    let mut names = vec![0_u8; MAX_BYTES];
    let Ok(length) = llistxattr(path, &mut names) else { return };
    let names = names.get(..length).unwrap_or_default();
    for name in names.split(|byte| *byte == 0) {
        let is_kept = name == b"system.posix_acl_access" || name == b"security.selinux" || name.starts_with(b"user.");
        let mut value = vec![0_u8; MAX_BYTES];
        if is_kept && let Ok(length) = lgetxattr(path, name, &mut value) {
            // A file system may refuse what another one allowed.
            let _ = fsetxattr(file, name, value.get(..length).unwrap_or_default(), XattrFlags::empty());
        }
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
fn keep_attributes(_: &File, _: &Path) {}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_is_replaced_whole_and_keeps_its_mode() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("certls.prom");
        let mode = |wanted| fs::set_permissions(&path, fs::Permissions::from_mode(wanted)).expect("a mode");
        let is_mode = |wanted| fs::metadata(&path).expect("a file").permissions().mode() & 0o7777 == wanted;
        replace(&path, b"one").expect("written");
        for (old, kept) in [(0o600, 0o600), (0o640, 0o640), (0o6755, 0o755), (0o400, 0o400)] {
            mode(old);
            replace(&path, b"two").expect("written");
            assert!(is_mode(kept), "{old:o}");
        }
        assert_eq!(fs::read(&path).expect("a file"), b"two");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("none/certls.prom");
        assert!(prepare(&path).is_err() && replace(&path, b"x").is_err());
    }
}

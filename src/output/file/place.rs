//! What a path leads to: each link on the way is followed by hand, so that links in shared folders can be refused.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

/// As many links as Linux follows.
const MAX_LINKS: usize = 40;

/// What a path leads to. No part of the path is a link.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A file, or a name that is still free in its folder.
    File(PathBuf),
    /// A pipe, a device, or a file that this process has open already: what is written goes through it.
    Stream(PathBuf),
}

/// What distinguishes a file from every other: its folder, and its name there.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(in crate::output) struct Identity {
    folder: (u64, u64),
    path: PathBuf,
}

impl Place {
    /// Follows the links of a path.
    ///
    /// # Errors
    /// Where a folder on the way is missing or cannot be searched, the path is a folder, its links lead in a circle, or
    /// another user's entry of a shared folder is on the way.
    pub(super) fn find(path: &Path) -> io::Result<Self> {
        let mut parts: VecDeque<OsString> = parts(path).collect();
        let (mut place, mut links) = (PathBuf::new(), 0);
        while let Some(part) = parts.pop_front() {
            let next = joined(&place, &part);
            let entry = match fs::symlink_metadata(&next) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && parts.is_empty() => {
                    return Ok(Self::File(next));
                }
                found => found?,
            };
            if entry.is_symlink() || parts.is_empty() {
                refuse_foreign(&folder_of(&next), &next, &entry)?;
            }
            if !entry.is_symlink() {
                place = next;
                continue;
            }
            if is_open_file(&next) {
                return Ok(Self::Stream(next));
            }
            links += 1;
            if links > MAX_LINKS {
                return Err(io::Error::other(format!("{} is a link that leads in a circle", path.display())));
            }
            let target = fs::read_link(&next)?;
            if target.is_absolute() {
                place = PathBuf::new();
            }
            for part in self::parts(&target).collect::<Vec<_>>().into_iter().rev() {
                parts.push_front(part);
            }
        }
        let entry = fs::symlink_metadata(if place.as_os_str().is_empty() { Path::new(".") } else { &place })?;
        match (entry.is_dir(), entry.is_file()) {
            (true, _) => Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")),
            (_, true) => Ok(Self::File(place)),
            _ => Ok(Self::Stream(place)),
        }
    }

    pub(super) fn identity(&self) -> Identity {
        let (Self::File(path) | Self::Stream(path)) = self;
        let folder = folder_of(path);
        match (folder_number(&folder), path.file_name()) {
            (Some(folder), Some(name)) => Identity { folder, path: name.into() },
            _ => Identity { folder: (0, 0), path: std::path::absolute(path).unwrap_or_else(|_| path.clone()) },
        }
    }
}

/// Returns the folder that holds a file.
pub(in crate::output) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Returns whether an entry of this name exists.
pub(in crate::output) fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Returns the parts of a path, without those that stay in the same folder.
fn parts(path: &Path) -> impl Iterator<Item = OsString> + '_ {
    path.components().filter(|part| *part != Component::CurDir).map(|part| part.as_os_str().to_owned())
}

/// Returns the path of an entry. `place` has no links, so that `..` takes back its last part.
fn joined(place: &Path, part: &OsString) -> PathBuf {
    let is_named = matches!(place.components().next_back(), Some(Component::Normal(_)));
    if part == ".." && is_named { place.parent().unwrap_or(place).to_owned() } else { place.join(part) }
}

/// Returns whether a path is one of the names of standard output.
pub(in crate::output) fn is_standard_output(path: &Path) -> bool {
    [Path::new("-"), Path::new("/dev/stdout"), Path::new("/dev/fd/1"), Path::new("/proc/self/fd/1")].contains(&path)
}

/// Returns whether a link stands for a file that a process has open, such as `/proc/self/fd/3`: its text is no path.
fn is_open_file(link: &Path) -> bool {
    let folder = folder_of(link);
    folder.starts_with("/proc") && folder.file_name().is_some_and(|name| name == "fd")
}

/// Refuses an entry that another user placed in a folder that all share, such as /tmp: what is written there by its
/// name would reach a file of that user's choice.
///
/// The rule of Linux for `fs.protected_symlinks` and `fs.protected_regular`, which holds only for files that are opened
/// by that name: <https://docs.kernel.org/admin-guide/sysctl/fs.html>
///
/// # Errors
/// Where the entry is neither this user's nor the folder's owner's.
#[cfg(unix)]
fn refuse_foreign(folder: &Path, path: &Path, entry: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;

    const STICKY_AND_WRITABLE_TO_ALL: u32 = 0o1002;
    let folder = fs::metadata(folder)?;
    let is_shared = folder.mode() & STICKY_AND_WRITABLE_TO_ALL == STICKY_AND_WRITABLE_TO_ALL;
    let own = rustix::process::geteuid().as_raw();
    if !is_shared || entry.uid() == own || entry.uid() == folder.uid() {
        return Ok(());
    }
    let message =
        format!("{} belongs to another user (uid {}) in a folder that all share", path.display(), entry.uid());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such folders")]
fn refuse_foreign(_: &Path, _: &Path, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Returns the numbers of the device and of the folder on it.
#[cfg(unix)]
fn folder_number(folder: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;

    fs::metadata(folder).ok().map(|folder| (folder.dev(), folder.ino()))
}

#[cfg(not(unix))]
fn folder_number(_: &Path) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_to_one_file_are_one_place() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("sub")).expect("a folder");
        let place = |path: &str| Place::find(&folder.path().join(path)).expect("a place");
        for path in ["./x", "sub/../x", "sub/.././x"] {
            assert_eq!((place(path), place(path).identity()), (place("x"), place("x").identity()), "{path}");
        }
        assert_ne!(place("x").identity(), place("y").identity());
        assert_ne!(place("x").identity(), place("sub/x").identity());
        assert!(Place::find(&folder.path().join("none/x")).is_err());
        assert!(Place::find(&folder.path().join("sub")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_circles_are_errors() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("sub")).expect("a folder");
        for (target, link) in [("sub", "folder"), ("folder/../x", "a"), ("a", "b"), ("loop", "loop"), ("none/y", "c")] {
            symlink(target, path(link)).expect("a link");
        }
        let real = fs::canonicalize(folder.path()).expect("a folder");
        assert_eq!(Place::find(&path("b")).expect("a place"), Place::File(real.join("x")));
        assert_eq!(Place::find(&path("folder/x")).expect("a place"), Place::File(real.join("sub/x")));
        for link in ["loop", "c"] {
            assert!(Place::find(&path(link)).is_err(), "{link}");
        }
    }
}

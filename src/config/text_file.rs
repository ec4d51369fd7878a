//! Text files that users write: UTF-8, with or without a byte order mark. Reading one always ends.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long a named pipe may have no writer.
const OPEN_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the writer of a pipe may take, such as a program that decrypts the file.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Reads a whole text file; `None` where there is no such file. The byte order mark is left out.
///
/// # Errors
/// Returns what is wrong in words, without the file's name and without anything of its content.
pub fn read_text(path: &Path) -> Result<Option<String>, String> {
    read_bytes(path)?.map(decode).transpose()
}

/// As [`read_text`], for a file at its usual place, which nobody named: where a folder on the way cannot be searched,
/// nothing can be set up in it, and that is logged only.
///
/// # Errors
/// As [`read_text`].
pub(crate) fn read_optional_text(path: &Path) -> Result<Option<String>, String> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            tracing::info!("{}: {error}: not read", path.display());
            Ok(None)
        }
        _ => read_text(path),
    }
}

/// Reads a whole file; `None` where there is no such file.
///
/// # Errors
/// As [`read_text`].
pub(crate) fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, String> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() || metadata.is_dir() => {
            fs::read(path).map(Some).map_err(|error| error.to_string())
        }
        Ok(_) => read_pipe(path, OPEN_TIMEOUT).map(Some),
        // A home such as `/dev/null` holds no file either.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// Returns the next step for a path that leads nowhere. `name` is the variable or the key that holds it.
pub(crate) fn path_hint(name: &str, path: &str) -> String {
    match path.trim_matches(['"', '\'']) {
        inner if inner.len() < path.len() => format!("write {name} without quotes"),
        inner if inner.starts_with('~') => {
            format!("`~` is not expanded in {name}: write the full path")
        }
        inner if inner.contains('$') || inner.contains('%') => {
            format!("variables are not expanded in {name}: write the full path")
        }
        _ => format!("correct {name}, or unset it"),
    }
}

/// Who, beside its owner, can open a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exposure {
    Private,
    /// Its group, or everybody; or its group can write it. Holds the mode.
    Readable(u32),
    /// Everybody can write it. Holds the mode.
    Writable(u32),
}

/// Returns who can open a file. What is no regular file has no permissions of its own.
#[cfg(unix)]
pub(crate) fn exposure(path: &Path) -> Exposure {
    use std::os::unix::fs::PermissionsExt;

    let Some(metadata) = fs::metadata(path).ok().filter(fs::Metadata::is_file) else { return Exposure::Private };
    match metadata.permissions().mode() & 0o7777 {
        mode if mode & 0o002 != 0 => Exposure::Writable(mode),
        mode if mode & 0o066 != 0 => Exposure::Readable(mode),
        _ => Exposure::Private,
    }
}

/// Returns who can open a file: here nothing is known of that.
#[cfg(not(unix))]
pub(crate) fn exposure(_: &Path) -> Exposure {
    Exposure::Private
}

fn decode(mut bytes: Vec<u8>) -> Result<String, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("this file is UTF-16: save it as UTF-8".to_owned());
    }
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|_| "this file is not UTF-8: save it as UTF-8".to_owned())
}

/// Reads what is not a regular file. Opening a pipe that nothing writes to never returns, so a thread does it.
fn read_pipe(path: &Path, open_timeout: Duration) -> Result<Vec<u8>, String> {
    enum Step {
        Opened,
        Done(Vec<u8>),
    }
    let path = path.to_owned();
    let (sender, steps) = mpsc::channel();
    let read = move || {
        let result = File::open(&path).and_then(|mut file| {
            let _ = sender.send(Ok(Step::Opened));
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map(|_| Step::Done(bytes))
        });
        let _ = sender.send(result.map_err(|error| error.to_string()));
    };
    thread::Builder::new().spawn(read).map_err(|error| error.to_string())?;
    let mut timeout = open_timeout;
    loop {
        match steps.recv_timeout(timeout) {
            Ok(Ok(Step::Opened)) => timeout = READ_TIMEOUT,
            Ok(Ok(Step::Done(bytes))) => return Ok(bytes),
            Ok(Err(error)) => return Err(error),
            Err(_) if timeout == READ_TIMEOUT => {
                return Err(format!("the writer of this pipe did not end within {} s", timeout.as_secs()));
            }
            Err(_) => return Err(format!("nothing writes to this pipe (waited {} s)", timeout.as_secs())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Option<String>, String> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), bytes).expect("written");
        read_text(file.path())
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_other_encodings_are_named() {
        assert_eq!(read(b"\xef\xbb\xbf[a]").expect("UTF-8"), Some("[a]".to_owned()));
        assert_eq!(read(b"").expect("empty"), Some(String::new()));
        for utf16 in [b"\xff\xfe[\0".as_slice(), b"\xfe\xff\0["] {
            assert!(read(utf16).expect_err("UTF-16").contains("UTF-16"));
        }
        assert!(read(b"\xc3(").expect_err("no text").contains("not UTF-8"));
    }

    #[test]
    fn a_missing_file_is_none_and_a_folder_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(read_text(&folder.path().join("x")), Ok(None));
        assert!(read_text(folder.path()).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_read_to_its_end_and_one_without_a_writer_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        let error = read_pipe(&pipe, Duration::from_millis(50)).expect_err("no writer");
        assert!(error.starts_with("nothing writes"), "{error}");
        fs::remove_file(&pipe).expect("removed");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        let target = pipe.clone();
        let writer = thread::spawn(move || fs::write(target, "\u{feff}text"));
        assert_eq!(read_text(&pipe), Ok(Some("text".to_owned())));
        writer.join().expect("a thread").expect("written");
    }
}

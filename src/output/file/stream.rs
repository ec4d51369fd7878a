//! Pipes and devices, which are written through and may make their writer wait.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

/// Writes to a pipe or device. Waits for its reader until `deadline`.
///
/// # Errors
/// Where it cannot be opened or written, or its reader does not come, or takes too little, before `deadline`.
pub(super) fn write(path: &Path, content: &[u8], deadline: Instant) -> io::Result<()> {
    let mut file = until(deadline, || open(path), "no program reads from it")?;
    let mut rest = content;
    while !rest.is_empty() {
        let written = until(deadline, || file.write(rest), "the program that reads from it takes no more")?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        rest = rest.get(written..).unwrap_or_default();
    }
    Ok(())
}

/// Repeats what would have to wait.
///
/// # Errors
/// As `work`, and where it still would have to wait at `deadline`.
fn until<T>(deadline: Instant, mut work: impl FnMut() -> io::Result<T>, reason: &str) -> io::Result<T> {
    const PAUSE: std::time::Duration = std::time::Duration::from_millis(5);
    loop {
        match work() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if Instant::now() >= deadline {
                    return Err(io::Error::new(io::ErrorKind::TimedOut, reason));
                }
                std::thread::sleep(PAUSE);
            }
            done => return done,
        }
    }
}

/// Opens a pipe or device to write at its end, without waiting for a reader.
///
/// # Errors
/// Where it cannot be opened; [`io::ErrorKind::WouldBlock`] for a pipe that nobody reads yet.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};

    use rustix::fs::OFlags;
    use rustix::io::Errno;

    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    OpenOptions::new().append(true).custom_flags(flags).open(path).map_err(|error| {
        let is_pipe = path.metadata().is_ok_and(|entry| entry.file_type().is_fifo());
        if is_pipe && Errno::from_io_error(&error) == Some(Errno::NXIO) {
            io::ErrorKind::WouldBlock.into()
        } else {
            error
        }
    })
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

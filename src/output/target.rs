//! Where output goes: `-o FORMAT` or `-o FORMAT=FILE`, any number of them for one scan.

use std::collections::HashSet;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Kind};

use super::{Content, Format, Printable, Streams, Subject, file, is_pipe_closed};

/// A format, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub format: &'static Format,
    /// `None` for standard output.
    pub file: Option<PathBuf>,
}

impl Target {
    /// Reads `FORMAT` or `FORMAT=FILE`.
    ///
    /// # Errors
    /// Where the format is unknown or cannot print this, or the file's name is empty.
    pub fn parse(text: &str, subject: Subject) -> Result<Self, String> {
        let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(file)));
        let Some(format) = subject.format(name) else {
            let known: Vec<_> = subject.formats().map(|format| format.name).collect();
            return Err(format!("the formats are {}", known.join(", ")));
        };
        match file {
            Some("") => Err(format!("write the file's name after the =, such as {name}=certs.{name}")),
            file => Ok(Self { format, file: file.map(PathBuf::from) }),
        }
    }

    /// Returns the targets that were named, or else the default format on standard output.
    ///
    /// # Errors
    /// Where two of them go to the same place.
    pub fn all(named: &[Self], subject: Subject) -> Result<Vec<Self>, Error> {
        if named.is_empty() {
            return Ok(vec![Self { format: subject.default_format(), file: None }]);
        }
        let mut taken = HashSet::new();
        match named.iter().find(|target| !taken.insert(target.file.as_deref().map(without_dots))) {
            None => Ok(named.to_vec()),
            Some(Self { file: Some(file), .. }) => {
                Err(Error::new(Kind::Usage, format!("two outputs are to replace {}", file.display())))
            }
            Some(Self { file: None, .. }) => {
                Err(Error::new(Kind::Usage, "two formats are to be printed on standard output")
                    .with_hint("write all but one to a file, such as `-o json=certs.json -o table`"))
            }
        }
    }
}

/// Returns the path without its `.` components.
fn without_dots(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

/// Writes to every target, files first. Returns an error for each target that could not be written.
///
/// # Errors
/// Where the reader of standard output left and everything else was written: the run is at its end.
pub fn write(targets: &[Target], streams: &Streams, printable: &dyn Printable) -> Result<Vec<Error>, Error> {
    let mut failed = write_files(targets, printable);
    match print(targets, streams, printable) {
        Err(closed) if is_pipe_closed(&closed) && failed.is_empty() => return Err(closed),
        Err(error) if !is_pipe_closed(&error) => failed.push(error),
        _ => {}
    }
    Ok(failed)
}

/// Replaces the file of every target that has one. Returns an error for each that could not be written.
pub fn write_files(targets: &[Target], printable: &dyn Printable) -> Vec<Error> {
    let files = targets.iter().filter_map(|target| Some((target.format, target.file.as_ref()?)));
    files
        .filter_map(|(format, path)| {
            let written = content(format, printable).and_then(|content| file::replace(path, &content));
            let error = written.err()?;
            let message = format!("{} cannot be written: {error}", path.display());
            let hint = "the old file, where there was one, is unharmed";
            Some(Error::new(Kind::Output, message).with_hint(hint).with_source(error))
        })
        .collect()
}

/// Returns what a file is to hold.
///
/// # Errors
/// Where the format cannot print this.
fn content(format: &Format, printable: &dyn Printable) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    match format.content {
        Content::Data => printable.write(format, None, &mut content)?,
        Content::Styled => {
            let mut unstyled = anstream::StripStream::new(&mut content as &mut dyn io::Write);
            printable.write(format, None, &mut unstyled)?;
        }
    }
    Ok(content)
}

/// Prints the target that goes to standard output, where there is one.
///
/// # Errors
/// As [`Streams::print`].
pub fn print(targets: &[Target], streams: &Streams, printable: &dyn Printable) -> Result<(), Error> {
    let Some(Target { format, .. }) = targets.iter().find(|target| target.file.is_none()) else { return Ok(()) };
    streams.print(format.content, |out| printable.write(format, streams.stdout.width(), out))
}

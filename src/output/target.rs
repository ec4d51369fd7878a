//! Where output goes: `-o FORMAT` or `-o FORMAT=FILE`, any number of them for one scan.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::{Error, Kind};

use super::{Content, Format, Printable, Streams, Subject, Written, file, is_pipe_closed};

/// A format, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub format: &'static Format,
    /// `None` for standard output.
    pub file: Option<PathBuf>,
}

impl Target {
    /// Reads `FORMAT` or `FORMAT=FILE`; `-` as FILE is standard output.
    ///
    /// # Errors
    /// Where the format is unknown or cannot print this, or the file's name is empty.
    pub fn parse(text: &str, subject: Subject) -> Result<Self, String> {
        let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(file)));
        let Some(format) = subject.format(name) else {
            let known: Vec<_> = subject.formats().map(|format| format.name).collect();
            return Err(format!("the formats are {}", known.join(", ")));
        };
        match file.map(Path::new) {
            Some(file) if file.as_os_str().is_empty() => {
                Err(format!("write the file's name after the =, such as {name}=certs.{name}"))
            }
            file => Ok(Self { format, file: file.filter(|file| !file::is_standard_output(file)).map(Path::to_owned) }),
        }
    }
}

/// The outputs of a run, each at most once to each place.
#[derive(Debug)]
pub struct Outputs {
    targets: Vec<Target>,
    /// When the time of the whole run is over.
    end: Instant,
    /// How long a pipe or device may make the run wait after its end.
    grace: Duration,
}

impl Outputs {
    /// Opens the targets that were named, or else the default format on standard output, for a run of this time.
    ///
    /// # Errors
    /// Where two of them go to the same place, or a file cannot be written: that is better known before any cloud is
    /// asked.
    pub fn open(named: &[Target], subject: Subject, time: Duration) -> Result<Self, Error> {
        if named.is_empty() {
            return Ok(Self::new(vec![Target { format: subject.default_format(), file: None }], time));
        }
        require_different(named, subject)?;
        for path in named.iter().filter_map(|target| target.file.as_deref()) {
            file::prepare(path).map_err(|error| unwritten(path, error, hint_before(path)))?;
        }
        Ok(Self::new(named.to_vec(), time))
    }

    /// Returns the output of one format on standard output.
    pub fn printed(format: &'static Format) -> Self {
        Self::new(vec![Target { format, file: None }], Duration::ZERO)
    }

    fn new(targets: Vec<Target>, time: Duration) -> Self {
        const MAX_GRACE: Duration = Duration::from_secs(5);
        let now = Instant::now();
        Self { targets, end: now.checked_add(time).unwrap_or(now), grace: time.min(MAX_GRACE) }
    }

    /// Returns whether some target has this format.
    pub fn has(&self, format: &Format) -> bool {
        self.targets.iter().any(|target| target.format == format)
    }

    /// Returns the format that goes to standard output.
    pub fn stdout(&self) -> Option<&'static Format> {
        self.targets.iter().find(|target| target.file.is_none()).map(|target| target.format)
    }

    /// Returns the format of the only output, where it is printed as pages arrive.
    pub fn streamed(&self) -> Option<&'static Format> {
        self.stdout().filter(|format| format.is_streamed && self.targets.len() == 1)
    }

    /// Writes to every target, files first.
    ///
    /// # Errors
    /// Where the reader of standard output left and everything else was written: the run is at its end.
    pub fn write(&self, streams: &Streams, printable: &dyn Printable) -> Result<Written, Error> {
        let mut written = self.write_files(printable);
        match self.print(streams, printable) {
            Err(closed) if is_pipe_closed(&closed) && written.failed.is_empty() => return Err(closed),
            Err(error) if !is_pipe_closed(&error) => written.failed.push(error),
            _ => {}
        }
        Ok(written)
    }

    /// Replaces the file of every target that has one.
    pub fn write_files(&self, printable: &dyn Printable) -> Written {
        let mut written = Written::default();
        for Target { format, file } in &self.targets {
            let Some(path) = file else { continue };
            match self.write_file(path, format, printable) {
                Ok(note) => written.notes.extend(note.map(|note| format!("{} {note}", path.display()))),
                Err(error) => {
                    let hint = "the old file, where there was one, is unharmed";
                    written.failed.push(unwritten(path, error, hint.to_owned()));
                }
            }
        }
        written
    }

    /// Writes one file. Returns what users should know of it.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn write_file(&self, path: &Path, format: &Format, printable: &dyn Printable) -> io::Result<Option<String>> {
        let rules = printable.file_rules(format);
        let is_replaced = file::is_replaced(path);
        match is_replaced.then(|| file::exists(path)) {
            Some(true) if !rules.replaces => {
                return Ok(Some("was left as it was, since nothing could be read".to_owned()));
            }
            Some(false) if !rules.makes => return Ok(Some("was not made, since nothing could be read".to_owned())),
            _ => {}
        }
        let mut content = Vec::new();
        if rules.byte_order_mark && is_replaced {
            content.extend_from_slice("\u{feff}".as_bytes());
        }
        write_content(format, printable, &mut content)?;
        let end = Instant::now().checked_add(self.grace).map_or(self.end, |end| end.max(self.end));
        let lost = file::write(path, &content, end)?;
        Ok(lost.map(|lost| format!("was replaced, but {lost}")))
    }

    /// Prints the target that goes to standard output, where there is one.
    ///
    /// # Errors
    /// As [`Streams::print`].
    pub fn print(&self, streams: &Streams, printable: &dyn Printable) -> Result<(), Error> {
        let Some(format) = self.stdout() else { return Ok(()) };
        streams.print(format.content, |out| printable.write(format, streams.stdout.width(), out))
    }
}

/// Requires that no two outputs go to one place, whatever paths or links lead there.
///
/// # Errors
/// Where two do.
fn require_different(targets: &[Target], subject: Subject) -> Result<(), Error> {
    let mut taken = HashSet::new();
    let place = |target: &Target| target.file.as_deref().map(|path| file::identity(path).map_err(|_| path.to_owned()));
    match targets.iter().find(|target| !taken.insert(place(target))) {
        None => Ok(()),
        Some(Target { file: Some(file), .. }) => {
            Err(Error::new(Kind::Usage, format!("two outputs are to replace {}", file.display())))
        }
        Some(Target { file: None, .. }) => {
            let default = subject.default_format().name;
            Err(Error::new(Kind::Usage, "two formats are to be printed on standard output")
                .with_hint(format!("write all but one to a file, such as `-o json=certs.json -o {default}`")))
        }
    }
}

/// Returns the error of a file that cannot be written.
fn unwritten(path: &Path, error: io::Error, hint: String) -> Error {
    let message = format!("{} cannot be written: {}", path.display(), reason(&error));
    Error::new(Kind::Output, message).with_hint(hint).with_source(error)
}

/// Returns an error in the system's words, without its number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error ").map_or(text.as_str(), |(words, _)| words).to_owned()
}

/// Returns the next step for a file that cannot be written.
fn hint_before(path: &Path) -> String {
    let folder = file::folder_of(path);
    if !folder.exists() {
        format!("make the folder first: mkdir -p {}", folder.display())
    } else if path.is_dir() {
        format!("name a file in it, such as {}", path.join("certs").display())
    } else {
        "choose a file in a folder that only you, or you and the collector, can write".to_owned()
    }
}

/// Writes what a file is to hold.
///
/// # Errors
/// Where the format cannot print this.
fn write_content(format: &Format, printable: &dyn Printable, content: &mut Vec<u8>) -> io::Result<()> {
    match format.content {
        Content::Data => printable.write(format, None, content),
        Content::Styled => {
            let mut unstyled = anstream::StripStream::new(content as &mut dyn io::Write);
            printable.write(format, None, &mut unstyled)
        }
    }
}

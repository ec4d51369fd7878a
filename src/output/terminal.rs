//! Standard output and standard error: what is known of them, and the one way to write to standard output.

use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;
use terminal_size::{Height, Width};

use crate::config::Env;
use crate::error::{Error, Kind};

use super::Messages;
use super::escape::Escape;

/// When to color.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Text for people with escape codes of certls' own, which are left out where colors are off. The format itself
    /// escapes all other text.
    Styled,
    /// Data for programs, printed byte for byte; on a terminal its harmful characters are escaped.
    Data,
}

/// What is known of a stream.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Whether people look at it.
    is_interactive: bool,
    width: Option<u16>,
    color: bool,
}

impl Terminal {
    fn new(is_terminal: bool, size: Option<(Width, Height)>, when: Color, env: &Env) -> Self {
        let color = match when {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && env.get("NO_COLOR").is_none() && env.get("TERM") != Some("dumb"),
        };
        Self { is_interactive: is_terminal, width: size.map(|(width, _)| width.0).filter(|_| is_terminal), color }
    }

    /// Returns the width to fit into; `None` where the stream is not a terminal and nothing may be cut.
    pub fn width(self) -> Option<u16> {
        self.width
    }

    pub fn color(self) -> bool {
        self.color
    }

    pub fn is_terminal(self) -> bool {
        self.is_interactive
    }

    /// Returns the stream with escape codes left out where colors are off.
    fn auto_stream<W: anstream::stream::RawStream>(self, stream: W) -> AutoStream<W> {
        AutoStream::new(stream, if self.color { ColorChoice::Always } else { ColorChoice::Never })
    }
}

/// The two streams of a run.
#[derive(Debug, Clone, Copy)]
pub struct Streams {
    pub stdout: Terminal,
    pub stderr: Terminal,
    /// Whether errors are printed with their causes.
    verbose: bool,
}

impl Streams {
    pub fn new(color: Color, verbose: bool, env: &Env) -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        Self {
            stdout: Terminal::new(out.is_terminal(), terminal_size::terminal_size_of(&out), color, env),
            stderr: Terminal::new(err.is_terminal(), terminal_size::terminal_size_of(&err), color, env),
            verbose,
        }
    }

    /// Returns standard error, for messages.
    pub fn messages(&self) -> Messages<impl Write> {
        Messages::new(self.stderr.auto_stream(io::stderr()), self.verbose)
    }

    /// Opens standard output, writes to it, and finishes it.
    ///
    /// # Errors
    /// Where it cannot be written; [`is_pipe_closed`] where its reader left.
    pub fn print(&self, content: Content, write: impl FnOnce(&mut Stdout) -> io::Result<()>) -> Result<(), Error> {
        let mut stdout = Stdout::open(self.stdout, content);
        let written = write(&mut stdout);
        stdout.finish(written)
    }
}

/// Standard output, locked and buffered. It is opened, lent to formats as a [`Write`], and finished.
pub struct Stdout {
    out: Box<dyn Write>,
    is_reader_gone: bool,
}

impl Stdout {
    pub fn open(terminal: Terminal, content: Content) -> Self {
        const BUFFER_BYTES: usize = 1 << 16;
        let stdout = io::stdout().lock();
        let out: Box<dyn Write> = match content {
            Content::Styled => Box::new(BufWriter::with_capacity(BUFFER_BYTES, terminal.auto_stream(stdout))),
            Content::Data if terminal.is_interactive => {
                Box::new(EscapedLines { line: Vec::new(), out: BufWriter::with_capacity(BUFFER_BYTES, stdout) })
            }
            Content::Data => Box::new(BufWriter::with_capacity(BUFFER_BYTES, stdout)),
        };
        Self { out, is_reader_gone: false }
    }

    /// Writes what is still buffered, where everything before it was written.
    ///
    /// # Errors
    /// As [`Streams::print`].
    pub fn finish(mut self, written: io::Result<()>) -> Result<(), Error> {
        written.and_then(|()| self.flush()).map_err(|error| {
            let message = format!("standard output cannot be written: {error}");
            let unwritten = Error::new(Kind::Output, message);
            // Libraries wrap errors in errors of their own, so that `error` itself may not say that the pipe is closed.
            if self.is_reader_gone { unwritten.with_source(PipeClosed) } else { unwritten.with_source(error) }
        })
    }

    /// Remembers that the reader left, where that is what failed.
    ///
    /// # Errors
    /// The error that it is given.
    fn noted<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        self.is_reader_gone |= result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
        result
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.noted(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.noted(flushed)
    }
}

/// The reader of standard output left before the end: `certls list | head -1`. It has seen enough.
#[derive(Debug)]
struct PipeClosed;

impl fmt::Display for PipeClosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the reader of standard output left")
    }
}

impl std::error::Error for PipeClosed {}

/// Returns whether an error, or one of its causes, is that the reader of standard output left.
///
/// A broken pipe elsewhere, such as a connection or a named pipe that was given as a file, is not.
pub fn is_pipe_closed(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |cause| cause.source()).any(<dyn std::error::Error>::is::<PipeClosed>)
}

/// Data on a terminal, escaped line by line. Tabs and line ends stay.
struct EscapedLines<W> {
    /// The beginning of a line whose end was not written yet.
    line: Vec<u8>,
    out: W,
}

impl<W: Write> EscapedLines<W> {
    /// Writes the line that has come together, escaped, and its end.
    ///
    /// # Errors
    /// Where the output cannot be written.
    fn write_line(&mut self, end: &str) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        let text = if end.is_empty() { &text } else { text.trim_end_matches('\r') };
        for (number, cell) in text.split('\t').enumerate() {
            let before = if number == 0 { "" } else { "\t" };
            write!(self.out, "{before}{}", Escape::Json.apply(cell))?;
        }
        self.out.write_all(end.as_bytes())
    }
}

impl<W: Write> Write for EscapedLines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            match part.strip_suffix(b"\n") {
                Some(end_of_line) => {
                    self.line.extend_from_slice(end_of_line);
                    self.write_line("\n")?;
                }
                None => self.line.extend_from_slice(part),
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_line("")?;
        self.out.flush()
    }
}

/// A log's stream, in which no text of a cloud may hide, turn round or begin a line of its own. Each write is a line.
#[derive(Debug)]
pub struct Visible<W>(pub W);

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let (line, end) = text.strip_suffix('\n').map_or((&*text, ""), |line| (line, "\n"));
        self.0.write_all(format!("{}{end}", Escape::Log.apply(line)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_on_a_terminal_is_escaped_line_by_line_however_it_is_written() {
        let text = "a\x1b[2J\tb\r\n证书\u{202e}\nrest";
        for size in [1, 3, text.len()] {
            let mut escaped = EscapedLines { line: Vec::new(), out: Vec::new() };
            text.as_bytes().chunks(size).for_each(|chunk| escaped.write_all(chunk).expect("written"));
            escaped.flush().expect("flushed");
            let written = String::from_utf8(escaped.out).expect("text");
            assert_eq!(written, "a\\u001b[2J\tb\n证书\\u202e\nrest", "{size} bytes a time");
        }
    }

    #[test]
    fn only_standard_output_makes_a_closed_pipe() {
        let closed = Error::new(Kind::Output, "unwritten").with_source(PipeClosed);
        assert!(is_pipe_closed(&closed));
        assert!(is_pipe_closed(anyhow::Error::from(closed).context("while it was printed").as_ref()));
        let connection = io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(!is_pipe_closed(&Error::new(Kind::Network, "no connection").with_source(connection)));
    }
}

//! The one way out: standard output, whole and once.

use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;

use crate::config::Env;

use super::style::visible;

/// When to colour.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

/// A stream, and what is known of the terminal behind it.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    seen: bool,
    width: Option<u16>,
    color: bool,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// With styles of ours, which are taken out where none belong.
    Styled,
    /// To the letter: what looks like a style is someone else's text.
    Plain,
}

/// A log's stream, on which no text of a cloud may hide or turn round. The log escapes control characters itself.
#[derive(Debug)]
pub struct Visible<W>(pub W);

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(visible(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// How far the printing came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Printed {
    Whole,
    /// The reader left.
    Closed,
}

impl Terminal {
    pub fn stdout(when: Color, env: &Env) -> Self {
        Self::of(io::stdout().is_terminal(), terminal_size::terminal_size_of(io::stdout()), when, env)
    }

    pub fn stderr(when: Color, env: &Env) -> Self {
        Self::of(io::stderr().is_terminal(), terminal_size::terminal_size_of(io::stderr()), when, env)
    }

    fn of(
        is_terminal: bool,
        size: Option<(terminal_size::Width, terminal_size::Height)>,
        when: Color,
        env: &Env,
    ) -> Self {
        let color = match when {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && env.get("NO_COLOR").is_none() && env.get("TERM") != Some("dumb"),
        };
        Self { seen: is_terminal, width: size.map(|(width, _)| width.0).filter(|_| is_terminal), color }
    }

    /// The width to fit into; `None` where nothing may be cut.
    pub fn width(self) -> Option<u16> {
        self.width
    }

    pub fn color(self) -> bool {
        self.color
    }

    /// `stream` as this terminal wants it: styles are taken out where none belong.
    pub fn dress<W: anstream::stream::RawStream>(self, stream: W) -> AutoStream<W> {
        AutoStream::new(stream, if self.color { ColorChoice::Always } else { ColorChoice::Never })
    }

    /// Whether people look at it.
    pub fn is_terminal(self) -> bool {
        self.seen
    }

    /// Writes to standard output. A reader who has left has seen enough: that is no error.
    ///
    /// # Errors
    /// Where standard output cannot be written.
    pub(super) fn print(self, text: Text, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<Printed> {
        const ROOM: usize = 1 << 16;
        let stdout = io::stdout().lock();
        let mut out: BufWriter<Box<dyn Write>> = match text {
            Text::Styled => BufWriter::with_capacity(ROOM, Box::new(self.dress(stdout))),
            Text::Plain => BufWriter::with_capacity(ROOM, Box::new(stdout)),
        };
        match write(&mut out).and_then(|()| out.flush()) {
            Ok(()) => Ok(Printed::Whole),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Printed::Closed),
            Err(error) => Err(error),
        }
    }
}

//! The one place that prints: stdout is the product, stderr is the talk.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style as Paint};

use crate::engine::Observer;
use crate::report::{Colour, Detail};

mod progress;
mod waiting;

pub use progress::{Live, Progress};

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColourChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Written out: with the words of each value beside it, the help of every command would be twice as long.
impl clap::ValueEnum for ColourChoice {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Always, Self::Never]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }))
    }
}

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// What a person wants to know.
    Normal,
    /// Every step.
    Verbose,
}

/// What decides over the looks of the output.
#[derive(Clone, Copy, Debug)]
pub struct Looks {
    /// What was asked for on the command line.
    pub colour: ColourChoice,
    /// Whether `NO_COLOR` is set.
    pub no_color: bool,
    /// How much is said.
    pub verbosity: Verbosity,
    /// How progress is shown.
    pub live: Live,
}

/// The streams of a run.
pub struct Ui {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    out_colour: Colour,
    err_colour: Colour,
    looks: Looks,
    /// Who watches runs beside those who see the streams.
    observer: Option<Arc<dyn Observer + Send + Sync>>,
    /// Whether stdout's reader has gone away; then nothing more is written to it, and the work goes on.
    closed: bool,
}

impl Ui {
    /// The streams of this process.
    pub fn of_process(looks: Looks) -> Self {
        let colour = |terminal: bool| match looks.colour {
            ColourChoice::Always => Colour::Yes,
            ColourChoice::Auto if terminal && !looks.no_color => Colour::Yes,
            ColourChoice::Auto | ColourChoice::Never => Colour::No,
        };
        Self {
            out_colour: colour(io::stdout().is_terminal()),
            err_colour: colour(io::stderr().is_terminal()),
            out: Box::new(io::stdout()),
            err: Box::new(io::stderr()),
            looks,
            observer: None,
            closed: false,
        }
    }

    /// Streams that lead nowhere, for work whose answer is all that may be printed.
    pub fn silent() -> Self {
        let mut silent = Self::to(Box::new(io::sink()), Box::new(io::sink()));
        silent.looks.verbosity = Verbosity::Quiet;
        silent
    }

    /// Streams of one's own, without colours, for tests.
    pub fn to(out: Box<dyn Write + Send>, err: Box<dyn Write + Send>) -> Self {
        let looks = Looks {
            colour: ColourChoice::Never,
            no_color: true,
            verbosity: Verbosity::Normal,
            live: Live::Off,
        };
        Self {
            out,
            err,
            out_colour: Colour::No,
            err_colour: Colour::No,
            looks,
            observer: None,
            closed: false,
        }
    }

    /// The same streams, with somebody who watches runs.
    #[must_use]
    pub fn watched_by(mut self, observer: Arc<dyn Observer + Send + Sync>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// From now on reports are shown in full.
    pub fn in_full(&mut self) {
        self.looks.verbosity = Verbosity::Verbose;
    }

    /// Whether colours may be used on stdout.
    pub fn colour(&self) -> Colour {
        self.out_colour
    }

    /// How much of a report is shown.
    pub fn detail(&self) -> Detail {
        match self.looks.verbosity {
            Verbosity::Quiet => Detail::Brief,
            Verbosity::Normal => Detail::Normal,
            Verbosity::Verbose => Detail::Full,
        }
    }

    /// Writes the product to stdout. A reader that has gone away is no error: the work goes on without it.
    pub fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        match self.out.write_all(bytes).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other,
        }
    }

    /// Writes to stderr what is part of the answer, as it is.
    pub fn reason(&mut self, text: &str) {
        // Nobody can be told that stderr cannot be written.
        let _unsaid = self
            .err
            .write_all(text.as_bytes())
            .and_then(|()| self.err.flush());
    }

    /// Says something on stderr, unless sdd was told to be quiet.
    pub fn status(&mut self, text: &str) {
        if self.looks.verbosity > Verbosity::Quiet {
            self.talk(text);
        }
    }

    /// Says on stderr that something deserves attention.
    pub fn warning(&mut self, text: &str) {
        if self.looks.verbosity > Verbosity::Quiet {
            let head = self.paint(AnsiColor::Yellow.on_default().bold(), "warning:");
            self.talk(&format!("{head} {text}"));
        }
    }

    /// Says on stderr what went wrong, why, and what to do.
    pub fn error(&mut self, what: &str, causes: &[String], hint: Option<&str>) {
        let head = self.paint(AnsiColor::Red.on_default().bold(), "error:");
        self.talk(&format!("{head} {what}"));
        for cause in causes {
            self.talk(&format!("  caused by: {cause}"));
        }
        if let Some(hint) = hint {
            let head = self.paint(AnsiColor::Cyan.on_default().bold(), "hint:");
            self.talk(&format!("  {head} {hint}"));
        }
    }

    /// What says something on stderr from a place that has no [`Ui`] at hand, such as a callback of the store. It is
    /// silent where this one is.
    pub fn sayer(&self) -> fn(&str) {
        if self.looks.verbosity == Verbosity::Quiet {
            |_| {}
        } else {
            say
        }
    }

    /// What shows a run while it goes on.
    pub fn progress(&self) -> Progress {
        let live = if self.looks.verbosity == Verbosity::Quiet {
            Live::Off
        } else {
            self.looks.live
        };
        Progress::new(live, self.observer.clone())
    }

    fn paint(&self, paint: Paint, text: &str) -> String {
        match self.err_colour {
            Colour::Yes => format!("{paint}{text}{paint:#}"),
            Colour::No => text.to_owned(),
        }
    }

    /// Nobody can be told that stderr cannot be written.
    fn talk(&mut self, text: &str) {
        let _ = writeln!(self.err, "{text}");
    }
}

/// Stdin and stdout of a server, which belong to its protocol: nothing else is written to them.
pub fn wire() -> (tokio::io::Stdin, tokio::io::Stdout) {
    (tokio::io::stdin(), tokio::io::stdout())
}

/// Says something on stderr from a place that has no [`Ui`] at hand, such as a callback of the store.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

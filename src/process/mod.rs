//! The one place that starts processes: an [`Invocation`] is data, a [`Runner`] turns it into an [`Outcome`].
//!
//! Every child runs in its own process group, with an empty stdin, a file as one, or somebody who talks to it, with both
//! pipes always drained into bounded memory and capped files, under a deadline. A time-out, a signal and "not installed"
//! are outcomes of their own and never an exit code. No child, and nothing that a child started, outlives its run, but for
//! daemons that are named as such ([`Daemons`]).

pub mod cancel;
pub mod capture;
mod children;
pub mod clock;
pub mod companion;
pub mod environment;
#[cfg(target_os = "linux")]
mod family;
pub mod finalizers;
pub mod find;
pub mod guard;
pub mod identity;
pub mod leftover;
mod output;
mod pause;
pub mod ports;
#[cfg(target_os = "linux")]
mod procfs;
#[cfg(target_os = "linux")]
mod pump;
pub mod redact;
pub mod signals;
mod supervisor;
mod temporary;
mod voice;
mod watch;
#[cfg(target_os = "linux")]
mod watch_linux;
// On Linux it is only tested.
#[cfg(any(test, not(target_os = "linux")))]
mod watch_portable;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

pub use cancel::Cancel;
pub use capture::Capture;
pub use finalizers::Finalizers;
pub use supervisor::System;
pub use voice::Voice;

#[cfg(target_os = "linux")]
use watch_linux as platform;
#[cfg(not(target_os = "linux"))]
use watch_portable as platform;

/// The time between the request to end (TERM) and the end by force (KILL).
pub const DEFAULT_GRACE: Duration = Duration::from_secs(10);

/// What to run: plain data, so that a plan, a log and a test can hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The program as an absolute path.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// The directory it runs in.
    pub cwd: PathBuf,
    /// Variables set on top of the allowed environment.
    pub env: Vec<(OsString, OsString)>,
    /// The time it may take; afterwards its group is ended and the outcome is [`End::TimedOut`].
    pub timeout: Duration,
    /// The time between TERM and KILL.
    pub grace: Duration,
    /// The file that its stdin is; without one it has an empty stdin.
    pub stdin_file: Option<PathBuf>,
    /// The file that both streams go to, in order of arrival, up to [`capture::MAX_LOG_BYTES`] a stream.
    pub log: Option<PathBuf>,
    /// The file that stdout goes to instead of `log`: for tools whose stdout is their report.
    pub stdout_file: Option<PathBuf>,
    /// What is kept in memory as it came.
    pub raw: KeepRaw,
    /// What becomes of daemons that it starts.
    pub daemons: Daemons,
}

/// What becomes of daemons that a child starts and leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Daemons {
    /// They are ended with it, as everything that it started.
    End,
    /// Those with one of these names stay, and somebody takes them down by other means: containers of an engine without a
    /// server are kept by such. From then on the runner spares whatever it adopts of these names, since a daemon starts
    /// others while no child runs. The child carries no tag, because they would inherit it.
    Stay(&'static [&'static str]),
}

/// What of a child's streams is kept in memory as it came, for who reads it; see [`Raw`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepRaw {
    /// Nothing.
    Nothing,
    /// The start and the end of both streams.
    Ends,
    /// Of stdout up to [`capture::REPORT_BYTES`], because it is a report; of stderr its start and its end.
    Report,
}

impl Invocation {
    /// A program in a directory with a deadline; arguments and the rest are added by field.
    pub fn new(program: impl Into<PathBuf>, cwd: impl Into<PathBuf>, timeout: Duration) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            cwd: cwd.into(),
            env: Vec::new(),
            timeout,
            grace: DEFAULT_GRACE,
            stdin_file: None,
            log: None,
            stdout_file: None,
            raw: KeepRaw::Nothing,
            daemons: Daemons::End,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<I, S>(mut self, args: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<OsString>,
    {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// The command as words, for reports; parts that are not Unicode are shown as well as they can be.
    pub fn words(&self) -> Vec<String> {
        std::iter::once(self.program.to_string_lossy().into_owned())
            .chain(self.args.iter().map(|arg| arg.to_string_lossy().into_owned()))
            .collect()
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It exited with this code.
    Code(i32),
    /// A signal killed it. Never shown as an exit code.
    Signal(i32),
    /// Its time ran out and sdd ended it.
    TimedOut,
    /// sdd was told to stop and ended it.
    Cancelled,
}

/// A process that was run to its end.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// What it wrote to stdout without secrets, its start and its end.
    pub stdout: Capture,
    /// What it wrote to stderr without secrets, its start and its end.
    pub stderr: Capture,
    /// How long it ran.
    pub elapsed: Duration,
    /// The processor time that it used, with that of its threads and of the children that it waited for, to a hundredth
    /// of a second. `None` where the system does not tell.
    pub cpu: Option<Duration>,
    /// Whether something that it started held its pipes after it had ended, and was ended.
    pub leaked: bool,
    /// How many processes it left running when it ended by itself; they were ended.
    pub left: u32,
    /// How many processes had left its group and were ended.
    pub escaped: u32,
    /// Both streams as they came, where that was asked for.
    pub raw: Option<Raw>,
}

impl Outcome {
    /// One that ended like this at once, wrote nothing and left nothing.
    pub fn of(end: End) -> Self {
        Self {
            end,
            stdout: Capture::default(),
            stderr: Capture::default(),
            elapsed: Duration::ZERO,
            cpu: None,
            leaked: false,
            left: 0,
            escaped: 0,
            raw: None,
        }
    }
}

/// Both streams with the secrets in them: a report without them may be no report any more. It is for reading in
/// memory only, and what is made of it passes a redactor before it is shown or stored.
#[derive(Clone)]
pub struct Raw {
    /// What it wrote to stdout.
    pub stdout: Capture,
    /// What it wrote to stderr.
    pub stderr: Capture,
}

// Written by hand: the streams hold the secrets.
impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Raw").finish_non_exhaustive()
    }
}

impl Outcome {
    /// Stdout for who reads it: as it came, where that was kept.
    pub fn read_stdout(&self) -> &Capture {
        self.raw.as_ref().map_or(&self.stdout, |raw| &raw.stdout)
    }

    /// Stderr for who reads it: as it came, where that was kept.
    pub fn read_stderr(&self) -> &Capture {
        self.raw.as_ref().map_or(&self.stderr, |raw| &raw.stderr)
    }
}

/// A process that was talked to and that has ended.
#[derive(Clone, Debug)]
pub struct Talked {
    /// How it ended by itself; `None` when it was ended because the talk was over.
    pub end: Option<End>,
    /// What it wrote to stderr, its start and its end.
    pub stderr: Capture,
}

/// What is told each piece that a process writes to stdout. Dropped when the process writes no more.
pub type Ear = Box<dyn FnMut(&[u8]) + Send>;

/// Why a process could not be run at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program does not exist.
    #[error("{} is not installed", program.display())]
    NotFound {
        /// The program.
        program: PathBuf,
    },
    /// The program exists and may not be executed.
    #[error("{} is not executable", program.display())]
    NotExecutable {
        /// The program.
        program: PathBuf,
    },
    /// The directory to run in does not exist or may not be entered.
    #[error("cannot run in {}", cwd.display())]
    Directory {
        /// The directory.
        cwd: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file that its stdin was to be could not be opened.
    #[error("cannot read {}", path.display())]
    Stdin {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file for its output could not be opened.
    #[error("cannot write the log {}", path.display())]
    Log {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// It ran to its end, and not all that it said could be written.
    #[error("it ended, but what it said cannot be written to {}", path.display())]
    Cut {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Anything else that kept it from starting or being watched.
    #[error("cannot run {}", program.display())]
    Io {
        /// The program.
        program: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
}

/// The seam between what is to be run and how: the real one is [`System`].
pub trait Runner: Sync {
    /// Runs to the end, however it comes.
    fn run(&self, invocation: &Invocation) -> Result<Outcome, Error>;

    /// Starts a process and talks with it: `ear` hears what it says on stdout, and `talk` gets its stdin. When `talk`
    /// returns, its stdin is closed, and soon afterwards the process is ended. Its time-out holds for the whole talk.
    fn talk(
        &self,
        invocation: &Invocation,
        ear: Ear,
        talk: &mut (dyn FnMut(Voice) + Send),
    ) -> Result<Talked, Error> {
        let (_, _) = (ear, talk);
        Err(Error::Io {
            program: invocation.program.clone(),
            source: std::io::ErrorKind::Unsupported.into(),
        })
    }

    /// The value of a variable that processes get from the environment; `None` when it is withheld, empty or not Unicode.
    fn variable(&self, name: &str) -> Option<String> {
        let _ = name;
        None
    }
}

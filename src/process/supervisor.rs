//! The real runner.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use super::capture::Capture;
use super::children::Children;
use super::environment::RUN_ID;
use super::guard::{self, Guard};
use super::output::Outputs;
use super::redact::Redactor;
use super::temporary::{OfChild, Temporary};
use super::watch::{Job, Watched, Why};
use super::{Cancel, Daemons, Ear, End, Error, Invocation, Outcome, Runner, Talked, Voice, platform};

/// A program that is still open for writing (it was unpacked a moment ago) is tried again this often.
const BUSY_TRIES: u32 = 5;

/// Runs processes for real.
///
/// Children start with the signal mask that sdd itself was given (sdd blocks nothing), with SIGPIPE at its default
/// (the standard library sees to that), and with every signal that sdd handles at its default.
pub struct System {
    env: Vec<(OsString, OsString)>,
    /// What the tags of all children begin with.
    run_tag: String,
    /// Keeps two runners with one run id apart.
    nonce: u64,
    cancel: Cancel,
    redactor: Arc<Redactor>,
    guard_program: Option<PathBuf>,
    prepared: OnceLock<Prepared>,
    children: Children,
    started: AtomicUsize,
    running: AtomicUsize,
}

/// What is there once before the first child. The directory goes before the guard, which would remove it as well.
#[derive(Default)]
struct Prepared {
    /// `None` where none can be made: then children have the place that everybody has.
    temporary: Option<Temporary>,
    guard: Option<Guard>,
}

impl System {
    /// A runner whose children get `env`, carry the tag `SDD_RUN_ID=run_id…`, stop when `cancel` says so, and
    /// whose output passes `redactor` before it is kept or written.
    pub fn new(
        env: Vec<(OsString, OsString)>,
        run_id: &str,
        cancel: Cancel,
        redactor: Arc<Redactor>,
    ) -> Self {
        // A run inside another run has the outer id before its own.
        let run_tag = env
            .iter()
            .find(|(name, _)| name == RUN_ID)
            .and_then(|(_, value)| value.to_str())
            .filter(|value| value.ends_with(run_id))
            .unwrap_or(run_id)
            .to_owned();
        Self {
            env,
            run_tag,
            nonce: RandomState::new().hash_one(run_id),
            cancel,
            redactor,
            guard_program: None,
            prepared: OnceLock::new(),
            children: Children::default(),
            started: AtomicUsize::new(0),
            running: AtomicUsize::new(0),
        }
    }

    /// The same with a guard that ends the children when sdd itself is killed: `program` is sdd, to be started as
    /// [`super::guard`] says. It is started with the first child.
    #[must_use]
    pub fn with_guard(mut self, program: impl Into<PathBuf>) -> Self {
        self.guard_program = Some(program.into());
        self
    }

    /// What the tags of this runner's children begin with, and those of no other runner.
    fn own_tag(&self) -> String {
        format!("{}.{:016x}", self.run_tag, self.nonce)
    }

    /// What must be done once before the first child.
    fn prepare(&self) -> &Prepared {
        self.prepared.get_or_init(|| {
            platform::prepare();
            let temporary = Temporary::new(&self.env).ok();
            let place = temporary.as_ref().map(Temporary::path);
            // Without a guard everything works as long as sdd lives.
            let guard = self
                .guard_program
                .as_deref()
                .and_then(|program| Guard::start(program, &self.run_tag, place).ok());
            if let Some(guard) = &guard {
                self.children.know(guard.id());
            }
            Prepared { temporary, guard }
        })
    }

    fn spawn(
        &self,
        invocation: &Invocation,
        tag: &str,
        temporary: Option<&OfChild>,
        stdin: &Input,
    ) -> io::Result<Child> {
        let mut tries = 1;
        loop {
            let stdin = stdin.stdio()?;
            match self
                .children
                .begin(|| self.command(invocation, tag, temporary, stdin).spawn())
            {
                Err(error) if error.kind() == ErrorKind::ExecutableFileBusy && tries < BUSY_TRIES => {
                    thread::sleep(Duration::from_millis(10) * tries);
                    tries += 1;
                }
                result => return result,
            }
        }
    }

    /// Starts a child and watches it to its end.
    fn supervise(&self, invocation: &Invocation, talk: Option<Talk<'_>>) -> Result<Watched, Error> {
        check_directory(&invocation.cwd)?;
        let stdin = match &talk {
            Some(_) => Input::Pipe,
            None => Input::of(invocation)?,
        };
        let Prepared { temporary, guard } = self.prepare();
        let mut outputs = Outputs::open(invocation, &self.redactor)?;
        let number = self.started.fetch_add(1, Ordering::SeqCst);
        let tag = format!("{}.{number}", self.own_tag());
        let temporary = temporary.as_ref().and_then(|all| all.of_child(number).ok());

        if let Daemons::Stay(names) = invocation.daemons {
            self.children.let_stay(names);
        }
        let _running = Counted::new(&self.running);
        let alone = || self.running.load(Ordering::SeqCst) == 1;
        let paused = self.cancel.pause().total();
        let deadline = Instant::now().checked_add(invocation.timeout);
        let mut child = self
            .spawn(invocation, &tag, temporary.as_ref(), &stdin)
            .map_err(|source| spawn_error(&invocation.program, source))?;
        let number = child.id();
        if let Some(guard) = guard {
            guard.child_began(number);
        }
        self.redactor.prepare();
        let over = OnceLock::new();
        let job = Job {
            deadline,
            paused,
            grace: invocation.grace,
            cancel: &self.cancel,
            tag: &tag,
            alone: &alone,
            children: &self.children,
            look: &|| {
                if let Some(guard) = guard {
                    guard.look_for_strays(&self.children);
                }
            },
            over: &|| {
                over.get()
                    .is_some_and(|since: &Instant| since.elapsed() >= FAREWELL)
            },
        };
        let watched = thread::scope(|scope| {
            let speaking = talk.map(|Talk { ear, speak }| {
                outputs.listen(ear);
                let voice = child.stdin.take().map(Voice::new);
                let over = &over;
                scope.spawn(move || {
                    let _over = Over(over);
                    if let Some(Ok(voice)) = voice {
                        speak(voice);
                    }
                })
            });
            let watched = platform::watch(child, outputs, &job);
            // Whoever panicked while speaking has no answer, and that is all.
            let _said = speaking.map(thread::ScopedJoinHandle::join);
            watched
        });
        if let Some(guard) = guard {
            guard.child_ended(number);
        }
        watched.map_err(|source| Error::Io {
            program: invocation.program.clone(),
            source,
        })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that starts processes"
    )]
    fn command(
        &self,
        invocation: &Invocation,
        tag: &str,
        temporary: Option<&OfChild>,
        stdin: Stdio,
    ) -> Command {
        let mut command = Command::new(&invocation.program);
        command
            .args(&invocation.args)
            .current_dir(&invocation.cwd)
            .env_clear()
            .envs(self.env.iter().map(pair))
            .envs(temporary.into_iter().flat_map(OfChild::variables))
            .envs(invocation.env.iter().map(pair))
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        match invocation.daemons {
            Daemons::End => command.env(RUN_ID, tag),
            Daemons::Stay(_) => command.env_remove(RUN_ID),
        };
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
    }
}

impl Drop for System {
    fn drop(&mut self) {
        if self.started.load(Ordering::SeqCst) > 0 {
            guard::end_rest(&self.own_tag());
        }
    }
}

/// What a child reads.
enum Input {
    /// Nothing.
    Empty,
    /// A file.
    File(File),
    /// What it is told.
    Pipe,
}

impl Input {
    fn of(invocation: &Invocation) -> Result<Self, Error> {
        let Some(path) = &invocation.stdin_file else {
            return Ok(Self::Empty);
        };
        let opened = File::open(path).map_err(|source| Error::Stdin {
            path: path.clone(),
            source,
        });
        opened.map(Self::File)
    }

    fn stdio(&self) -> io::Result<Stdio> {
        match self {
            Self::Empty => Ok(Stdio::null()),
            Self::File(file) => file.try_clone().map(Stdio::from),
            Self::Pipe => Ok(Stdio::piped()),
        }
    }
}

/// The time that a child gets to end by itself when the talk with it is over.
const FAREWELL: Duration = Duration::from_secs(2);

/// A talk with a child: who hears it, and who speaks.
struct Talk<'a> {
    ear: Ear,
    speak: &'a mut (dyn FnMut(Voice) + Send),
}

/// Remembers when a talk ended, however it ended.
struct Over<'a>(&'a OnceLock<Instant>);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        let _ = self.0.set(Instant::now());
    }
}

fn pair((name, value): &(OsString, OsString)) -> (&OsStr, &OsStr) {
    (name, value)
}

impl Runner for System {
    fn run(&self, invocation: &Invocation) -> Result<Outcome, Error> {
        if self.cancel.is_requested() {
            return Ok(Outcome::of(End::Cancelled));
        }
        let watched = self.supervise(invocation, None)?;
        let end = ended(invocation, &watched)?;
        let kept = watched.outputs.finish()?;
        Ok(Outcome {
            end,
            stdout: kept.stdout,
            stderr: kept.stderr,
            elapsed: watched.elapsed,
            cpu: watched.cpu,
            leaked: watched.leaked,
            left: watched.left,
            escaped: watched.escaped,
            raw: kept.raw,
        })
    }

    fn talk(
        &self,
        invocation: &Invocation,
        ear: Ear,
        talk: &mut (dyn FnMut(Voice) + Send),
    ) -> Result<Talked, Error> {
        if self.cancel.is_requested() {
            return Ok(Talked {
                end: Some(End::Cancelled),
                stderr: Capture::default(),
            });
        }
        let watched = self.supervise(invocation, Some(Talk { ear, speak: talk }))?;
        let end = match watched.why {
            Why::Over => None,
            Why::Ended | Why::TimedOut | Why::Cancelled => Some(ended(invocation, &watched)?),
        };
        let kept = watched.outputs.finish()?;
        Ok(Talked {
            end,
            stderr: kept.stderr,
        })
    }

    fn variable(&self, name: &str) -> Option<String> {
        let found = self.env.iter().find(|(known, _)| known == name)?;
        let value = found.1.to_str()?;
        (!value.is_empty()).then(|| value.to_owned())
    }
}

fn ended(invocation: &Invocation, watched: &Watched) -> Result<End, Error> {
    end_of(watched).map_err(|source| Error::Io {
        program: invocation.program.clone(),
        source,
    })
}

/// Counts a child as running for as long as this lives.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn end_of(watched: &Watched) -> io::Result<End> {
    match watched.why {
        Why::TimedOut => Ok(End::TimedOut),
        Why::Cancelled | Why::Over => Ok(End::Cancelled),
        Why::Ended => {
            let status = watched
                .status
                .ok_or_else(|| io::Error::other("its exit status was lost"))?;
            #[cfg(unix)]
            if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
                return Ok(End::Signal(signal));
            }
            status
                .code()
                .map(End::Code)
                .ok_or_else(|| io::Error::other("it ended without an exit code"))
        }
    }
}

/// The same error number stands for a bad directory and for a bad program, so the directory is looked at first.
fn check_directory(cwd: &Path) -> Result<(), Error> {
    let failed = |source| Error::Directory {
        cwd: cwd.to_owned(),
        source,
    };
    if !cwd.metadata().map_err(failed)?.is_dir() {
        return Err(failed(ErrorKind::NotADirectory.into()));
    }
    #[cfg(unix)]
    rustix::fs::access(cwd, rustix::fs::Access::EXEC_OK)
        .map_err(io::Error::from)
        .map_err(failed)?;
    Ok(())
}

fn spawn_error(program: &Path, source: io::Error) -> Error {
    /// What exec says about a file that is neither a program nor a script with a `#!` line.
    const ENOEXEC: i32 = 8;
    let program = program.to_owned();
    match source.kind() {
        ErrorKind::NotFound if program.exists() => Error::Io {
            program,
            source: io::Error::new(
                ErrorKind::NotFound,
                "the interpreter that its first line names does not exist",
            ),
        },
        ErrorKind::NotFound | ErrorKind::NotADirectory => Error::NotFound { program },
        ErrorKind::PermissionDenied => Error::NotExecutable { program },
        _ if source.raw_os_error() == Some(ENOEXEC) => Error::NotExecutable { program },
        _ => Error::Io { program, source },
    }
}

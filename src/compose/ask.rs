//! Asking Compose and the engine: a call is data, and its answer is text or the reason why there is none.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::text;
use crate::process::{Daemons, End, Error, Invocation, KeepRaw, Runner};

/// A client that was told to end has little to clean up: the engine goes on by itself.
const GRACE: Duration = Duration::from_secs(5);
/// The last lines of what a program said that are quoted.
const QUOTED_LINES: usize = 12;
/// The longest quotation, in characters.
const QUOTED_CHARS: usize = 1_200;
/// The longest quotation where it is one among others, in characters.
const BRIEF_CHARS: usize = 60;

/// One call of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The program as an absolute path.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// How long it may take.
    pub timeout: Duration,
    /// What becomes of daemons that it starts.
    pub daemons: Daemons,
}

impl Call {
    /// A call with its arguments.
    pub fn new<I, S>(program: &Path, args: I, timeout: Duration) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<OsString>,
    {
        Self {
            program: program.to_owned(),
            args: args.into_iter().map(Into::into).collect(),
            timeout,
            daemons: Daemons::End,
        }
    }

    /// The same with daemons of its own.
    #[must_use]
    pub fn with_daemons(mut self, daemons: Daemons) -> Self {
        self.daemons = daemons;
        self
    }

    /// The call as one would type it, for reports.
    pub fn shown(&self) -> String {
        let program = self
            .program
            .file_name()
            .map_or_else(|| self.program.to_string_lossy(), |name| name.to_string_lossy());
        let words = std::iter::once(program).chain(self.args.iter().map(|arg| arg.to_string_lossy()));
        words
            .map(|word| {
                shlex::try_quote(&word).map_or_else(|_| word.to_string(), std::borrow::Cow::into_owned)
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The call as an invocation.
    pub fn invocation(&self, cwd: &Path) -> Invocation {
        let mut invocation =
            Invocation::new(&self.program, cwd, self.timeout).args(self.args.iter().cloned());
        invocation.grace = GRACE;
        invocation.daemons = self.daemons;
        invocation
    }
}

/// What a program answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its exit code.
    pub code: i32,
    /// What it wrote to stdout, as it came: not to be stored or shown.
    pub stdout: String,
    /// What it wrote to stderr, without secrets; of much, the beginning and the end.
    pub stderr: String,
    /// The end of what it wrote to stderr, or else to stdout, without secrets.
    pub said: String,
}

impl Answer {
    /// It as a no.
    pub fn refusal(self, call: &Call) -> CallError {
        CallError::Refused {
            call: call.shown(),
            code: self.code,
            said: self.said,
        }
    }
}

/// Why a call has no answer, or a bad one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It could not be started.
    #[error("`{call}` could not be run: {why}")]
    NotRun {
        /// The call.
        call: String,
        /// The cause.
        why: String,
    },
    /// It did not end in time.
    #[error("`{call}` did not end within {} s{}", limit.as_secs(), quoted(said))]
    TimedOut {
        /// The call.
        call: String,
        /// The time that it had.
        limit: Duration,
        /// The end of what it said.
        said: String,
    },
    /// A signal ended it.
    #[error("`{call}` was killed by signal {signal}")]
    Killed {
        /// The call.
        call: String,
        /// The signal.
        signal: i32,
    },
    /// sdd was told to stop.
    #[error("`{call}` was ended because sdd was told to stop")]
    Cancelled {
        /// The call.
        call: String,
    },
    /// It said no.
    #[error("`{call}` ended with exit code {code}{}", quoted(said))]
    Refused {
        /// The call.
        call: String,
        /// Its exit code.
        code: i32,
        /// The end of what it said.
        said: String,
    },
    /// It says that all is well, and its answer is none.
    #[error("the answer of `{call}` cannot be read: {why}")]
    Unreadable {
        /// The call.
        call: String,
        /// The cause.
        why: String,
    },
}

impl CallError {
    /// What came of the call, as the end of a sentence that says otherwise which call it was; of much that was said the
    /// beginning.
    pub fn how(&self) -> String {
        let brief = |said: &str| quoted(&text::shorten(said, BRIEF_CHARS));
        match self {
            Self::NotRun { why, .. } => format!("could not be run{}", brief(why)),
            Self::TimedOut { limit, said, .. } => {
                format!("did not end within {} s{}", limit.as_secs(), brief(said))
            }
            Self::Killed { signal, .. } => format!("was killed by signal {signal}"),
            Self::Cancelled { .. } => "was ended because sdd was told to stop".to_owned(),
            Self::Refused { code, said, .. } => format!("ended with exit code {code}{}", brief(said)),
            Self::Unreadable { why, .. } => format!("gave no answer that can be read{}", brief(why)),
        }
    }

    /// Whether it was sdd that was told to stop.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled { .. })
    }
}

fn quoted(said: &str) -> String {
    if said.is_empty() {
        String::new()
    } else {
        format!(": {said}")
    }
}

/// Makes a call and gives its answer, whatever its exit code.
pub fn ask(runner: &dyn Runner, cwd: &Path, call: &Call) -> Result<Answer, CallError> {
    let mut invocation = call.invocation(cwd);
    invocation.raw = KeepRaw::Report;
    answer(runner, call, &invocation)
}

/// [`ask`] of a program that reads a file from its stdin; every exit code but 0 is an error.
pub fn feed(runner: &dyn Runner, cwd: &Path, call: &Call, file: &Path) -> Result<(), CallError> {
    let mut invocation = call.invocation(cwd);
    invocation.stdin_file = Some(file.to_owned());
    well(call, answer(runner, call, &invocation)?).map(|_| ())
}

fn answer(runner: &dyn Runner, call: &Call, invocation: &Invocation) -> Result<Answer, CallError> {
    let outcome = runner.run(invocation).map_err(|error| CallError::NotRun {
        call: call.shown(),
        why: why(&error),
    })?;
    let said = match last_lines(&outcome.stderr.bytes()) {
        said if said.is_empty() => last_lines(&outcome.stdout.bytes()),
        said => said,
    };
    match outcome.end {
        End::Code(code) => Ok(Answer {
            code,
            stderr: String::from_utf8_lossy(&outcome.stderr.bytes()).into_owned(),
            stdout: String::from_utf8_lossy(&outcome.read_stdout().bytes()).into_owned(),
            said,
        }),
        End::Signal(signal) => Err(CallError::Killed {
            call: call.shown(),
            signal,
        }),
        End::TimedOut => Err(CallError::TimedOut {
            call: call.shown(),
            limit: call.timeout,
            said,
        }),
        End::Cancelled => Err(CallError::Cancelled { call: call.shown() }),
    }
}

/// [`ask`], and every exit code but 0 is an error.
pub fn ask_well(runner: &dyn Runner, cwd: &Path, call: &Call) -> Result<Answer, CallError> {
    well(call, ask(runner, cwd, call)?)
}

/// Makes a call whose answer goes to a file, without secrets; every exit code but 0 is an error.
pub fn save(runner: &dyn Runner, cwd: &Path, call: &Call, file: &Path) -> Result<(), CallError> {
    let mut invocation = call.invocation(cwd);
    invocation.log = Some(file.to_owned());
    well(call, answer(runner, call, &invocation)?).map(|_| ())
}

fn well(call: &Call, answer: Answer) -> Result<Answer, CallError> {
    if answer.code == 0 {
        return Ok(answer);
    }
    Err(answer.refusal(call))
}

fn why(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// The last lines of a text, on one line.
pub fn last_lines(bytes: &[u8]) -> String {
    let text = text::sanitise(&String::from_utf8_lossy(bytes));
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let telling: Vec<&str> = lines.iter().copied().filter(|line| !is_noise(line)).collect();
    let lines = if telling.is_empty() { lines } else { telling };
    let last = lines
        .get(lines.len().saturating_sub(QUOTED_LINES)..)
        .unwrap_or_default();
    text::shorten(&last.join(" · "), QUOTED_CHARS)
}

/// What Compose does meanwhile (`Container p-web-1  Creating`, `Creating p_web_1 ... done`), and what it only warns of: not
/// why it ends badly.
fn is_noise(line: &str) -> bool {
    const THINGS: [&str; 4] = ["Container ", "Network ", "Volume ", "Image "];
    const DOINGS: [&str; 9] = [
        "Creat", "Start", "Stopp", "Remov", "Pull", "Wait", "Healthy", "Running", "Recreat",
    ];
    let last = line.rsplit_once("  ").or_else(|| line.rsplit_once(' '));
    let does = |word: &str| DOINGS.iter().any(|doing| word.starts_with(doing));
    let by_second = THINGS.iter().any(|thing| line.starts_with(thing))
        && last.is_some_and(|(_, word)| does(word.trim_start()));
    let by_first =
        does(line) && (line.ends_with("...") || line.ends_with("... done") || line.contains(" network "));
    by_second
        || by_first
        || line.contains("level=warning")
        || line.starts_with("WARNING: ")
        || is_noise_of_podman(line)
}

/// What podman-compose calls (with the values of variables), what it looks for before it makes it, and what podman says where
/// there is no systemd: seen with its versions 1.0.6, 1.2.0 and 1.5.0, and podman 4.3.1.
fn is_noise_of_podman(line: &str) -> bool {
    const STARTS: [&str; 9] = [
        "podman ",
        "['podman', ",
        "podman-compose version: ",
        "using podman version: ",
        "** excluding: ",
        "exit code: ",
        "keep ",
        "failed to connect to syslog: ",
        "Error: inspecting object: ",
    ];
    STARTS.iter().any(|start| line.starts_with(start))
        || (line.contains("level=error") && line.contains("systemd"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_it_ended_badly_is_quoted_and_not_what_went_on_meanwhile() {
        let check = |said: &str, expect: &str| assert_eq!(last_lines(said.as_bytes()), expect);
        check(
            " Container p-web-1  Creating\n Container p-db-1  Creating\n Container p-web-1  Created\n\
             Error response from daemon: invalid mount config\n",
            "Error response from daemon: invalid mount config",
        );
        check(
            "time=\"2026-11-29T09:15:49Z\" level=warning msg=\"The \\\"A\\\" variable is not set.\"\n\
             validating /c.yml: services.web Additional property bogus is not allowed\n",
            "validating /c.yml: services.web Additional property bogus is not allowed",
        );
        check(
            "Creating network \"p_default\" with the default driver\nCreating p_web_1 ... \n\
             Creating p_web_1 ... done\nERROR: no such image\n",
            "ERROR: no such image",
        );
        for (said, expect) in [
            (
                include_str!("../../tests/fixtures/compose/podman/up-1.0.6-not-started.err"),
                "Error: crun: ",
            ),
            (
                include_str!("../../tests/fixtures/compose/podman/up-1.2.0-not-started.err"),
                "Error: crun: ",
            ),
            (
                include_str!("../../tests/fixtures/compose/podman/up-1.5.0-not-started.err"),
                "Error: unable to start container ",
            ),
        ] {
            let quoted = last_lines(said.as_bytes());
            assert!(quoted.starts_with(expect), "{quoted}");
            assert!(
                !quoted.contains("podman") && !quoted.contains("systemd") && !quoted.contains("exit code"),
                "{quoted}"
            );
        }
        // What there is, where there is nothing else.
        check(" Network p_default  Creating\n", "Network p_default  Creating");
        check("Container is unhealthy\n", "Container is unhealthy");
    }

    #[test]
    fn a_call_is_shown_as_one_would_type_it() {
        let call = Call::new(
            Path::new("/usr/bin/docker"),
            ["compose", "-f", "/a b/c.yml", "up"],
            Duration::ZERO,
        );
        assert_eq!(call.shown(), "docker compose -f '/a b/c.yml' up");
    }

    #[test]
    fn the_end_of_what_was_said_is_quoted() {
        assert_eq!(last_lines(b""), "");
        assert_eq!(
            last_lines(b"one\r\n\n  two \x1b[31mred\x1b[0m\n"),
            "one · two red"
        );
        let many = (0..40).map(|n| n.to_string()).collect::<Vec<_>>().join("\n");
        assert!(last_lines(many.as_bytes()).starts_with("28 · 29"));
    }
}

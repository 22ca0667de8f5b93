//! Doing what a step says.

use std::collections::BTreeMap;
use std::path::Path;

use super::changes::Looked;
use super::{Job, step_dir};
use crate::gates::{CommandAnswer, CommandWork, PartResult, Step, Work};
use crate::process::{End, Error, Invocation, Outcome};
use crate::project::files;
use crate::store::scratch::{self, ScratchFile};
use crate::tools::FileState;

/// Does one step. Every way in which it can go wrong is a part of the result.
pub(super) fn perform(step: &Step, job: &Job<'_>, looked: &Looked) -> PartResult {
    let root = job.cx.project.root.as_path();
    match &step.work {
        Work::FileExists { path, .. } => {
            PartResult::Exists(files::exists(root, path).map_err(|error| chain(&error)))
        }
        Work::Grep { pattern, files, .. } => {
            PartResult::Grep(files::grep(root, files, pattern).map_err(|error| chain(&error)))
        }
        Work::Command(work) => PartResult::Command(Box::new(run_command(step, work, job))),
        Work::Changes(work) => match looked.look(step, work, job) {
            // The answer may be missing because sdd was told to stop, which is no fault of git.
            Err(_) if job.cancel.is_requested() => PartResult::NotStarted("stopped while it ran".to_owned()),
            answer => PartResult::Changes(answer),
        },
        Work::AtHand { .. } => PartResult::AtHand,
    }
}

/// An error with its causes, in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// The name of the file that both streams of a step go to.
pub(super) fn log_name(step: &Step) -> String {
    format!("{}.log", step.id)
}

fn run_command(step: &Step, work: &CommandWork, job: &Job<'_>) -> CommandAnswer {
    let out = step_dir(job.cx.out, &step.id);
    if let Err(source) = prepare(&out, &work.inputs) {
        let outcome = Err(Error::Log { path: out, source });
        return CommandAnswer {
            outcome,
            stdout: None,
            outputs: BTreeMap::new(),
        };
    }
    let stdout_file = work.reads_stdout.then(|| out.join("stdout"));
    let mut invocation = Invocation::new(&work.program, &work.cwd, work.timeout).args(&work.args);
    invocation.env = work
        .env
        .iter()
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    invocation.log = Some(job.cx.out.join(log_name(step)));
    invocation.stdout_file.clone_from(&stdout_file);
    let before: Vec<Option<Stamp>> = work
        .outputs
        .iter()
        .map(|output| Stamp::of(&output.path))
        .collect();
    let outcome = job.runner.run(&invocation);
    let stdout = stdout_file.map(|path| read_stdout(&path, &outcome));
    let outputs = work
        .outputs
        .iter()
        .zip(before)
        .map(|(output, before)| {
            let state = if output.path.starts_with(&out) {
                read_output(&output.path, job)
            } else {
                read_of_project(&output.path, before, job)
            };
            (output.key, state)
        })
        .collect();
    CommandAnswer {
        outcome,
        stdout,
        outputs,
    }
}

pub(super) fn prepare(out: &Path, inputs: &[(String, String)]) -> std::io::Result<()> {
    scratch::make_dir(out)?;
    for (name, content) in inputs {
        scratch::write_new(&out.join(name), content.as_bytes())?;
    }
    Ok(())
}

/// All of stdout. Short output is in memory; the file is read only when the middle is missing there.
fn read_stdout(path: &Path, outcome: &Result<Outcome, Error>) -> Result<Vec<u8>, String> {
    let Ok(outcome) = outcome else {
        return Ok(Vec::new());
    };
    if !outcome.stdout.truncated() {
        return Ok(outcome.stdout.bytes());
    }
    if !matches!(outcome.end, End::Code(_)) {
        return Ok(Vec::new());
    }
    match scratch::read(path) {
        ScratchFile::Read(bytes) if bytes.len() as u64 >= outcome.stdout.total() => Ok(bytes),
        ScratchFile::Read(_) => Err("its file is shorter than what was printed".to_owned()),
        ScratchFile::Missing => Err("its file is missing".to_owned()),
        // The file holds what was kept, which is less than what was printed.
        ScratchFile::TooLarge(_) => Err(format!(
            "it has {} bytes, too many to read",
            outcome.stdout.total()
        )),
        ScratchFile::Unreadable(why) => Err(why),
    }
}

/// What tells a file that was written anew from one that was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<std::time::SystemTime>,
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let meta = std::fs::metadata(path).ok()?;
        Some(Self {
            length: meta.len(),
            modified: meta.modified().ok(),
        })
    }
}

/// Reads a file that a command of the project's own writes where it likes: what was there before and was not touched
/// is no answer, and what is there stays as it is.
fn read_of_project(path: &Path, before: Option<Stamp>, job: &Job<'_>) -> FileState {
    let inside = path
        .canonicalize()
        .is_ok_and(|real| real.starts_with(&job.cx.project.root));
    if before.is_some() && before == Stamp::of(path) {
        return FileState::Stale;
    }
    if path.exists() && !inside {
        return FileState::Unreadable("it leads out of the project".to_owned());
    }
    match scratch::read(path) {
        ScratchFile::Missing => FileState::Missing,
        ScratchFile::TooLarge(bytes) => FileState::TooLarge(bytes),
        ScratchFile::Unreadable(why) => FileState::Unreadable(why),
        ScratchFile::Read(bytes) => FileState::Fresh(match std::str::from_utf8(&bytes) {
            Ok(text) => job.redactor.text(text).into_bytes(),
            Err(_) => bytes,
        }),
    }
}

/// Reads a tool's file and takes secrets out of it, in memory and on disk: it stays for people to look at.
fn read_output(path: &Path, job: &Job<'_>) -> FileState {
    match scratch::read(path) {
        ScratchFile::Missing => FileState::Missing,
        ScratchFile::TooLarge(bytes) => FileState::TooLarge(bytes),
        ScratchFile::Unreadable(why) => FileState::Unreadable(why),
        ScratchFile::Read(bytes) => {
            let Ok(text) = std::str::from_utf8(&bytes) else {
                return FileState::Fresh(bytes);
            };
            let clean = job.redactor.text(text);
            if clean == text {
                return FileState::Fresh(bytes);
            }
            match scratch::overwrite(path, clean.as_bytes()) {
                Ok(()) => FileState::Fresh(clean.into_bytes()),
                Err(error) => FileState::Unreadable(format!("secrets could not be taken out of it: {error}")),
            }
        }
    }
}

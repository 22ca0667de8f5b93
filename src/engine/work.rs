//! Doing what a step says.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::asked::Asked;
use super::services::Held;
use super::{Job, benchmarks, contracts, deploying, environment, fixtures, libraries, step_dir};
use crate::gates::{CommandAnswer, CommandWork, PartResult, Step, Work};
use crate::parse::dated;
use crate::process::{Capture, End, Error, Invocation, KeepRaw, Outcome};
use crate::project::files;
use crate::store::scratch::{self, ScratchFile};
use crate::tools::FileState;

/// Does one step. Every way in which it can go wrong is a part of the result.
pub(super) fn perform(
    step: &Step,
    job: &Job<'_>,
    asked: &Asked,
    held: Option<&mut Held<'_, '_>>,
) -> PartResult {
    let root = job.cx.project.root.as_path();
    match &step.work {
        Work::FileExists { path, .. } => {
            PartResult::Exists(files::exists(root, path).map_err(|error| chain(&error)))
        }
        Work::Grep { pattern, files, .. } => {
            let tracked = &job.cx.project.tracked;
            PartResult::Grep(files::grep(root, files, pattern, tracked).map_err(|error| chain(&error)))
        }
        Work::Command(work) => PartResult::Command(Box::new(run_command(step, work, job, held.as_deref()))),
        Work::Changes(work) => match asked.changes.look(work, job) {
            // The answer may be missing because sdd was told to stop, which is no fault of git.
            Err(_) if job.cancel.is_requested() => PartResult::NotStarted("stopped while it ran".to_owned()),
            answer => PartResult::Changes(answer),
        },
        Work::Libraries(work) => libraries::look_up(step, work, job),
        Work::Contract(work) => contracts::check(work, job),
        Work::Benchmark(work) => benchmarks::measure(step, work, job, held),
        Work::Environment(work) => environment::look(work, job, asked.compose(job)),
        Work::Fixture(work) => fixtures::load(step, work, job, held.as_deref()),
        Work::Documents(work) => environment::documents(work, job),
        Work::Deployment(work) => deploying::look(work, job),
        // These are done where services are held.
        Work::Services(_) | Work::Teardown => PartResult::Nothing,
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

fn run_command(step: &Step, work: &CommandWork, job: &Job<'_>, held: Option<&Held<'_, '_>>) -> CommandAnswer {
    let out = step_dir(job.cx.out, &step.id);
    if let Err(source) = prepare(&out, &work.inputs) {
        let outcome = Err(Error::Log { path: out, source });
        return CommandAnswer {
            outcome,
            stdout: None,
            outputs: BTreeMap::new(),
        };
    }
    let mut invocation = Invocation::new(&work.program, &work.cwd, work.timeout).args(&work.args);
    invocation.env = work
        .env
        .iter()
        .map(|(name, value)| (name.into(), value.into()))
        .chain(held.into_iter().flat_map(Held::variables))
        .collect();
    invocation.log = Some(job.cx.out.join(log_name(step)));
    invocation.stdout_file = work.reads_stdout.then(|| out.join("stdout"));
    invocation.raw = if work.reads_stdout {
        KeepRaw::Report
    } else {
        KeepRaw::Ends
    };
    // Of the same clock as the times of files in it.
    let began = std::fs::metadata(&out).and_then(|meta| meta.modified()).ok();
    let before: Vec<Option<Stamp>> = work
        .outputs
        .iter()
        .map(|output| Stamp::of(&output.path))
        .collect();
    let mut outcome = job.runner.run(&invocation);
    let stdout = work.reads_stdout.then(|| take_stdout(&mut outcome));
    let outputs = work
        .outputs
        .iter()
        .zip(before)
        .map(|(output, before)| {
            let state = if output.path.starts_with(&out) {
                // Before secrets are taken out of it, which writes it anew.
                let modified = Stamp::of(&output.path).map(|stamp| stamp.modified);
                match read_output(&output.path, job) {
                    FileState::Fresh(bytes) => of_this_run(bytes, began, modified.flatten()),
                    state => state,
                }
            } else {
                read_of_project(&output.path, before, job)
            };
            (output.key, state)
        })
        .chain(
            work.reads
                .iter()
                .map(|file| (file.key, read_inside(&file.path, job))),
        )
        .collect();
    CommandAnswer {
        outcome,
        stdout,
        outputs,
    }
}

pub(super) fn prepare(out: &Path, inputs: &[(String, String)]) -> io::Result<()> {
    scratch::make_dir(out)?;
    for (name, content) in inputs {
        scratch::write_new(&out.join(name), content.as_bytes())?;
    }
    Ok(())
}

/// All of stdout as it came. What stays with the outcome is its start and its end.
fn take_stdout(outcome: &mut Result<Outcome, Error>) -> Result<Vec<u8>, String> {
    let Ok(outcome) = outcome else {
        return Ok(Vec::new());
    };
    let stdout = outcome.read_stdout();
    let (total, whole) = (stdout.total(), (!stdout.truncated()).then(|| stdout.bytes()));
    if let (Some(raw), Some(whole)) = (&mut outcome.raw, &whole) {
        raw.stdout = Capture::of(whole);
    }
    match (whole, outcome.end) {
        (Some(bytes), _) => Ok(bytes),
        (None, End::Code(_)) => Err(format!("it has {total} bytes, too many to read")),
        (None, _) => Ok(Vec::new()),
    }
}

/// What tells a file that was written anew from one that was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
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

/// Tells a report that was copied to where the tool was to write its own, by the time of the file or by its own date:
/// tests that know the place may do that, and end the tool before it comes to write.
fn of_this_run(bytes: Vec<u8>, began: Option<SystemTime>, modified: Option<SystemTime>) -> FileState {
    let (Some(began), Some(modified)) = (began, modified) else {
        return FileState::Fresh(bytes);
    };
    if modified < began {
        FileState::Stale
    } else if dated::is_earlier(&bytes, began, modified) {
        FileState::Dated(bytes)
    } else {
        FileState::Fresh(bytes)
    }
}

/// Reads a file that a command of the project's own writes where it likes: what was there before and was not touched
/// is no answer, and what is there stays as it is.
fn read_of_project(path: &Path, before: Option<Stamp>, job: &Job<'_>) -> FileState {
    if before.is_some() && before == Stamp::of(path) {
        return FileState::Stale;
    }
    let inside = path
        .canonicalize()
        .is_ok_and(|real| real.starts_with(&job.cx.project.root));
    if path.exists() && !inside {
        return FileState::Unreadable("it leads out of the project".to_owned());
    }
    read_as_it_is(path)
}

/// Reads a file of the project, or one that a link inside of it leads to.
fn read_inside(path: &Path, job: &Job<'_>) -> FileState {
    match path.canonicalize() {
        Ok(real) if real.starts_with(&job.cx.project.root) => read_as_it_is(&real),
        Ok(_) => FileState::Unreadable("it leads out of the project".to_owned()),
        Err(error) => FileState::Unreadable(error.to_string()),
    }
}

/// Reads a file that stays as it is; what is said of it is cleaned like everything else.
fn read_as_it_is(path: &Path) -> FileState {
    match scratch::read(path) {
        ScratchFile::Missing => FileState::Missing,
        ScratchFile::TooLarge(bytes) => FileState::TooLarge(bytes),
        ScratchFile::Unreadable(why) => FileState::Unreadable(why),
        ScratchFile::Read(bytes) => FileState::Fresh(bytes),
    }
}

/// Reads a tool's file as it is, and takes secrets out of what stays on disk for people to look at: a report
/// without them may be no report any more.
fn read_output(path: &Path, job: &Job<'_>) -> FileState {
    let kept = |result: io::Result<()>, state: FileState| match result {
        Ok(()) => state,
        Err(error) => FileState::Unreadable(format!("secrets could not be taken out of it: {error}")),
    };
    let mut stream = job.redactor.stream();
    match scratch::read(path) {
        ScratchFile::Missing => FileState::Missing,
        ScratchFile::Unreadable(why) => FileState::Unreadable(why),
        // Nobody looks through all of it for secrets, so it does not stay.
        ScratchFile::TooLarge(bytes) => kept(scratch::remove(path), FileState::TooLarge(bytes)),
        ScratchFile::Read(bytes) => {
            let mut clean = Vec::with_capacity(bytes.len());
            stream.push(&bytes, &mut |piece| clean.extend_from_slice(piece));
            stream.finish(&mut |piece| clean.extend_from_slice(piece));
            let cleaned = if clean == bytes {
                Ok(())
            } else {
                scratch::overwrite(path, &clean)
            };
            kept(cleaned, FileState::Fresh(bytes))
        }
    }
}

//! One step: a record, its code in a file of its own, a record.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Error, Ledger, Site};
use crate::deploy::files;
use crate::deploy::journal::{Event, StepOutcome};
use crate::deploy::plan::Plan;
use crate::deploy::procedure::{Script, Shell, Stage as Part, Step, Way, Work};
use crate::engine::work::chain;
use crate::model::text;
use crate::process::{self, Cancel, End, Invocation, KeepRaw, Outcome, Runner, signals};
use crate::store::scratch;

/// The most of what a step said that stands in a reason.
const MAX_SAID: usize = 200;

/// Runs a step of the procedure or of the way back.
pub(super) fn run(
    site: &Site<'_>,
    ledger: &mut Ledger<'_>,
    step: &Step,
    attempt: u32,
) -> Result<StepOutcome, Error> {
    let back = step.stage == Part::Rollback;
    let Work::Script(script) = &step.work else {
        return Ok(StepOutcome::Failed);
    };
    ledger.add(Event::Started {
        step: step.id.clone(),
        back,
        sha256: script.sha256(),
        attempt,
    })?;
    let steps = if back {
        &site.plan.rollback
    } else {
        &site.plan.steps
    };
    let number = steps.iter().position(|other| other.id == step.id).unwrap_or(0) + 1;
    let letter = if back { "r" } else { "" };
    let name = format!("{letter}{number:02}-{}.{attempt}", step.id);
    let (runner, cancel) = if back {
        (site.steady, site.insist)
    } else {
        (site.runner, site.cancel)
    };
    let timeout = Duration::from_millis(script.timeout_ms);
    let ran = execute(site, runner, script, &name, timeout);
    if let Some(why) = ran.lost {
        // Without the record of an end its state is unknown, which is so.
        return Err(Error::Lost {
            step: step.id.clone(),
            why,
        });
    }
    let event = ended(step, back, &ran, script, cancel);
    let outcome = match &event {
        Event::Ended { outcome, .. } => *outcome,
        _ => StepOutcome::Failed,
    };
    ledger.add(event)?;
    Ok(outcome)
}

/// The record of a step of the way back that nobody ran.
pub(super) fn not_run(step: &Step, why: &str) -> Event {
    Event::Ended {
        step: step.id.clone(),
        back: true,
        outcome: StepOutcome::Failed,
        reason: Some(why.to_owned()),
        exit: None,
        signal: None,
        duration_ms: 0,
        log: None,
        log_sha256: None,
    }
}

/// Code that was run, or why it was not.
pub(super) struct Executed {
    /// How it ended.
    pub(super) outcome: Result<Outcome, String>,
    /// Why nobody knows how it ended, where it did end.
    lost: Option<String>,
    /// Where its output is, relative to the project.
    log: Option<String>,
    /// The hash of that file.
    log_sha256: Option<String>,
}

/// Runs code from a file of its own, with its output in a log of the deployment.
pub(super) fn execute(
    site: &Site<'_>,
    runner: &dyn Runner,
    script: &Script,
    name: &str,
    timeout: Duration,
) -> Executed {
    let failed = |why: String| Executed {
        outcome: Err(why),
        lost: None,
        log: None,
        log_sha256: None,
    };
    let (mut invocation, log) = match prepare(site, script, name, timeout) {
        Ok(prepared) => prepared,
        Err(why) => return failed(why),
    };
    let path = site.store.path(&log);
    invocation.log = Some(path.clone());
    // A smoke test is judged by what it says, with the secrets in it.
    invocation.raw = KeepRaw::Ends;
    match runner.run(&invocation) {
        Ok(outcome) => Executed {
            outcome: Ok(outcome),
            lost: None,
            log_sha256: files::hash_of(&path),
            log: Some(log),
        },
        Err(error @ process::Error::Cut { .. }) => Executed {
            lost: Some(chain(&error)),
            ..failed(error.to_string())
        },
        Err(error) => failed(format!("it could not be run: {error}")),
    }
}

fn prepare(
    site: &Site<'_>,
    script: &Script,
    name: &str,
    timeout: Duration,
) -> Result<(Invocation, String), String> {
    let program = script.shell.program();
    let program = (site.find)(program).ok_or_else(|| format!("{program} is not installed"))?;
    let root = site.store.root();
    let cwd = directory(root, script.cwd.as_deref())?;
    let place =
        |what: &'static str| move |error: std::io::Error| format!("{what} cannot be written: {error}");
    let steps = site.scratch.join("steps");
    made(&steps).map_err(place("the directory of the steps"))?;
    let file = steps.join(format!("{name}.sh"));
    // One of the same name was left by an attempt that sdd itself did not survive.
    let _none = scratch::remove(&file);
    scratch::write_new(&file, script.body.as_bytes()).map_err(place("the code of the step"))?;
    let logs = files::logs(&site.plan.environment, site.deployment);
    made(&site.store.path(&logs)).map_err(place("the directory of the logs"))?;
    let mut env: Vec<(OsString, OsString)> = Vec::new();
    for wanted in &script.env {
        let value =
            (site.value)(wanted).ok_or_else(|| format!("the variable {wanted} is not set, or empty"))?;
        env.push((wanted.into(), value));
    }
    let args: &[&str] = match script.shell {
        Shell::Bash => &["--noprofile", "--norc", "-euo", "pipefail"],
        Shell::Sh => &["-eu"],
    };
    let mut invocation = Invocation::new(program, cwd, timeout)
        .args(args.iter().copied())
        .args([&file]);
    invocation.env = env;
    Ok((invocation, format!("{logs}/{name}.log")))
}

/// The steps and smoke tests whose directory is not there, each with its line and why: to be asked before the first step.
pub fn without_directory(plan: &Plan, root: &Path) -> Vec<(u32, String)> {
    let of_steps = plan.steps.iter().chain(&plan.rollback).map(|step| {
        let script = match &step.work {
            Work::Script(script) => Some(script),
            Work::Manual => None,
        };
        (step.line, format!("the step {}", step.id), script)
    });
    let of_tests = plan.smoke_tests.iter().map(|test| {
        let script = match &test.way {
            Way::Script(script) => Some(script),
            Way::Http(_) => None,
        };
        (test.line, format!("the smoke test {}", test.name), script)
    });
    of_steps
        .chain(of_tests)
        .filter_map(|(line, name, script)| {
            let why = directory(root, script?.cwd.as_deref()).err()?;
            Some((line, format!("{name}: {why}")))
        })
        .collect()
}

/// A directory of the project, links included.
fn directory(root: &Path, inside: Option<&str>) -> Result<PathBuf, String> {
    let Some(inside) = inside else {
        return Ok(root.to_owned());
    };
    let missing = |_| format!("cwd={inside}: there is no such directory");
    let real = root.join(inside).canonicalize().map_err(missing)?;
    let top = root.canonicalize().map_err(missing)?;
    if real.starts_with(&top) && real.is_dir() {
        Ok(real)
    } else {
        Err(format!(
            "cwd={inside} leads out of the project, or is no directory"
        ))
    }
}

/// Makes a directory, its owner's alone, unless it is there.
fn made(path: &Path) -> std::io::Result<()> {
    match scratch::make_dir(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        other => other,
    }
}

fn ended(step: &Step, back: bool, ran: &Executed, script: &Script, cancel: &Cancel) -> Event {
    let (exit, signal) = match ran.outcome.as_ref().map(|outcome| outcome.end) {
        Ok(End::Code(code)) => (Some(code), None),
        Ok(End::Signal(signal)) => (None, Some(signals::name(signal))),
        _ => (None, None),
    };
    let failure = failure(ran, script, cancel);
    let duration = ran
        .outcome
        .as_ref()
        .map_or(0, |outcome| outcome.elapsed.as_millis());
    Event::Ended {
        step: step.id.clone(),
        back,
        outcome: if failure.is_none() {
            StepOutcome::Done
        } else {
            StepOutcome::Failed
        },
        reason: failure,
        exit,
        signal,
        duration_ms: u64::try_from(duration).unwrap_or(u64::MAX),
        log: ran.log.clone(),
        log_sha256: ran.log_sha256.clone(),
    }
}

/// Why code did not do what it should, in one line.
pub(super) fn failure(ran: &Executed, script: &Script, cancel: &Cancel) -> Option<String> {
    let outcome = match &ran.outcome {
        Ok(outcome) => outcome,
        Err(why) => return Some(why.clone()),
    };
    let why = match outcome.end {
        End::Code(code) if script.expect_exit.contains(&code) => {
            let left = outcome.left + outcome.escaped;
            if left == 0 {
                return None;
            }
            // What it was to leave running is not running any more.
            return Some(format!(
                "it left {left} processes running, which were ended: a service belongs to a service manager"
            ));
        }
        End::Code(code) => format!("exit code {code}"),
        End::Signal(signal) => format!("killed by {}", signals::name(signal)),
        End::TimedOut => format!(
            "it took more than {} s, and was ended",
            Duration::from_millis(script.timeout_ms).as_secs_f64()
        ),
        End::Cancelled => {
            let signal = cancel
                .signal()
                .map_or_else(|| "a request".to_owned(), signals::name);
            format!("it was ended because sdd was told to stop by {signal}")
        }
    };
    let said = last_line(outcome);
    Some(if said.is_empty() {
        why
    } else {
        format!("{why}: {said}")
    })
}

/// The last line that a process wrote, stderr first.
fn last_line(outcome: &Outcome) -> String {
    for capture in [&outcome.stderr, &outcome.stdout] {
        let said = text::message(&capture.bytes());
        if let Some(line) = said.lines().rev().find(|line| !line.trim().is_empty()) {
            return text::shorten(line.trim(), MAX_SAID);
        }
    }
    String::new()
}

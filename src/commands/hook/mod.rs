//! `sdd hook`: the answers to a coding agent's events.
//!
//! Whatever happens here, sdd ends with 0 or 2, and stdout is empty or holds one JSON object (of `session-start`: plain
//! text). Every other exit code is passed over by the agent, and the gate would be off without a word.

mod config_change;
mod deadline;
mod gates;
mod memory;
mod policy;
mod post_edit;
mod session_start;
mod sight;
mod stdin;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::PossibleValue;

use super::context::Cx;
use super::error::{brief, did_you_mean};
use super::suggest::Suggest;
use crate::agent::{self, Answer, Decision, Event, Payload, Turn, Written};
use crate::cli::Global;
use crate::process::Cancel;
use crate::process::clock::Clock;
use crate::process::environment::Environment;
use crate::project::detect;
use crate::ui::Ui;
use deadline::Deadline;

/// Answer an event of a coding agent
///
/// Reads the event from stdin as Claude Code writes it, and answers with exit code 0 or 2 and with one JSON object or
/// nothing. `sdd init --claude` writes the settings that start it. In a project without `.session/` it does nothing.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd hook stop --budget 585    may the agent stop? Required gates decide
  sdd hook pre-commit           refuse git commit --no-verify

Exit codes:
  0  the answer is on stdout; nothing there lets the event go on
  2  task-completed: the task is not complete, stderr says why")]
pub struct Args {
    /// The event; one that is not known is let through
    #[arg(value_name = "EVENT", value_parser = Suggest(events), hide_possible_values = true)]
    event: String,
    /// Answer within so many seconds: what has no answer then has no verdict
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    budget: Option<u32>,
}

/// The events, for completion.
fn events() -> Vec<PossibleValue> {
    let value = |event: Event| PossibleValue::new(event.as_str()).help(event.about());
    Event::ALL.into_iter().map(value).collect()
}

/// Whether these words of a command line that was refused were meant for this command.
pub fn is_meant(args: impl IntoIterator<Item = std::ffi::OsString>) -> bool {
    let mut args = args
        .into_iter()
        .skip(1)
        .map(|arg| arg.to_string_lossy().into_owned());
    while let Some(arg) = args.next() {
        if matches!(arg.as_str(), "-C" | "--format" | "--output" | "--color") {
            args.next();
        } else if !arg.starts_with('-') {
            return arg == "hook";
        }
    }
    false
}

/// The answer to a command line that cannot be understood: it must not block, and somebody must learn of it.
pub fn misused(error: &clap::Error) -> Written {
    let text = error.render().to_string();
    let line = text
        .lines()
        .next()
        .unwrap_or_default()
        .trim_start_matches("error: ");
    agent::message_only(&format!(
        "sdd hook was called in a way that it does not understand, and checked nothing: {line}"
    ))
}

/// What an event is answered from.
struct Hook<'a> {
    event: Event,
    payload: &'a Payload,
    /// The project's root.
    root: &'a Path,
    cx: &'a Cx,
    deadline: &'a Deadline,
}

impl Hook<'_> {
    /// Whether the agent goes on already because of a block. A task has no such sign, and is asked about again only
    /// because it was refused.
    fn turn(&self) -> Turn {
        if self.payload.stop_hook_active || self.event == Event::TaskCompleted {
            Turn::Again
        } else {
            Turn::First
        }
    }

    /// Who is blocked, and for what kind of event.
    fn speaker(&self) -> String {
        let task = self.payload.task_id.as_deref().unwrap_or_default();
        let task = if self.event == Event::TaskCompleted {
            format!("/{task}").chars().take(100).collect()
        } else {
            String::new()
        };
        format!("{} {}{task}", self.payload.speaker(), self.event.as_str())
    }

    /// The decision against an event, in the form that the event has for it.
    fn against(&self, reason: String) -> Decision {
        match self.event {
            Event::TaskCompleted => Decision::Refuse(reason),
            _ => Decision::Block(reason),
        }
    }
}

/// Answers an event.
pub fn answer(args: &Args, global: Global, environment: Environment, cancel: Cancel) -> Written {
    let event = Event::named(&args.event);
    let usual = event.unwrap_or(Event::SessionStart).budget();
    let budget = args
        .budget
        .map_or(usual, |seconds| Duration::from_secs(seconds.into()));
    let deadline = Deadline::start(budget, &cancel);
    let (payload, note) = stdin::read(&deadline);
    let Some((root, found)) = root(&payload, &global, &environment) else {
        // The hooks of a user reach every project, and this one has nothing to do with sdd.
        return Answer::default().write(event.unwrap_or(Event::Stop));
    };
    let Some(event) = event else {
        return unknown(&args.event);
    };
    let mut global = global;
    if found == FoundBy::Project {
        // What is typed next is typed elsewhere.
        global.chdir = Some(root.clone());
    }
    let cx = Cx {
        ui: Ui::silent(),
        environment,
        clock: Clock::System,
        cancel,
        start: root.clone(),
        global,
    };
    let hook = Hook {
        event,
        payload: &payload,
        root: &root,
        cx: &cx,
        deadline: &deadline,
    };
    let mut answer = guarded(&hook, || match event {
        Event::Stop | Event::SubagentStop | Event::TaskCompleted => gates::answer(&hook),
        Event::PostEdit => post_edit::answer(&hook),
        Event::PreCommit => policy::pre_commit(&hook),
        Event::SessionStart => session_start::answer(&hook),
        Event::ConfigChange => config_change::answer(&hook),
    });
    if let Some(note) = note {
        answer = answer.with(format!("sdd hook {}: {note}", event.as_str()));
    }
    if let Some(other) = payload
        .hook_event_name
        .as_deref()
        .filter(|name| *name != event.hook_name())
    {
        answer = answer.with(format!(
            "sdd hook {} is for {}, and was called for {}",
            event.as_str(),
            event.hook_name(),
            brief(other)
        ));
    }
    answer.write(event)
}

/// The answer to an event that nobody knows: an agent of a later day may have it.
fn unknown(name: &str) -> Written {
    let names: Vec<&str> = Event::ALL.iter().map(|event| event.as_str()).collect();
    let hint = match did_you_mean(name, names.iter().copied()) {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("events are: {}", names.join(", ")),
    };
    agent::message_only(&format!(
        "sdd hook knows no event {:?}, and checked nothing; {hint}",
        brief(name)
    ))
}

/// By what a project was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FoundBy {
    /// The directory that the agent works in.
    Directory,
    /// What the agent calls its project.
    Project,
}

/// The project that an event is about; `None` when it has no state, and then there is nothing to answer.
fn root(payload: &Payload, global: &Global, environment: &Environment) -> Option<(PathBuf, FoundBy)> {
    let here = std::env::current_dir().ok();
    if let Some(asked) = &global.chdir {
        let start = here.unwrap_or_default().join(asked);
        return detect::find_root(&start).map(|root| (root, FoundBy::Directory));
    }
    let works = payload.cwd.clone().filter(|cwd| cwd.is_absolute()).or(here);
    let by_directory = works
        .and_then(|cwd| detect::find_root(&cwd))
        .map(|root| (root, FoundBy::Directory));
    let by_project = || {
        let project = environment.get("CLAUDE_PROJECT_DIR")?;
        detect::find_root(Path::new(project)).map(|root| (root, FoundBy::Project))
    };
    by_directory.or_else(by_project)
}

/// Runs the work on an answer. A panic is a bug of sdd, and none of the agent's: an event that asks for a verdict is
/// blocked once, since none could be had.
fn guarded(hook: &Hook<'_>, work: impl FnOnce() -> Answer) -> Answer {
    let panic = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(answer) => return answer,
        Err(panic) => panic,
    };
    let what = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    let said = format!(
        "sdd hook {} broke, which is a bug in sdd: {what}",
        hook.event.as_str()
    );
    match (hook.event, hook.turn()) {
        (Event::Stop | Event::SubagentStop, Turn::First) | (Event::TaskCompleted, _) => {
            Answer::of(hook.against(format!("sdd: NO VERDICT: {said}\n")))
        }
        _ => Answer::note(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer to an event whose work panics.
    fn broken(event: Event, active: bool) -> Answer {
        let payload = Payload {
            stop_hook_active: active,
            ..Payload::default()
        };
        let cancel = Cancel::new();
        let deadline = Deadline::start(Duration::from_secs(60), &cancel);
        let cx = Cx {
            ui: Ui::silent(),
            environment: Environment::default(),
            clock: Clock::System,
            cancel,
            start: PathBuf::from("."),
            global: Global {
                chdir: None,
                format: None,
                output: Vec::new(),
                quiet: false,
                verbose: false,
                color: crate::ui::ColourChoice::Never,
                no_progress: true,
            },
        };
        let hook = Hook {
            event,
            payload: &payload,
            root: Path::new("."),
            cx: &cx,
            deadline: &deadline,
        };
        guarded(&hook, || panic!("a bug"))
    }

    #[test]
    fn a_bug_of_sdd_is_a_decision_and_no_loop() {
        let blocks = |answer: Answer| match answer.decision {
            Decision::Block(reason) | Decision::Refuse(reason) => {
                assert!(
                    reason.contains("NO VERDICT") && reason.contains("a bug"),
                    "{reason}"
                );
                true
            }
            _ => {
                assert!(
                    answer
                        .message
                        .is_some_and(|message| message.contains("a bug in sdd"))
                );
                false
            }
        };
        assert!(blocks(broken(Event::Stop, false)));
        assert!(!blocks(broken(Event::Stop, true)));
        assert!(blocks(broken(Event::SubagentStop, false)));
        assert!(blocks(broken(Event::TaskCompleted, false)));
        assert!(!blocks(broken(Event::PreCommit, false)));
        assert!(!blocks(broken(Event::SessionStart, false)));
    }

    #[track_caller]
    fn check(words: &[&str], expect: bool) {
        let args = std::iter::once("sdd")
            .chain(words.iter().copied())
            .map(std::ffi::OsString::from);
        assert_eq!(is_meant(args), expect, "{words:?}");
    }

    #[test]
    fn calls_of_this_command_are_known_behind_every_option() {
        check(&["hook"], true);
        check(&["hook", "stop", "--x"], true);
        check(&["-C", "gate", "--quiet", "--format", "json", "hook"], true);
        check(&["--format=json", "hook"], true);
        check(&["gate", "hook"], false);
        check(&["-C", "hook"], false);
        check(&[], false);
    }
}

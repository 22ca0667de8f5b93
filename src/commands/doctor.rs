//! `sdd doctor`: what is installed, what is missing, and how to get it.

mod containers;
mod hooks;
mod look;
mod render;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::context::Cx;
use super::pipeline;
use crate::compose::sweep;
use crate::doctor::checks::{self, Check};
use crate::doctor::containers::left;
use crate::doctor::tools::{ToolReport, reports};
use crate::doctor::wanted::{Ask, Needs, State, Wanted, needs};
use crate::doctor::{Diagnosis, platform::Platform};
use crate::engine::{self, Inquiry, Plan, Question, VersionAnswer};
use crate::gates::{Context, Fixing, Strictness};
use crate::model::exit::Exit;
use crate::model::gate_id::GateId;
use crate::model::verdict::{RunVerdict, Verdict};
use crate::process::{System, signals};
use crate::project::Project;
use crate::store::{Store, layout};
use crate::tools as known_tools;

/// Say which tools this project needs, what is missing, and how to get it.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  sdd doctor                  what is there, what is missing, and how to get it
  sdd doctor --format json    the same as one JSON document
  sdd doctor --timeout 60     give slow tools a minute to say their version

Exit codes:
  0  everything that decides is there and runs
  2  the configuration or the state cannot be read
  3  something that decides is missing or does not run")]
pub struct Args {
    /// How many tools are asked side by side [default: the number of cores]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// How long a tool may take to say its version
    #[arg(long, value_name = "SECONDS", default_value_t = engine::PATIENCE.as_secs() as u16,
          value_parser = clap::value_parser!(u16).range(1..=3600))]
    timeout: u16,
}

/// Runs the command.
pub fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let format = cx.choose(&["human", "json", "agent"])?;
    let opened = pipeline::open(cx)?;
    let finder = pipeline::finder(cx, opened.store.root());
    let pipeline::Tools { runner, redactor, .. } =
        pipeline::Tools::of_project(cx, &opened, "doctor").guarded();
    let project = pipeline::project(&opened.config, opened.store.root(), &finder, &runner)?;
    let programs = pipeline::programs(cx, &opened.config, &project, None, &finder);
    let gate_cx = Context {
        config: &opened.config,
        project: &project,
        programs: &programs,
        out: Path::new("RUN"),
        fixing: Fixing::AsConfigured,
        workers: 1,
        demanded: &[],
        strictness: Strictness::Normal,
        work: None,
    };
    let plan = Plan::make(&gate_cx, &GateId::ALL);
    let mut needs = needs(&gate_cx, &plan);
    let git = finder.find("git", &[], &project.root);
    // The documentation gate may miss it already.
    if needs.programs.iter().all(|wanted| wanted.name != "git") {
        needs.programs.push(look::git_program(&git, &project.root));
    }

    let platform = look::platform(&finder, &project.root);
    let (answers, (sight, compose)) = ask(cx, args, &runner, &needs, || {
        let compose = containers::check(cx, &opened, &finder, &runner, patience(args));
        (look::git(&runner, &git, &project.root), compose)
    });
    remember(&opened.store, &needs.programs, &answers);

    let state = opened.store.check_state();
    let mut found = vec![
        checks::configuration(
            opened.store.path(layout::CONFIG).exists(),
            opened.warnings.len(),
            layout::CONFIG,
        ),
        stored("state", &state, "the files of the session can be read"),
        stored(
            "session",
            &opened.store.check_writable(),
            ".session/ can be written",
        ),
    ];
    found.push(checks::git(&sight));
    found.push(checks::units(&project));
    found.extend(units(cx, &project, &platform));
    found.extend(compose);
    found.extend(left(&sweep::look(&opened.store, cx.clock.now()).spared));
    found.extend(hooks::checks(cx, &opened.store, &finder, &runner));
    found.extend(needs.gaps.iter().map(checks::gap));
    let tools = tools(&needs.programs, &answers, &project, &platform);
    let mut warnings = opened.warnings.clone();
    warnings.extend(project.warnings.iter().cloned());
    warnings.extend(broken(&tools));
    let diagnosis = Diagnosis::of(platform, found, tools, warnings);
    let text = render::text(&diagnosis, format, &pipeline::called(cx), &cx.ui)?;
    cx.emit(&redactor.text(&text))?;
    Ok(match (cx.cancel.signal(), state, diagnosis.verdict) {
        (Some(signal), _, _) => signals::exit_for(signal),
        (None, Err(error), _) => error.exit(),
        (None, Ok(()), RunVerdict::Passed) => Exit::Ok,
        (None, Ok(()), RunVerdict::Failed | RunVerdict::Error) => Exit::NoVerdict,
    })
}

/// A question with what came of it.
type Answered = (Question, VersionAnswer);

/// Asks every program once, several at a time, while `beside` is done.
fn ask<T>(
    cx: &Cx,
    args: &Args,
    runner: &System,
    needs: &Needs,
    beside: impl FnOnce() -> T,
) -> (Vec<Answered>, T) {
    let mut names: Vec<(Question, &str)> = Vec::new();
    for wanted in &needs.programs {
        if let State::Here {
            ask: Ask::With(question) | Ask::Plugin(question),
            ..
        } = &wanted.state
            && !names.iter().any(|(known, _)| known == question)
        {
            names.push((question.clone(), &wanted.name));
        }
    }
    let questions: Vec<Question> = names.iter().map(|(question, _)| question.clone()).collect();
    let open: Mutex<BTreeSet<usize>> = Mutex::new((0..questions.len()).collect());
    let open = || open.lock().unwrap_or_else(PoisonError::into_inner);
    let inquiry = Inquiry {
        runner,
        cancel: &cx.cancel,
        jobs: args.jobs.map_or_else(cores, usize::from),
        patience: patience(args),
        answered: &|index| {
            open().remove(&index);
        },
    };
    let said = || {
        let waiting: Vec<&str> = open()
            .iter()
            .filter_map(|index| names.get(*index).map(|(_, name)| *name))
            .collect();
        format!("asking for versions: {}", waiting.join(", "))
    };
    let (answers, seen) = cx.ui.waiting(&said, || {
        let seen = beside();
        (engine::ask_all(&questions, &inquiry), seen)
    });
    (questions.into_iter().zip(answers).collect(), seen)
}

/// How long a program may take to answer.
fn patience(args: &Args) -> Duration {
    Duration::from_secs(args.timeout.into())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn tools(wanted: &[Wanted], answers: &[Answered], project: &Project, platform: &Platform) -> Vec<ToolReport> {
    let answer = |ask: &Ask| match ask {
        Ask::With(question) | Ask::Plugin(question) => answers
            .iter()
            .find(|(asked, _)| asked == question)
            .map(|(_, answer)| answer.clone()),
        Ask::Unknown | Ask::Unsafe(_) => None,
    };
    reports(wanted, &answer, project, platform)
}

/// Keeps what was learned for the next run of the gates.
fn remember(store: &Store, wanted: &[Wanted], answers: &[Answered]) {
    let before = pipeline::read_versions(store);
    let mut known = before.clone();
    for wanted in wanted {
        let State::Here {
            ask: Ask::With(question),
            ..
        } = &wanted.state
        else {
            continue;
        };
        let Some((_, VersionAnswer::Version(version))) = answers.iter().find(|(asked, _)| asked == question)
        else {
            continue;
        };
        for tool in wanted.uses.iter().filter_map(|of| known_tools::by_id(&of.tool)) {
            let is_asked = question.args == tool.version_args();
            if let Some(key) = engine::version_key(tool, &question.program).filter(|_| is_asked) {
                known.insert(key, version.clone());
            }
        }
    }
    if known != before {
        pipeline::write_versions(store, &known);
    }
}

/// The checks of the dependencies of each unit.
fn units(cx: &Cx, project: &Project, platform: &Platform) -> Vec<Check> {
    project
        .units
        .iter()
        .filter_map(|facts| checks::installed(facts, look::unit(cx, facts), platform))
        .collect()
}

/// A check of the state, from what the store said.
fn stored(name: &str, outcome: &Result<(), crate::store::Error>, good: &str) -> Check {
    match outcome {
        Ok(()) => Check::of(name, Verdict::Passed, good).required(),
        Err(error) => {
            let cause =
                std::error::Error::source(error).map_or_else(String::new, |cause| format!(": {cause}"));
            Check::of(name, Verdict::Failed, format!("{error}{cause}"))
                .remedy(error.hint())
                .required()
        }
    }
}

/// Names each tool that is there and does not run.
fn broken(tools: &[ToolReport]) -> impl Iterator<Item = String> {
    tools
        .iter()
        .filter(|tool| tool.verdict == Verdict::Error && tool.path.is_some())
        .map(|tool| format!("{}: {}", tool.tool, tool.reason))
}

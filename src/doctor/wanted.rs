//! Which programs the plan of the gates starts or misses, and how each is asked for its version.

use std::path::PathBuf;

use serde::Serialize;

use super::recipes::{self, Own};
use crate::context7::Server;
use crate::engine::{Plan, Question};
use crate::gates::{Context, Item, Meaning, NotRun, Step, StepTool, Work};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::process::find::Found;
use crate::project::UnitFacts;
use crate::tools::{self, Tool, launch};

/// A program that gates want.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What it is called: the tool's id, or the program's name.
    pub name: String,
    /// Whether it is there.
    pub state: State,
    /// Who wants it; never empty but for git.
    pub uses: Vec<Use>,
}

/// Whether a program is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is.
    Here {
        /// Where, absolute; `None` for what a launcher finds by itself.
        path: Option<PathBuf>,
        /// How it is asked for its version.
        ask: Ask,
    },
    /// A file of its name is there and may not be executed.
    NotExecutable(PathBuf),
    /// It is only where it is not started from.
    Untrusted {
        /// Where, absolute.
        path: PathBuf,
        /// Why it is not started, as the end of a sentence.
        why: String,
        /// What to do.
        hint: String,
    },
    /// It is nowhere.
    Missing {
        /// The program that is missing: of `cargo nextest` it may be cargo.
        program: String,
        /// What the plan advises, where sdd has no recipe.
        hint: Option<String>,
    },
}

/// How a program is asked for its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// With this command.
    With(Question),
    /// With this command, which lists what is plugged into a tool.
    Plugin(Question),
    /// Nobody here knows how; the program itself was found.
    Unknown,
    /// Asking could change something, so whether it is there is not known: why.
    Unsafe(String),
}

/// Who wants a program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Use {
    /// The gate.
    pub gate: GateId,
    /// The unit's path; `.` for rules of the whole project.
    pub unit: String,
    /// The unit's language.
    pub language: Option<Language>,
    /// The tool or rule that the program is wanted for.
    pub tool: String,
    /// Whether the gate cannot do without it.
    pub required: bool,
}

/// What the plan has that is no program and keeps a gate from asking: a rule that nobody can check, a language
/// without a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Who has it.
    pub of: Use,
    /// What it means.
    pub meaning: Meaning,
    /// Why.
    pub reason: String,
    /// What to do.
    pub hint: Option<String>,
}

/// What a plan wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The programs, in the order of the plan, each once.
    pub programs: Vec<Wanted>,
    /// What is no program.
    pub gaps: Vec<Gap>,
}

/// Everything that a plan of all gates wants. Steps that rewrite files and those that check want the same.
pub fn needs(cx: &Context<'_>, plan: &Plan) -> Needs {
    let mut needs = Needs::default();
    for gate in &plan.gates {
        for item in &gate.items {
            match item {
                Item::Run(step) => {
                    let of = Use {
                        gate: gate.gate,
                        unit: step.unit_path.clone(),
                        language: step.language,
                        tool: step.tool_name(),
                        required: gate.required && step.required,
                    };
                    started(cx, step, &of, &mut needs);
                }
                Item::Not(not) => {
                    let of = Use {
                        gate: gate.gate,
                        unit: not.unit.clone(),
                        language: not.language,
                        tool: not.tool.clone(),
                        required: gate.required && not.meaning == Meaning::Error,
                    };
                    missed(cx, not, of, &mut needs);
                }
            }
        }
    }
    needs
}

impl Needs {
    /// Adds a program, or a use of one that is there.
    fn add(&mut self, name: &str, state: State, of: &Use) {
        let same = self
            .programs
            .iter_mut()
            .find(|other| is_same(other, name, &state, of));
        let Some(other) = same else {
            self.programs.push(Wanted {
                name: name.to_owned(),
                state,
                uses: vec![of.clone()],
            });
            return;
        };
        if other.name != name {
            // `ruff check` and `ruff format`: one program.
            let shared = match &state {
                State::Here { path: Some(path), .. }
                | State::NotExecutable(path)
                | State::Untrusted { path, .. } => path.to_string_lossy().into_owned(),
                State::Missing { program, .. } => program.clone(),
                State::Here { path: None, .. } => name.to_owned(),
            };
            stem(&shared).clone_into(&mut other.name);
        }
        if !other.uses.contains(of) {
            other.uses.push(of.clone());
        }
    }
}

/// Whether a program that is known already is meant.
fn is_same(other: &Wanted, name: &str, state: &State, of: &Use) -> bool {
    match (&other.state, state) {
        (State::Missing { program, .. }, State::Missing { program: missing, .. }) => {
            // Each unit gets a tool of its language in its own way.
            let own = recipes::by_name(missing).map(|recipe| recipe.own);
            let by_unit = matches!(own, Some(Own::Python(_) | Own::Npm(_)) | None);
            program == missing && (!by_unit || other.uses.iter().any(|use_of| use_of.unit == of.unit))
        }
        // What nobody looked at is the same by its name only.
        (State::Here { path: None, .. }, _) => other.state == *state && other.name == name,
        _ => other.state == *state,
    }
}

/// What a step starts.
fn started(cx: &Context<'_>, step: &Step, of: &Use, needs: &mut Needs) {
    let root = &cx.project.root;
    if let Work::Benchmark(work) = &step.work {
        for (name, program) in [("wrk", &work.programs.wrk), ("locust", &work.programs.locust)] {
            if let Some(path) = program.clone() {
                let state = State::Here {
                    path: Some(path),
                    ask: Ask::Unknown,
                };
                needs.add(name, state, of);
            }
        }
        return;
    }
    let (program, work_dir, coverage) = match &step.work {
        Work::Command(work) => (&work.program, &work.cwd, work.coverage),
        Work::Libraries(work) => match &work.server {
            Server::Command { program, .. } => (program, root, false),
            Server::Url(_) => return,
        },
        Work::FileExists { .. }
        | Work::Grep { .. }
        | Work::Changes(_)
        | Work::Contract(_)
        | Work::Benchmark(_)
        | Work::Environment(_)
        | Work::Services(_)
        | Work::Fixture(_)
        | Work::Teardown
        | Work::Documents(_)
        | Work::Deployment(_)
        | Work::AtHand { .. } => return,
    };
    let words = step.command_words();
    let starter = words.first().map_or("", |word| stem(word));
    // Toolchains choose their version by the directory, and Python looks there for modules; others do not care.
    let by_directory = matches!(starter, "cargo" | "rustup" | "go" | "env") || starter.starts_with("python");
    let cwd = if by_directory { work_dir } else { root };
    let question = |program: PathBuf, args: Vec<String>| {
        Ask::With(Question {
            program,
            args,
            cwd: cwd.to_owned(),
            of: None,
        })
    };
    let plain = |name: &str, program: &PathBuf| State::Here {
        path: Some(program.clone()),
        ask: match recipes::by_name(name).map(|recipe| recipe.version_args) {
            Some(args) if !args.is_empty() => question(program.clone(), owned(args)),
            _ => Ask::Unknown,
        },
    };
    let StepTool::Known(tool) = step.tool else {
        needs.add(starter, plain(starter, program), of);
        return;
    };
    let own = tool.words().first().copied().unwrap_or_default();
    if starter == own {
        let needed = tool
            .needs()
            .map(|needed| (needed, cx.programs.get(step.unit, needed)));
        let path = match needed {
            // A part of the program that is started, as `cargo-clippy` is of cargo.
            Some((name, found)) if name.strip_prefix(own).is_some_and(|part| part.starts_with('-')) => {
                needs.add(starter, plain(starter, program), of);
                match found {
                    Found::At(path) => path,
                    _ => program.clone(),
                }
            }
            // Another program, which the tool starts.
            Some((name, Found::At(path))) => {
                needs.add(name, plain(name, &path), of);
                program.clone()
            }
            _ => program.clone(),
        };
        let ask = question(program.clone(), owned(tool.version_args()));
        let state = State::Here {
            path: Some(path),
            ask,
        };
        plugins(tool, coverage, &state, of, needs);
        needs.add(tool.id(), state, of);
        return;
    }
    needs.add(starter, plain(starter, program), of);
    let facts = step.unit.and_then(|index| cx.project.units.get(index));
    let found = cx.programs.get(step.unit, own);
    let state = behind(tool, &words, found, facts, &question);
    plugins(tool, coverage, &state, of, needs);
    let name = if tool.needs().is_some() { tool.id() } else { own };
    needs.add(name, state, of);
}

/// What a tool needs plugged in to measure coverage: the tool, the plugin, and the arguments that make the tool list
/// its plugins without loading anything of the project's.
const PLUGINS: &[(&str, &str, &[&str])] = &[(
    "pytest",
    "pytest-cov",
    &["--version", "--version", "--noconftest"],
)];

/// Adds what is to be plugged into a tool, where the tool itself can be asked.
fn plugins(tool: &dyn Tool, coverage: bool, state: &State, of: &Use, needs: &mut Needs) {
    let State::Here {
        ask: Ask::With(question),
        ..
    } = state
    else {
        return;
    };
    for (_, plugin, args) in PLUGINS.iter().filter(|(of, _, _)| coverage && *of == tool.id()) {
        let mut question = question.clone();
        let launcher = question.args.len().saturating_sub(tool.version_args().len());
        question.args.truncate(launcher);
        question.args.extend(owned(args));
        question.of = Some(plugin);
        let ask = Ask::Plugin(question);
        needs.add(plugin, State::Here { path: None, ask }, of);
    }
}

/// A tool behind a launcher. Some launchers install what is missing, which is nothing for a doctor to do.
fn behind(
    tool: &dyn Tool,
    words: &[String],
    found: Found,
    facts: Option<&UnitFacts>,
    question: &dyn Fn(PathBuf, Vec<String>) -> Ask,
) -> State {
    let own = tool.words().first().copied().unwrap_or_default();
    let launcher = stem(words.first().map_or("", String::as_str));
    let prefix = launch::recognise(words).map_or(1, |known| known.prefix);
    let at = words[..prefix.min(words.len())]
        .iter()
        .rposition(|word| stem(word) == own)
        .unwrap_or(1);
    let here = match found {
        Found::At(path) => Some(path),
        Found::NotExecutable(_) | Found::Untrusted(..) | Found::Missing => None,
    };
    if let Some(program) = words.first()
        && asks_only(launcher)
    {
        let args = words[1..=at.min(words.len() - 1)].iter().cloned();
        let args = args.chain(owned(tool.version_args())).collect();
        let ask = question(PathBuf::from(program), args);
        return State::Here { path: None, ask };
    }
    // In the project's own place the launcher would find the same file.
    if let Some(path) = here.filter(|path| facts.is_some_and(|facts| path.starts_with(&facts.root))) {
        let ask = question(path.clone(), owned(tool.version_args()));
        return State::Here {
            path: Some(path),
            ask,
        };
    }
    let shown = words[..at.min(words.len())]
        .iter()
        .map(|word| stem(word))
        .collect::<Vec<_>>()
        .join(" ");
    State::Here {
        path: None,
        ask: Ask::Unsafe(format!(
            "it is started through {shown}, which may install it first; a doctor changes nothing, so it was not asked"
        )),
    }
}

/// Whether a launcher starts what is there and installs nothing.
fn asks_only(launcher: &str) -> bool {
    launcher.starts_with("python") || matches!(launcher, "env" | "rustup" | "pnpm")
}

/// What an item that is not run lacks: a program, or something else.
fn missed(cx: &Context<'_>, not: &NotRun, of: Use, needs: &mut Needs) {
    let unit = cx
        .project
        .units
        .iter()
        .position(|facts| facts.unit.path == not.unit && Some(facts.unit.language) == not.language);
    let facts = unit.and_then(|index| cx.project.units.get(index));
    let tool = tools::by_id(&not.tool);
    let lacking = not
        .program
        .as_ref()
        .map(|program| (program, cx.programs.get(unit, program)))
        .filter(|(_, found)| !matches!(found, Found::At(_)));
    let Some((program, found)) = lacking else {
        needs.gaps.push(Gap {
            of,
            meaning: not.meaning,
            reason: not.reason.clone(),
            hint: not.hint.clone(),
        });
        return;
    };
    if let Found::NotExecutable(path) = found {
        needs.add(&not.tool, State::NotExecutable(path), &of);
        return;
    }
    if let (Some((why, hint)), Found::Untrusted(path, _)) = (found.distrust(), &found) {
        let path = path.clone();
        needs.add(&not.tool, State::Untrusted { path, why, hint }, &of);
        return;
    }
    let missing = |program: &str| State::Missing {
        program: program.to_owned(),
        hint: not.hint.clone(),
    };
    // Without the launcher that the lock file asks for, the project's own way to the tool is closed too.
    if let Some(launcher) = facts.and_then(UnitFacts::runner).map(|runner| runner.words()[0])
        && launcher != program
        && !matches!(cx.programs.get(unit, launcher), Found::At(_))
    {
        needs.add(launcher, missing(launcher), &of);
    }
    let is_own = tool.is_some_and(|tool| {
        tool.needs() == Some(program.as_str()) || tool.words().first() == Some(&program.as_str())
    });
    let starts_others = tool.is_some_and(|tool| tool.needs().is_some_and(|needed| needed != program));
    let name = if is_own && !starts_others {
        &not.tool
    } else {
        program
    };
    needs.add(stem(name), missing(program), &of);
}

/// The name of a program without its directories and without `.exe`.
pub fn stem(program: &str) -> &str {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    name.strip_suffix(".exe").unwrap_or(name)
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests;

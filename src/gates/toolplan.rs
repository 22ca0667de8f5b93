//! Planning for gates that ask external tools, once per unit.

use std::path::{Path, PathBuf};

use super::Context;
use super::programs::launcher_of;
use super::step::{CommandWork, Item, Meaning, NotRun, Phase, Step, StepTool, Work};
use crate::model::config::{Command, OnMissingTool};
use crate::model::gate_id::GateId;
use crate::process::find::Found;
use crate::project::UnitFacts;
use crate::tools::{self, Applies, Ask, Mode, Tool, launch};

/// How many of the tools that apply serve a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The first in the table.
    First,
    /// All of them.
    All,
}

/// Plans a gate for every unit of the project.
pub fn plan(cx: &Context<'_>, gate: GateId, pick: Pick) -> Vec<Item> {
    let mut items = Vec::new();
    for (index, facts) in cx.project.units.iter().enumerate() {
        let unit = UnitPlan {
            cx,
            gate,
            index,
            facts,
        };
        match cx.settings(gate).commands.get(facts.unit.language) {
            Some(commands) => {
                for (number, command) in commands.iter().enumerate() {
                    unit.configured(command, number, &mut items);
                }
            }
            None => unit.built_in(pick, &mut items),
        }
    }
    items
}

/// A tool and how it is started in a unit.
struct Start<'a> {
    tool: &'static dyn Tool,
    /// The words before the tool's arguments: launcher and the tool's own words.
    prefix: Vec<String>,
    args: Vec<String>,
    configured: bool,
    why: &'a str,
    number: usize,
}

struct UnitPlan<'a> {
    cx: &'a Context<'a>,
    gate: GateId,
    index: usize,
    facts: &'a UnitFacts,
}

impl UnitPlan<'_> {
    fn built_in(&self, pick: Pick, items: &mut Vec<Item>) {
        if let Some(problem) = &self.facts.node.problem {
            let hint = "mend the file; npm pkg fix shows what npm makes of it".to_owned();
            items.push(self.not_run("-", Meaning::Error, problem.clone(), Some(hint)));
            return;
        }
        let language = self.facts.unit.language;
        let mut served = false;
        for tool in tools::serving(self.gate, language) {
            match tool.applies(self.facts) {
                Applies::No => continue,
                Applies::NothingToDo(reason) => {
                    items.push(self.not_run(tool.id(), Meaning::Skip, reason, None));
                }
                Applies::Yes(why) => {
                    let args = tool.default_args().iter().map(|arg| (*arg).to_owned()).collect();
                    let prefix = self.launch(tool);
                    self.known(
                        &Start {
                            tool,
                            prefix,
                            args,
                            configured: false,
                            why: &why,
                            number: 0,
                        },
                        items,
                    );
                }
            }
            served = true;
            if pick == Pick::First {
                break;
            }
        }
        if !served {
            let reason = format!("no built-in tool serves {} for {language}", self.gate);
            let hint = format!(
                "set quality_gates.{}.commands.{language} to a command",
                self.gate.config_key()
            );
            items.push(self.missing("-", reason, hint));
        }
    }

    /// The words that start a tool: itself where it is installed, else through the launcher that the unit's
    /// lock file asks for, else itself, to be reported as missing.
    fn launch(&self, tool: &dyn Tool) -> Vec<String> {
        let own: Vec<String> = tool.words().iter().map(|word| (*word).to_owned()).collect();
        let program = own.first().map_or("", String::as_str);
        if let Found::At(path) = self.cx.programs.get(Some(self.index), program)
            && (path.starts_with(&self.facts.root) || launcher_of(self.facts).is_none())
        {
            return own;
        }
        if self.facts.unit.language == crate::model::language::Language::Python
            && let Some(launcher) = launcher_of(self.facts)
            && matches!(self.cx.programs.get(Some(self.index), launcher), Found::At(_))
        {
            return [launcher, "run"]
                .into_iter()
                .map(str::to_owned)
                .chain(own)
                .collect();
        }
        own
    }

    fn configured(&self, command: &Command, number: usize, items: &mut Vec<Item>) {
        let why = format!("configured: {command}");
        if let Command::Words(words) = command
            && let Some(found) = launch::recognise(words)
            && let Some(tool) = tools::by_id(found.tool)
        {
            let (prefix, args) = words.split_at(found.prefix);
            let (prefix, args) = (prefix.to_vec(), args.to_vec());
            self.known(
                &Start {
                    tool,
                    prefix,
                    args,
                    configured: true,
                    why: &why,
                    number,
                },
                items,
            );
            return;
        }
        let words = match command {
            Command::Words(words) => words.clone(),
            Command::Shell(text) => vec!["sh".to_owned(), "-c".to_owned(), text.clone()],
        };
        let label = match command {
            Command::Words(words) => base_name(words.first().map_or("", String::as_str)).to_owned(),
            Command::Shell(_) => "shell".to_owned(),
        };
        let Some((program, args)) = words.split_first() else {
            return;
        };
        let id = self.step_id(&label, number, "");
        match self.cx.programs.get(Some(self.index), program) {
            Found::At(path) => items.push(Item::Run(Box::new(Step {
                gate: self.gate,
                unit: Some(self.index),
                unit_path: self.facts.unit.path.clone(),
                language: Some(self.facts.unit.language),
                tool: StepTool::Own,
                phase: Phase::Check,
                work: Work::Command(Box::new(CommandWork {
                    label,
                    program: path,
                    args: args.to_vec(),
                    cwd: self.facts.dir.clone(),
                    env: Vec::new(),
                    timeout: self.cx.timeout(self.gate),
                    out: self.cx.out.join(&id),
                    inputs: Vec::new(),
                    outputs: Vec::new(),
                    reads_stdout: false,
                    mode: Mode::Check,
                    coverage: false,
                })),
                required: true,
                exclusive: None,
                why,
                id,
            }))),
            found => items.push(self.absent(&label, program, &found, None)),
        }
    }

    fn known(&self, start: &Start<'_>, items: &mut Vec<Item>) {
        let program = start.prefix.first().map_or("", String::as_str);
        let path = match self.cx.programs.get(Some(self.index), program) {
            Found::At(path) => path,
            found => {
                // Behind a launcher it is the launcher that is missing, and not the tool.
                let own = start.tool.words().first().copied();
                let install = (own == Some(base_name(program))).then(|| start.tool.install());
                items.push(self.absent(start.tool.id(), program, &found, install));
                return;
            }
        };
        if let Some(needed) = start.tool.needs()
            && let found @ (Found::Missing | Found::NotExecutable(_)) =
                self.cx.programs.get(Some(self.index), needed)
        {
            items.push(self.absent(start.tool.id(), needed, &found, Some(start.tool.install())));
            return;
        }
        let modes: &[(Mode, Phase, &str)] = if self.cx.fixes(self.gate) {
            &[
                (Mode::Fix, Phase::Rewrite, "-fix"),
                (Mode::Check, Phase::Check, ""),
            ]
        } else {
            &[(Mode::Check, Phase::Check, "")]
        };
        for (mode, phase, suffix) in modes {
            let id = self.step_id(start.tool.id(), start.number, suffix);
            let out = self.cx.out.join(&id);
            let coverage = self.gate == GateId::Tests
                && self
                    .cx
                    .config
                    .coverage_threshold(self.facts.unit.language)
                    .is_some();
            let wrappers: Vec<&'static str> = (start.tool.wrappers().iter().copied())
                .filter(|program| matches!(self.cx.programs.get(Some(self.index), program), Found::At(_)))
                .collect();
            let ask = Ask {
                wrappers: &wrappers,
                mode: *mode,
                args: &start.args,
                configured: start.configured,
                facts: self.facts,
                out: &out,
                coverage,
                workers: self.cx.workers,
            };
            let Some(prepared) = start.tool.prepare(&ask) else {
                continue;
            };
            let (program, args) = self.line(start, &path, prepared.wrapper, prepared.args);
            items.push(Item::Run(Box::new(Step {
                gate: self.gate,
                unit: Some(self.index),
                unit_path: self.facts.unit.path.clone(),
                language: Some(self.facts.unit.language),
                tool: StepTool::Known(start.tool),
                phase: *phase,
                work: Work::Command(Box::new(CommandWork {
                    label: start.tool.id().to_owned(),
                    program,
                    args,
                    cwd: self.facts.dir.clone(),
                    env: prepared.env,
                    timeout: self.cx.timeout(self.gate),
                    out,
                    inputs: prepared.inputs,
                    outputs: prepared.outputs,
                    reads_stdout: prepared.reads_stdout,
                    mode: *mode,
                    coverage,
                })),
                required: true,
                exclusive: start
                    .tool
                    .exclusive()
                    .map(|what| format!("{what}:{}", self.facts.dir.display())),
                why: start.why.to_owned(),
                id,
            })));
        }
    }

    /// The program and its arguments: the words that start the tool, with a wrapper before them.
    fn line(
        &self,
        start: &Start<'_>,
        path: &Path,
        wrapper: Vec<String>,
        args: Vec<String>,
    ) -> (PathBuf, Vec<String>) {
        let own = start.prefix.iter().skip(1).cloned().chain(args);
        let mut words = wrapper.into_iter();
        let wrapped = words
            .next()
            .map(|first| self.cx.programs.get(Some(self.index), &first));
        match wrapped {
            Some(Found::At(outer)) => {
                let inner = std::iter::once(path.to_string_lossy().into_owned());
                (outer, words.chain(inner).chain(own).collect())
            }
            _ => (path.to_owned(), own.collect()),
        }
    }

    fn step_id(&self, tool: &str, number: usize, suffix: &str) -> String {
        let tool: String = tool
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '-' {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        let number = if number == 0 {
            String::new()
        } else {
            format!("-{}", number + 1)
        };
        format!("{}-{}-{tool}{number}{suffix}", self.gate, self.facts.unit.slug())
    }

    fn absent(&self, tool: &str, program: &str, found: &Found, install: Option<&str>) -> Item {
        if let Found::NotExecutable(path) = found {
            let reason = format!("{} is not executable", path.display());
            let hint = format!("make it executable: chmod +x {}", path.display());
            return self.not_run(tool, Meaning::Error, reason, Some(hint));
        }
        let reason = format!("{program} is not installed");
        let hint = install.map_or_else(
            || {
                format!(
                    "install {program}, or correct quality_gates.{}.commands",
                    self.gate.config_key()
                )
            },
            |command| match launcher_of(self.facts) {
                Some(launcher) => {
                    format!("install {launcher}, which the lock file asks for, or the tool itself: {command}")
                }
                None => format!("install it: {command}"),
            },
        );
        self.missing(tool, reason, hint)
    }

    fn missing(&self, tool: &str, reason: String, hint: String) -> Item {
        let meaning = match self.cx.on_missing_tool(self.gate) {
            OnMissingTool::Block => Meaning::Error,
            OnMissingTool::Skip => Meaning::Skip,
        };
        self.not_run(tool, meaning, reason, Some(hint))
    }

    fn not_run(&self, tool: &str, meaning: Meaning, reason: String, hint: Option<String>) -> Item {
        Item::Not(NotRun {
            tool: tool.to_owned(),
            unit: self.facts.unit.path.clone(),
            language: Some(self.facts.unit.language),
            meaning,
            reason,
            hint,
        })
    }
}

/// The last part of a program's path.
pub fn base_name(program: &str) -> &str {
    program.rsplit(['/', '\\']).next().unwrap_or(program)
}

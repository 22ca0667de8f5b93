//! Steps of tools that sdd knows.

use std::path::{Path, PathBuf};

use super::super::step::{CommandWork, Item, Phase, Step, StepTool, Work};
use super::{UnitPlan, base_name};
use crate::model::gate_id::GateId;
use crate::process::find::Found;
use crate::tools::{Ask, Mode, Tool, launch};

/// A tool and how it is started in a unit.
pub(super) struct Start<'a> {
    pub(super) tool: &'static dyn Tool,
    /// The words before the tool's arguments: launcher and the tool's own words.
    pub(super) prefix: Vec<String>,
    pub(super) args: Vec<String>,
    /// How many of `args` the prefix gives by itself: the script of `package.json` that it runs has them.
    pub(super) given: usize,
    pub(super) configured: bool,
    pub(super) why: &'a str,
    pub(super) number: usize,
}

impl UnitPlan<'_> {
    /// Plans a tool. `false` when it cannot be started in this way, and nothing was planned.
    pub(super) fn known(&self, start: &Start<'_>, items: &mut Vec<Item>) -> bool {
        let program = start.prefix.first().map_or("", String::as_str);
        let path = match self.cx.programs.get(Some(self.index), program) {
            Found::At(path) => path,
            found => {
                // Behind a launcher it is the launcher that is missing, and not the tool.
                let own = start.tool.words().first().copied();
                let install = (own == Some(base_name(program))).then(|| start.tool.install());
                items.push(self.absent(start.tool.id(), program, &found, install));
                return true;
            }
        };
        if let Some(needed) = start.tool.needs()
            && let found @ (Found::Missing | Found::NotExecutable(_) | Found::Untrusted(..)) =
                self.cx.programs.get(Some(self.index), needed)
        {
            items.push(self.absent(start.tool.id(), needed, &found, Some(start.tool.install())));
            return true;
        }
        let modes: &[(Mode, Phase, &str)] = if self.cx.fixes(self.gate) {
            &[
                (Mode::Fix, Phase::Rewrite, "-fix"),
                (Mode::Check, Phase::Check, ""),
            ]
        } else {
            &[(Mode::Check, Phase::Check, "")]
        };
        let planned = items.len();
        for (mode, phase, suffix) in modes {
            let id = self.step_id(start.tool.id(), start.number, suffix);
            let out = self.cx.out.join(&id);
            let coverage = self.gate == GateId::Tests && self.view.coverage_threshold().is_some();
            let wrappers: Vec<&'static str> = (start.tool.wrappers().iter().copied())
                .filter(|program| matches!(self.cx.programs.get(Some(self.index), program), Found::At(_)))
                .collect();
            let leave_out = self.left_out();
            let root = self.root();
            let ask = Ask {
                leave_out: &leave_out,
                root: &root,
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
            if prepared.args.get(..start.given) != start.args.get(..start.given) {
                // The script's own arguments stand where they stand: only more can be added.
                items.truncate(planned);
                return false;
            }
            let args = prepared.args.into_iter().skip(start.given).collect();
            let (program, args) = self.line(start, &path, prepared.wrapper, args);
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
                    timeout: self.view.timeout(self.gate),
                    out,
                    inputs: prepared.inputs,
                    outputs: prepared.outputs,
                    reads: prepared.reads,
                    reads_stdout: prepared.reads_stdout,
                    stdout_key: None,
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
        true
    }

    /// A tool with other arguments than those of a step; `None` where it is not there, which its step says.
    pub(super) fn with_args(&self, tool: &dyn Tool, args: Vec<String>) -> Option<(PathBuf, Vec<String>)> {
        let prefix = self.launch(tool);
        let Found::At(path) = self.cx.programs.get(Some(self.index), prefix.first()?) else {
            return None;
        };
        let words = self.placed(&prefix).into_iter().skip(1).chain(args);
        Some((path, words.collect()))
    }

    /// The words that start a tool. What sets variables looks for the tool on the PATH alone, where the unit's own programs
    /// are not: they are named by their path.
    fn placed(&self, prefix: &[String]) -> Vec<String> {
        let mut words = prefix.to_vec();
        if let at @ 1.. = launch::variables(prefix)
            && let Some(program) = words.get_mut(at)
            && let Found::At(path) = self.cx.programs.get(Some(self.index), program)
        {
            *program = path.to_string_lossy().into_owned();
        }
        words
    }

    /// The program and its arguments: the words that start the tool, with a wrapper before them.
    fn line(
        &self,
        start: &Start<'_>,
        path: &Path,
        wrapper: Vec<String>,
        args: Vec<String>,
    ) -> (PathBuf, Vec<String>) {
        let own = self.placed(&start.prefix).into_iter().skip(1).chain(args);
        let mut words = wrapper.into_iter();
        let outer = words
            .next()
            .map(|first| self.cx.programs.get(Some(self.index), &first));
        match outer {
            Some(Found::At(outer)) => {
                let inner = std::iter::once(path.to_string_lossy().into_owned());
                (outer, words.chain(inner).chain(own).collect())
            }
            _ => (path.to_owned(), own.collect()),
        }
    }
}

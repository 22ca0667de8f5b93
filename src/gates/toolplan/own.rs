//! Steps of commands that the project configures.

use std::path::Path;

use super::super::hollow;
use super::super::step::{CommandWork, Item, Meaning, Phase, Step, StepTool, Work};
use super::{Start, UnitPlan, base_name, scripts};
use crate::model::config::{Command, Origin, Recipe, Reports};
use crate::model::gate_id::GateId;
use crate::process::find::Found;
use crate::tools::{self, Mode, OutputFile, launch, reports};

/// Stands for the directory of a step in configured commands and paths.
const OUT: &str = "{out}";

impl UnitPlan<'_> {
    /// Plans a configured command: as a tool that sdd knows where it is one, else as a command of the project's own.
    pub(super) fn configured(&self, origin: Origin, recipe: &Recipe, number: usize, items: &mut Vec<Item>) {
        let command = &recipe.command;
        let why = match origin {
            Origin::Language(language) if language != self.facts.unit.language => {
                format!("configured for {language}: {command}")
            }
            _ => format!("configured: {command}"),
        };
        if let Command::Words(words) = command
            && self.gate == GateId::Tests
            && scripts::named_by(words)
                .and_then(|name| self.facts.script(name))
                .is_some_and(|text| text.contains(scripts::NO_TESTS))
        {
            let reason = "package.json says \"no test specified\"".to_owned();
            items.push(self.not_run("-", Meaning::Skip, reason, None));
            return;
        }
        if let Some(reason) = self.no_answer(recipe) {
            let place = match origin {
                Origin::Unit => format!("units[…].commands.{}", self.gate),
                Origin::Described => format!("languages.{}.gates.{}", self.facts.unit.language, self.gate),
                Origin::Language(_) => format!("quality_gates.{}.commands", self.gate.config_key()),
            };
            let hint = format!("correct {place}, or the script that it runs");
            items.push(self.not_run("-", Meaning::Error, reason, Some(hint)));
            return;
        }
        if let (Command::Words(words), None, true) = (command, &recipe.fix, recipe.reports.is_empty()) {
            if self.tool_of(words, &why, number, items) {
                return;
            }
            if let Some(call) = scripts::call(words)
                && let Some(script) = scripts::resolve(self.facts, call.script, call.extra)
                && let Some(tool) = script.tool
            {
                let why = format!("{why}; package.json: {}", script.text);
                let start = Start {
                    tool,
                    prefix: script.prefix,
                    args: script.args,
                    given: script.given,
                    configured: true,
                    why: &why,
                    number,
                };
                if self.known(&start, items) {
                    return;
                }
            }
        }
        if let Some(fix) = &recipe.fix
            && self.cx.fixes(self.gate)
        {
            let why = format!("configured: {fix}");
            self.own(fix, &Reports::default(), Phase::Rewrite, number, &why, items);
        }
        self.own(command, &recipe.reports, Phase::Check, number, &why, items);
    }

    /// Why the exit code of a command says nothing, where that can be seen.
    fn no_answer(&self, recipe: &Recipe) -> Option<String> {
        let command = &recipe.command;
        // Where a report tells what was found, the exit code need not.
        let told = recipe.reports.junit.is_some() || recipe.reports.sarif.is_some();
        match command {
            _ if !told && hollow::never_fails(command) => {
                Some(format!("the command always succeeds: {command}"))
            }
            Command::Shell(_) => None,
            Command::Words(words) => {
                let asks = |word: &String| matches!(word.as_str(), "--version" | "--help");
                if words.iter().skip(1).take_while(|word| *word != "--").any(asks)
                    || words.get(1).is_some_and(|word| word == "help")
                {
                    return Some(format!("the command only talks about itself: {command}"));
                }
                let name = scripts::named_by(words)?;
                self.facts.package.as_ref()?;
                let (name, _) = scripts::led(self.facts, name, &[]);
                match self.facts.script(name) {
                    None => Some(format!(
                        "package.json has no script {name:?}, which the command runs: {command}"
                    )),
                    Some(text) => (!told && hollow::swallows(text)).then(|| {
                        format!(
                            "package.json: scripts.{name}, which the command runs, always succeeds: {text}"
                        )
                    }),
                }
            }
        }
    }

    fn tool_of(&self, words: &[String], why: &str, number: usize, items: &mut Vec<Item>) -> bool {
        if let Some(tool) = launch::synonym(words).and_then(tools::by_id) {
            let start = Start {
                tool,
                prefix: self.launch(tool),
                args: tool.default_args().iter().map(|arg| (*arg).to_owned()).collect(),
                given: 0,
                configured: false,
                why,
                number,
            };
            return self.known(&start, items);
        }
        let Some((tool, found)) =
            launch::recognise(words).and_then(|found| Some((tools::by_id(found.tool)?, found)))
        else {
            return false;
        };
        let parts = launch::parts(words, &found);
        let start = Start {
            tool,
            prefix: parts.prefix,
            args: parts.args,
            given: 0,
            configured: true,
            why,
            number,
        };
        self.known(&start, items)
    }

    /// Plans a command whose exit code or reports are the answer.
    pub(super) fn own(
        &self,
        command: &Command,
        reports: &Reports,
        phase: Phase,
        number: usize,
        why: &str,
        items: &mut Vec<Item>,
    ) {
        let (words, label) = match command {
            Command::Words(words) => {
                let name = base_name(words.first().map_or("", String::as_str));
                (words.clone(), name.to_owned())
            }
            Command::Shell(text) => (
                vec!["sh".to_owned(), "-c".to_owned(), text.clone()],
                "shell".to_owned(),
            ),
        };
        let Some((program, args)) = words.split_first() else {
            return;
        };
        let program = match self.cx.programs.get(Some(self.index), program) {
            Found::At(path) => path,
            found => {
                // Said once: the command that looks needs it, too, or lacks its own.
                if phase == Phase::Check {
                    items.push(self.absent(&label, program, &found, None));
                }
                return;
            }
        };
        let (suffix, mode) = match phase {
            Phase::Rewrite => ("-fix", Mode::Fix),
            Phase::Check | Phase::Look | Phase::Serve | Phase::Measure | Phase::Clear => ("", Mode::Check),
        };
        let id = self.step_id(&label, number, suffix);
        let out = self.cx.out.join(&id);
        let (outputs, stdout_key) = self.outputs(reports, &out);
        let shown = out.to_string_lossy();
        items.push(Item::Run(Box::new(Step {
            gate: self.gate,
            unit: Some(self.index),
            unit_path: self.facts.unit.path.clone(),
            language: Some(self.facts.unit.language),
            tool: StepTool::Own,
            phase,
            work: Work::Command(Box::new(CommandWork {
                label,
                program,
                args: args.iter().map(|arg| arg.replace(OUT, &shown)).collect(),
                cwd: self.facts.dir.clone(),
                env: Vec::new(),
                timeout: self.view.timeout(self.gate),
                out: out.clone(),
                inputs: Vec::new(),
                outputs,
                reads: Vec::new(),
                reads_stdout: stdout_key.is_some(),
                stdout_key,
                mode,
                coverage: reports.coverage.is_some(),
            })),
            required: true,
            exclusive: None,
            why: why.to_owned(),
            id,
        })));
    }

    /// The files that a command writes its reports to, and the report that is its stdout.
    fn outputs(&self, reports: &Reports, out: &Path) -> (Vec<OutputFile>, Option<&'static str>) {
        let mut files = Vec::new();
        let mut stdout = None;
        for (key, path) in [
            (reports::JUNIT, &reports.junit),
            (reports::COVERAGE, &reports.coverage),
            (reports::SARIF, &reports.sarif),
        ] {
            match path.as_deref() {
                None => {}
                Some("-") => stdout = Some(key),
                Some(path) => {
                    let path = match path.strip_prefix(OUT) {
                        Some(inside) => out.join(inside.trim_start_matches('/')),
                        None => self.facts.dir.join(path),
                    };
                    files.push(OutputFile { key, path });
                }
            }
        }
        (files, stdout)
    }
}

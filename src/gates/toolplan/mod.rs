//! Planning for gates that ask external tools, once per unit.

mod delegating;
mod known;
mod own;
pub(super) mod scripts;

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::Context;
use super::programs::launcher_of;
use super::step::{Item, Meaning, NotRun};
use crate::integration::environment::RunnerAsked;
use crate::model::config::{OnMissingTool, UnitView};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::model::work_item::WorkItemType;
use crate::process::find::Found;
use crate::project::{UnitFacts, installing};
use crate::tools::{self, Applies, Tool};
use known::Start;

/// How many of the tools that apply serve a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The first in the table.
    First,
    /// All of them.
    All,
    /// All that say so; what the others say only where none does.
    Configured,
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
            view: cx.config.for_unit(&facts.unit),
        };
        unit.plan(pick, &mut items);
    }
    items
}

/// Plans the integration tests: those in a directory of the project, by the nearest unit above it, and those in the
/// directory of that name which other units have in them. Each by the unit's test runner or by the commands of the
/// settings. Those of one directory are given together.
pub fn integration(cx: &Context<'_>, directory: &str) -> Vec<Vec<Item>> {
    let of_place = |place: &String| {
        let mut items = Vec::new();
        for unit in serving(cx, place) {
            unit.integration(place, &mut items);
        }
        items
    };
    places(cx, directory).iter().map(of_place).collect()
}

/// The test runners of the integration tests that need something beside themselves for the workers of the settings, and how
/// each is asked whether it has that.
pub fn asked(cx: &Context<'_>, directory: &str) -> Vec<RunnerAsked> {
    let places = places(cx, directory);
    let units = places
        .iter()
        .flat_map(|place| serving(cx, place).map(move |unit| (place, unit)));
    units.filter_map(|(place, unit)| unit.asked(place)).collect()
}

/// The directories in which integration tests are.
fn places(cx: &Context<'_>, directory: &str) -> BTreeSet<String> {
    let units = &cx.project.units;
    let own = || units.iter().filter(|facts| facts.has_integration);
    // The root has none: it is those of its units that are meant.
    let is_of_units =
        own().next().is_some() && nearest(cx, directory).any(|(_, facts)| facts.unit.path == ".");
    let at_root = (!is_of_units).then(|| directory.to_owned());
    let of_units = own().map(|facts| match facts.unit.path.as_str() {
        "." => directory.to_owned(),
        path => format!("{path}/{directory}"),
    });
    at_root.into_iter().chain(of_units).collect()
}

/// The units that run the integration tests in a directory.
fn serving<'a>(cx: &'a Context<'a>, place: &str) -> impl Iterator<Item = UnitPlan<'a>> + use<'a> {
    let units: Vec<_> = nearest(cx, place).collect();
    units.into_iter().map(move |(index, facts)| UnitPlan {
        cx,
        gate: GateId::Integration,
        index,
        facts,
        view: cx.config.for_unit(&facts.unit),
    })
}

/// The nearest units above a directory of the project: of one path, and of each language there.
fn nearest<'a>(cx: &Context<'a>, directory: &str) -> impl Iterator<Item = (usize, &'a UnitFacts)> {
    let depth = |facts: &UnitFacts| match facts.unit.path.as_str() {
        "." => 0,
        path => path.split('/').count(),
    };
    let units = cx.project.units.iter().enumerate();
    let holding: Vec<_> = units
        .filter(|(_, facts)| inside(facts, directory).is_some())
        .collect();
    let deepest = holding.iter().map(|(_, facts)| depth(facts)).max();
    holding
        .into_iter()
        .filter(move |(_, facts)| Some(depth(facts)) == deepest)
}

/// A directory of the project as one of a unit; `None` where it is not in the unit.
fn inside<'d>(facts: &UnitFacts, directory: &'d str) -> Option<&'d str> {
    match facts.unit.path.as_str() {
        "." => Some(directory),
        path if directory == path => Some(""),
        path => directory.strip_prefix(path)?.strip_prefix('/'),
    }
}

struct UnitPlan<'a> {
    cx: &'a Context<'a>,
    gate: GateId,
    index: usize,
    facts: &'a UnitFacts,
    view: UnitView<'a>,
}

impl UnitPlan<'_> {
    fn plan(&self, pick: Pick, items: &mut Vec<Item>) {
        if let Some(reason) = self.left_to_nobody() {
            items.push(self.not_run("-", Meaning::LeftOut, reason, None));
            return;
        }
        match self.view.recipes(self.gate) {
            Some((origin, recipes)) => {
                for (number, recipe) in recipes.iter().enumerate() {
                    self.configured(origin, recipe, number, items);
                }
            }
            None => self.built_in(pick, items),
        }
    }

    /// Why the configuration leaves the unit out; `None` where it does not.
    fn left_to_nobody(&self) -> Option<String> {
        let path = &self.facts.unit.path;
        if !self.view.runs(self.gate) {
            return Some(format!("`units` in config.json leaves this gate out for {path}"));
        }
        matches!(self.view.recipes(self.gate), Some((_, [])))
            .then(|| format!("config.json says that there is nothing to run for {path}"))
    }

    /// The tests in a directory of the project, by the commands of the settings or else by the unit's test runner. Where
    /// no runner is known they are skipped: whoever asks knows whether others are run.
    fn integration(&self, directory: &str, items: &mut Vec<Item>) {
        if let Some(reason) = self.left_to_nobody() {
            items.push(self.not_run("tests", Meaning::LeftOut, reason, None));
            return;
        }
        if let Some((origin, recipes)) = self.view.recipes(self.gate) {
            for (number, recipe) in recipes.iter().enumerate() {
                self.configured(origin, recipe, number, items);
            }
            return;
        }
        let Some((tool, args, why)) = self.runner(directory) else {
            let language = self.facts.unit.language;
            let reason = format!("sdd knows no runner of {language} for the tests in {directory}");
            let hint = format!("set quality_gates.integration_tests.commands.{language} to a command");
            items.push(self.not_run("tests", Meaning::Skip, reason, Some(hint)));
            return;
        };
        if !self.facts.has_integration && !self.cx.project.has_integration {
            let reason = format!("there is no {directory}, where integration tests are to be");
            let hint = "write tests there (a link that leads out of the project is no such place), or name their directory: \
                 quality_gates.integration_tests.test_directory";
            items.push(self.not_run(tool.id(), Meaning::Error, reason, Some(hint.to_owned())));
            return;
        }
        let prefix = self.launch(tool);
        self.known(
            &Start {
                tool,
                prefix,
                args,
                given: 0,
                configured: true,
                why: &why,
                number: 0,
            },
            items,
        );
    }

    /// The test runner that sdd knows for the tests in a directory of the project: its arguments for them, and why it is.
    fn runner(&self, directory: &str) -> Option<(&'static dyn Tool, Vec<String>, String)> {
        let inside = inside(self.facts, directory).unwrap_or(directory);
        let workers = self.cx.config.integration().workers();
        tools::serving(GateId::Tests, self.facts.unit.language)
            .filter_map(|tool| Some((tool, tool.directory(&self.root(), inside, workers)?)))
            .find_map(|(tool, args)| match tool.applies(self.facts) {
                Applies::Yes(why) => Some((tool, args, why)),
                Applies::No | Applies::NothingToDo(_) => None,
            })
    }

    /// How the test runner is asked whether it has what it needs for the workers of the settings; `None` where it needs nothing,
    /// or where the project says itself what is run.
    fn asked(&self, directory: &str) -> Option<RunnerAsked> {
        if self.left_to_nobody().is_some() || self.view.recipes(self.gate).is_some() {
            return None;
        }
        let (tool, ..) = self.runner(directory)?;
        let extra = tool.for_workers(self.cx.config.integration().workers())?;
        let (program, args) = self.with_args(tool, extra.args.clone())?;
        Some(RunnerAsked {
            name: tool.id(),
            program,
            args,
            cwd: self.facts.dir.clone(),
            install: installing::as_here(self.facts, extra.install),
            extra,
        })
    }

    fn built_in(&self, pick: Pick, items: &mut Vec<Item>) {
        if let Some(problem) = &self.facts.node.problem {
            let hint = "mend the file; npm pkg fix shows what npm makes of it".to_owned();
            items.push(self.not_run("-", Meaning::Error, problem.clone(), Some(hint)));
            return;
        }
        let language = self.facts.unit.language;
        if let Language::Described(name) = language {
            let reason = format!(
                "languages.{name}.gates in config.json has nothing for {}",
                self.gate
            );
            let hint = format!(
                "name a command there, or null where there is nothing to run: languages.{name}.gates.{}",
                self.gate
            );
            items.push(self.missing("-", reason, hint));
            return;
        }
        if self.script(items) {
            return;
        }
        let mut served = false;
        let pick_yes = pick == Pick::Configured && self.has_tool();
        for tool in tools::serving(self.gate, language) {
            match tool.applies(self.facts) {
                Applies::No => continue,
                Applies::NothingToDo(_) if pick_yes => continue,
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
                            given: 0,
                            configured: false,
                            why: &why,
                            number: 0,
                        },
                        items,
                    );
                }
            }
            served = true;
            if pick == Pick::First || (pick == Pick::Configured && !pick_yes) {
                break;
            }
        }
        if !served && self.gate == GateId::Documentation {
            let reason = format!(
                "sdd has no check of doc comments for {language}; quality_gates.{}.commands.{language} can name one",
                self.gate.config_key()
            );
            items.push(self.not_run("-", Meaning::Skip, reason, None));
        } else if !served {
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

    /// The directory of integration tests, where the session's work is one: they need services, and have a gate of their
    /// own.
    fn left_out(&self) -> Vec<String> {
        let is_meant = self.gate == GateId::Tests
            && self
                .cx
                .work
                .is_some_and(|work| work.item.kind == WorkItemType::IntegrationTest)
            && self.cx.settings(GateId::Integration).enabled;
        let directory = self.cx.config.integration().test_directory.as_str();
        let own = self.facts.has_integration.then_some(directory);
        let all: BTreeSet<&str> = inside(self.facts, directory).into_iter().chain(own).collect();
        all.into_iter()
            .filter(|path| is_meant && !path.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// The directory of the unit, by the name that the project has.
    fn root(&self) -> PathBuf {
        match self.facts.unit.path.as_str() {
            "." => self.cx.project.root.clone(),
            path => self.cx.project.root.join(path),
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
            return lacking(program, self.not_run(tool, Meaning::Error, reason, Some(hint)));
        }
        if let Some((why, hint)) = found.distrust() {
            return lacking(program, self.missing(tool, format!("{program} {why}"), hint));
        }
        let reason = format!("{program} is not installed");
        let node = &self.facts.node;
        let declared = |command: &str| command.split(' ').any(|word| node.dependencies.contains(word));
        if install.is_some_and(declared) && !node.installed && !node.manager_because.is_empty() {
            let hint = format!("install the packages: {}", installing::node_install(self.facts));
            return lacking(program, self.missing(tool, reason, hint));
        }
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
        lacking(program, self.missing(tool, reason, hint))
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
            program: None,
            meaning,
            reason,
            hint: hint.map(|hint| installing::as_here(self.facts, &hint)),
        })
    }
}

/// An item that is not run, with the program that it lacks.
fn lacking(program: &str, item: Item) -> Item {
    match item {
        Item::Not(not) => Item::Not(NotRun {
            program: Some(program.to_owned()),
            ..not
        }),
        run @ Item::Run(_) => run,
    }
}

/// The last part of a program's path.
pub fn base_name(program: &str) -> &str {
    program.rsplit(['/', '\\']).next().unwrap_or(program)
}

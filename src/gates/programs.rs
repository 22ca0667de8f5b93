//! Which programs a plan may need, and which of them were found where.

use std::collections::{BTreeMap, BTreeSet};

use super::benchmark;
use super::toolplan::scripts;
use crate::compose::flavour::WAYS;
use crate::model::config::{BenchmarkEngine, Command, Config, McpServer};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::model::session::ActiveWork;
use crate::model::work_item::WorkItemType;
use crate::process::find::Found;
use crate::project::{Project, UnitFacts};
use crate::tools::{self, launch};

/// A program that a plan may need, from the place of one unit (`None`: from the project's root).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// The unit's index.
    pub unit: Option<usize>,
    /// The program's name, or a path as it was configured.
    pub program: String,
}

/// What became of the search for every wanted program.
#[derive(Clone, Debug, Default)]
pub struct Programs {
    found: BTreeMap<Wanted, Found>,
}

/// The launchers that a unit's tools may be run through.
pub const LAUNCHERS: [&str; 2] = ["uv", "poetry"];

impl Programs {
    /// Every program that the gates could want in this project with these settings, for this work.
    pub fn wanted(config: &Config, project: &Project, work: Option<&ActiveWork>) -> BTreeSet<Wanted> {
        let mut wanted = BTreeSet::new();
        for (index, facts) in project.units.iter().enumerate() {
            let mut want = |program: &str| {
                wanted.insert(Wanted {
                    unit: Some(index),
                    program: program.to_owned(),
                });
            };
            for gate in GateId::ALL {
                for tool in tools::serving(gate, facts.unit.language) {
                    tool.words().first().into_iter().for_each(|program| want(program));
                    tool.needs().into_iter().for_each(&mut want);
                    tool.wrappers().iter().for_each(|program| want(program));
                }
                let recipes = config.for_unit(&facts.unit).recipes(gate);
                for recipe in recipes.map_or(&[][..], |(_, recipes)| recipes) {
                    want(program_of(&recipe.command));
                    if let Command::Words(words) = &recipe.command {
                        launch::program(words).into_iter().for_each(&mut want);
                    }
                    recipe.fix.iter().for_each(|fix| want(program_of(fix)));
                }
            }
            LAUNCHERS.into_iter().for_each(&mut want);
            if matches!(facts.unit.language, Language::Javascript | Language::Typescript) {
                want(facts.node.manager.program());
                for program in scripts::programs(facts) {
                    want(&program);
                }
            }
        }
        let has_contracts = work
            .and_then(|work| work.spec.as_ref())
            .is_some_and(|spec| !spec.integration.contracts.is_empty());
        let is_deployment = work.is_some_and(|work| work.item.kind == WorkItemType::Deployment);
        if config.gate(GateId::Documentation).enabled
            || (is_deployment && config.gate(GateId::Deployment).enabled)
            || (has_contracts && config.gate(GateId::Contract).enabled)
        {
            wanted.insert(Wanted {
                unit: None,
                program: "git".to_owned(),
            });
        }
        if let Some(work) = work
            && config.gate(GateId::Benchmark).enabled
            && benchmark::demands(work)
        {
            let engine = match config.quality_gates.benchmark.engine {
                BenchmarkEngine::Auto | BenchmarkEngine::Wrk => Some("wrk"),
                BenchmarkEngine::Locust => Some("locust"),
                BenchmarkEngine::Builtin => None,
            };
            for program in engine.into_iter().chain(["git"]) {
                wanted.insert(Wanted {
                    unit: None,
                    program: program.to_owned(),
                });
            }
        }
        if let Some(work) = work
            && work.item.kind == WorkItemType::IntegrationTest
            && config.gate(GateId::Integration).enabled
        {
            // Every flavour of Compose with its engine, and what loads test data.
            let flavours = WAYS.iter().flat_map(|way| [way.program, way.engine]);
            for program in flavours.chain(["python", "python3", "bash", "sh"]) {
                wanted.insert(Wanted {
                    unit: None,
                    program: program.to_owned(),
                });
                for unit in 0..project.units.len() {
                    wanted.insert(Wanted {
                        unit: Some(unit),
                        program: program.to_owned(),
                    });
                }
            }
        }
        let context7 = &config.quality_gates.context7;
        let server = context7.server.as_ref().filter(|_| context7.enabled);
        if let Some(program) = server
            .and_then(McpServer::words)
            .and_then(|words| words.into_iter().next())
        {
            wanted.insert(Wanted { unit: None, program });
        }
        let of_item = work.into_iter().flat_map(|work| &work.item.validation_rules);
        for rule in config.rules().chain(of_item) {
            if let Some(command) = &rule.command {
                wanted.insert(Wanted {
                    unit: None,
                    program: program_of(command).to_owned(),
                });
            }
        }
        wanted
    }

    /// What became of the search for each wanted program.
    pub fn new(found: BTreeMap<Wanted, Found>) -> Self {
        Self { found }
    }

    /// Where a program is, as seen from a unit. What nobody looked for is missing.
    pub fn get(&self, unit: Option<usize>, program: &str) -> Found {
        let wanted = Wanted {
            unit,
            program: program.to_owned(),
        };
        self.found.get(&wanted).cloned().unwrap_or(Found::Missing)
    }

    /// Programs that were found, with the unit that they were found for.
    pub fn iter(&self) -> impl Iterator<Item = (&Wanted, &Found)> {
        self.found.iter()
    }
}

/// The program that a configured command starts.
pub fn program_of(command: &Command) -> &str {
    match command {
        Command::Words(words) => words.first().map_or("", String::as_str),
        Command::Shell(_) => "sh",
    }
}

/// The launcher that the nearest lock file of a unit asks for.
pub fn launcher_of(facts: &UnitFacts) -> Option<&'static str> {
    facts.runner().map(|runner| runner.words()[0])
}

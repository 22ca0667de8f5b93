//! The floors: a module uses only what lies below it.

use super::paths::named;
use super::source::{Source, crate_sources, shipped};

/// The floors from the ground up. Modules of one floor do not use each other.
const FLOORS: &[&[&str]] = &[
    &["model"],
    &["store", "process"],
    &["project"],
    &["parse"],
    &["tools"],
    &[
        "contract",
        "bench",
        "compose",
        "context7",
        "deploy",
        "environment",
    ],
    &["integration"],
    &["gates"],
    &["engine"],
    &["report", "doctor"],
    &["agent"],
    &["ui"],
    &["commands", "cli"],
];

/// Modules that may use less than what lies below them.
const NARROWER: &[(&str, &[&str])] = &[("parse", &["model"]), ("report", &["model"])];

/// Modules of one floor that may use each other. The arguments of a command are with the command, those of all
/// commands with the tree that holds them: neither can do without the other.
const TOGETHER: &[[&str; 2]] = &[["commands", "cli"]];

/// Names each use of a module that does not lie below the one that uses it.
fn climbing(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources {
        let module = source.module();
        // The crate's root and `main` stand above all floors.
        let Some(&here) = module.first() else { continue };
        let Some(floor) = floor_of(here) else {
            complaints.push(format!(
                "{}: {here} has no floor; give it one in FLOORS",
                source.path
            ));
            continue;
        };
        for used in named(&source.text, &["crate", "super"]) {
            let Some(other) = top_module(&module, &used.parts) else {
                continue;
            };
            let Some(its_floor) = floor_of(&other) else {
                // Items of the root: `crate::run`, `crate::VERSION`.
                complaints.push(format!(
                    "{}:{}: {here} must not use the root's {other}",
                    source.path, used.line
                ));
                continue;
            };
            let narrower = NARROWER.iter().find(|(name, _)| *name == here);
            let allowed = match narrower {
                Some((_, allowed)) => allowed.contains(&&*other),
                None => its_floor < floor || together(here, &other),
            };
            if other != here && !allowed {
                complaints.push(format!(
                    "{}:{}: {here} must not use {other}",
                    source.path, used.line
                ));
            }
        }
    }
    complaints
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn together(one: &str, other: &str) -> bool {
    TOGETHER
        .iter()
        .any(|pair| pair.contains(&one) && pair.contains(&other))
}

/// The top module that a path leads to from inside a module; `None` when it ends at the root or at a glob of it.
fn top_module(from: &[&str], parts: &[String]) -> Option<String> {
    let mut at: Vec<&str> = from.to_vec();
    for part in parts {
        match part.as_str() {
            "crate" => at.clear(),
            "super" => {
                at.pop();
            }
            name => at.push(name),
        }
    }
    at.first()
        .filter(|name| **name != "*" && !at.is_empty())
        .map(|name| (*name).to_owned())
}

#[test]
fn modules_use_only_what_lies_below_them() {
    super::none(&climbing(&shipped(&crate_sources())));
}

#[test]
fn climbing_is_found() {
    super::finds(
        climbing,
        &[
            (
                "src/process/x.rs",
                "//! See [`crate::gates`].\nuse crate::model::a;\nuse crate::gates::b;\n",
            ),
            ("src/store/mod.rs", "use super::process::clock;\n"),
            (
                "src/model/config/a.rs",
                "use super::super::finding::F;\nuse super::super::super::tools::T;\n",
            ),
            (
                "src/report/json.rs",
                "use crate::{model::report::Report, process::Outcome};\n",
            ),
            ("src/parse/junit.rs", "fn f(x: crate::project::UnitFacts) {}\n"),
            (
                "src/tools/pytest.rs",
                "use crate::parse::junit;\n#[cfg(test)]\nmod t { use crate::engine::E; }\n",
            ),
            (
                "src/gates/tests.rs",
                "use crate::tools::TOOLS;\nlet x = \"crate::engine\";\nuse crate::engine::run;\n",
            ),
            (
                "src/commands/gate.rs",
                "use crate::engine::run;\nuse crate::cli::Global;\nuse crate::agent::Hook;\n",
            ),
            (
                "src/agent/hook.rs",
                "use crate::report::clean;\nuse crate::commands::gate;\n",
            ),
            ("src/odd.rs", ""),
            ("src/main.rs", "use crate::anything;"),
        ],
        &[
            "src/process/x.rs:3: process must not use gates",
            "src/store/mod.rs:1: store must not use process",
            "src/model/config/a.rs:2: model must not use tools",
            "src/report/json.rs:1: report must not use process",
            "src/parse/junit.rs:1: parse must not use project",
            "src/gates/tests.rs:3: gates must not use engine",
            "src/agent/hook.rs:2: agent must not use commands",
            "src/odd.rs: odd has no floor; give it one in FLOORS",
        ],
    );
}

//! For tests: recorded audits of npm packages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::Tool;
use super::super::rust_recordings::{Recording, show};
use crate::model::language::Language;
use crate::model::unit::Unit;
use crate::project::UnitFacts;
use crate::project::node::{NodeFacts, PackageManager};

/// A unit of JavaScript at a place of `/project`, with one dependency, whose lock file is `lock`.
pub(in crate::tools) fn unit(path: &str, manager: PackageManager, lock: &str) -> UnitFacts {
    let root = PathBuf::from("/project");
    let dir = root.join(path);
    let unit = Unit {
        path: path.to_owned(),
        language: Language::Javascript,
        markers: vec!["package.json".to_owned()],
    };
    let mut facts = UnitFacts::bare(unit, root, dir.clone());
    facts.entries.insert("package.json".to_owned());
    if !lock.is_empty() {
        facts.entries.insert(lock.to_owned());
        facts.locks.push(dir.join(lock));
    }
    facts.package = Some(serde_json::json!({"dependencies": {"danger": "1.0.0"}}));
    facts.node = NodeFacts {
        manager,
        ..NodeFacts::default()
    };
    facts
}

/// A recorded run, as if in this unit.
pub(in crate::tools) fn load(tool: &str, version: &str, case: &str, facts: UnitFacts) -> Recording {
    Recording {
        facts,
        ..Recording::load(tool, version, case)
    }
}

/// What every recording of a tool reads as, one part a case and answer, with the versions that give it.
pub(in crate::tools) fn all(tool: &dyn Tool, facts: &UnitFacts) -> String {
    let mut cases: BTreeMap<String, Vec<(String, Vec<String>)>> = BTreeMap::new();
    for version in Recording::versions(tool.id()) {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/tool-output")
            .join(tool.id())
            .join(&version);
        for entry in std::fs::read_dir(dir).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let Some(case) = name.strip_suffix(".exit") else {
                continue;
            };
            let mut facts = facts.clone();
            if case == "no_dependencies" {
                facts.package = Some(serde_json::json!({"name": "nothing"}));
            }
            let shown = show(&load(tool.id(), &version, case, facts).read(tool));
            let group = cases.entry(case.to_owned()).or_default();
            match group.iter_mut().find(|(same, _)| *same == shown) {
                Some((_, versions)) => versions.push(version.clone()),
                None => group.push((shown, vec![version.clone()])),
            }
        }
    }
    let mut out = String::new();
    for (case, groups) in cases {
        for (shown, mut versions) in groups {
            versions.sort();
            out.push_str(&format!("## {case} ({})\n{shown}\n", versions.join(", ")));
        }
    }
    out
}

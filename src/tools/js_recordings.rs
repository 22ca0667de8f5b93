//! For tests: recorded runs of the test runners for JavaScript.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::python_recordings::{Recording, show};
use super::{Ask, Mode, Prepared, Tool};
use crate::model::language::Language;
use crate::model::unit::Unit;
use crate::project::UnitFacts;

/// A JavaScript unit of a project at `/project`.
pub(super) fn facts() -> UnitFacts {
    unit(".")
}

fn unit(path: &str) -> UnitFacts {
    let root = PathBuf::from("/project");
    let unit = Unit {
        path: path.to_owned(),
        language: Language::Javascript,
        markers: vec!["package.json".to_owned()],
    };
    let dir = if path == "." {
        root.clone()
    } else {
        root.join(path)
    };
    UnitFacts::bare(unit, root, dir)
}

/// A recorded run, in the unit that it was made in.
pub(super) fn load(tool: &dyn Tool, version: &str, case: &str) -> Recording {
    let mut recording = Recording::load(tool.id(), version, case);
    recording.facts = if case.contains("-unit") {
        unit("packages/web")
    } else {
        facts()
    };
    recording
}

/// The versions of a tool that are recorded.
pub(super) fn versions(tool: &dyn Tool) -> Vec<String> {
    names(&base(tool))
}

fn base(tool: &dyn Tool) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/tool-output")
        .join(tool.id())
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Every recorded run: version and case.
pub(super) fn all(tool: &dyn Tool) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for version in versions(tool) {
        for name in names(&base(tool).join(&version)) {
            if let Some(case) = name.strip_suffix(".exit") {
                all.push((version.clone(), case.to_owned()));
            }
        }
    }
    all
}

/// What every recorded run of a tool is read as: a paragraph a case, equal versions together.
pub(super) fn show_all(tool: &dyn Tool) -> String {
    let mut cases: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (version, case) in all(tool) {
        let shown = show(&load(tool, &version, &case).read(tool));
        let group = cases.entry(case).or_default();
        match group.iter_mut().find(|(_, same)| *same == shown) {
            Some((versions, _)) => *versions = format!("{versions}, {version}"),
            None => group.push((version, shown)),
        }
    }
    let mut out = String::new();
    for (case, groups) in cases {
        for (versions, shown) in groups {
            out.push_str(&format!("## {case} ({versions})\n{shown}\n"));
        }
    }
    out
}

/// The command line of a tool for the project's own arguments, with `/out` as the output directory.
pub(super) fn prepare(
    tool: &dyn Tool,
    facts: &UnitFacts,
    args: &str,
    coverage: bool,
    wrappers: &[&'static str],
) -> Prepared {
    let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
    tool.prepare(&Ask {
        mode: Mode::Check,
        args: &args,
        configured: true,
        facts,
        out: Path::new("/out"),
        coverage,
        wrappers,
        workers: 2,
    })
    .expect("a command line")
}

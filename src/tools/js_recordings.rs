//! For tests: recorded runs of the test runners for JavaScript.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::python_recordings::{Recording, is_clean, show};
use super::{Ask, FileState, Mode, Prepared, Reading, Tool};
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
        leave_out: &[],
        root: Path::new("/project"),
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

/// Demands of every recorded run in which tests failed that no other exit code and no cut of its report makes it look
/// clean.
#[track_caller]
pub(super) fn check_failures_stay(tool: &dyn Tool, report: &str) {
    let mut seen = 0;
    for (version, case) in all(tool) {
        let recording = load(tool, &version, &case);
        let Reading::Answer(answer) = recording.read(tool) else {
            continue;
        };
        if answer.tests.is_none_or(|tests| tests.failed == 0) {
            continue;
        }
        seen += 1;
        for exit in [0, 1, 2, 7, 137] {
            let mut run = recording.clone();
            run.exit = exit;
            assert!(
                !is_clean(&run.read(tool)),
                "{version} {case} with exit code {exit}"
            );
        }
        let Some(FileState::Fresh(bytes)) = recording.outputs.get(report) else {
            panic!("{version} {case} has no {report}");
        };
        for end in (0..bytes.len()).step_by(bytes.len() / 97 + 1) {
            for exit in [0, recording.exit] {
                let mut run = recording.clone();
                run.exit = exit;
                run.outputs.insert(
                    answer_key(&recording, report),
                    FileState::Fresh(bytes[..end].to_vec()),
                );
                assert!(
                    !is_clean(&run.read(tool)),
                    "{version} {case} cut at {end}, exit code {exit}"
                );
            }
        }
    }
    assert!(seen > 3, "{seen} recorded runs have failures");
}

/// The key of an output, as the recording has it.
fn answer_key(recording: &Recording, key: &str) -> &'static str {
    let mut keys = recording.outputs.keys();
    keys.find(|found| **found == key).expect("an output of this key")
}

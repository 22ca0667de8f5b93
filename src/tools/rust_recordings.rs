//! For tests: recorded runs of the Rust tools, and the ways in which output goes wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Answer, FileState, Mode, Reading, Tool, ToolRun};
use crate::model::language::Language;
use crate::model::unit::Unit;
use crate::project::UnitFacts;

/// A Rust unit of a project at `/project`.
pub(super) fn facts_at(path: &str) -> UnitFacts {
    UnitFacts {
        unit: Unit {
            path: path.to_owned(),
            language: Language::Rust,
            markers: vec!["Cargo.toml".to_owned()],
        },
        root: PathBuf::from("/project"),
        dir: Path::new("/project").join(path),
        entries: BTreeSet::from(["Cargo.toml".to_owned(), "Cargo.lock".to_owned()]),
        manifest: toml::from_str("[package]\nname = \"sample\"").ok(),
        requirements: None,
        virtualenv: None,
        site_packages: None,
        package: None,
        locks: Vec::new(),
    }
}

/// A recorded run.
#[derive(Clone)]
pub(super) struct Recording {
    pub(super) exit: i32,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
    pub(super) outputs: BTreeMap<&'static str, FileState>,
    pub(super) facts: UnitFacts,
    pub(super) mode: Mode,
}

impl Recording {
    /// `tests/tool-output/TOOL/VERSION/CASE.*`.
    pub(super) fn load(tool: &str, version: &str, case: &str) -> Self {
        let base = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/tool-output")
            .join(tool)
            .join(version);
        let read = |extension: &str| {
            let path = base.join(format!("{case}.{extension}"));
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let exit = String::from_utf8(read("exit")).unwrap().trim().parse().unwrap();
        let junit = base.join(format!("{case}.junit.xml"));
        Self {
            exit,
            stdout: read("stdout"),
            stderr: read("stderr"),
            outputs: BTreeMap::from([(
                "junit",
                std::fs::read(junit).map_or(FileState::Missing, FileState::Fresh),
            )]),
            facts: facts_at("."),
            mode: Mode::Check,
        }
    }

    /// The versions of a tool that are recorded.
    pub(super) fn versions(tool: &str) -> Vec<String> {
        let base = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/tool-output")
            .join(tool);
        let mut names: Vec<String> = std::fs::read_dir(base)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert!(!names.is_empty());
        names
    }

    pub(super) fn read(&self, tool: &dyn Tool) -> Reading {
        super::read(
            tool,
            &ToolRun {
                exit: self.exit,
                stdout: &self.stdout,
                stderr: &self.stderr,
                outputs: &self.outputs,
                facts: &self.facts,
                coverage: false,
                mode: self.mode,
            },
        )
    }
}

/// One line a fact, so that a whole reading can be compared as text.
pub(super) fn show(reading: &Reading) -> String {
    match reading {
        Reading::Nothing(why) => format!("nothing: {why}\n"),
        Reading::Broken(broken) => match &broken.hint {
            Some(hint) => format!("broken: {}\nhint: {hint}\n", broken.reason),
            None => format!("broken: {}\n", broken.reason),
        },
        Reading::Answer(answer) => show_answer(answer),
    }
}

fn show_answer(answer: &Answer) -> String {
    let mut out = String::from("answer\n");
    if let Some(tests) = answer.tests {
        out.push_str(&format!(
            "tests: {} passed, {} failed, {} errors, {} skipped\n",
            tests.passed, tests.failed, tests.errors, tests.skipped
        ));
    }
    for (name, value) in &answer.metrics {
        out.push_str(&format!("{name}: {value}\n"));
    }
    for finding in &answer.findings {
        let line = finding.line.map_or_else(String::new, |line| format!(":{line}"));
        let column = finding
            .column
            .map_or_else(String::new, |column| format!(":{column}"));
        out.push_str(&format!(
            "{} {} {}{line}{column} {:?}{}\n",
            finding.severity,
            finding.rule,
            finding.path.as_deref().unwrap_or("-"),
            finding.message,
            if finding.fixable { " fixable" } else { "" }
        ));
    }
    for warning in &answer.warnings {
        out.push_str(&format!("warning: {warning}\n"));
    }
    out
}

/// Whether an answer says that all is well.
pub(super) fn is_clean(reading: &Reading) -> bool {
    matches!(reading, Reading::Answer(answer) if answer.findings.is_empty())
}

/// Spoils a clean run in every way and demands that none of it reads as clean.
///
/// `empty_is_clean` names the one tool family whose clean answer is silence.
#[track_caller]
pub(super) fn check_never_clean(tool: &dyn Tool, clean: &Recording, silence: Silence) {
    assert!(is_clean(&clean.read(tool)), "the recording itself must be clean");
    let others: [&[u8]; 5] = [
        b"\x00\xff\xfe\x9f garbage \xc3\x28",
        b"{}",
        b"[]",
        b"3 passed in 0.01s\n",
        b"<?xml version=\"1.0\"?><testsuites/>",
    ];
    for exit in [0, 1, 2, 4, 100, 101, 137, -1] {
        for other in others {
            let mut run = clean.clone();
            run.exit = exit;
            run.stdout = other.to_vec();
            run.stderr = other.to_vec();
            run.outputs = BTreeMap::from([("junit", FileState::Fresh(other.to_vec()))]);
            assert!(!is_clean(&run.read(tool)), "exit {exit}, {other:?}");
        }
        let mut empty = clean.clone();
        empty.exit = exit;
        empty.stdout.clear();
        empty.stderr.clear();
        empty.outputs.clear();
        let allowed = silence == Silence::Clean && exit == 0;
        assert_eq!(is_clean(&empty.read(tool)), allowed, "exit {exit}, empty");
    }
    for exit in [1, 2, 100, 101] {
        let mut run = clean.clone();
        run.exit = exit;
        assert!(!is_clean(&run.read(tool)), "exit {exit} with clean output");
    }
}

/// What a tool's silence means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Silence {
    /// Nothing to complain about.
    Clean,
    /// No answer.
    NoAnswer,
}

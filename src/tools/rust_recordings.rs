//! For tests: recorded runs of the Rust tools, and the ways in which output goes wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Answer, Ask, FileState, Mode, Prepared, Reading, Tool, ToolRun};
use crate::model::finding::Finding;
use crate::model::language::Language;
use crate::model::unit::Unit;
use crate::project::UnitFacts;

/// A Rust unit of a project at `/project`.
pub(super) fn facts_at(path: &str) -> UnitFacts {
    let unit = Unit {
        path: path.to_owned(),
        language: Language::Rust,
        markers: vec!["Cargo.toml".to_owned()],
    };
    let root = PathBuf::from("/project");
    let dir = root.join(path);
    UnitFacts {
        entries: BTreeSet::from(["Cargo.toml".to_owned(), "Cargo.lock".to_owned()]),
        manifest: toml::from_str("[package]\nname = \"sample\"").ok(),
        ..UnitFacts::bare(unit, root, dir)
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
    pub(super) coverage: bool,
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
            coverage: false,
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
                coverage: self.coverage,
                mode: self.mode,
                args: &[],
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
    let mut lines = vec!["answer".to_owned()];
    if let Some(tests) = answer.tests {
        lines.push(format!(
            "tests: {} passed, {} failed, {} errors, {} skipped",
            tests.passed, tests.failed, tests.errors, tests.skipped
        ));
        if tests.expected_failures > 0 {
            lines.push(format!("expected failures: {}", tests.expected_failures));
        }
    }
    lines.extend(
        answer
            .metrics
            .iter()
            .map(|(name, value)| format!("{name}: {value}")),
    );
    lines.extend(answer.findings.iter().map(show_finding));
    lines.extend(
        answer
            .warnings
            .iter()
            .map(|warning| format!("warning: {warning}")),
    );
    lines.join("\n") + "\n"
}

fn show_finding(finding: &Finding) -> String {
    let number = |number: Option<u32>| number.map_or_else(String::new, |number| format!(":{number}"));
    format!(
        "{} {} {}{}{} {:?}{}",
        finding.severity,
        finding.rule,
        finding.path.as_deref().unwrap_or("-"),
        number(finding.line),
        number(finding.column),
        finding.message,
        if finding.fixable { " fixable" } else { "" }
    )
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

/// Cuts the report of a clean run at every byte before the last occurrence of a word, and demands that no piece
/// reads as clean.
#[track_caller]
pub(super) fn spoil_ends(tool: &dyn Tool, clean: &Recording, last: &str) {
    let text = String::from_utf8(clean.stdout.clone()).unwrap();
    let end = text.rfind(last).unwrap();
    for at in 0..end {
        let mut run = clean.clone();
        run.stdout.truncate(at);
        let reading = run.read(tool);
        assert!(!is_clean(&reading), "cut at {at}: {}", show(&reading));
    }
}

/// The command line of a tool for a unit.
pub(super) fn prepare(
    tool: &dyn Tool,
    facts: &UnitFacts,
    args: &str,
    configured: bool,
    mode: Mode,
) -> Option<Prepared> {
    let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
    tool.prepare(&Ask {
        leave_out: &[],
        root: Path::new("/project"),
        mode,
        args: &args,
        configured,
        facts,
        out: Path::new("/out"),
        coverage: false,
        wrappers: &[],
        workers: 2,
    })
}

/// What a tool's silence means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Silence {
    /// Nothing to complain about.
    Clean,
    /// No answer.
    NoAnswer,
}

//! For tests: recorded runs of the Python tools, and the ways in which output goes wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Ask, Coverage, FileState, Mode, Prepared, Reading, Tool, ToolRun, rust_recordings};
use crate::model::language::Language;
use crate::model::unit::Unit;
use crate::project::UnitFacts;

/// A Python unit of a project at `/project`, with `pyproject.toml` of this text.
pub(super) fn facts(manifest: &str) -> UnitFacts {
    let unit = Unit {
        path: ".".to_owned(),
        language: Language::Python,
        markers: vec!["pyproject.toml".to_owned()],
    };
    UnitFacts {
        entries: BTreeSet::from(["pyproject.toml".to_owned()]),
        manifest: Some(toml::from_str(manifest).unwrap()),
        ..UnitFacts::bare(unit, PathBuf::from("/project"), PathBuf::from("/project"))
    }
}

/// The arguments that a tool makes, with `/out` as the output directory.
pub(super) fn prepare(
    tool: &dyn Tool,
    facts: &UnitFacts,
    mode: Mode,
    args: Args<'_>,
    coverage: bool,
) -> Prepared {
    let (words, configured) = match args {
        Args::Default => (tool.default_args().join(" "), false),
        Args::Configured(line) => (line.to_owned(), true),
    };
    let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    tool.prepare(&Ask {
        leave_out: &[],
        root: Path::new("/project"),
        mode,
        args: &words,
        configured,
        facts,
        out: Path::new("/out"),
        coverage,
        wrappers: &[],
        workers: 2,
    })
    .expect("a command line")
}

/// Where arguments come from.
#[derive(Clone, Copy)]
pub(super) enum Args<'a> {
    /// The tool's own.
    Default,
    /// The project's, split at spaces.
    Configured(&'a str),
}

/// A recorded run.
#[derive(Clone)]
pub(super) struct Recording {
    pub(super) exit: i32,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
    pub(super) outputs: BTreeMap<&'static str, FileState>,
    pub(super) facts: UnitFacts,
    pub(super) coverage: bool,
    pub(super) mode: Mode,
}

/// The output files that are recorded: how the file ends, and the key by which the tool asks for it.
const OUTPUTS: [(&str, &str); 11] = [
    ("junit.xml", "junit"),
    ("coverage.json", "coverage"),
    ("bandit.json", "bandit"),
    ("pip-audit.json", "pip-audit"),
    ("prettier-cache", "prettier-cache"),
    ("jest.json", "jest"),
    ("vitest.json", "vitest"),
    ("mocha.json", "mocha"),
    ("node-test.jsonl", "node-test"),
    ("lcov.info", "lcov"),
    ("coverage-summary.json", "coverage-summary"),
];

fn base(tool: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/tool-output")
        .join(tool)
}

/// A unit of the first language that a tool serves.
fn facts_of(tool: &str) -> UnitFacts {
    let language = super::by_id(tool).map_or(Language::Python, |tool| tool.serves()[0].1);
    if language == Language::Python {
        facts("")
    } else {
        super::lint_recordings::unit(language, &[])
    }
}

impl Recording {
    /// A run of a tool that left nothing.
    pub(super) fn unread(tool: &dyn Tool) -> Self {
        Self {
            exit: 0,
            stdout: Vec::new(),
            stderr: Vec::new(),
            outputs: OUTPUTS
                .iter()
                .map(|(_, key)| (*key, FileState::Missing))
                .collect(),
            facts: facts_of(tool.id()),
            coverage: false,
            mode: Mode::Check,
        }
    }

    /// `tests/tool-output/TOOL/VERSION/CASE.*`; a stream without a file was empty.
    pub(super) fn load(tool: &str, version: &str, case: &str) -> Self {
        let file = |end: &str| base(tool).join(version).join(format!("{case}.{end}"));
        let exit =
            std::fs::read_to_string(file("exit")).unwrap_or_else(|error| panic!("{tool} {case}: {error}"));
        Self {
            exit: exit.trim().parse().unwrap(),
            stdout: std::fs::read(file("stdout")).unwrap_or_default(),
            stderr: std::fs::read(file("stderr")).unwrap_or_default(),
            outputs: OUTPUTS
                .iter()
                .map(|(end, key)| {
                    (
                        *key,
                        std::fs::read(file(end)).map_or(FileState::Missing, FileState::Fresh),
                    )
                })
                .collect(),
            facts: facts_of(tool),
            coverage: case.contains("coverage"),
            mode: if case.starts_with("fix") {
                Mode::Fix
            } else {
                Mode::Check
            },
        }
    }

    pub(super) fn read(&self, tool: &dyn Tool) -> Reading {
        let run = ToolRun {
            exit: self.exit,
            stdout: &self.stdout,
            stderr: &self.stderr,
            outputs: &self.outputs,
            facts: &self.facts,
            coverage: self.coverage,
            mode: self.mode,
            args: &[],
        };
        super::read(tool, &run)
    }
}

fn names(directory: &Path) -> BTreeSet<String> {
    std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// What every recorded run of a tool is read as: a paragraph a case, equal versions together.
pub(super) fn show_all(tool: &dyn Tool) -> String {
    let mut cases: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for version in names(&base(tool.id())) {
        for name in names(&base(tool.id()).join(&version)) {
            let Some(case) = name.strip_suffix(".exit") else {
                continue;
            };
            let shown = abridged(&show(&Recording::load(tool.id(), &version, case).read(tool)));
            let group = cases.entry(case.to_owned()).or_default();
            match group.iter_mut().find(|(_, same)| *same == shown) {
                Some((versions, _)) => *versions = format!("{versions}, {version}"),
                None => group.push((version.clone(), shown)),
            }
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

/// A text without its middle when it is very long.
fn abridged(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    match lines.len() {
        0..=60 => text.to_owned(),
        all => format!(
            "{}\n… {} lines …\n{}\n",
            lines[..10].join("\n"),
            all - 20,
            lines[all - 10..].join("\n")
        ),
    }
}

/// One line a fact, so that a whole reading can be compared as text.
pub(super) fn show(reading: &Reading) -> String {
    let mut out = rust_recordings::show(reading);
    if let Reading::Answer(answer) = reading {
        match &answer.coverage {
            None => {}
            Some(Coverage::Measured(found)) => out.push_str(&format!("coverage: {:.2} %\n", found.percent)),
            Some(Coverage::Unavailable(why)) => out.push_str(&format!("no coverage: {why:?}\n")),
        }
    }
    out
}

/// Whether an answer says that all is well.
pub(super) fn is_clean(reading: &Reading) -> bool {
    rust_recordings::is_clean(reading)
}

/// Spoils a clean run in every way and demands that none of it reads as clean.
#[track_caller]
pub(super) fn check_never_clean(tool: &dyn Tool, clean: &Recording) {
    assert!(is_clean(&clean.read(tool)), "the recording itself must be clean");
    let others: [&[u8]; 9] = [
        b"",
        b"\x00\xff\xfe\x9f garbage \xc3\x28",
        b"{}",
        b"null",
        b"[1]",
        b"[{}]",
        b"<?xml version=\"1.0\"?><testsuites/>",
        b"{\"vulnerabilities\": {}, \"metadata\": {}}",
        b"{\"results\": [], \"errors\": [], \"dependencies\": []}",
    ];
    for exit in -1..=140 {
        for other in others {
            let mut run = clean.clone();
            run.exit = exit;
            run.stdout = other.to_vec();
            run.stderr = other.to_vec();
            for state in run.outputs.values_mut() {
                *state = FileState::Fresh(other.to_vec());
            }
            assert!(
                !is_clean(&run.read(tool)),
                "exit {exit}, {:?}",
                String::from_utf8_lossy(other)
            );
        }
        if exit != clean.exit {
            let mut run = clean.clone();
            run.exit = exit;
            assert!(!is_clean(&run.read(tool)), "exit {exit} with clean output");
        }
    }
    for state in [
        FileState::Missing,
        FileState::Stale,
        FileState::TooLarge(1 << 40),
        FileState::Unreadable("no".to_owned()),
    ] {
        let mut run = clean.clone();
        let reads_files = run
            .outputs
            .values()
            .any(|state| matches!(state, FileState::Fresh(_)));
        for output in run.outputs.values_mut() {
            *output = state.clone();
        }
        assert_eq!(is_clean(&run.read(tool)), !reads_files, "{state:?}");
    }
    check_cuts(tool, clean);
}

/// Every report that is cut off reads as no answer.
#[track_caller]
fn check_cuts(tool: &dyn Tool, clean: &Recording) {
    let whole = |bytes: &[u8]| bytes.trim_ascii().len();
    for (key, state) in &clean.outputs {
        let FileState::Fresh(bytes) = state else {
            continue;
        };
        for end in 0..whole(bytes) {
            let mut run = clean.clone();
            run.outputs.insert(key, FileState::Fresh(bytes[..end].to_vec()));
            assert!(!is_clean(&run.read(tool)), "{key} cut at {end}");
        }
    }
    if clean.outputs.values().all(|state| *state == FileState::Missing) {
        for end in 0..whole(&clean.stdout) {
            let mut run = clean.clone();
            run.stdout.truncate(end);
            assert!(!is_clean(&run.read(tool)), "stdout cut at {end}");
        }
    }
}

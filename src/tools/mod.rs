//! The external tools that sdd knows: how each is asked, and how its answer is read.
//!
//! One file a tool and one visible table, [`TOOLS`]. Nothing here does I/O: a tool makes arguments out of data
//! and findings out of bytes, so every parser is tested on recorded output with no tool installed.

mod bandit;
mod biome;
mod biome_format;
mod biome_lint;
mod cargo;
mod cargo_audit;
mod cargo_check;
mod cargo_nextest;
mod cargo_test;
mod clippy;
mod clippy_docs;
mod eslint;
mod go_build;
#[cfg(test)]
mod go_recordings;
mod go_test;
mod go_vet;
mod gofmt;
mod golang;
mod govulncheck;
mod javascript;
mod jest;
#[cfg(test)]
mod js_recordings;
mod js_tests;
pub mod launch;
#[cfg(test)]
mod lint_recordings;
mod mocha;
mod mypy;
mod node_audit;
mod node_test;
mod npm_audit;
mod pip_audit;
mod pnpm_audit;
mod prettier;
mod pyright;
mod pytest;
mod python;
#[cfg(test)]
mod python_recordings;
pub mod reports;
mod ruff;
mod ruff_check;
mod ruff_docstrings;
mod ruff_format;
#[cfg(test)]
mod rust_recordings;
mod rustfmt;
mod safety;
mod tsc;
mod vitest;
mod yarn_audit;
mod yarn_npm_audit;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::model::finding::Finding;
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::parse::coverage::Measured;
use crate::parse::gaps::Gap;
use crate::project::UnitFacts;

/// Every tool. The order decides which tool serves a gate by default: the first that applies.
pub static TOOLS: &[&dyn Tool] = &[
    &ruff_format::RuffFormat,
    &rustfmt::Rustfmt,
    &gofmt::Gofmt,
    &ruff_check::RuffCheck,
    &ruff_docstrings::RuffDocstrings,
    &clippy::Clippy,
    &clippy_docs::ClippyDocs,
    &go_vet::GoVet,
    &biome_format::BiomeFormat,
    &prettier::Prettier,
    &biome_lint::BiomeLint,
    &eslint::Eslint,
    &tsc::Tsc,
    &mypy::Mypy,
    &pyright::Pyright,
    &pytest::Pytest,
    &cargo_nextest::CargoNextest,
    &cargo_test::CargoTest,
    &go_test::GoTest,
    &cargo_check::CargoCheck,
    &go_build::GoBuild,
    &jest::Jest,
    &vitest::Vitest,
    &mocha::Mocha,
    &node_test::NodeTest,
    &bandit::Bandit,
    &pip_audit::PipAudit,
    &safety::Safety,
    &cargo_audit::CargoAudit,
    &govulncheck::Govulncheck,
    &npm_audit::NpmAudit,
    &pnpm_audit::PnpmAudit,
    &yarn_audit::YarnAudit,
    &yarn_npm_audit::YarnNpmAudit,
];

/// One external tool.
pub trait Tool: Sync {
    /// The name in reports and on the command line, unique: `ruff`, `ruff-format`.
    fn id(&self) -> &'static str;

    /// The gates and languages that it serves.
    fn serves(&self) -> &'static [(GateId, Language)];

    /// The words that a command line of this tool begins with: `["ruff", "check"]`.
    fn words(&self) -> &'static [&'static str];

    /// The arguments behind the words when the project configures no command of its own.
    fn default_args(&self) -> &'static [&'static str];

    /// Whether the tool is to be used on a unit when the project configures no command of its own.
    fn applies(&self, facts: &UnitFacts) -> Applies;

    /// The full argument list for one mode; `None` when there is nothing to do in that mode.
    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared>;

    /// The arguments that make a test runner run the tests in one directory, `.` or a path relative to the unit at `root`,
    /// by so many workers where it takes their number; `None` where it is no runner that can.
    fn directory(&self, _root: &Path, _directory: &str, _workers: Option<u32>) -> Option<Vec<String>> {
        None
    }

    /// What a test runner needs beside itself to run tests by so many workers; `None` where it needs nothing.
    fn for_workers(&self, _workers: Option<u32>) -> Option<Extra> {
        None
    }

    /// The exit codes that the tool documents, and what each means. Any other ends in `error`.
    fn exits(&self) -> &'static [(i32, &'static str)];

    /// Reads what the tool answered. Called for documented exit codes only, with every required output
    /// present and new; [`read`] is the caller.
    fn read(&self, run: &ToolRun<'_>) -> Reading;

    /// The arguments, behind the program, that make it print its version; empty where nothing does.
    fn version_args(&self) -> &'static [&'static str] {
        &["--version"]
    }

    /// Whether a line of its output is there only because sdd asked for it, and tells people nothing.
    fn is_chatter(&self, _line: &str) -> bool {
        false
    }

    /// The command that installs the tool, for a unit of this language.
    fn install(&self) -> &'static str;

    /// A further program without which the first word of [`Tool::words`] is of no use: `cargo audit` needs
    /// `cargo-audit`.
    fn needs(&self) -> Option<&'static str> {
        None
    }

    /// Programs that [`Prepared::wrapper`] may begin with: mocha's coverage is measured by `c8` or `nyc`.
    fn wrappers(&self) -> &'static [&'static str] {
        &[]
    }

    /// What steps of this tool must not share at the same time, such as a build directory.
    fn exclusive(&self) -> Option<&'static str> {
        None
    }
}

/// What a tool needs beside itself, and how it is asked whether it has that.
#[derive(Clone, Debug)]
pub struct Extra {
    /// What it needs.
    pub name: &'static str,
    /// The arguments, behind the tool's words, that make it say whether it has that, and do nothing else.
    pub args: Vec<String>,
    /// Whether an answer, exit code and stderr, says that it has not.
    pub is_missing: fn(i32, &str) -> bool,
    /// The command that installs it.
    pub install: &'static str,
}

/// Whether a tool is to be used on a unit by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applies {
    /// Yes; the text says why, for `sdd gate --plan`.
    Yes(String),
    /// Not this tool; another may serve. Not worth a line in the report.
    No,
    /// The tool has nothing to do here; the text says why, and the report shows it as skipped.
    NothingToDo(String),
}

/// Whether files may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Look only.
    Check,
    /// Rewrite what can be rewritten.
    Fix,
}

/// What is asked of a tool.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Whether files may change.
    pub mode: Mode,
    /// The arguments behind the tool's words: the project's own, or the tool's default ones.
    pub args: &'a [String],
    /// Whether `args` are the project's own.
    pub configured: bool,
    /// The unit.
    pub facts: &'a UnitFacts,
    /// The directory that output files go to, absolute; made before the run.
    pub out: &'a Path,
    /// Whether coverage is to be measured.
    pub coverage: bool,
    /// Those of [`Tool::wrappers`] that are installed for the unit, in their order.
    pub wrappers: &'a [&'static str],
    /// How many workers a tool that runs things in parallel may use.
    pub workers: usize,
    /// Directories, relative to the unit, that another gate looks at. A tool leaves them out as far as it can beside `args`.
    pub leave_out: &'a [String],
    /// The unit's directory, absolute.
    pub root: &'a Path,
}

/// A command line of a tool, ready to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// The arguments behind the tool's words.
    pub args: Vec<String>,
    /// Words before the tool's own, a program of [`Ask::wrappers`] first: `c8 --reporter=json-summary`. Empty for most.
    pub wrapper: Vec<String>,
    /// Variables to set.
    pub env: Vec<(String, String)>,
    /// Files that the tool will write and that are read afterwards.
    pub outputs: Vec<OutputFile>,
    /// Files of the project that are read afterwards with the outputs, however old they are.
    pub reads: Vec<OutputFile>,
    /// Files to write before the run: name in the output directory, and content.
    pub inputs: Vec<(String, String)>,
    /// Whether stdout is the tool's report and must be read as a whole.
    pub reads_stdout: bool,
}

/// A file that a tool is told to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// The name by which [`ToolRun::output`] gives it.
    pub key: &'static str,
    /// Where the tool writes it, absolute.
    pub path: PathBuf,
}

/// What a tool's run left behind, as bytes.
#[derive(Clone, Copy, Debug)]
pub struct ToolRun<'a> {
    /// The exit code; one of those that the tool documents.
    pub exit: i32,
    /// All of stdout when [`Prepared::reads_stdout`], else its start and end.
    pub stdout: &'a [u8],
    /// The start and end of stderr.
    pub stderr: &'a [u8],
    /// The output files by key.
    pub outputs: &'a BTreeMap<&'static str, FileState>,
    /// The unit.
    pub facts: &'a UnitFacts,
    /// Whether coverage was asked for.
    pub coverage: bool,
    /// The mode that it ran in.
    pub mode: Mode,
    /// All arguments behind the program.
    pub args: &'a [String],
}

impl ToolRun<'_> {
    /// An output file's content, or why it cannot be read.
    pub fn output(&self, key: &str) -> Result<&[u8], String> {
        match self.outputs.get(key) {
            Some(FileState::Fresh(bytes)) => Ok(bytes),
            Some(FileState::Missing) | None => Err("it was not written".to_owned()),
            Some(FileState::Stale) => Err("it is older than this run".to_owned()),
            Some(FileState::Dated(_)) => Err("it says that it is of an earlier run".to_owned()),
            Some(FileState::TooLarge(bytes)) => Err(format!("it has {bytes} bytes, too many to read")),
            Some(FileState::Unreadable(why)) => Err(why.clone()),
        }
    }

    /// [`ToolRun::output`] of a runner that said at its end what came of the tests: then the report is its own whatever
    /// date it has, since tests may set the clock that it is dated by.
    pub fn finished_output(&self, key: &str) -> Result<&[u8], String> {
        match self.outputs.get(key) {
            Some(FileState::Dated(bytes)) => Ok(bytes),
            _ => self.output(key),
        }
    }

    /// Stderr as text, made safe to show.
    pub fn stderr_text(&self) -> String {
        crate::model::text::message(self.stderr)
    }

    /// Stdout as text, made safe to show.
    pub fn stdout_text(&self) -> String {
        crate::model::text::message(self.stdout)
    }

    /// A path as a tool printed it (absolute, or relative to the unit), relative to the project's root.
    pub fn project_path(&self, printed: &str) -> String {
        self.facts.project_path(printed)
    }
}

/// The state of a file that a tool was told to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// Written by this run.
    Fresh(Vec<u8>),
    /// Not there.
    Missing,
    /// There, and older than this run.
    Stale,
    /// Written by this run, and it says itself that it is of an earlier one.
    Dated(Vec<u8>),
    /// There, with more bytes than are read.
    TooLarge(u64),
    /// There, and not readable: why.
    Unreadable(String),
}

/// What a tool's answer means.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// It looked, and this is what it found.
    Answer(Box<Answer>),
    /// It had nothing to look at: why.
    Nothing(String),
    /// There is no answer.
    Broken(Broken),
}

/// Why there is no answer, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Why, in one line.
    pub reason: String,
    /// What to do, where that is known.
    pub hint: Option<String>,
}

/// What a tool found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// What was found; empty means clean.
    pub findings: Vec<Finding>,
    /// Test counts, from test runners.
    pub tests: Option<TestCounts>,
    /// Those of the counts that are of tests in the directories of other units, by such a directory, relative to the
    /// project's root.
    pub tests_inside: BTreeMap<String, TestCounts>,
    /// Coverage, where it was asked for.
    pub coverage: Option<Coverage>,
    /// Lines that no test reaches, where coverage was measured by line.
    pub gaps: Vec<Gap>,
    /// What was looked at, in numbers, such as `dependencies_audited`.
    pub metrics: BTreeMap<&'static str, u64>,
    /// What the reader should know although it decides nothing.
    pub warnings: Vec<String>,
}

/// Test counts of one run, as the test runner itself tells them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TestCounts {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that broke outside of their own assertions: set-up, tear-down, collection.
    pub errors: u64,
    /// Tests that were skipped or ignored.
    pub skipped: u64,
    /// Tests that failed as they were expected to (pytest's `xfail`).
    pub expected_failures: u64,
}

impl TestCounts {
    /// Adds others.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.errors += other.errors;
        self.skipped += other.skipped;
        self.expected_failures += other.expected_failures;
    }

    /// These without those that are also among others.
    #[must_use]
    pub fn without(self, inside: Self, own: Self) -> Self {
        let less = |count: u64, inside: u64, own: u64| count.saturating_sub(inside.min(own));
        Self {
            passed: less(self.passed, inside.passed, own.passed),
            failed: less(self.failed, inside.failed, own.failed),
            errors: less(self.errors, inside.errors, own.errors),
            skipped: less(self.skipped, inside.skipped, own.skipped),
            expected_failures: less(
                self.expected_failures,
                inside.expected_failures,
                own.expected_failures,
            ),
        }
    }

    /// What really ran. A test that passes and whose tear-down breaks is a pass and an error.
    pub fn ran(&self) -> u64 {
        self.passed + self.failed + self.errors + self.expected_failures
    }
}

/// Coverage of one run.
#[derive(Clone, Debug, PartialEq)]
pub enum Coverage {
    /// Measured; 0 percent is a number like any other.
    Measured(Measured),
    /// Asked for and not to be had: why, and what to do.
    Unavailable(Broken),
}

impl Broken {
    /// That every test, so many of them, was skipped: somebody meant to look, and nothing was looked at.
    pub fn all_skipped(count: u64) -> Self {
        let what = match count {
            1 => "the only test was skipped".to_owned(),
            count => format!("all {count} tests were skipped"),
        };
        Self {
            reason: format!("{what}, so that nothing was tested"),
            hint: Some(
                "let one of the tests run here; where none is meant to, leave the unit out: \
                 `\"units\": [{\"path\": …, \"commands\": {\"tests\": null}}]`"
                    .to_owned(),
            ),
        }
    }
}

impl Reading {
    /// What it means that no test ran: `nothing` where there is none, no answer where all were skipped.
    pub fn no_test_ran(skipped: u64, nothing: &str) -> Self {
        match skipped {
            0 => Self::Nothing(nothing.to_owned()),
            count => Self::Broken(Broken::all_skipped(count)),
        }
    }

    /// Findings and nothing else.
    pub fn findings(findings: Vec<Finding>) -> Self {
        Self::Answer(Box::new(Answer {
            findings,
            ..Answer::default()
        }))
    }

    /// No answer, for a reason.
    pub fn broken(reason: impl Into<String>) -> Self {
        Self::Broken(Broken {
            reason: reason.into(),
            hint: None,
        })
    }

    /// No answer, for a reason, with what to do.
    pub fn broken_with_hint(reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Broken(Broken {
            reason: reason.into(),
            hint: Some(hint.into()),
        })
    }
}

/// The tool of a name.
pub fn by_id(id: &str) -> Option<&'static dyn Tool> {
    TOOLS.iter().copied().find(|tool| tool.id() == id)
}

/// The tools that serve a gate for a language, in the order of the table.
pub fn serving(gate: GateId, language: Language) -> impl Iterator<Item = &'static dyn Tool> {
    TOOLS
        .iter()
        .copied()
        .filter(move |tool| tool.serves().contains(&(gate, language)))
}

/// Reads a tool's answer, with the demands that hold for every tool: the exit code must be one that the tool
/// documents, and an exit code other than 0 with nothing found is no answer.
pub fn read(tool: &dyn Tool, run: &ToolRun<'_>) -> Reading {
    if !tool.exits().iter().any(|(code, _)| *code == run.exit) {
        return Reading::broken(format!(
            "exit code {} is not documented for {}{}",
            run.exit,
            tool.id(),
            said(run)
        ));
    }
    let reading = tool.read(run);
    match &reading {
        Reading::Answer(answer) if run.exit != 0 && answer.findings.is_empty() => Reading::broken(format!(
            "{} ended with exit code {} and reported nothing{}",
            tool.id(),
            run.exit,
            said(run)
        )),
        _ => reading,
    }
}

/// The first thing that a tool said about its own failure, as the end of a sentence.
fn said(run: &ToolRun<'_>) -> String {
    let stderr = run.stderr_text();
    let text = if stderr.trim().is_empty() {
        run.stdout_text()
    } else {
        stderr
    };
    let line = crate::model::text::first_line(&text);
    if line.is_empty() {
        String::new()
    } else {
        format!(": {}", crate::model::text::shorten(line, 300))
    }
}

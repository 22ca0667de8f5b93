//! pytest: test counts and failures from the `JUnit` report of this run, coverage from pytest-cov.

mod addopts;
mod place;
mod read;
mod summary;
mod tally;
#[cfg(test)]
mod tests;

use std::path::Path;

use super::python::Options;
use super::{Applies, Ask, Extra, OutputFile, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// pytest.
pub struct Pytest;

/// Options that would send the `JUnit` report elsewhere.
const REPORT: Options = Options {
    alone: &[],
    valued: &["--junitxml", "--junit-xml"],
    other_valued: "kmprocWn",
};

impl Tool for Pytest {
    fn id(&self) -> &'static str {
        "pytest"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Tests, Language::Python)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["pytest"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &[]
    }

    fn applies(&self, _facts: &UnitFacts) -> Applies {
        Applies::Yes("pytest is the test runner for Python".to_owned())
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let junit = ask.out.join("junit.xml");
        let coverage = ask.out.join("coverage.json");
        let own = without_json_coverage(REPORT.remove_from(ask.args));
        // Ours stand first: nothing behind a `--` of the project's is an option any more, and `--cov` would
        // take a path that follows it for its value.
        let mut args = vec![format!("--junitxml={}", junit.display())];
        let mut outputs = vec![OutputFile {
            key: "junit",
            path: junit,
        }];
        if !ask.configured {
            // These run the tests of another unit, or need services that are not up.
            let elsewhere = ask.facts.nested.iter().chain(ask.leave_out);
            args.extend(elsewhere.map(|dir| format!("--ignore={dir}")));
        }
        if ask.coverage {
            if !addopts::may_measure(&own, ask.facts) {
                args.push("--cov".to_owned());
            }
            args.push(format!("--cov-report=json:{}", coverage.display()));
            outputs.push(OutputFile {
                key: "coverage",
                path: coverage,
            });
        }
        args.extend(own);
        let data = ask.out.join(".coverage").display().to_string();
        Some(Prepared {
            args,
            env: vec![("COVERAGE_FILE".to_owned(), data)],
            outputs,
            ..Prepared::default()
        })
    }

    fn directory(&self, _root: &Path, directory: &str, workers: Option<u32>) -> Option<Vec<String>> {
        let parallel = by_workers(workers);
        let place = if directory.is_empty() { "." } else { directory };
        Some(parallel.into_iter().chain([place.to_owned()]).collect())
    }

    fn for_workers(&self, workers: Option<u32>) -> Option<Extra> {
        let parallel = by_workers(workers)?;
        // `conftest.py` may ask for services that are not up. Asked twice for its version, pytest looks at the other
        // arguments as well (seen with 6.2.5, 7.4.4, 8.4.2 and 9.2.0, which does not where it is asked once).
        let args = ["--noconftest", &parallel, "--version", "--version"];
        Some(Extra {
            name: "pytest-xdist",
            args: args.map(str::to_owned).to_vec(),
            is_missing: |code, stderr| {
                let mut unknown = stderr
                    .lines()
                    .filter_map(|line| line.split_once("unrecognized arguments: "));
                code == 4 && unknown.any(|(_, words)| words.contains("--numprocesses"))
            },
            install: "python -m pip install pytest-xdist",
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "all tests passed"),
            (
                1,
                "tests failed, or the coverage is below the project's own fail_under",
            ),
            (2, "interrupted, or files could not be collected"),
            (3, "internal error"),
            (4, "wrong usage or configuration"),
            (5, "no tests were collected"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        read::read(run)
    }

    fn install(&self) -> &'static str {
        "python -m pip install pytest pytest-cov"
    }
}

/// The argument, of pytest-xdist, for more than one worker.
fn by_workers(workers: Option<u32>) -> Option<String> {
    workers
        .filter(|count| *count > 1)
        .map(|count| format!("--numprocesses={count}"))
}

/// The arguments without `--cov-report=json…`, which would leave a `coverage.json` in the project; the other
/// reports stay.
fn without_json_coverage(args: Vec<String>) -> Vec<String> {
    let is_json = |value: &str| value == "json" || value.starts_with("json:");
    let mut out = Vec::with_capacity(args.len());
    let mut words = args.into_iter().peekable();
    while let Some(word) = words.next() {
        if word == "--" {
            out.push(word);
            out.extend(words.by_ref());
        } else if word == "--cov-report" && words.peek().is_some_and(|value| is_json(value)) {
            words.next();
        } else if !word.strip_prefix("--cov-report=").is_some_and(is_json) {
            out.push(word);
        }
    }
    out
}

//! vitest: counts and failures from its JSON report, coverage from `coverage-summary.json`.

mod read;
#[cfg(test)]
mod tests;

use std::path::Path;

use super::js_tests::{self, Runner};
use super::{Applies, Ask, OutputFile, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// vitest.
pub struct Vitest;

/// The key of the report.
const REPORT: &str = "vitest";

/// Options of the project's own that send reports elsewhere. One place for all reports is the only one that wins over
/// every setting of a project (a place a reporter loses against one place for all), so that there may be but one
/// reporter that writes a file.
const ELSEWHERE: [&str; 4] = [
    "--outputFile",
    "--outputFile.",
    "--reporter",
    "--coverage.reportsDirectory",
];

/// Switches of the project's own that ours take the place of: of two values vitest takes neither.
const SWITCHES: [&str; 2] = [
    "dangerouslyIgnoreUnhandledErrors",
    "dangerously-ignore-unhandled-errors",
];

/// The same where coverage is measured.
const SWITCHES_OF_COVERAGE: [&str; 3] = [
    "coverage.enabled",
    "coverage.reportOnFailure",
    "coverage.report-on-failure",
];

impl Tool for Vitest {
    fn id(&self) -> &'static str {
        "vitest"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[
            (GateId::Tests, Language::Javascript),
            (GateId::Tests, Language::Typescript),
        ]
    }

    fn words(&self) -> &'static [&'static str] {
        &["vitest"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["run"]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        js_tests::applies(Runner::Vitest, facts)
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let report = ask.out.join("vitest.json");
        let coverage = ask.out.join("coverage");
        let mut own = js_tests::without(ask.args, &ELSEWHERE);
        own = js_tests::without_switches(&own, &SWITCHES);
        let mut ours = vec![
            "--reporter=default".to_owned(),
            "--reporter=json".to_owned(),
            format!("--outputFile={}", report.display()),
            // Otherwise an error outside of the tests is no failure, whatever the project's settings say.
            "--dangerouslyIgnoreUnhandledErrors=false".to_owned(),
        ];
        // `vitest watch` and `vitest --watch` have no end; `--watch=false` does not keep the first from watching.
        if !js_tests::says_only(&own, "--run", "run") {
            own = js_tests::without_switches(&own, &["run"]);
            ours.push("--run".to_owned());
        }
        // What is said here comes on top of what the project leaves out itself.
        let elsewhere = ask.leave_out.iter();
        ours.extend(elsewhere.map(|dir| format!("--exclude={}/**", globset::escape(dir))));
        let mut outputs = vec![OutputFile {
            key: REPORT,
            path: report,
        }];
        if ask.coverage {
            own = js_tests::without_switches(&own, &SWITCHES_OF_COVERAGE);
            if !js_tests::says_only(&own, "--coverage", "coverage") {
                own = js_tests::without_switches(&own, &["coverage"]);
            }
            ours.extend([
                "--coverage.enabled=true".to_owned(),
                "--coverage.reporter=json-summary".to_owned(),
                "--coverage.reporter=lcovonly".to_owned(),
                format!("--coverage.reportsDirectory={}", coverage.display()),
                // Otherwise there is no number when a test fails.
                "--coverage.reportOnFailure=true".to_owned(),
            ]);
            outputs.extend(js_tests::coverage_outputs(&coverage));
        }
        Some(Prepared {
            args: js_tests::with_ours(own, ours),
            outputs,
            ..Prepared::default()
        })
    }

    fn directory(&self, root: &Path, directory: &str, workers: Option<u32>) -> Option<Vec<String>> {
        Some(js_tests::directory(Runner::Vitest, root, directory, workers))
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "all tests passed"),
            (
                1,
                "tests failed, there are none, coverage is below the project's own limit, or vitest could not run",
            ),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        read::read(run)
    }

    fn install(&self) -> &'static str {
        "npm install --save-dev vitest @vitest/coverage-v8"
    }
}

//! jest: counts and failures from its JSON report, coverage from `coverage-summary.json`.

mod read;
#[cfg(test)]
mod tests;

use std::path::Path;

use super::js_tests::{self, Runner};
use super::{Applies, Ask, OutputFile, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// jest.
pub struct Jest;

/// The key of the report.
const REPORT: &str = "jest";

/// Options of the project's own that send the reports elsewhere: of two values jest takes neither.
const ELSEWHERE: [&str; 2] = ["--outputFile", "--coverageDirectory"];

impl Tool for Jest {
    fn id(&self) -> &'static str {
        "jest"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[
            (GateId::Tests, Language::Javascript),
            (GateId::Tests, Language::Typescript),
        ]
    }

    fn words(&self) -> &'static [&'static str] {
        &["jest"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &[]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        js_tests::applies(Runner::Jest, facts)
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let report = ask.out.join("jest.json");
        let coverage = ask.out.join("coverage");
        let own = js_tests::without(ask.args, &ELSEWHERE);
        let mut ours = vec![
            "--ci".to_owned(),
            "--json".to_owned(),
            format!("--outputFile={}", report.display()),
            "--testLocationInResults".to_owned(),
            // A project may set another code, 0 included.
            "--testFailureExitCode=1".to_owned(),
            // A run that ends at the first failure writes no report.
            "--bail=0".to_owned(),
        ];
        // A run that watches has no end. Said only where it is needed: the switch itself asks jest for git.
        for watch in ["--watch", "--watchAll"] {
            if own.iter().any(|word| word == watch) {
                ours.push(format!("{watch}=false"));
            }
        }
        ours.extend(js_tests::elsewhere(&own, ask));
        let mut outputs = vec![OutputFile {
            key: REPORT,
            path: report,
        }];
        if ask.coverage {
            ours.extend([
                "--coverage".to_owned(),
                "--coverageReporters=json-summary".to_owned(),
                "--coverageReporters=lcovonly".to_owned(),
                format!("--coverageDirectory={}", coverage.display()),
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
        Some(js_tests::directory(Runner::Jest, root, directory, workers))
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "all tests passed"),
            (
                1,
                "tests failed, there are none, coverage is below the project's own limit, or jest could not run",
            ),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        read::read(run)
    }

    fn install(&self) -> &'static str {
        "npm install --save-dev jest"
    }
}

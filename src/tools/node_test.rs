//! The test runner of node (`node --test`): counts and failures from a reporter of sdd's own, coverage from lcov.
//!
//! The reporter is written beside the report; see `node_test/reporter.mjs` for why none of node's own will do.

mod events;
mod lcov;
mod read;
#[cfg(test)]
mod tests;

use super::js_tests::{self, Runner};
use super::{Applies, Ask, OutputFile, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// `node --test`.
pub struct NodeTest;

/// The key of the report.
const REPORT: &str = "node-test";

/// The key of the coverage report.
const COVERAGE: &str = "lcov";

/// Reports of the project's own. node wants as many places as reporters, so that theirs would be taken for ours.
const ELSEWHERE: [&str; 2] = ["--test-reporter", "--test-reporter-destination"];

/// The reporter.
const REPORTER: &str = include_str!("node_test/reporter.mjs");

impl Tool for NodeTest {
    fn id(&self) -> &'static str {
        "node-test"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[
            (GateId::Tests, Language::Javascript),
            (GateId::Tests, Language::Typescript),
        ]
    }

    fn words(&self) -> &'static [&'static str] {
        &["node", "--test"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &[]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        js_tests::applies(Runner::Node, facts)
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let report = ask.out.join("node-test.jsonl");
        let reporter = ask.out.join("reporter.mjs");
        // For people, in the log.
        let mut args = vec![
            "--test-reporter=spec".to_owned(),
            "--test-reporter-destination=stdout".to_owned(),
            format!("--test-reporter={}", file_url(&reporter.to_string_lossy())),
            format!("--test-reporter-destination={}", report.display()),
        ];
        let mut outputs = vec![OutputFile {
            key: REPORT,
            path: report,
        }];
        if ask.coverage {
            let lcov = ask.out.join("lcov.info");
            args.extend([
                "--experimental-test-coverage".to_owned(),
                "--test-reporter=lcov".to_owned(),
                format!("--test-reporter-destination={}", lcov.display()),
            ]);
            outputs.push(OutputFile {
                key: COVERAGE,
                path: lcov,
            });
        }
        // Ours stand first: node reads no option behind the first file.
        // A run that watches has no end, and of the two options the first does not win.
        let own = js_tests::without(ask.args, &ELSEWHERE);
        args.extend(own.into_iter().filter(|word| word != "--watch"));
        Some(Prepared {
            args,
            inputs: vec![("reporter.mjs".to_owned(), REPORTER.to_owned())],
            outputs,
            ..Prepared::default()
        })
    }

    /// Source: "Process exit codes" of the documentation of node.
    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "all tests passed"),
            (1, "tests failed, or coverage is below the project's own limit"),
            (7, "node stopped at an error of its own or of a reporter"),
            (9, "an option is not valid"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        read::read(run)
    }

    fn install(&self) -> &'static str {
        "install Node.js 20.17 or newer: https://nodejs.org"
    }
}

/// A path as a `file:` URL, which is what node imports a reporter by.
fn file_url(path: &str) -> String {
    path.bytes().fold("file://".to_owned(), |mut url, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                url.push(char::from(byte));
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
        url
    })
}

//! mocha: counts and failures from its JSON report, coverage from c8 or nyc around it.

mod read;
mod report;
#[cfg(test)]
mod tests;

use super::js_tests::{self, Runner};
use super::{Applies, Ask, OutputFile, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// mocha.
pub struct Mocha;

/// The key of the report.
const REPORT: &str = "mocha";

/// A dry run calls no test and reports every one as passed. Each spelling is taken back by itself: the project's words
/// and its settings file may have either, and mocha takes the one for no other name of the other.
const NOT_DRY: [&str; 2] = ["--no-dry-run", "--no-dryRun"];

impl Tool for Mocha {
    fn id(&self) -> &'static str {
        "mocha"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[
            (GateId::Tests, Language::Javascript),
            (GateId::Tests, Language::Typescript),
        ]
    }

    fn words(&self) -> &'static [&'static str] {
        &["mocha"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &[]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        js_tests::applies(Runner::Mocha, facts)
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let report = ask.out.join("mocha.json");
        // mocha takes the last reporter and the last value of a reporter's option, so the project's own may stay.
        let mut ours = vec![
            "--reporter=json".to_owned(),
            format!("--reporter-option=output={}", report.display()),
        ];
        ours.extend(NOT_DRY.map(str::to_owned));
        // A run that watches has no end.
        if ask.args.iter().any(|word| word == "--watch" || word == "-w") {
            ours.push("--no-watch".to_owned());
        }
        let mut outputs = vec![OutputFile {
            key: REPORT,
            path: report,
        }];
        let mut wrapper = Vec::new();
        if ask.coverage {
            // Asked for without a wrapper, too: that there is no report says that coverage could not be measured.
            wrapper = measuring(ask);
            outputs.extend(js_tests::coverage_outputs(&ask.out.join("coverage")));
        }
        Some(Prepared {
            args: js_tests::with_ours(ask.args.to_vec(), ours),
            wrapper,
            outputs,
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &EXITS
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        read::read(run)
    }

    fn install(&self) -> &'static str {
        "npm install --save-dev mocha c8"
    }

    fn wrappers(&self) -> &'static [&'static str] {
        &["c8", "nyc"]
    }
}

/// The words that measure coverage around mocha, with the wrapper that the project declares, else the first that is
/// installed; none without one.
fn measuring(ask: &Ask<'_>) -> Vec<String> {
    let declared = |name: &&&str| ask.facts.node.dependencies.contains(**name);
    let chosen = ask.wrappers.iter().find(declared).or(ask.wrappers.first());
    let to = |option: &str, dir: &str| format!("{option}={}", ask.out.join(dir).display());
    match chosen {
        Some(&"nyc") => vec![
            "nyc".to_owned(),
            "--reporter=json-summary".to_owned(),
            "--reporter=lcovonly".to_owned(),
            to("--report-dir", "coverage"),
            to("--temp-dir", "nyc"),
        ],
        Some(name) => vec![
            (*name).to_owned(),
            "--reporter=json-summary".to_owned(),
            "--reporter=lcovonly".to_owned(),
            to("--reports-dir", "coverage"),
            to("--temp-directory", "c8"),
        ],
        None => Vec::new(),
    }
}

/// mocha ends with the number of failures, at most 255.
const EXITS: [(i32, &str); 256] = {
    let mut exits = [(0, "all tests passed"); 256];
    let mut code = 1;
    let mut at = 1;
    while at < 256 {
        exits[at] = (code, "so many tests failed");
        code += 1;
        at += 1;
    }
    exits[1].1 =
        "tests failed, there are no files, coverage is below the project's own limit, or mocha could not run";
    exits[7].1 = "seven tests failed, or an error belongs to no test";
    exits
};

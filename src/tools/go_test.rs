//! go test: `go test -json -count=1 ./...`, with a coverage profile where coverage is asked for.
//!
//! `-count=1` because a result is of this run: without it go repeats what it remembers of an earlier one
//! (`(cached)`), and what a test depends on beside files and variables (a clock, a service) is not in that memory.
//!
//! Coverage is that of statements, per package by the package's own tests, as `go test -cover` has it. Since Go 1.22
//! packages without tests count as not covered; before, they were left out, and there is no number then.

mod judge;
mod place;

use super::golang::{self, Value};
use super::{Applies, Ask, OutputFile, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::parse::go_events;
use crate::project::UnitFacts;

/// go test.
pub struct GoTest;

/// The coverage profile in [`ToolRun::output`].
const COVERAGE: &str = "coverage";

impl Tool for GoTest {
    fn id(&self) -> &'static str {
        "go-test"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Tests, Language::Go)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["go", "test"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["./..."]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        golang::applies(facts, "Go code is tested by go test")
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let mut args = golang::without_flag(ask.args.to_vec(), "json", Value::Own);
        let mut own = vec!["-json".to_owned()];
        if !golang::has_flag(&args, "count") {
            own.push("-count=1".to_owned());
        }
        let mut outputs = Vec::new();
        if ask.coverage {
            let path = ask.out.join("cover.out");
            args = golang::without_flag(args, "coverprofile", Value::Next);
            own.push(format!("-coverprofile={}", path.display()));
            outputs.push(OutputFile { key: COVERAGE, path });
        }
        own.extend(args);
        Some(Prepared {
            outputs,
            ..golang::prepared(own)
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "all tests passed, or there were none"),
            (1, "tests failed, a build failed, or go could not do its work"),
            (2, "wrong usage; before Go 1.20 also a failed build"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        match go_events::parse(run.stdout) {
            Ok(events) => judge::judge(self.id(), run, &events),
            Err(error) => Reading::broken(format!("the report of go test is not readable: {error}")),
        }
    }

    fn version_args(&self) -> &'static [&'static str] {
        &["version"]
    }

    fn install(&self) -> &'static str {
        golang::INSTALL
    }
}

#[cfg(test)]
mod tests;

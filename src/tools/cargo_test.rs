//! cargo test: the messages of cargo in JSON, then the text of the test programs.
//!
//! The stable test harness has no machine-readable report. `--message-format=json` separates what cargo says of
//! the build (JSON, to the line `build-finished`) from what the test programs print; cargo's own words about
//! programs that ended badly stand on stderr. The three must tell one story.

mod judge;

use super::{Applies, Ask, Prepared, Reading, Tool, ToolRun, cargo};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::parse::cargo_json::{self, CargoJsonError};
use crate::project::UnitFacts;

/// cargo test.
pub struct CargoTest;

impl Tool for CargoTest {
    fn id(&self) -> &'static str {
        "cargo-test"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Tests, Language::Rust)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["cargo", "test"]
    }

    /// All programs are run to the end, so that the counts are those of the whole project.
    fn default_args(&self) -> &'static [&'static str] {
        &["--no-fail-fast"]
    }

    fn applies(&self, _facts: &UnitFacts) -> Applies {
        Applies::Yes("Rust code is tested by cargo test".to_owned())
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let (args, behind) = cargo::split(ask.args);
        let mut args = cargo::without_valued(args, "--message-format");
        if !ask.configured && cargo::is_workspace(ask.facts) {
            args.push("--workspace".to_owned());
        }
        args.push("--message-format=json".to_owned());
        args.extend(behind);
        Some(Prepared {
            reads_stdout: true,
            ..cargo::prepared(args)
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "all tests passed"),
            (
                1,
                "wrong usage, or the exit code of a test program of its own kind",
            ),
            (101, "tests failed, or the build failed"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        let build = match cargo_json::parse(run.stdout) {
            Ok(build) => build,
            Err(CargoJsonError::Unfinished) => {
                return cargo::no_answer(
                    "cargo test did not get to the end of the build",
                    run.stderr,
                    self.install(),
                );
            }
            Err(error) => {
                return Reading::broken(format!("the report of cargo test is not readable: {error}"));
            }
        };
        if build.success {
            judge::tests(self.id(), run, &build)
        } else {
            judge::failed_build(self.id(), run, &build)
        }
    }

    fn install(&self) -> &'static str {
        "install Rust from https://rustup.rs"
    }

    fn exclusive(&self) -> Option<&'static str> {
        Some(cargo::BUILD_DIRECTORY)
    }
}

#[cfg(test)]
mod tests;

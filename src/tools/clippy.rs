//! clippy: `cargo clippy --message-format=json`.
//!
//! Any lint is a finding, a warning like an error: cargo's exit code is 0 with warnings and 101 with errors.

use super::{Answer, Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun, cargo};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::parse::cargo_json::{self, CargoJsonError};
use crate::project::UnitFacts;

/// clippy.
pub struct Clippy;

/// What turns clippy into a fixer.
const FIX: [&str; 4] = ["--fix", "--allow-dirty", "--allow-staged", "--allow-no-vcs"];

impl Tool for Clippy {
    fn id(&self) -> &'static str {
        "clippy"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Linting, Language::Rust)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["cargo", "clippy"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["--all-targets"]
    }

    fn applies(&self, _facts: &UnitFacts) -> Applies {
        Applies::Yes("Rust code is linted by clippy".to_owned())
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let (args, behind) = cargo::split(ask.args);
        let mut args = cargo::without_valued(args, "--message-format");
        args.retain(|arg| !FIX.contains(&arg.as_str()));
        if !ask.configured && cargo::is_workspace(ask.facts) {
            args.push("--workspace".to_owned());
        }
        if ask.mode == Mode::Fix {
            args.extend(FIX.map(str::to_owned));
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
            (0, "no errors; there may be warnings"),
            (1, "wrong usage, or the component is not installed"),
            (101, "errors were found, or the build failed"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        let build = match cargo_json::parse(run.stdout) {
            Ok(build) => build,
            Err(CargoJsonError::Unfinished) => {
                return cargo::no_answer(
                    "clippy did not get to the end of the build",
                    run.stderr,
                    self.install(),
                );
            }
            Err(error) => return Reading::broken(format!("clippy's report is not readable: {error}")),
        };
        if build.success != (run.exit == 0) {
            return Reading::broken(format!(
                "exit code {} and \"build-finished: {}\" contradict each other",
                run.exit, build.success
            ));
        }
        // A build that broke off has not been linted as a whole, whatever warnings came before.
        if !build.success && !build.diagnostics.iter().any(|one| one.error) {
            return cargo::no_answer(
                "the build failed without an error in the code",
                run.stderr,
                self.install(),
            );
        }
        let findings = build
            .diagnostics
            .iter()
            .map(|one| cargo::diagnostic(self.id(), run.facts, one))
            .collect();
        Reading::Answer(Box::new(Answer {
            findings: cargo::once(findings),
            ..Answer::default()
        }))
    }

    fn version_args(&self) -> &'static [&'static str] {
        &["clippy", "--version"]
    }

    fn install(&self) -> &'static str {
        "rustup component add clippy"
    }

    fn exclusive(&self) -> Option<&'static str> {
        Some(cargo::BUILD_DIRECTORY)
    }
}

#[cfg(test)]
mod tests {
    use super::super::rust_recordings::{Recording, Silence, check_never_clean, facts_at, is_clean, show};
    use super::*;

    #[track_caller]
    fn check(case: &str, expect: &str) {
        for version in Recording::versions("clippy") {
            let reading = Recording::load("clippy", &version, case).read(&Clippy);
            assert_eq!(show(&reading), expect, "{version} {case}");
        }
    }

    #[test]
    fn clean_code_has_no_findings() {
        check("clean", "answer\n");
    }
}

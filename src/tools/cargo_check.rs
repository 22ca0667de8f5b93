//! cargo check: `cargo check --all-targets --message-format=json`.
//!
//! Errors are findings. Warnings are not: they are the compiler's lints, and clippy tells them to the linting gate.

use super::{Answer, Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun, cargo};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// cargo check.
pub struct CargoCheck;

impl Tool for CargoCheck {
    fn id(&self) -> &'static str {
        "cargo-check"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::TypeChecking, Language::Rust)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["cargo", "check"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["--all-targets"]
    }

    fn applies(&self, _facts: &UnitFacts) -> Applies {
        Applies::Yes("Rust code is type checked by cargo check".to_owned())
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        if ask.mode == Mode::Fix {
            return None;
        }
        let mut args = cargo::without_valued(ask.args.to_vec(), "--message-format");
        if !ask.configured && cargo::is_workspace(ask.facts) {
            args.push("--workspace".to_owned());
        }
        args.push("--message-format=json".to_owned());
        Some(Prepared {
            reads_stdout: true,
            ..cargo::prepared(args)
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "no errors"),
            (1, "wrong usage"),
            (101, "errors were found, or the build failed"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        let build = match cargo::checked("cargo check", run, self.install()) {
            Ok(build) => build,
            Err(reading) => return reading,
        };
        let errors = build.diagnostics.iter().filter(|one| one.error);
        let findings = errors
            .map(|one| cargo::diagnostic(self.id(), run.facts, one))
            .collect();
        Reading::Answer(Box::new(Answer {
            findings: cargo::once(findings),
            ..Answer::default()
        }))
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

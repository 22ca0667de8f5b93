//! cargo-nextest: `cargo nextest run`, with a `JUnit` report.
//!
//! nextest writes `JUnit` where its configuration says so. A tool's configuration file (`--tool-config-file`) sets
//! the report's place for the default profile, and with it for every profile, unless the project's own
//! configuration names a place: that one wins, and then nextest's summary on stderr is read instead.
//!
//! nextest stands before cargo test in the table of tools and applies only where the project shows that it uses
//! it, by `.config/nextest.toml`. Whether the program `cargo-nextest` is there is for the caller to find out;
//! where it is not, the gate has no answer, because cargo test would run the tests under other rules.
//! Doc tests are not run by nextest.

mod read;
mod summary;

use super::{Applies, Ask, OutputFile, Prepared, Reading, Tool, ToolRun, cargo};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;
use crate::project::facts::NEXTEST_CONFIG;

/// cargo-nextest.
pub struct CargoNextest;

/// The key of the `JUnit` report.
const JUNIT: &str = "junit";

impl Tool for CargoNextest {
    fn id(&self) -> &'static str {
        "cargo-nextest"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Tests, Language::Rust)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["cargo", "nextest", "run"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["--no-fail-fast"]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        if facts.has(NEXTEST_CONFIG) {
            Applies::Yes(NEXTEST_CONFIG.to_owned())
        } else {
            Applies::No
        }
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let (mut args, behind) = cargo::split(ask.args);
        if !ask.configured && cargo::is_workspace(ask.facts) {
            args.push("--workspace".to_owned());
        }
        let config = ask.out.join("nextest.toml");
        let junit = ask.out.join("nextest-junit.xml");
        args.extend([
            "--tool-config-file".to_owned(),
            format!("sdd:{}", config.to_string_lossy()),
        ]);
        args.extend(behind);
        let mut place = toml::Table::new();
        place.insert("path".to_owned(), junit.to_string_lossy().into_owned().into());
        let settings = ["junit", "default", "profile"]
            .into_iter()
            .fold(place, |inner, name| {
                toml::Table::from_iter([(name.to_owned(), toml::Value::Table(inner))])
            });
        let mut prepared = cargo::prepared(args);
        prepared.inputs = vec![("nextest.toml".to_owned(), settings.to_string())];
        prepared.outputs = vec![OutputFile {
            key: JUNIT,
            path: junit,
        }];
        Some(prepared)
    }

    /// Source: `NextestExitCode` of the crate `nextest-metadata`.
    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "all tests passed"),
            (4, "there are no tests"),
            (
                92,
                "this version of nextest is not the one that the project requires",
            ),
            (94, "a filter expression is not valid"),
            (95, "an experimental feature is not enabled"),
            (96, "nextest's configuration or arguments are not valid"),
            (100, "tests failed"),
            (101, "the build failed"),
            (102, "cargo metadata failed"),
            (104, "the list of tests could not be made"),
            (105, "a setup script failed"),
            (110, "nextest could not write its output"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        match run.exit {
            0 | 100 => read::tests(self.id(), run),
            4 => read::no_tests(run),
            101 => read::failed_build(self.id(), run, self.install()),
            exit => {
                let meaning = self.exits().iter().find(|(code, _)| *code == exit);
                cargo::no_answer(
                    meaning.map_or("nextest failed", |(_, meaning)| meaning),
                    run.stderr,
                    self.install(),
                )
            }
        }
    }

    fn version_args(&self) -> &'static [&'static str] {
        &["nextest", "--version"]
    }

    fn needs(&self) -> Option<&'static str> {
        Some("cargo-nextest")
    }

    fn install(&self) -> &'static str {
        "cargo install cargo-nextest --locked"
    }

    fn exclusive(&self) -> Option<&'static str> {
        Some(cargo::BUILD_DIRECTORY)
    }
}

#[cfg(test)]
mod tests;

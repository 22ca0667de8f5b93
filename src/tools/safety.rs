//! safety: dependencies with known vulnerabilities, from the JSON report of `safety check`.
//!
//! Used only where the project asks for it, by a policy file or a command of its own: pip-audit answers the same
//! question and needs neither account nor licence.

mod report;
#[cfg(test)]
mod tests;

use super::python::Options;
use super::{Applies, Ask, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// safety.
pub struct Safety;

/// The file by which a project says that it uses safety.
const POLICY: &str = ".safety-policy.yml";

/// Options that decide the report or the exit code.
const REPORT: Options = Options {
    alone: &[
        "--json",
        "--bare",
        "--full-report",
        "--short-report",
        "--continue-on-error",
        "--exit-code",
    ],
    valued: &["--output", "-o", "--save-json", "--save-html", "--save-as"],
    other_valued: "rikd",
};

impl Tool for Safety {
    fn id(&self) -> &'static str {
        "safety"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Security, Language::Python)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["safety"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["check"]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        if facts.has(POLICY) {
            Applies::Yes(format!("the project has {POLICY}"))
        } else {
            Applies::No
        }
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let mut args = REPORT.remove_from(ask.args);
        let lists = ask
            .facts
            .requirement_lines()
            .is_some_and(|lines| !lines.is_empty());
        if !ask.configured && lists {
            args.extend(["-r", "requirements.txt"].map(str::to_owned));
        }
        // `check` has had `--json` from the beginning, `scan` never.
        if args.iter().any(|word| word == "scan") {
            args.extend(["--output", "json"].map(str::to_owned));
        } else {
            args.push("--json".to_owned());
        }
        Some(Prepared {
            args,
            reads_stdout: true,
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "no known vulnerabilities"),
            (1, "failure"),
            (2, "wrong arguments"),
            (64, "vulnerabilities were found"),
            (65, "the API key is not valid"),
            (66, "too many requests"),
            (67, "the local database cannot be read"),
            (68, "the database cannot be fetched"),
            (69, "the database is malformed"),
            (70, "the report that was given is not valid"),
            (71, "a requirement cannot be read"),
            (72, "the account's e-mail address is not verified"),
            (255, "vulnerabilities were found (before 2.0)"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        match run.exit {
            0 | 64 | 255 => report::read(run),
            code => {
                let what = self.exits().iter().find(|(known, _)| *known == code);
                report::no_answer(what.map_or("failure", |(_, what)| what), run)
            }
        }
    }

    fn install(&self) -> &'static str {
        "python -m pip install safety"
    }
}

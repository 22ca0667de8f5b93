//! go vet: `go vet -json ./...`.
//!
//! With `-json` every package that was looked at leaves one object, an empty one when nothing was found, and the exit
//! code is 0 whatever was found. On which stream the objects stand is a matter of the version (stderr before, stdout
//! now), between lines of text: `# package`, and errors of the type checker as `vet: path.go:line:column: message`,
//! with which the exit code is not 0.

mod report;

use super::golang::{self, Value};
use super::{Answer, Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun};
use crate::model::finding::Severity;
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::parse::go_text;
use crate::project::UnitFacts;

/// go vet.
pub struct GoVet;

impl Tool for GoVet {
    fn id(&self) -> &'static str {
        "go-vet"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Linting, Language::Go)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["go", "vet"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["./..."]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        golang::applies(facts, "Go code is linted by go vet")
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        if ask.mode == Mode::Fix {
            return None;
        }
        let mut args = vec!["-json".to_owned()];
        args.extend(golang::without_flag(ask.args.to_vec(), "json", Value::Own));
        Some(golang::prepared(args))
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "every package was looked at; there may be findings"),
            (1, "the code does not compile, or go could not do its work"),
            (
                2,
                "wrong usage; in older versions also code that does not compile",
            ),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        let (stdout, stderr) = (golang::plain(run.stdout), golang::plain(run.stderr));
        let report = match report::read(&stdout, &stderr) {
            Ok(report) => report,
            Err(why) => return Reading::broken(format!("the report of go vet is not readable: {why}")),
        };
        let mut findings = report.findings(self.id(), run.facts);
        let errors = go_text::errors(&report.text);
        if run.exit == 0 {
            if !errors.is_empty() {
                return golang::no_answer("exit code 0 and errors contradict each other", &report.text);
            }
            if report.packages == 0 {
                return if golang::matched_nothing(&report.text) {
                    Reading::Nothing("there are no Go packages".to_owned())
                } else {
                    golang::no_answer("go vet looked at no package", &report.text)
                };
            }
        } else {
            if golang::matched_nothing(&report.text) {
                return Reading::Nothing("there are no Go packages".to_owned());
            }
            findings.extend(
                errors
                    .iter()
                    .map(|error| golang::finding(self.id(), "compile", Severity::High, run.facts, error)),
            );
            if errors.is_empty() || golang::only_trouble(&findings, &report.text) {
                return golang::no_answer("go vet could not do its work", &report.text);
            }
        }
        Reading::Answer(Box::new(Answer {
            findings: golang::once(findings),
            ..Answer::default()
        }))
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

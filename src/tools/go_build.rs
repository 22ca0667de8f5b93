//! go build: `go build -o /dev/null ./...`, which checks the types of everything but tests (those are go vet's and
//! go test's) and links programs without leaving them anywhere.
//!
//! Its answer is text on stderr, and silence when all is well.

use super::golang::{self, Value};
use super::{Answer, Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// go build.
pub struct GoBuild;

impl Tool for GoBuild {
    fn id(&self) -> &'static str {
        "go-build"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::TypeChecking, Language::Go)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["go", "build"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["./..."]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        golang::applies(facts, "Go code is type checked by go build")
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        if ask.mode == Mode::Fix {
            return None;
        }
        // A single package `main` would leave its program in the module; of a project's own `-o` nothing is left
        // either, since a check makes no files.
        let mut args = vec!["-o".to_owned(), "/dev/null".to_owned()];
        let rest = golang::without_flag(ask.args.to_vec(), "json", Value::Own);
        args.extend(golang::without_flag(rest, "o", Value::Next));
        Some(golang::prepared(args))
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "everything compiles"),
            (1, "the code does not compile, or go could not do its work"),
            (
                2,
                "wrong usage; in older versions also code that does not compile",
            ),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        let (stdout, stderr) = (golang::plain(run.stdout), golang::plain(run.stderr));
        if !stdout.trim().is_empty() {
            return golang::no_answer("go build printed what it never prints", &stdout);
        }
        let findings = golang::compile_errors(self.id(), run.facts, &stderr);
        if run.exit == 0 {
            if golang::matched_nothing(&stderr) {
                return Reading::Nothing("there are no Go packages".to_owned());
            }
            // Only notes of go's own and, behind a line `# package`, warnings of a C compiler are known here.
            let strange = stderr.lines().find(|line| !line.trim().is_empty());
            if let Some(line) = strange.filter(|line| !line.starts_with("go: ") && !line.starts_with("# ")) {
                return golang::no_answer("exit code 0 and a complaint contradict each other", line);
            }
            return Reading::Answer(Box::default());
        }
        if findings.is_empty() || golang::only_trouble(&findings, &stderr) {
            return golang::no_answer("go build could not do its work", &stderr);
        }
        Reading::Answer(Box::new(Answer {
            findings,
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

//! govulncheck: `govulncheck -json ./...`.
//!
//! With `-json` the exit code is 0 whatever was found. What is found comes in three depths: a module with a
//! vulnerability is required, a package with one is imported, a function with one is called. Only the last makes
//! the code vulnerable, and only it is severe here; the others are told as low and as info. The Go vulnerability
//! database names no severities (where an entry has one, govulncheck does not tell it), so what is called is high.

mod report;

use super::golang::{self, Value};
use super::{Applies, Ask, Broken, Mode, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::model::text;
use crate::parse::go_text;
use crate::project::UnitFacts;

/// govulncheck.
pub struct Govulncheck;

impl Tool for Govulncheck {
    fn id(&self) -> &'static str {
        "govulncheck"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Security, Language::Go)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["govulncheck"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["./..."]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        golang::applies(facts, "Go code and its dependencies are scanned by govulncheck")
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        if ask.mode == Mode::Fix {
            return None;
        }
        let mut args = vec!["-json".to_owned()];
        let rest = golang::without_flag(ask.args.to_vec(), "json", Value::Own);
        let rest = golang::without_flag(rest, "format", Value::Next);
        // What a person is shown; beside JSON govulncheck refuses it.
        args.extend(golang::without_flag(rest, "show", Value::Next));
        Some(golang::prepared(args))
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "everything was scanned; there may be findings"),
            (
                1,
                "the code could not be loaded, or the database could not be had",
            ),
            (2, "wrong usage, or no package to scan"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        let stderr = golang::plain(run.stderr);
        if run.exit != 0 {
            if stderr.contains("no packages matched the provided patterns") {
                return Reading::Nothing("there are no Go packages".to_owned());
            }
            return refused(run.facts, &stderr);
        }
        match report::read(self.id(), run) {
            Ok(answer) => Reading::Answer(Box::new(answer)),
            Err(why) => golang::no_answer(&format!("govulncheck gave no whole report: {why}"), &stderr),
        }
    }

    /// `-version` asks the database, and names Go's version beside its own.
    fn version_args(&self) -> &'static [&'static str] {
        &["-h"]
    }

    fn needs(&self) -> Option<&'static str> {
        Some("go")
    }

    fn install(&self) -> &'static str {
        "go install golang.org/x/vuln/cmd/govulncheck@latest"
    }
}

/// Why there is no report, and what helps.
fn refused(facts: &UnitFacts, stderr: &str) -> Reading {
    const DATABASE: [&str; 4] = [
        "fetching vulnerabilities",
        "creating client",
        "retrieving vulnerabilities",
        "/index/",
    ];
    if let Some(error) = go_text::errors(stderr).first() {
        let file = golang::source_path(facts, &error.file);
        let said = text::first_line(&error.message);
        let reason = format!(
            "govulncheck could not load the code: {file}:{}: {said}",
            error.line
        );
        return Reading::Broken(Broken {
            reason: text::shorten(&text::one_line(&reason), 300),
            hint: if stderr.contains("mismatch between the Go version") {
                Some(
                    "if the code is right, govulncheck was built with another version of Go: \
                     `go install golang.org/x/vuln/cmd/govulncheck@latest` builds it with this one"
                        .to_owned(),
                )
            } else {
                golang::trouble(stderr).map(str::to_owned)
            },
        });
    }
    let reading = golang::no_answer("govulncheck could not do its work", stderr);
    match reading {
        Reading::Broken(broken) if DATABASE.iter().any(|words| stderr.contains(words)) => {
            Reading::broken_with_hint(
                broken.reason,
                "the vulnerability database must be reachable; behind a proxy set HTTPS_PROXY, or configure a copy of it: \
             `govulncheck -db file:///DIR ./...`",
            )
        }
        reading => reading,
    }
}

#[cfg(test)]
mod tests;

//! gofmt: `gofmt -l FILE…`.
//!
//! `-l` prints one path a line for every file that is, or with `-w` was, not laid out as gofmt would. It prints
//! nothing for the others, and given a directory it goes through everything below it, `vendor`, `testdata` and other
//! modules included. So each file of the module is named: none is looked at that should not be, and gofmt says so of
//! each that it could not look at.

use std::collections::BTreeMap;
use std::path::Path;

use super::golang::{self, Value};
use super::{Answer, Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::model::text;
use crate::parse::go_text;
use crate::project::UnitFacts;

/// gofmt.
pub struct Gofmt;

/// Flags that say what gofmt does with what it finds: these are for sdd to choose.
const DOES: [&str; 3] = ["l", "d", "w"];

/// Flags whose value may be the next word.
const VALUED: [&str; 2] = ["r", "cpuprofile"];

impl Tool for Gofmt {
    fn id(&self) -> &'static str {
        "gofmt"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Formatting, Language::Go)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["gofmt"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &[]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        golang::applies(facts, "Go code is laid out by gofmt")
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let has = |name| golang::has_flag(ask.args, name);
        // The project's own command only looks.
        if ask.mode == Mode::Fix && !has("w") && (has("l") || has("d")) {
            return None;
        }
        let mut own = vec!["-l".to_owned()];
        if ask.mode == Mode::Fix {
            own.push("-w".to_owned());
        }
        own.extend(DOES.into_iter().fold(ask.args.to_vec(), |args, name| {
            golang::without_flag(args, name, Value::Own)
        }));
        if !names_paths(&own) {
            // A name that begins with a dash is no flag.
            let file = |name: &String| {
                if name.starts_with('-') {
                    format!("./{name}")
                } else {
                    name.clone()
                }
            };
            own.extend(ask.facts.go.sources.iter().map(file));
        }
        Some(golang::prepared(own))
    }

    /// There is no option for it; it comes with Go, and the tree of Go says its version.
    fn version_args(&self) -> &'static [&'static str] {
        &[]
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (
                0,
                "every file could be read; those that are not laid out well are listed",
            ),
            (2, "a file could not be read or parsed, or wrong usage"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        let stdout = golang::plain(run.stdout);
        let stderr = golang::plain(run.stderr);
        let files: Vec<&str> = stdout.lines().filter(|line| !line.trim().is_empty()).collect();
        if let Some(line) = files.iter().find(|line| !is_source(line)) {
            return Reading::broken(format!(
                "gofmt printed {:?} where names of files were expected",
                text::shorten(line, 100)
            ));
        }
        if !stdout.is_empty() && !stdout.ends_with('\n') {
            return Reading::broken("the list of gofmt stops in the middle of a line");
        }
        let errors = go_text::errors(&stderr);
        if run.exit == 0 && !stderr.trim().is_empty() {
            return golang::no_answer("gofmt ended with exit code 0 and complains", &stderr);
        }
        if run.exit != 0 && errors.is_empty() {
            return golang::no_answer("gofmt could not do its work", &stderr);
        }
        let errors = errors
            .iter()
            .map(|error| golang::finding(self.id(), "syntax", Severity::High, run.facts, error));
        let mut answer = Answer::default();
        if run.mode == Mode::Fix {
            answer.metrics = BTreeMap::from([("files_changed", files.len() as u64)]);
            answer.findings = errors.collect();
        } else {
            let unformatted = files.iter().map(|file| {
                Finding::new(self.id(), "format", Severity::Low, "not laid out as gofmt would")
                    .at(golang::source_path(run.facts, file), None, None)
                    .fixable()
            });
            answer.findings = unformatted.chain(errors).collect();
        }
        Reading::Answer(Box::new(answer))
    }

    fn install(&self) -> &'static str {
        golang::INSTALL
    }
}

/// Whether a line is the path of a Go file.
fn is_source(line: &str) -> bool {
    Path::new(line).extension().is_some_and(|end| end == "go")
}

/// Whether files or directories are among the arguments. Without any gofmt reads its standard input.
fn names_paths(args: &[String]) -> bool {
    let valued = |arg: &str| VALUED.iter().any(|name| arg.trim_start_matches('-') == *name);
    args.iter().enumerate().any(|(index, arg)| {
        let is_value = index > 0 && args[index - 1].starts_with('-') && valued(&args[index - 1]);
        !arg.starts_with('-') && !is_value
    })
}

#[cfg(test)]
mod tests;

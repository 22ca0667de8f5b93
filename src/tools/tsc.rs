//! `tsc`: type errors of TypeScript, from its text report.
//!
//! The compiler is as silent about a project without files as about one without errors, so it is asked to list the
//! files (`--listFiles`) and to count them (`--diagnostics`): both must be there and agree. See [`read`].

mod read;
mod settings;

use super::javascript;
use super::{Applies, Ask, Mode, OutputFile, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// The TypeScript compiler.
pub struct Tsc;

/// Options, without dashes and in lower case, that show something else, go on for ever or change the report; with
/// whether a value follows. A switch may be followed by `true` or `false`.
const REPORT: &[(&str, Value)] = &[
    ("all", Value::Switch),
    ("clean", Value::Switch),
    ("d", Value::Switch),
    ("diagnostics", Value::Switch),
    ("dry", Value::Switch),
    ("explainfiles", Value::Switch),
    ("extendeddiagnostics", Value::Switch),
    ("f", Value::Switch),
    ("force", Value::Switch),
    ("h", Value::Switch),
    ("help", Value::Switch),
    ("i", Value::Switch),
    ("incremental", Value::Switch),
    ("init", Value::Switch),
    ("listemittedfiles", Value::Switch),
    ("listfiles", Value::Switch),
    ("listfilesonly", Value::Switch),
    ("locale", Value::Word),
    ("nocheck", Value::Switch),
    ("pretty", Value::Switch),
    ("quiet", Value::Switch),
    ("showconfig", Value::Switch),
    ("tsbuildinfofile", Value::Word),
    ("v", Value::Switch),
    ("verbose", Value::Switch),
    ("version", Value::Switch),
    ("w", Value::Switch),
    ("watch", Value::Switch),
];

/// What follows an option.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    /// Nothing, `true` or `false`.
    Switch,
    /// A word.
    Word,
}

/// An option without its dashes; `None` for another word. Upper and lower case are the same to the compiler.
fn option(word: &str) -> Option<String> {
    let name = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
    Some(name.to_ascii_lowercase())
}

/// Whether the arguments ask for the mode that builds projects and those that they refer to. It must come first of
/// the compiler's own words, which a launcher's may precede.
fn builds(args: &[String]) -> bool {
    args.iter()
        .filter_map(|word| option(word))
        .any(|name| matches!(name.as_str(), "b" | "build"))
}

/// The arguments without [`REPORT`].
fn without_report(args: &[String]) -> Vec<String> {
    let mut out = Vec::with_capacity(args.len());
    let mut words = args.iter().peekable();
    while let Some(word) = words.next() {
        let known = option(word).and_then(|name| REPORT.iter().find(|(known, _)| *known == name));
        match known {
            None => out.push(word.clone()),
            Some((_, Value::Word)) => {
                words.next();
            }
            // Undoes what the settings say, in the versions that know it.
            Some(("nocheck", _)) if words.peek().is_some_and(|next| *next == "false") => {
                out.push(word.clone());
                out.extend(words.next().cloned());
            }
            Some((_, Value::Switch)) => {
                words.next_if(|next| matches!(next.as_str(), "true" | "false"));
            }
        }
    }
    out
}

impl Tool for Tsc {
    fn id(&self) -> &'static str {
        "tsc"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[
            (GateId::TypeChecking, Language::Typescript),
            (GateId::TypeChecking, Language::Javascript),
        ]
    }

    fn words(&self) -> &'static [&'static str] {
        &["tsc"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &[]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        if facts.unit.language == Language::Javascript {
            Applies::NothingToDo("JavaScript without a tsconfig.json has no types to check".to_owned())
        } else if facts.has("tsconfig.json") {
            Applies::Yes("tsconfig.json is there".to_owned())
        } else {
            Applies::NothingToDo("there is no tsconfig.json, which says what to check".to_owned())
        }
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        if ask.mode == Mode::Fix {
            return None;
        }
        let own = without_report(ask.args);
        let path = ask.out.join(settings::INFO);
        let info = path.to_string_lossy();
        let mut outputs = Vec::new();
        let mut added = vec!["--pretty", "false", "--listFiles", "--diagnostics"];
        if builds(&own) {
            // A project that is up to date is not looked at again, and one that others refer to must write its
            // declarations: `--noEmit` makes the compiler refuse it.
            added.push("--force");
        } else {
            // The project's own `incremental` or `composite` would write beside the sources, and versions before 5
            // refuse its `emitDeclarationOnly` beside `--noEmit`.
            added.extend(["--noEmit", "--emitDeclarationOnly", "false"]);
            added.extend(["--incremental", "--tsBuildInfoFile", &info]);
            outputs.push(OutputFile {
                key: settings::INFO,
                path: path.clone(),
            });
        }
        Some(Prepared {
            args: javascript::with_added(own, &added),
            outputs,
            reads_stdout: true,
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "no errors"),
            (1, "errors, and nothing was written; or wrong arguments"),
            (2, "errors, and what could be was written"),
            (3, "a project is invalid"),
            (4, "projects refer to each other in a circle"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        read::read(run)
    }

    fn install(&self) -> &'static str {
        "npm install --save-dev typescript"
    }
}

#[cfg(test)]
mod tests;

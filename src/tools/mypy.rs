//! `mypy`: type errors of Python, from its text report, whose last line says how many files were checked.
//!
//! The text is the same from 1.x to 2.x when it is asked for; the report in JSON came with 1.11 and has no summary.

mod read;

use super::python::Options;
use super::{Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;
use crate::project::facts::TextFile;

/// mypy.
pub struct Mypy;

/// Options that change or hide the report, or do something else.
const REPORT: Options = Options {
    alone: &[
        "--pretty",
        "--no-pretty",
        "--color-output",
        "--no-color-output",
        "--error-summary",
        "--no-error-summary",
        "--show-column-numbers",
        "--hide-column-numbers",
        "--show-error-codes",
        "--hide-error-codes",
        "--show-error-context",
        "--hide-error-context",
        "--show-error-end",
        "--hide-error-end",
        "--show-absolute-path",
        "--hide-absolute-path",
        "--verbose",
        "-v",
        "--install-types",
        "--non-interactive",
    ],
    valued: &["--output", "-O"],
    other_valued: "mpc",
};

/// What makes the report one that can be read, whatever the project's settings say.
const REPORTING: [&str; 8] = [
    "--show-column-numbers",
    "--show-error-codes",
    "--hide-error-context",
    "--hide-error-end",
    "--hide-absolute-path",
    "--no-pretty",
    "--no-color-output",
    "--error-summary",
];

/// The settings that mypy uses: the first file that has some.
fn settings(facts: &UnitFacts) -> Option<&TextFile> {
    facts.python.mypy.iter().find(|file| {
        let text = file.text.as_deref().unwrap_or_default();
        let has = |table: &str| text.lines().any(|line| line.trim_start().starts_with(table));
        match file.name.rsplit('/').next() {
            Some("pyproject.toml") => has("[tool.mypy]"),
            Some("setup.cfg") => has("[mypy]"),
            _ => true,
        }
    })
}

/// Whether settings have a key, in whatever section: `files = src`.
fn sets(file: &TextFile, keys: &[&str]) -> bool {
    let text = file.text.as_deref().unwrap_or_default();
    let key_of = |line: &str| line.split(['=', ':']).next().map(|key| key.trim().to_owned());
    text.lines()
        .filter(|line| line.contains(['=', ':']))
        .filter_map(key_of)
        .any(|key| keys.contains(&key.as_str()))
}

impl Tool for Mypy {
    fn id(&self) -> &'static str {
        "mypy"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::TypeChecking, Language::Python)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["mypy"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &[]
    }

    fn applies(&self, facts: &UnitFacts) -> Applies {
        settings(facts).map_or(Applies::No, |file| {
            Applies::Yes(format!("{} has settings of mypy", file.name))
        })
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        if ask.mode == Mode::Fix {
            return None;
        }
        let mut args = REPORT.remove_from(ask.args);
        let at = args.iter().position(|word| word == "--").unwrap_or(args.len());
        args.splice(at..at, REPORTING.map(str::to_owned));
        if !ask.configured {
            let own = settings(ask.facts);
            if let Some(environment) = &ask.facts.virtualenv
                && !own.is_some_and(|file| sets(file, &["python_executable"]))
            {
                // mypy may be installed elsewhere; the packages that the code uses are here.
                args.push(format!(
                    "--python-executable={}",
                    environment.join("bin/python").display()
                ));
            }
            if let Some(file) = own.filter(|file| file.name.starts_with("../")) {
                args.push(format!("--config-file={}", file.name));
            }
            if !own.is_some_and(|file| {
                !file.name.starts_with("../") && sets(file, &["files", "packages", "modules"])
            }) {
                let nested: Vec<String> = ask.facts.nested.iter().map(|dir| regex::escape(dir)).collect();
                if !nested.is_empty() && !own.is_some_and(|file| sets(file, &["exclude"])) {
                    // Units of their own; two of them may well have modules of the same name.
                    args.push(format!("--exclude=^({})/", nested.join("|")));
                }
                args.push(".".to_owned());
            }
        }
        Some(Prepared {
            args,
            reads_stdout: true,
            ..Prepared::default()
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "no errors"),
            (1, "errors"),
            (
                2,
                "errors that end the run: syntax, arguments, configuration, nothing to check, or a crash",
            ),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        read::read(run)
    }

    fn install(&self) -> &'static str {
        "python -m pip install mypy"
    }
}

#[cfg(test)]
mod tests;

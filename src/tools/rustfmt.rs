//! rustfmt: `cargo fmt --all -- --check -l`.
//!
//! `-l` prints one absolute path for every file that is, or in fix mode was, not laid out as rustfmt would.
//! `--check` alone prints a diff for people, and JSON cannot be had together with `--check`.

use std::collections::BTreeMap;

use super::{Answer, Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun, cargo};
use crate::model::finding::{Finding, Severity};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// rustfmt.
pub struct Rustfmt;

impl Tool for Rustfmt {
    fn id(&self) -> &'static str {
        "rustfmt"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Formatting, Language::Rust)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["cargo", "fmt"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["--all"]
    }

    fn applies(&self, _facts: &UnitFacts) -> Applies {
        Applies::Yes("Rust code is laid out by rustfmt".to_owned())
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let (cargo_args, behind) = cargo::split(ask.args);
        let names_check = ask.args.iter().any(|arg| arg == "--check");
        if ask.mode == Mode::Fix && names_check {
            return None;
        }
        let mut args = cargo::without_valued(cargo_args, "--message-format");
        // These change what is printed, and with it what could be read.
        args.retain(|arg| !["--check", "-q", "--quiet", "-v", "--verbose"].contains(&arg.as_str()));
        args.push("--".to_owned());
        args.extend(
            behind
                .into_iter()
                .skip(1)
                .filter(|arg| !["--check", "-l", "--files-with-diff"].contains(&arg.as_str())),
        );
        if ask.mode == Mode::Check {
            args.push("--check".to_owned());
        }
        args.push("-l".to_owned());
        Some(Prepared {
            reads_stdout: true,
            ..cargo::prepared(args)
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "all files are laid out well"),
            (1, "files are not laid out well, or rustfmt could not do its work"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        let stdout = cargo::plain(run.stdout);
        let stderr = cargo::plain(run.stderr);
        let files: Vec<&str> = stdout.lines().filter(|line| !line.trim().is_empty()).collect();
        if let Some(line) = files.iter().find(|line| !line.ends_with(".rs")) {
            return Reading::broken(format!(
                "rustfmt printed {:?} where names of files were expected",
                crate::model::text::shorten(line, 100)
            ));
        }
        let mut answer = Answer {
            warnings: stderr
                .lines()
                .filter_map(|line| line.strip_prefix("Warning: "))
                .map(str::to_owned)
                .collect(),
            ..Answer::default()
        };
        let errors = cargo::text_errors(self.id(), "syntax", run.facts, &stderr);
        if run.mode == Mode::Fix {
            answer.metrics = BTreeMap::from([("files_changed", files.len() as u64)]);
            answer.findings = errors;
        } else {
            if run.exit == 0 && !files.is_empty() {
                return Reading::broken(
                    "rustfmt ended with exit code 0 and names files that are not laid out well",
                );
            }
            answer.findings = files
                .iter()
                .map(|file| {
                    Finding::new(
                        self.id(),
                        "format",
                        Severity::Low,
                        "not laid out as rustfmt would",
                    )
                    .at(cargo::source_path(run.facts, file), None, None)
                    .fixable()
                })
                .chain(errors)
                .collect();
        }
        if run.exit != 0 && answer.findings.is_empty() {
            return cargo::no_answer("rustfmt could not do its work", run.stderr, self.install());
        }
        Reading::Answer(Box::new(answer))
    }

    fn version_args(&self) -> &'static [&'static str] {
        &["fmt", "--version"]
    }

    fn install(&self) -> &'static str {
        "rustup component add rustfmt"
    }
}

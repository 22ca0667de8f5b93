//! rustfmt: `cargo fmt --all -- --check -l`.
//!
//! `-l` prints one absolute path for every file that is, or in fix mode was, not laid out as rustfmt would.
//! `--check` alone prints a diff for people, and JSON cannot be had together with `--check`.

use std::collections::BTreeMap;
use std::path::Path;

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
        if let Some(line) = files.iter().find(|line| !is_source(line)) {
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

    fn needs(&self) -> Option<&'static str> {
        Some("cargo-fmt")
    }

    fn install(&self) -> &'static str {
        "rustup component add rustfmt"
    }
}

/// Whether a line is the path of a Rust source file.
fn is_source(line: &str) -> bool {
    Path::new(line)
        .extension()
        .is_some_and(|extension| extension == "rs")
}

#[cfg(test)]
mod tests {
    use super::super::rust_recordings::{Recording, Silence, check_never_clean, facts_at, prepare, show};
    use super::*;

    fn recordings(case: &str, mode: Mode) -> impl Iterator<Item = Recording> {
        let versions = Recording::versions("rustfmt");
        versions.into_iter().map(move |version| Recording {
            mode,
            ..Recording::load("rustfmt", &version, case)
        })
    }

    #[track_caller]
    fn check(case: &str, mode: Mode, expect: &str) {
        for run in recordings(case, mode) {
            assert_eq!(show(&run.read(&Rustfmt)), expect, "{case}");
        }
    }

    #[test]
    fn each_file_is_a_finding() {
        check("clean", Mode::Check, "answer\n");
        check(
            "unformatted",
            Mode::Check,
            "answer\n\
             low format src/main.rs \"not laid out as rustfmt would\" fixable\n\
             low format src/other.rs \"not laid out as rustfmt would\" fixable\n",
        );
    }

    #[test]
    fn fixing_counts_the_files_that_were_changed() {
        check("fix", Mode::Fix, "answer\nfiles_changed: 2\n");
        check("fix_again", Mode::Fix, "answer\nfiles_changed: 0\n");
    }

    #[test]
    fn code_that_cannot_be_parsed_is_a_finding() {
        let finding = "high syntax src/main.rs:2:8 \"this file contains an unclosed delimiter\"\n";
        check("syntax_error", Mode::Check, &format!("answer\n{finding}"));
        check(
            "syntax_error_fix",
            Mode::Fix,
            &format!("answer\nfiles_changed: 0\n{finding}"),
        );
        check(
            "workspace_diff_and_error",
            Mode::Check,
            "answer\n\
             low format crates/one/src/lib.rs \"not laid out as rustfmt would\" fixable\n\
             high syntax crates/two/src/lib.rs:1:24 \"this file contains an unclosed delimiter\"\n",
        );
    }

    #[test]
    fn settings_that_are_passed_over_are_said() {
        for run in recordings("unstable_option", Mode::Check) {
            assert!(
                show(&run.read(&Rustfmt))
                    .starts_with("answer\nwarning: Unknown configuration option `no_such_option`\n")
            );
        }
    }

    #[test]
    fn trouble_of_rustfmt_itself_is_no_answer() {
        let check = |case: &str, why: &str| {
            check(
                case,
                Mode::Check,
                &format!("broken: rustfmt could not do its work: {why}\n"),
            );
        };
        check(
            "missing_module",
            "Error writing files: failed to resolve mod `nowhere`: /project/src/nowhere.rs does not exist",
        );
        check(
            "broken_config",
            "The file `/project/rustfmt.toml` failed to parse.",
        );
        check(
            "broken_manifest",
            "`cargo metadata` exited with an error: error: unclosed table, expected `]` (Cargo.toml:1:9)",
        );
        check("bad_flag", "Unrecognized option: 'no-such-flag'");
    }

    #[test]
    fn a_missing_component_comes_with_the_command_that_installs_it() {
        for run in recordings("not_installed", Mode::Check) {
            assert!(
                show(&run.read(&Rustfmt)).ends_with("\nhint: install it: rustup component add rustfmt\n")
            );
        }
    }

    #[test]
    fn output_for_people_is_no_answer() {
        check(
            "unformatted_human",
            Mode::Check,
            "broken: rustfmt printed \"Diff in /project/src/main.rs:1:\" where names of files were expected\n",
        );
    }

    #[test]
    fn spoiled_output_is_never_clean() {
        for run in recordings("clean", Mode::Check) {
            check_never_clean(&Rustfmt, &run, Silence::Clean);
        }
        for mut run in recordings("unformatted", Mode::Check) {
            run.exit = 0;
            assert!(
                show(&run.read(&Rustfmt))
                    .starts_with("broken: rustfmt ended with exit code 0 and names files")
            );
        }
    }

    #[track_caller]
    fn check_args(args: &str, mode: Mode, expect: Option<&str>) {
        let prepared = prepare(&Rustfmt, &facts_at("."), args, true, mode);
        assert_eq!(
            prepared.map(|prepared| prepared.args.join(" ")).as_deref(),
            expect
        );
    }

    #[test]
    fn only_fix_mode_changes_files() {
        check_args("--all", Mode::Check, Some("--all -- --check -l"));
        check_args("--all", Mode::Fix, Some("--all -- -l"));
        check_args("--all --check -v", Mode::Check, Some("--all -- --check -l"));
        check_args("--all -- --check", Mode::Fix, None);
        check_args(
            "--message-format=json -p a -- --config max_width=80 -l",
            Mode::Check,
            Some("-p a -- --config max_width=80 --check -l"),
        );
    }
}

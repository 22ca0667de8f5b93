//! clippy: `cargo clippy --message-format=json`.
//!
//! Any lint is a finding, a warning like an error: cargo's exit code is 0 with warnings and 101 with errors.

use super::{Answer, Applies, Ask, Mode, Prepared, Reading, Tool, ToolRun, cargo};
use crate::model::gate_id::GateId;
use crate::model::language::Language;
use crate::project::UnitFacts;

/// clippy.
pub struct Clippy;

/// What turns clippy into a fixer.
const FIX: [&str; 4] = ["--fix", "--allow-dirty", "--allow-staged", "--allow-no-vcs"];

/// Whether the arguments behind `--` tell the compiler to keep its findings to itself: `-A warnings`,
/// `--allow=clippy::all`, `--cap-lints allow`.
fn hides_findings(args: &[String]) -> bool {
    let all = |lint: &str| matches!(lint, "warnings" | "clippy::all");
    let (_, behind) = cargo::split(args);
    behind.iter().enumerate().any(|(index, word)| {
        let next = behind.get(index + 1).map_or("", String::as_str);
        match word.as_str() {
            "-A" | "--allow" => all(next),
            "--cap-lints" => next == "allow",
            "--cap-lints=allow" => true,
            _ => word
                .strip_prefix("--allow=")
                .or_else(|| word.strip_prefix("-A"))
                .is_some_and(all),
        }
    })
}

impl Tool for Clippy {
    fn id(&self) -> &'static str {
        "clippy"
    }

    fn serves(&self) -> &'static [(GateId, Language)] {
        &[(GateId::Linting, Language::Rust)]
    }

    fn words(&self) -> &'static [&'static str] {
        &["cargo", "clippy"]
    }

    fn default_args(&self) -> &'static [&'static str] {
        &["--all-targets"]
    }

    fn applies(&self, _facts: &UnitFacts) -> Applies {
        Applies::Yes("Rust code is linted by clippy".to_owned())
    }

    fn prepare(&self, ask: &Ask<'_>) -> Option<Prepared> {
        let (args, behind) = cargo::split(ask.args);
        let mut args = cargo::without_valued(args, "--message-format");
        args.retain(|arg| !FIX.contains(&arg.as_str()));
        if !ask.configured && cargo::is_workspace(ask.facts) {
            args.push("--workspace".to_owned());
        }
        if ask.mode == Mode::Fix {
            args.extend(FIX.map(str::to_owned));
        }
        args.push("--message-format=json".to_owned());
        args.extend(behind);
        Some(Prepared {
            reads_stdout: true,
            ..cargo::prepared(args)
        })
    }

    fn exits(&self) -> &'static [(i32, &'static str)] {
        &[
            (0, "no errors; there may be warnings"),
            (1, "wrong usage, or the component is not installed"),
            (101, "errors were found, or the build failed"),
        ]
    }

    fn read(&self, run: &ToolRun<'_>) -> Reading {
        let build = match cargo::checked("clippy", run, self.install()) {
            Ok(build) => build,
            Err(reading) => return reading,
        };
        let findings = build
            .diagnostics
            .iter()
            .map(|one| cargo::diagnostic(self.id(), run.facts, one))
            .collect();
        Reading::Answer(Box::new(Answer {
            findings: cargo::once(findings),
            warnings: hides_findings(run.args)
                .then(|| "clippy is told to allow warnings: its findings are hidden".to_owned())
                .into_iter()
                .collect(),
            ..Answer::default()
        }))
    }

    fn version_args(&self) -> &'static [&'static str] {
        &["clippy", "--version"]
    }

    fn needs(&self) -> Option<&'static str> {
        Some("cargo-clippy")
    }

    fn install(&self) -> &'static str {
        "rustup component add clippy"
    }

    fn exclusive(&self) -> Option<&'static str> {
        Some(cargo::BUILD_DIRECTORY)
    }
}

#[cfg(test)]
mod tests {
    use super::super::rust_recordings::{
        Recording, Silence, check_never_clean, facts_at, prepare, show, spoil_ends,
    };
    use super::*;

    fn recordings(case: &str) -> impl Iterator<Item = Recording> {
        let versions = Recording::versions("clippy");
        versions
            .into_iter()
            .map(move |version| Recording::load("clippy", &version, case))
    }

    #[track_caller]
    fn check(case: &str, expect: &str) {
        for run in recordings(case) {
            assert_eq!(show(&run.read(&Clippy)), expect, "{case}");
        }
    }

    fn lints(severity: &str) -> String {
        format!(
            "answer\n\
             {severity} clippy::needless_return src/lib.rs:11:5 \"unneeded `return` statement\" fixable\n\
             {severity} clippy::too_many_arguments src/lib.rs:15:1 \"this function has too many arguments (8/7)\"\n\
             {severity} unused_variables src/lib.rs:16:9 \"unused variable: `unused`\" fixable\n\
             {severity} clippy::len_zero src/lib.rs:25:17 \"length comparison to zero\" fixable\n"
        )
    }

    #[test]
    fn every_lint_is_a_finding_and_comes_once() {
        check("clean", "answer\n");
        check("warnings", &lints("medium"));
        check("denied", &lints("high"));
        check(
            "workspace",
            "answer\nmedium clippy::needless_return crates/two/src/lib.rs:2:5 \"unneeded `return` statement\" fixable\n",
        );
        check(
            "deny_by_default",
            "answer\n\
             high clippy::out_of_bounds_indexing src/main.rs:3:20 \"index is out of bounds\"\n\
             high clippy::never_loop src/main.rs:4:5 \"this loop never actually loops\"\n",
        );
    }

    #[test]
    fn after_fixing_what_is_left_is_reported() {
        check(
            "fix",
            "answer\n\
             medium clippy::let_and_return src/lib.rs:11:5 \"returning the result of a `let` binding from a block\" fixable\n\
             medium clippy::too_many_arguments src/lib.rs:15:1 \"this function has too many arguments (8/7)\"\n",
        );
    }

    #[test]
    fn code_that_does_not_compile_is_a_finding() {
        check(
            "compile_error",
            "answer\n\
             high E0308 src/lib.rs:4:5 \"mismatched types\"\n\
             high E0425 src/lib.rs:9:5 \"cannot find function `missing` in this scope\"\n",
        );
    }

    #[track_caller]
    fn check_broken(case: &str, reason: &str, hint: Option<&str>) {
        for run in recordings(case) {
            let Reading::Broken(broken) = run.read(&Clippy) else {
                panic!("{case} has an answer");
            };
            assert!(broken.reason.starts_with(reason), "{}", broken.reason);
            assert_eq!(broken.hint.as_deref(), hint);
        }
    }

    #[test]
    fn a_build_that_breaks_outside_of_the_code_is_no_answer() {
        check_broken(
            "broken_manifest",
            "clippy did not get to the end of the build: error: unclosed table, expected `]` (Cargo.toml:1:9)",
            None,
        );
        check_broken(
            "build_script_failing",
            "the build failed without an error in the code: error: failed to run custom build command for `sample",
            None,
        );
        check_broken(
            "bad_flag",
            "clippy did not get to the end of the build: error: unexpected argument '--no-such-flag' found",
            None,
        );
    }

    #[test]
    fn a_missing_component_comes_with_the_command_that_installs_it() {
        check_broken(
            "not_installed",
            "clippy did not get to the end of the build: error: the 'cargo-clippy' binary, normally provided by the 'clippy' component",
            Some("install it: rustup component add clippy"),
        );
    }

    #[track_caller]
    fn check_messages(messages: &[&str], expect: &str) {
        for mut run in recordings("clean") {
            run.stdout = messages.join("\n").into_bytes();
            assert_eq!(show(&run.read(&Clippy)), expect, "{messages:?}");
        }
    }

    #[test]
    fn a_build_of_no_target_of_the_project_is_not_clean() {
        let artifact = |package: &str, kind: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"{package}","target":{{"kind":["{kind}"]}},"profile":{{"test":false}},"executable":null,"fresh":true}}"#
            )
        };
        let end = r#"{"reason":"build-finished","success":true}"#;
        let nothing = "nothing: clippy looked at no target\n";
        let own = "path+file:///project#sample@0.1.0";
        check_messages(&[end], nothing);
        check_messages(&[&artifact(own, "custom-build"), end], nothing);
        check_messages(
            &[
                &artifact("registry+https://example.org/index#a@1.0.0", "lib"),
                end,
            ],
            nothing,
        );
        check_messages(&[&artifact(own, "lib"), end], "answer\n");
    }

    #[test]
    fn the_exit_code_and_the_report_must_agree() {
        for (case, exit) in [("warnings", 101), ("denied", 0)] {
            for mut run in recordings(case) {
                run.exit = exit;
                assert!(
                    show(&run.read(&Clippy)).contains("contradict each other"),
                    "{case}"
                );
            }
        }
    }

    #[test]
    fn spoiled_output_is_never_clean() {
        for run in recordings("clean") {
            check_never_clean(&Clippy, &run, Silence::NoAnswer);
            spoil_ends(&Clippy, &run, "}");
        }
    }

    #[track_caller]
    fn check_hides(args: &str, expect: bool) {
        let args: Vec<String> = args.split(' ').map(str::to_owned).collect();
        assert_eq!(hides_findings(&args), expect, "{args:?}");
    }

    #[test]
    fn arguments_that_hide_all_findings_are_known() {
        check_hides("clippy -- -A warnings", true);
        check_hides("clippy --lib -- -D clippy::pedantic -Awarnings", true);
        check_hides("clippy -- --allow clippy::all", true);
        check_hides("clippy -- --allow=warnings", true);
        check_hides("clippy -- --cap-lints allow", true);
        check_hides("clippy -- --cap-lints=allow", true);
        check_hides("clippy -- --cap-lints warn", false);
        check_hides("clippy -- -D warnings -A clippy::needless_return", false);
        check_hides("clippy -A warnings", false);
    }

    #[track_caller]
    fn check_args(args: &str, configured: bool, mode: Mode, expect: &str) {
        let prepared = prepare(&Clippy, &facts_at("."), args, configured, mode).unwrap();
        assert_eq!(prepared.args.join(" "), expect);
        assert!(prepared.reads_stdout);
    }

    #[test]
    fn only_fix_mode_changes_files() {
        check_args(
            "--all-targets",
            false,
            Mode::Check,
            "--all-targets --message-format=json",
        );
        check_args(
            "--lib --message-format short -- -D warnings",
            true,
            Mode::Check,
            "--lib --message-format=json -- -D warnings",
        );
        check_args(
            "--lib --fix --allow-dirty",
            true,
            Mode::Check,
            "--lib --message-format=json",
        );
        check_args(
            "--lib -- -D warnings",
            true,
            Mode::Fix,
            "--lib --fix --allow-dirty --allow-staged --allow-no-vcs --message-format=json -- -D warnings",
        );
    }
}

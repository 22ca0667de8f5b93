use super::super::rust_recordings::{
    Recording, Silence, check_never_clean, facts_at, prepare, show, spoil_ends,
};
use super::*;

fn recordings(case: &str) -> impl Iterator<Item = Recording> {
    let versions = Recording::versions("cargo-check");
    versions
        .into_iter()
        .map(move |version| Recording::load("cargo-check", &version, case))
}

#[track_caller]
fn check(case: &str, expect: &str) {
    for run in recordings(case) {
        assert_eq!(show(&run.read(&CargoCheck)), expect, "{case}");
    }
}

#[test]
fn errors_are_findings_and_warnings_are_not() {
    check("clean", "answer\n");
    check("warnings", "answer\n");
    check(
        "compile_error",
        "answer\n\
         high E0308 src/lib.rs:4:5 \"mismatched types\"\n\
         high E0425 src/lib.rs:9:5 \"cannot find function `missing` in this scope\"\n",
    );
    check(
        "workspace_failing",
        "answer\nhigh E0308 crates/two/src/lib.rs:2:5 \"mismatched types\"\n",
    );
    check(
        "test_failing",
        "answer\nhigh E0425 src/lib.rs:8:9 \"cannot find function `missing` in this scope\"\n",
    );
}

#[track_caller]
fn check_broken(case: &str, reason: &str) {
    for run in recordings(case) {
        let shown = show(&run.read(&CargoCheck));
        assert!(shown.starts_with(&format!("broken: {reason}")), "{shown}");
    }
}

#[test]
fn a_build_that_breaks_outside_of_the_code_is_no_answer() {
    check_broken(
        "broken_manifest",
        "cargo check did not get to the end of the build: error: unclosed table, expected `]` (Cargo.toml:1:9)",
    );
    check_broken(
        "build_script_failing",
        "the build failed without an error in the code: error: failed to run custom build command for `sample",
    );
    check_broken(
        "bad_flag",
        "cargo check did not get to the end of the build: error: unexpected argument '--no-such-flag' found",
    );
}

#[test]
fn the_exit_code_and_the_report_must_agree() {
    for (case, exit) in [("clean", 101), ("compile_error", 0)] {
        for mut run in recordings(case) {
            run.exit = exit;
            let shown = show(&run.read(&CargoCheck));
            assert!(shown.contains("contradict each other"), "{case}: {shown}");
        }
    }
}

#[test]
fn spoiled_output_is_never_clean() {
    for run in recordings("clean") {
        check_never_clean(&CargoCheck, &run, Silence::NoAnswer);
        spoil_ends(&CargoCheck, &run, "}");
    }
}

#[track_caller]
fn check_args(args: &str, configured: bool, workspace: bool, expect: &str) {
    let mut facts = facts_at(".");
    if workspace {
        facts.manifest = Some(toml::from_str("[workspace]\nmembers = []\n").unwrap());
    }
    let prepared = prepare(&CargoCheck, &facts, args, configured, Mode::Check).unwrap();
    assert_eq!(prepared.args.join(" "), expect);
}

#[test]
fn the_projects_own_arguments_are_kept() {
    check_args(
        "--all-targets",
        false,
        false,
        "--all-targets --message-format=json",
    );
    check_args(
        "--all-targets",
        false,
        true,
        "--all-targets --workspace --message-format=json",
    );
    check_args(
        "--lib --message-format short",
        true,
        true,
        "--lib --message-format=json",
    );
    assert!(prepare(&CargoCheck, &facts_at("."), "", false, Mode::Fix).is_none());
}

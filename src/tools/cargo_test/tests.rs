use super::super::rust_recordings::{
    Recording, Silence, check_never_clean, facts_at, prepare, show, spoil_ends,
};
use super::super::{Coverage, Mode};
use super::*;

fn recordings(case: &str) -> impl Iterator<Item = Recording> {
    let versions = Recording::versions("cargo-test");
    versions
        .into_iter()
        .map(move |version| Recording::load("cargo-test", &version, case))
}

#[track_caller]
fn check(case: &str, expect: &str) {
    for run in recordings(case) {
        assert_eq!(show(&run.read(&CargoTest)), expect, "{case}");
    }
}

const FAILING: &str = "\
high failing::does_not_panic src/lib.rs:45:8 \"note: test did not panic as expected at src/lib.rs:45:8\"
high failing::returns_an_error - \"Error: \\\"no luck\\\"\"
high failing::two_is_three src/lib.rs:35:9 \"assertion `left == right` failed: two is not three\\n  left: 2\\n right: 3\"
";

#[test]
fn counts_are_summed_over_programs_and_doc_tests() {
    let expect = "answer\ntests: 3 passed, 0 failed, 0 errors, 1 skipped\n";
    check("clean", expect);
    check("clean_quiet", expect);
    check("clean_nocapture", expect);
}

#[test]
fn failed_tests_are_findings() {
    let expect = format!("answer\ntests: 3 passed, 3 failed, 0 errors, 1 skipped\n{FAILING}");
    check("failing", &expect);
    check("failing_quiet", &expect);
    check(
        "workspace",
        "answer\ntests: 1 passed, 1 failed, 0 errors, 0 skipped\n\
         high bad crates/two/src/lib.rs:6:5 \"assertion `left == right` failed\\n  left: 1\\n right: 2\"\n",
    );
}

#[test]
fn a_run_that_stopped_early_says_so() {
    check(
        "failing_fast",
        &format!(
            "answer\ntests: 2 passed, 3 failed, 0 errors, 1 skipped\n{FAILING}\
             warning: cargo stopped at the first program that failed: the counts are not complete\n"
        ),
    );
}

#[test]
fn panics_are_found_on_stderr_when_output_is_not_captured() {
    check(
        "failing_nocapture",
        &format!("answer\ntests: 3 passed, 3 failed, 0 errors, 1 skipped\n{FAILING}").replace(
            "\"Error: \\\"no luck\\\"\"",
            "\"it failed; what it printed was not captured\"",
        ),
    );
}

#[test]
fn failed_doc_tests_stand_where_the_documentation_stands() {
    check(
        "doc_failing",
        "answer\ntests: 3 passed, 2 failed, 0 errors, 1 skipped\n\
         high src/lib.rs - three (line 32) src/lib.rs:32 \"assertion `left == right` failed\\n  left: 2\\n right: 3\"\n\
         high src/lib.rs - three (line 36) src/lib.rs:37:1 \"it does not compile: cannot find function `no_such_function` in this scope [E0425]\"\n",
    );
}

#[test]
fn code_that_does_not_compile_is_a_failure_with_places() {
    check(
        "compile_error",
        "answer\ntests: 0 passed, 0 failed, 1 errors, 0 skipped\n\
         high E0308 src/lib.rs:4:5 \"mismatched types\"\n\
         high E0425 src/lib.rs:9:5 \"cannot find function `missing` in this scope\"\n\
         warning: the code does not compile: no test was run\n",
    );
}

#[test]
fn a_program_that_dies_is_an_error_of_its_own() {
    let died = "high --test abort - \"the test program failed: signal: 6, SIGABRT: process abort signal\"\n";
    check(
        "aborting",
        &format!("answer\ntests: 4 passed, 0 failed, 1 errors, 1 skipped\n{died}"),
    );
    check(
        "aborting_fast",
        &format!(
            "answer\ntests: 2 passed, 0 failed, 1 errors, 1 skipped\n{died}\
             warning: cargo stopped at the first program that failed: the counts are not complete\n"
        ),
    );
    check(
        "custom_harness_failing",
        "answer\ntests: 3 passed, 0 failed, 1 errors, 1 skipped\n\
         high --test custom - \"the test program failed: exit status: 3\"\n",
    );
}

#[test]
fn a_program_that_leaves_before_its_summary_is_no_pass() {
    check(
        "exits_early",
        "broken: 1 test program(s) ended before their tests did, with exit code 0\n",
    );
}

#[test]
fn a_declared_program_of_its_own_kind_counts_as_one_test() {
    let expect = "answer\ntests: 4 passed, 0 failed, 0 errors, 1 skipped\n\
        warning: 1 test program(s) without the standard harness: each counts as one test, by its exit code\n";
    for mut run in recordings("custom_harness") {
        let manifest = "[package]\nname = \"sample\"\n[[test]]\nname = \"custom\"\nharness = false\n";
        run.facts.manifest = Some(toml::from_str(manifest).unwrap());
        assert_eq!(show(&run.read(&CargoTest)), expect);
        run.facts.manifest = Some(toml::from_str("[workspace]\nmembers = []\n").unwrap());
        assert_eq!(show(&run.read(&CargoTest)), expect);
        run.facts.manifest = Some(toml::from_str("[package]\nname = \"sample\"\n").unwrap());
        assert_eq!(
            show(&run.read(&CargoTest)),
            "broken: 1 test program(s) printed no summary\n"
        );
    }
}

#[test]
fn nothing_to_run_is_neither_a_pass_nor_a_failure() {
    check("no_tests", "nothing: there are no tests\n");
    check("filtered", "nothing: no test was run: all 3 were filtered out\n");
    for run in recordings("all_ignored") {
        let shown = show(&run.read(&CargoTest));
        assert!(
            shown.starts_with("broken: the only test was skipped, so that nothing was tested\n"),
            "{shown}"
        );
    }
}

#[test]
fn arguments_that_keep_tests_from_running_leave_no_answer() {
    check("list", "broken: 2 test program(s) printed no summary\n");
    check("no_run", "broken: 1 test program(s) printed no summary\n");
}

#[test]
fn a_build_that_breaks_outside_of_the_code_is_no_answer() {
    check(
        "broken_manifest",
        "broken: cargo test did not get to the end of the build: error: unclosed table, expected `]` (Cargo.toml:1:9)\n",
    );
    check(
        "build_script_failing",
        "broken: the build failed without an error in the code: error: sample@0.1.0: no compiler for C\n",
    );
}

#[test]
fn output_for_people_is_no_answer() {
    check(
        "failing_human",
        "broken: cargo test did not get to the end of the build: error: test failed, to rerun pass `--lib`\n",
    );
}

#[test]
fn the_exit_code_and_the_summaries_must_agree() {
    for mut run in recordings("failing") {
        run.exit = 0;
        assert_eq!(
            show(&run.read(&CargoTest)),
            "broken: exit code 0 and 3 failed test(s) contradict each other: error: test failed, to rerun pass `--lib`\n"
        );
    }
    for mut run in recordings("compile_error") {
        run.exit = 0;
        assert!(show(&run.read(&CargoTest)).starts_with("broken: exit code 0 and a failed build"));
    }
}

#[test]
fn spoiled_output_is_never_clean() {
    for run in recordings("clean") {
        check_never_clean(&CargoTest, &run, Silence::NoAnswer);
        spoil_ends(&CargoTest, &run, "filtered out");
    }
}

#[test]
fn coverage_that_was_asked_for_is_not_passed_over_in_silence() {
    for mut run in recordings("clean") {
        run.coverage = true;
        let Reading::Answer(answer) = run.read(&CargoTest) else {
            panic!("no answer");
        };
        assert!(matches!(answer.coverage, Some(Coverage::Unavailable(_))));
    }
}

#[track_caller]
fn check_args(args: &str, configured: bool, workspace: bool, expect: &str) {
    let mut facts = facts_at(".");
    if workspace {
        facts.manifest = Some(toml::from_str("[workspace]\nmembers = []\n").unwrap());
    }
    let prepared = prepare(&CargoTest, &facts, args, configured, Mode::Check).unwrap();
    assert_eq!(prepared.args.join(" "), expect);
    assert!(prepared.reads_stdout);
}

#[test]
fn the_projects_own_arguments_are_kept_in_their_places() {
    check_args(
        "--no-fail-fast",
        false,
        false,
        "--no-fail-fast --message-format=json",
    );
    check_args(
        "--no-fail-fast",
        false,
        true,
        "--no-fail-fast --workspace --message-format=json",
    );
    check_args(
        "--lib name --message-format short -- --nocapture",
        true,
        true,
        "--lib name --message-format=json -- --nocapture",
    );
}

use super::super::rust_recordings::{
    Recording, Silence, check_never_clean, facts_at, is_clean, prepare, show,
};
use super::super::{FileState, Mode};
use super::*;

fn recordings(case: &str) -> impl Iterator<Item = Recording> {
    let versions = Recording::versions("cargo-nextest");
    versions
        .into_iter()
        .map(move |version| Recording::load("cargo-nextest", &version, case))
}

#[track_caller]
fn check(case: &str, expect: &str) {
    for run in recordings(case) {
        assert_eq!(show(&run.read(&CargoNextest)), expect, "{case}");
    }
}

#[test]
fn counts_come_from_the_report_and_skipped_tests_from_the_summary() {
    let expect = "answer\ntests: 2 passed, 0 failed, 0 errors, 1 skipped\n";
    check("clean", expect);
    check("own_junit_clean", expect);
}

#[test]
fn failed_tests_are_the_same_from_the_report_and_from_the_summary() {
    let expect = "answer\ntests: 2 passed, 3 failed, 0 errors, 1 skipped\n\
        high sample failing::does_not_panic src/lib.rs:45:8 \"note: test did not panic as expected at src/lib.rs:45:8\"\n\
        high sample failing::returns_an_error - \"Error: \\\"no luck\\\"\"\n\
        high sample failing::two_is_three src/lib.rs:35:9 \"assertion `left == right` failed: two is not three\\n  left: 2\\n right: 3\"\n";
    check("failing", expect);
    check("own_junit", expect);
    check(
        "workspace",
        "answer\ntests: 1 passed, 1 failed, 0 errors, 0 skipped\n\
         high two bad crates/two/src/lib.rs:6:5 \"assertion `left == right` failed\\n  left: 1\\n right: 2\"\n",
    );
}

#[test]
fn a_test_that_dies_is_a_failed_test() {
    check(
        "aborting",
        "answer\ntests: 2 passed, 1 failed, 0 errors, 1 skipped\n\
         high sample::abort aborts - \"process aborted with signal 6 (SIGABRT)\"\n",
    );
}

#[test]
fn flaky_tests_are_named() {
    let expect = "answer\ntests: 3 passed, 0 failed, 0 errors, 1 skipped\n\
        warning: flaky, passed only when tried again: sample::flaky second_time_lucky\n";
    check("flaky", expect);
    check("own_junit_flaky", expect);
    check(
        "flaky_fails",
        "answer\ntests: 2 passed, 1 failed, 0 errors, 1 skipped\n\
         high sample::flaky second_time_lucky - \"test passed on attempt 2/3 but is configured to fail when flaky\"\n",
    );
}

#[test]
fn nothing_to_run_is_neither_a_pass_nor_a_failure() {
    check("no_tests", "nothing: there are no tests\n");
    // nextest does not tell what a filter leaves out from what is ignored.
    let skipped = "broken: all 3 tests were skipped, so that nothing was tested\n";
    for mut run in recordings("no_tests_pass") {
        assert!(show(&run.read(&CargoNextest)).starts_with(skipped));
        run.exit = 4;
        assert!(show(&run.read(&CargoNextest)).starts_with(skipped));
    }
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
fn trouble_of_nextest_itself_is_no_answer() {
    check(
        "broken_manifest",
        "broken: cargo metadata failed: error: unclosed table, expected `]` (Cargo.toml:1:9)\n",
    );
    check(
        "unknown_profile",
        "broken: nextest's configuration or arguments are not valid: \
         error: profile `nosuch` not found (known profiles: ci, default, default-miri)\n",
    );
    check(
        "custom_harness",
        "broken: the list of tests could not be made: error: creating test list failed: \
         for `sample::custom`, line \"custom: 3 scenarios\" did not end with the string \": test\" or \": benchmark\"\n",
    );
    check(
        "not_installed",
        "broken: the build failed without an error in the code: error: no such command: `nextest`\n\
         hint: install it: cargo install cargo-nextest --locked\n",
    );
}

#[track_caller]
fn check_disagreement(case: &str, spoil: impl Fn(&mut Recording), expect: &str) {
    for mut run in recordings(case) {
        spoil(&mut run);
        let shown = show(&run.read(&CargoNextest));
        assert!(shown.starts_with(&format!("broken: {expect}")), "{shown}");
    }
}

#[test]
fn exit_code_report_and_summary_must_tell_one_story() {
    check_disagreement("failing", |run| run.exit = 0, "exit code 0 and 3 failed test(s)");
    check_disagreement(
        "clean",
        |run| run.exit = 100,
        "exit code 100 without a failed test",
    );
    check_disagreement("failing", |run| run.exit = 4, "exit code 4 without the words");
    check_disagreement(
        "clean",
        |run| {
            run.stderr = String::from_utf8_lossy(&run.stderr)
                .replace("2 tests run: 2 passed", "9 tests run: 9 passed")
                .into_bytes();
        },
        "the summary speaks of 9 test(s) with 0 failed, the report of 2 with 0",
    );
    check_disagreement(
        "clean",
        |run| {
            run.outputs.insert(JUNIT, FileState::Stale);
        },
        "nextest's JUnit report cannot be used: it is older than this run",
    );
    check_disagreement(
        "clean",
        |run| {
            run.outputs.clear();
            run.stderr.clear();
        },
        "nextest's JUnit report cannot be used: it was not written",
    );
}

#[test]
fn spoiled_output_is_never_clean() {
    for run in recordings("clean") {
        check_never_clean(&CargoNextest, &run, Silence::NoAnswer);
        let Some(FileState::Fresh(report)) = run.outputs.get(JUNIT).cloned() else {
            panic!("no report");
        };
        for at in 0..report.len() - "</testsuites>\n".len() {
            let mut cut = run.clone();
            cut.outputs.insert(JUNIT, FileState::Fresh(report[..at].to_vec()));
            assert!(!is_clean(&cut.read(&CargoNextest)), "cut at {at}");
        }
    }
}

#[test]
fn the_projects_use_of_nextest_decides() {
    let mut facts = facts_at(".");
    assert_eq!(CargoNextest.applies(&facts), Applies::No);
    facts.entries.insert(".config/nextest.toml".to_owned());
    assert_eq!(
        CargoNextest.applies(&facts),
        Applies::Yes(".config/nextest.toml".to_owned())
    );
}

#[test]
fn the_report_is_asked_for_by_a_configuration_of_our_own() {
    let prepared = prepare(
        &CargoNextest,
        &facts_at("."),
        "--profile ci -- --ignored",
        true,
        Mode::Check,
    )
    .unwrap();
    assert_eq!(
        prepared.args.join(" "),
        "--profile ci --tool-config-file sdd:/out/nextest.toml -- --ignored"
    );
    let (name, content) = &prepared.inputs[0];
    assert_eq!(name, "nextest.toml");
    let settings: toml::Table = toml::from_str(content).unwrap();
    assert_eq!(
        settings["profile"]["default"]["junit"]["path"].as_str(),
        Some("/out/nextest-junit.xml")
    );
}

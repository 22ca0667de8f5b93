use super::*;
use crate::tools::js_recordings as recordings;
use crate::tools::python_recordings::{Recording, check_never_clean, is_clean};
use crate::tools::{FileState, read};

#[test]
fn recorded_runs_are_read() {
    insta::assert_snapshot!(recordings::show_all(&NodeTest));
}

#[test]
fn failures_stay_failures() {
    recordings::check_failures_stay(&NodeTest, "node-test");
}

#[test]
fn nothing_spoiled_reads_as_clean() {
    for version in recordings::versions(&NodeTest) {
        check_never_clean(&NodeTest, &recordings::load(&NodeTest, &version, "clean"));
    }
}

fn report(run: &Recording) -> String {
    match &run.outputs[REPORT] {
        FileState::Fresh(bytes) => String::from_utf8(bytes.clone()).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_report_without_one_of_its_lines_is_never_clean() {
    let run = recordings::load(&NodeTest, "20.20.2", "clean");
    let whole = report(&run);
    let lines: Vec<&str> = whole.lines().collect();
    // Without the beginning of a test, or another remark, nothing is lost.
    let counts = |line: &str| {
        line.contains("\"pass\"") && !line.contains("\"suite\":true") || line.contains("\"tests ")
    };
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| counts(line)) {
        let mut less = lines.clone();
        less.remove(index);
        let mut run = run.clone();
        run.outputs
            .insert(REPORT, FileState::Fresh(less.join("\n").into_bytes()));
        assert!(!is_clean(&run.read(&NodeTest)), "without {line}");
    }
}

#[test]
fn files_in_which_no_test_was_chosen_are_no_failure() {
    let run = recordings::load(&NodeTest, "24.21.0", "none-pattern");
    let args = ["--test".to_owned(), "--test-name-pattern=x".to_owned()];
    let reading = read(
        &NodeTest,
        &ToolRun {
            exit: run.exit,
            stdout: &run.stdout,
            stderr: &run.stderr,
            outputs: &run.outputs,
            facts: &run.facts,
            coverage: run.coverage,
            mode: run.mode,
            args: &args,
        },
    );
    assert!(matches!(reading, Reading::Nothing(_)), "{reading:?}");
}

#[track_caller]
fn check(own: &str, coverage: bool, expect: &str) {
    let prepared = recordings::prepare(&NodeTest, &recordings::facts(), own, coverage, &[]);
    assert_eq!(prepared.args.join(" "), expect);
    assert_eq!(prepared.inputs.len(), 1);
    assert_eq!(prepared.inputs[0].0, "reporter.mjs");
}

const OURS: &str = "--test-reporter=spec --test-reporter-destination=stdout \
                    --test-reporter=file:///out/reporter.mjs --test-reporter-destination=/out/node-test.jsonl";

#[test]
fn the_reports_are_asked_for_before_the_projects_own_words_and_nothing_watches() {
    check("", false, OURS);
    check(
        "--watch --test-concurrency=1 test/a.js",
        false,
        &format!("{OURS} --test-concurrency=1 test/a.js"),
    );
    check(
        "--test-reporter=tap --test-reporter spec --test-reporter-destination=x --test-reporter-destination y test",
        false,
        &format!("{OURS} test"),
    );
    check(
        "test",
        true,
        &format!(
            "{OURS} --experimental-test-coverage --test-reporter=lcov --test-reporter-destination=/out/lcov.info test"
        ),
    );
}

#[test]
fn a_path_becomes_a_url_that_means_it() {
    assert_eq!(file_url("/a b/#1%/ü.mjs"), "file:///a%20b/%231%25/%C3%BC.mjs");
}

use super::*;
use crate::tools::js_recordings as recordings;
use crate::tools::python_recordings::check_never_clean;

#[test]
fn recorded_runs_are_read() {
    insta::assert_snapshot!(recordings::show_all(&Vitest));
}

#[test]
fn failures_stay_failures() {
    recordings::check_failures_stay(&Vitest, "vitest");
}

#[test]
fn nothing_spoiled_reads_as_clean() {
    for version in recordings::versions(&Vitest) {
        check_never_clean(&Vitest, &recordings::load(&Vitest, &version, "clean"));
    }
}

const OURS: &str = "--reporter=default --reporter=json --outputFile=/out/vitest.json \
                    --dangerouslyIgnoreUnhandledErrors=false --run";

#[track_caller]
fn check(own: &str, coverage: bool, expect: &str) {
    let prepared = recordings::prepare(&Vitest, &recordings::facts(), own, coverage, &[]);
    assert_eq!(prepared.args.join(" "), expect.replace("OURS", OURS));
    assert_eq!(prepared.outputs.len(), if coverage { 3 } else { 1 });
}

#[test]
fn the_report_is_asked_for_behind_the_projects_own_words_and_nothing_watches() {
    check("run", false, "run OURS");
    check("watch src", false, "watch src OURS");
    check("run --dir src -- x", false, "run --dir src OURS -- x");
    check(
        "run --outputFile=a --outputFile b --outputFile.json=c --outputFile.junit=d --reporter junit --reporter=x src",
        false,
        "run src OURS",
    );
}

#[test]
fn coverage_is_asked_for_only_when_it_is_to_be_measured() {
    check(
        "run --coverage --coverage.reportsDirectory=x",
        true,
        "run --coverage OURS --coverage.enabled=true --coverage.reporter=json-summary --coverage.reporter=lcovonly \
         --coverage.reportsDirectory=/out/coverage --coverage.reportOnFailure=true",
    );
}

#[test]
fn what_the_project_says_itself_is_not_said_twice() {
    const ONCE: &str = "--reporter=default --reporter=json --outputFile=/out/vitest.json \
                        --dangerouslyIgnoreUnhandledErrors=false";
    check("--run", false, &format!("--run {ONCE}"));
    check("related x --run", false, &format!("related x --run {ONCE}"));
    check("--no-run --run=false a", false, "a OURS");
    check("--run --run", false, "OURS");
    check("a -- --run", false, "a OURS -- --run");
    for own in [
        "--coverage.enabled=false",
        "--coverage.enabled",
        "--coverage.enabled false",
        "--coverage=false",
        "--no-coverage",
        "--coverage --no-coverage",
        "--coverage.reportOnFailure",
    ] {
        check(
            &format!("run {own} a"),
            true,
            "run a OURS --coverage.enabled=true --coverage.reporter=json-summary --coverage.reporter=lcovonly \
             --coverage.reportsDirectory=/out/coverage --coverage.reportOnFailure=true",
        );
        check(&format!("run {own} a"), false, &format!("run {own} a OURS"));
    }
}

#[test]
fn errors_outside_of_the_tests_are_never_ignored() {
    check("run --dangerouslyIgnoreUnhandledErrors a", false, "run a OURS");
    check(
        "run --dangerouslyIgnoreUnhandledErrors=true a",
        false,
        "run a OURS",
    );
    check("run --dangerously-ignore-unhandled-errors a", false, "run a OURS");
}

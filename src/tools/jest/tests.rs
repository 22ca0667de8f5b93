use super::*;
use crate::tools::js_recordings as recordings;
use crate::tools::python_recordings::check_never_clean;
use crate::tools::{Coverage, FileState};

#[test]
fn recorded_runs_are_read() {
    insta::assert_snapshot!(recordings::show_all(&Jest));
}

#[test]
fn failures_stay_failures() {
    recordings::check_failures_stay(&Jest, "jest");
}

#[test]
fn nothing_spoiled_reads_as_clean() {
    for version in recordings::versions(&Jest) {
        check_never_clean(&Jest, &recordings::load(&Jest, &version, "clean"));
    }
}

#[test]
fn coverage_that_cannot_be_read_is_unavailable_and_never_a_number() {
    let run = recordings::load(&Jest, "30.5.2", "clean-coverage");
    let whole = match &run.outputs["coverage-summary"] {
        FileState::Fresh(bytes) => bytes.clone(),
        other => panic!("{other:?}"),
    };
    let states = (0..whole.trim_ascii().len())
        .map(|end| FileState::Fresh(whole[..end].to_vec()))
        .chain([FileState::Missing, FileState::Stale, FileState::TooLarge(1 << 40)]);
    for state in states {
        let mut run = run.clone();
        run.outputs.insert("coverage-summary", state.clone());
        match run.read(&Jest) {
            Reading::Answer(answer) => {
                assert!(
                    matches!(answer.coverage, Some(Coverage::Unavailable(_))),
                    "{state:?}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
}

const OURS: &str =
    "--ci --json --outputFile=/out/jest.json --testLocationInResults --testFailureExitCode=1 --bail=0";

#[track_caller]
fn check(own: &str, coverage: bool, expect: &str) {
    let prepared = recordings::prepare(&Jest, &recordings::facts(), own, coverage, &[]);
    assert_eq!(prepared.args.join(" "), expect.replace("OURS", OURS));
    let outputs: Vec<_> = prepared
        .outputs
        .iter()
        .map(|output| (output.key, output.path.to_str().unwrap()))
        .collect();
    let mut wanted = vec![("jest", "/out/jest.json")];
    if coverage {
        wanted.push(("coverage-summary", "/out/coverage/coverage-summary.json"));
        wanted.push(("lcov", "/out/coverage/lcov.info"));
    }
    assert_eq!(outputs, wanted);
}

#[test]
fn the_report_is_asked_for_behind_the_projects_own_words() {
    check("", false, "OURS");
    check("src --bail -t name", false, "src --bail -t name OURS");
    check("src -- -x", false, "src OURS -- -x");
    check(
        "--json --outputFile=x.json --outputFile y.json src --coverageDirectory z",
        false,
        "--json src OURS",
    );
}

#[test]
fn coverage_is_asked_for_only_when_it_is_to_be_measured() {
    check(
        "src",
        true,
        "src OURS --coverage --coverageReporters=json-summary --coverageReporters=lcovonly \
         --coverageDirectory=/out/coverage",
    );
}

#[test]
fn a_run_never_watches() {
    check("--watch", false, "--watch OURS --watch=false");
    check("--watchAll", false, "--watchAll OURS --watchAll=false");
}

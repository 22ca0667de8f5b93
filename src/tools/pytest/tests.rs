use super::*;
use crate::project::facts::TextFile;
use crate::tools::python_recordings::{self as recordings, Args, Recording};
use crate::tools::{Coverage, FileState, Mode};

#[test]
fn recorded_runs_are_read() {
    insta::assert_snapshot!(recordings::show_all(&Pytest));
}

#[test]
fn nothing_spoiled_reads_as_clean() {
    for version in ["7.4.4", "9.2.0"] {
        recordings::check_never_clean(&Pytest, &Recording::load("pytest", version, "clean-quiet"));
    }
}

#[track_caller]
fn check_no_coverage(state: &FileState) {
    let mut run = Recording::load("pytest", "9.2.0", "clean");
    run.coverage = true;
    run.outputs.insert("coverage", state.clone());
    match run.read(&Pytest) {
        Reading::Answer(answer) => {
            assert!(
                matches!(answer.coverage, Some(Coverage::Unavailable(_))),
                "{state:?}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn coverage_that_cannot_be_read_is_unavailable_and_never_a_number() {
    let whole = match &Recording::load("pytest", "9.2.0", "clean").outputs["coverage"] {
        FileState::Fresh(bytes) => bytes.clone(),
        other => panic!("{other:?}"),
    };
    for end in (0..whole.trim_ascii().len()).step_by(7) {
        check_no_coverage(&FileState::Fresh(whole[..end].to_vec()));
    }
    check_no_coverage(&FileState::Missing);
    check_no_coverage(&FileState::Stale);
    check_no_coverage(&FileState::TooLarge(1 << 40));
    check_no_coverage(&FileState::Fresh(
        b"{\"totals\": {\"percent_covered\": \"100\"}, \"files\": {}}".to_vec(),
    ));
}

#[track_caller]
fn check(manifest: &str, args: &str, coverage: bool, expect: &str) {
    let mut facts = recordings::facts(manifest);
    facts.python.pytest = vec![TextFile {
        name: "pyproject.toml".to_owned(),
        text: Some(manifest.to_owned()),
    }];
    let prepared = recordings::prepare(&Pytest, &facts, Mode::Check, Args::Configured(args), coverage);
    assert_eq!(prepared.args.join(" "), expect);
    assert_eq!(
        prepared.env,
        [("COVERAGE_FILE".to_owned(), "/out/.coverage".to_owned())]
    );
    let keys: Vec<_> = prepared.outputs.iter().map(|output| output.key).collect();
    assert_eq!(
        keys,
        if coverage {
            vec!["junit", "coverage"]
        } else {
            vec!["junit"]
        }
    );
}

const JSON: &str = "--cov-report=json:/out/coverage.json";

#[test]
fn the_report_is_asked_for_and_the_projects_own_words_stay() {
    check("", "", false, "--junitxml=/out/junit.xml");
    check(
        "",
        "-x -k a_b -p no:cacheprovider -- tests",
        false,
        "--junitxml=/out/junit.xml -x -k a_b -p no:cacheprovider -- tests",
    );
    check(
        "",
        "--junitxml=a.xml --junit-xml b.xml tests",
        false,
        "--junitxml=/out/junit.xml tests",
    );
}

#[test]
fn coverage_is_measured_only_when_asked_and_never_twice() {
    check(
        "",
        "tests",
        true,
        &format!("--junitxml=/out/junit.xml --cov {JSON} tests"),
    );
    check(
        "",
        "--cov=src --cov-report=json --cov-report term --cov-report json:x.json tests",
        true,
        &format!("--junitxml=/out/junit.xml {JSON} --cov=src --cov-report term tests"),
    );
    check(
        "",
        "--cov --cov-report=json",
        false,
        "--junitxml=/out/junit.xml --cov",
    );
    check(
        "[tool.pytest.ini_options]\naddopts = '-q --cov=src'",
        "",
        true,
        &format!("--junitxml=/out/junit.xml {JSON}"),
    );
    check(
        "[tool.pytest]\naddopts = ['-q', '--cov']",
        "",
        true,
        &format!("--junitxml=/out/junit.xml {JSON}"),
    );
}

#[test]
fn units_inside_of_the_unit_are_left_to_themselves() {
    let mut facts = recordings::facts("");
    facts.nested = vec!["services/api b".to_owned()];
    let prepared = recordings::prepare(&Pytest, &facts, Mode::Check, Args::Default, false);
    assert_eq!(
        prepared.args,
        ["--junitxml=/out/junit.xml", "--ignore=services/api b"]
    );
    let prepared = recordings::prepare(&Pytest, &facts, Mode::Check, Args::Configured("-q"), false);
    assert_eq!(prepared.args, ["--junitxml=/out/junit.xml", "-q"]);
}

#[test]
fn who_deselects_all_tests_is_named() {
    #[track_caller]
    fn check(settings: &str, expect: &str) {
        let mut run = Recording::load("pytest", "9.2.0", "all-deselected");
        run.facts.python.pytest = vec![TextFile {
            name: "pytest.ini".to_owned(),
            text: Some(settings.to_owned()),
        }];
        match run.read(&Pytest) {
            Reading::Nothing(why) => assert_eq!(why, format!("no tests were collected: {expect}")),
            other => panic!("{other:?}"),
        }
    }
    check("", "1 was deselected");
    check(
        "[pytest]\naddopts = -m unit\n",
        "1 was deselected by addopts of pytest.ini, -m unit; an argument of the same kind in the configured command wins \
         over it",
    );
}

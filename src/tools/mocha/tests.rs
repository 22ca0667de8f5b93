use super::*;
use crate::tools::js_recordings as recordings;
use crate::tools::python_recordings::{check_never_clean, is_clean};

#[test]
fn recorded_runs_are_read() {
    insta::assert_snapshot!(recordings::show_all(&Mocha));
}

#[test]
fn failures_stay_failures() {
    recordings::check_failures_stay(&Mocha, "mocha");
}

#[test]
fn nothing_spoiled_reads_as_clean() {
    for version in recordings::versions(&Mocha) {
        check_never_clean(&Mocha, &recordings::load(&Mocha, &version, "clean"));
    }
}

#[test]
fn every_exit_code_is_a_number_of_failures() {
    assert!((0..256).eq(Mocha.exits().iter().map(|(code, _)| *code)));
    let clean = recordings::load(&Mocha, "12.0.3", "clean");
    for (code, _) in Mocha.exits() {
        let mut run = clean.clone();
        run.exit = *code;
        assert_eq!(is_clean(&run.read(&Mocha)), *code == 0, "{code}");
    }
}

const OURS: &str = "--reporter=json --reporter-option=output=/out/mocha.json --no-dry-run --no-dryRun";

#[track_caller]
fn check(own: &str, wrappers: &[&'static str], declared: &[&str], expect: &str) {
    let mut facts = recordings::facts();
    facts.node.dependencies = declared.iter().map(|name| (*name).to_owned()).collect();
    let prepared = recordings::prepare(&Mocha, &facts, own, true, wrappers);
    let line: Vec<String> = [prepared.wrapper, vec!["mocha".to_owned()], prepared.args].concat();
    assert_eq!(line.join(" "), expect.replace("OURS", OURS));
    let keys: Vec<_> = prepared.outputs.iter().map(|output| output.key).collect();
    assert_eq!(keys, ["mocha", "coverage-summary", "lcov"]);
}

#[test]
fn the_report_is_asked_for_behind_the_projects_own_words_and_nothing_watches() {
    let prepared = recordings::prepare(&Mocha, &recordings::facts(), "a -- b", false, &["c8"]);
    assert_eq!(prepared.args.join(" "), format!("a {OURS} -- b"));
    assert_eq!(prepared.wrapper, [""; 0]);
    check("--watch", &[], &[], "mocha --watch OURS --no-watch");
}

#[test]
fn a_dry_run_is_taken_back_in_either_spelling() {
    check("--dry-run", &[], &[], "mocha --dry-run OURS");
    check("--dryRun=true a", &[], &[], "mocha --dryRun=true a OURS");
}

#[test]
fn coverage_is_measured_by_what_is_declared_else_by_what_is_installed() {
    let c8 =
        "c8 --reporter=json-summary --reporter=lcovonly --reports-dir=/out/coverage --temp-directory=/out/c8";
    let nyc =
        "nyc --reporter=json-summary --reporter=lcovonly --report-dir=/out/coverage --temp-dir=/out/nyc";
    check("", &["c8", "nyc"], &[], &format!("{c8} mocha OURS"));
    check("", &["c8", "nyc"], &["nyc"], &format!("{nyc} mocha OURS"));
    check("", &["nyc"], &["c8"], &format!("{nyc} mocha OURS"));
    check("", &[], &["c8"], "mocha OURS");
}

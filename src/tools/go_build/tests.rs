use super::super::go_recordings::{check_cuts, facts, load, show_all};
use super::super::rust_recordings::{Recording, Silence, check_never_clean, prepare};
use super::*;

#[test]
fn what_go_build_says_is_read() {
    insta::assert_snapshot!(show_all(&GoBuild));
}

#[test]
fn spoiled_output_is_never_clean() {
    for version in Recording::versions("go-build") {
        check_never_clean(&GoBuild, &load("go-build", &version, "clean"), Silence::Clean);
    }
    check_cuts(&GoBuild, |_| false);
}

#[test]
fn a_failed_build_that_says_nothing_is_no_answer() {
    let mut run = load("go-build", "1.27.3", "failing");
    for at in 0..run.stderr.len() {
        run.stderr.truncate(run.stderr.len() - usize::from(at > 0));
        let reading = run.read(&GoBuild);
        assert!(!super::super::rust_recordings::is_clean(&reading));
    }
}

#[track_caller]
fn check_args(args: &str, expect: &str) {
    let prepared = prepare(&GoBuild, &facts(), args, true, Mode::Check).unwrap();
    assert_eq!(prepared.args.join(" "), expect);
}

#[test]
fn no_program_is_left_anywhere() {
    check_args("./...", "-o /dev/null ./...");
    check_args("-o bin/app -tags x ./cmd/app", "-o /dev/null -tags x ./cmd/app");
    check_args("-o=bin/app --json ./cmd/app", "-o /dev/null ./cmd/app");
    assert!(prepare(&GoBuild, &facts(), "./...", false, Mode::Fix).is_none());
}

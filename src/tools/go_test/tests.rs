use super::super::Mode;
use super::super::go_recordings::{check_cuts, facts, load, show_all};
use super::super::rust_recordings::{Recording, Silence, check_never_clean, prepare, show};
use super::*;

#[test]
fn what_go_test_says_is_read() {
    insta::assert_snapshot!(show_all(&GoTest));
}

#[test]
fn spoiled_output_is_never_clean() {
    for version in Recording::versions("go-test") {
        for case in ["clean", "clean_coverage"] {
            let clean = load("go-test", &version, case);
            check_never_clean(&GoTest, &clean, Silence::NoAnswer);
        }
    }
}

#[test]
fn events_that_were_cut_are_clean_only_behind_the_last_event_of_a_package() {
    // Those are whole events of fewer packages; nothing in the format tells how many there should be.
    check_cuts(&GoTest, |cut| {
        let text = String::from_utf8(cut.stdout.clone()).unwrap();
        let last = text.lines().last().unwrap();
        let of_package = [
            "\"Action\":\"pass\"",
            "\"Action\":\"skip\"",
            "\"Action\":\"start\"",
        ];
        text.ends_with('\n')
            && !last.contains("\"Test\":")
            && of_package.iter().any(|action| last.contains(action))
            && text.matches("\"Package\":\"example.com/sample\"").count() > 2
            && text.contains("\"Action\":\"pass\",\"Package\":\"example.com/sample\",\"Elapsed\"")
    });
}

#[test]
fn the_exit_code_and_the_events_must_agree() {
    for version in Recording::versions("go-test") {
        let mut run = load("go-test", &version, "failing");
        run.exit = 0;
        let shown = show(&run.read(&GoTest));
        assert!(shown.starts_with("broken: exit code 0 and "), "{shown}");
        let mut run = load("go-test", &version, "clean");
        run.exit = 1;
        assert_eq!(
            show(&run.read(&GoTest)),
            "broken: exit code 1 without a failed test\n"
        );
    }
}

#[test]
fn coverage_that_was_asked_for_is_not_passed_over_in_silence() {
    for version in Recording::versions("go-test") {
        for state in [
            super::super::FileState::Missing,
            super::super::FileState::Stale,
            super::super::FileState::Fresh(b"mode: set\n".to_vec()),
            super::super::FileState::Fresh(b"mode: set\nexample.com/sample/two.go:6.2,7.1 1".to_vec()),
        ] {
            let mut run = load("go-test", &version, "clean_coverage");
            run.outputs.insert(COVERAGE, state);
            let Reading::Answer(answer) = run.read(&GoTest) else {
                panic!("no answer");
            };
            assert!(
                matches!(answer.coverage, Some(super::super::Coverage::Unavailable(_))),
                "{:?}",
                answer.coverage
            );
        }
    }
}

#[track_caller]
fn check_args(args: &str, configured: bool, expect: &str) {
    let prepared = prepare(&GoTest, &facts(), args, configured, Mode::Check).unwrap();
    assert_eq!(prepared.args.join(" "), expect);
    assert!(prepared.reads_stdout && prepared.outputs.is_empty());
}

#[test]
fn the_projects_own_arguments_are_kept() {
    check_args("./...", false, "-json -count=1 ./...");
    check_args(
        "-race --json=false ./... -args -json",
        true,
        "-json -count=1 -race ./... -args -json",
    );
    check_args(
        "-count 3 -coverprofile c.out ./...",
        true,
        "-json -count 3 -coverprofile c.out ./...",
    );
}

#[test]
fn coverage_goes_where_sdd_looks_for_it() {
    let args: Vec<String> = ["-coverprofile", "c.out", "--coverprofile=d.out", "./..."]
        .map(str::to_owned)
        .to_vec();
    let prepared = GoTest
        .prepare(&Ask {
            leave_out: &[],
            root: std::path::Path::new("/project"),
            mode: Mode::Check,
            args: &args,
            configured: true,
            facts: &facts(),
            out: std::path::Path::new("/out"),
            coverage: true,
            workers: 2,
            wrappers: &[],
        })
        .unwrap();
    assert_eq!(
        prepared.args.join(" "),
        "-json -count=1 -coverprofile=/out/cover.out ./..."
    );
    assert_eq!(prepared.outputs.len(), 1);
}

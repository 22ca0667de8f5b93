use super::super::go_recordings::{check_cuts, facts, load, show_all};
use super::super::rust_recordings::{Recording, Silence, check_never_clean, prepare, show};
use super::*;

#[test]
fn what_go_vet_says_is_read() {
    insta::assert_snapshot!(show_all(&GoVet));
}

#[test]
fn spoiled_output_is_never_clean() {
    for version in Recording::versions("go-vet") {
        let mut clean = load("go-vet", &version, "clean");
        check_never_clean_but_an_object(&clean);
        clean.stdout = b"{}\n".to_vec();
        assert_eq!(show(&clean.read(&GoVet)), "answer\n");
    }
}

/// `{}` is what a package without findings leaves, so that of the spoiled answers is none.
#[track_caller]
fn check_never_clean_but_an_object(clean: &Recording) {
    struct Strict;
    impl Tool for Strict {
        fn id(&self) -> &'static str {
            "go-vet"
        }
        fn serves(&self) -> &'static [(GateId, Language)] {
            &[]
        }
        fn words(&self) -> &'static [&'static str] {
            &[]
        }
        fn default_args(&self) -> &'static [&'static str] {
            &[]
        }
        fn applies(&self, _: &UnitFacts) -> Applies {
            Applies::No
        }
        fn prepare(&self, _: &Ask<'_>) -> Option<Prepared> {
            None
        }
        fn exits(&self) -> &'static [(i32, &'static str)] {
            GoVet.exits()
        }
        fn read(&self, run: &ToolRun<'_>) -> Reading {
            if run.stdout == b"{}" {
                return Reading::broken("left out here");
            }
            GoVet.read(run)
        }
        fn install(&self) -> &'static str {
            ""
        }
    }
    check_never_clean(&Strict, clean, Silence::NoAnswer);
}

#[test]
fn a_report_that_was_cut_is_clean_only_between_two_packages() {
    // What is left of it are whole objects, and at least one: nothing tells how many there should be.
    check_cuts(&GoVet, |cut| {
        let text = [cut.stdout.as_slice(), &cut.stderr].concat();
        let text = String::from_utf8(text).unwrap();
        text.lines().all(|line| line == "{}" || line.starts_with('#'))
    });
}

#[track_caller]
fn check_args(args: &str, expect: &str) {
    let prepared = prepare(&GoVet, &facts(), args, true, Mode::Check).unwrap();
    assert_eq!(prepared.args.join(" "), expect);
    assert!(prepared.reads_stdout);
}

#[test]
fn the_report_is_asked_for_and_nothing_is_rewritten() {
    check_args("./...", "-json ./...");
    check_args("-json=false -printf=false ./cmd", "-json -printf=false ./cmd");
    assert!(prepare(&GoVet, &facts(), "./...", false, Mode::Fix).is_none());
}

#[test]
fn an_analyzer_that_gives_up_is_a_finding() {
    let mut run = load("go-vet", "1.27.3", "clean");
    run.stdout = b"{\n\"example.com/sample\": {\"printf\": {\"error\": \"no types\"}}\n}\n".to_vec();
    assert_eq!(
        show(&run.read(&GoVet)),
        "answer\nhigh printf - \"the analyzer gave up: \\\"no types\\\"\"\n"
    );
}

proptest::proptest! {
    #[test]
    fn no_output_is_too_much(stdout in "[{}\\[\\]\":a-z\\n# ]{0,120}", exit in 0..3) {
        let mut run = load("go-vet", "1.27.3", "clean");
        run.stdout = stdout.into_bytes();
        run.exit = exit;
        let _reading = run.read(&GoVet);
    }
}

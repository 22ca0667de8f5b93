use super::super::node_audit::recorded::{all, load, unit};
use super::super::rust_recordings::{
    Recording, Silence, check_never_clean, is_clean, prepare, show, spoil_ends,
};
use super::*;

fn facts() -> UnitFacts {
    unit(".", PackageManager::Yarn, "yarn.lock")
}

#[test]
fn recorded_runs_are_read() {
    insta::assert_snapshot!(all(&YarnAudit, &facts()));
}

#[test]
fn spoiled_output_is_never_clean() {
    for version in Recording::versions("yarn-audit") {
        let run = load("yarn-audit", &version, "clean", facts());
        check_never_clean(&YarnAudit, &run, Silence::NoAnswer);
        spoil_ends(&YarnAudit, &run, "}");
    }
}

#[test]
fn a_report_that_was_cut_off_or_ends_otherwise_is_no_answer() {
    let whole = load("yarn-audit", "1.22.22", "vulnerable", facts());
    for (at, byte) in whole.stdout.iter().enumerate() {
        if *byte == b'\n' && at + 1 < whole.stdout.len() {
            let mut run = whole.clone();
            run.stdout.truncate(at);
            assert!(show(&run.read(&YarnAudit)).starts_with("broken: "), "cut at {at}");
        }
    }
    for exit in 0..31 {
        let mut run = whole.clone();
        run.exit = exit;
        assert!(show(&run.read(&YarnAudit)).starts_with("broken: "), "exit {exit}");
    }
    let mut run = whole;
    run.exit = 32;
    assert!(show(&run.read(&YarnAudit)).starts_with("broken: exit code 32 is not documented"));
}

#[test]
fn an_advisory_that_is_counted_and_not_named_is_no_answer() {
    let mut run = load("yarn-audit", "1.22.22", "vulnerable", facts());
    let text = String::from_utf8(run.stdout).unwrap();
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("GHSA-cccc-dddd-eeee"))
        .collect();
    run.stdout = kept.join("\n").into_bytes();
    assert!(show(&run.read(&YarnAudit)).starts_with("broken: Yarn's report and its exit code contradict"));
}

#[test]
fn without_a_lock_file_there_is_no_answer() {
    for case in ["no_lock_file", "clean"] {
        let run = load("yarn-audit", "1.22.22", case, unit(".", PackageManager::Yarn, ""));
        assert_eq!(
            show(&run.read(&YarnAudit)),
            "broken: there is no yarn.lock, so nothing says which versions to audit\n\
             hint: make it and keep it in the repository: yarn install\n"
        );
    }
}

#[test]
fn nothing_audited_is_no_answer_where_something_is_declared() {
    let run = load("yarn-audit", "1.22.22", "no_dependencies", facts());
    let shown = show(&run.read(&YarnAudit));
    assert!(
        shown.starts_with("broken: yarn audit audited nothing, and"),
        "{shown}"
    );
}

#[test]
fn only_yarn_1_is_asked() {
    assert_eq!(
        YarnAudit.applies(&facts()),
        Applies::Yes("yarn.lock is audited".to_owned())
    );
    let mut modern = facts();
    modern.entries.insert(".yarnrc.yml".to_owned());
    assert_eq!(YarnAudit.applies(&modern), Applies::No);
    let args = prepare(
        &YarnAudit,
        &facts(),
        "--level critical --groups dependencies --silent",
        true,
        Mode::Check,
    );
    assert_eq!(
        args.unwrap().args.join(" "),
        "--json --non-interactive --level info --groups dependencies"
    );
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), exit in 0..32) {
        let mut run = load("yarn-audit", "1.22.22", "clean", facts());
        run.stdout = bytes;
        run.exit = exit;
        proptest::prop_assert!(!is_clean(&run.read(&YarnAudit)));
    }
}

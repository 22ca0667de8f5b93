use super::super::samples::{gate, report};
use super::*;
use crate::model::config::load;

const TESTS: GateId = GateId::Tests;
const LINTING: GateId = GateId::Linting;

#[track_caller]
fn check_wanted(config: &str, event: Event, expect: &[GateId]) {
    let config = load::parse_bytes("config.json", config.as_bytes())
        .unwrap()
        .config;
    assert_eq!(wanted(&config, event, None), expect);
}

#[test]
fn required_gates_decide_and_a_subagent_answers_for_the_cheap_ones() {
    let all = [TESTS, GateId::Security, GateId::Custom];
    check_wanted("{}", Event::Stop, &all);
    check_wanted("{}", Event::TaskCompleted, &all);
    check_wanted("{}", Event::SubagentStop, &[]);
    let strict = r#"{"quality_gates": {"linting": {"required": true}, "security": {"enabled": false},
        "type_checking": {"required": true}, "custom_validations": {"required": false}}}"#;
    check_wanted(strict, Event::Stop, &[LINTING, GateId::TypeChecking, TESTS]);
    check_wanted(strict, Event::SubagentStop, &[LINTING, GateId::TypeChecking]);
}

/// What an earlier run with these gates says, asked for tests and linting: the verdict and how many stand against it.
#[track_caller]
fn check(verdict: RunVerdict, gates: &[(GateId, Verdict)], expect: Option<(RunVerdict, usize)>) {
    let gates = gates
        .iter()
        .map(|(id, verdict)| gate(*id, *verdict, "r", Vec::new()))
        .collect();
    let report = report(verdict, gates);
    let found = of_earlier(&report, &[LINTING, TESTS]);
    assert_eq!(found.map(|judged| (judged.verdict, judged.against.len())), expect);
}

#[test]
fn an_earlier_run_answers_when_it_has_an_answer_for_every_gate() {
    use Verdict::{Error, Failed, NotRun, Passed, Skipped};
    let passed = RunVerdict::Passed;
    let failed = RunVerdict::Failed;
    check(passed, &[(LINTING, Passed), (TESTS, Passed)], Some((passed, 0)));
    check(passed, &[(LINTING, Skipped), (TESTS, Passed)], Some((passed, 0)));
    check(failed, &[(LINTING, Failed), (TESTS, Passed)], Some((failed, 1)));
    // What failed was not asked for.
    check(
        failed,
        &[(LINTING, Passed), (TESTS, Passed), (GateId::Security, Failed)],
        Some((passed, 0)),
    );
    check(passed, &[(TESTS, Passed)], None);
    check(passed, &[(LINTING, Skipped), (TESTS, Skipped)], None);
    check(failed, &[(LINTING, Error), (TESTS, Failed)], None);
    check(failed, &[(LINTING, NotRun), (TESTS, Failed)], None);
    check(RunVerdict::Error, &[(LINTING, Passed), (TESTS, Passed)], None);
}

#[test]
fn a_run_that_was_cut_off_is_no_answer() {
    let mut cut = report(
        RunVerdict::Failed,
        vec![gate(TESTS, Verdict::Failed, "r", Vec::new())],
    );
    assert!(of_earlier(&cut, &[TESTS]).is_some());
    cut.cancelled_by = Some("SIGTERM".to_owned());
    assert_eq!(of_earlier(&cut, &[TESTS]), None);
}

#[test]
fn a_run_names_what_stands_against_it() {
    let report = report(
        RunVerdict::Error,
        vec![
            gate(LINTING, Verdict::Failed, "r", Vec::new()),
            gate(TESTS, Verdict::Error, "r", Vec::new()),
            gate(GateId::Security, Verdict::Passed, "r", Vec::new()),
        ],
    );
    let judged = of_run(&report, &[TESTS, GateId::Security]);
    assert_eq!(judged.verdict, RunVerdict::Error);
    assert_eq!(judged.against.len(), 1);
}

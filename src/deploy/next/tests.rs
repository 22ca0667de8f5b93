//! The table of what each command may do in each state, and a deployment that is cut off behind every record.

use super::*;
use crate::deploy::journal::testing::{chain, ended, planned, started};
use crate::deploy::journal::{Event, PhaseOutcome, StepOutcome};
use crate::deploy::plan::testing::{manual, plan, script};
use crate::process::identity::Identity;

fn sample() -> Plan {
    plan(
        vec![
            script("a", Some("ua")),
            manual("step-2"),
            script("again-c", Some("uc")),
        ],
        vec![script("ua", None), script("uc", None)],
    )
}

fn locked() -> Event {
    Event::Locked {
        owner: Identity::own(),
        host: "h".to_owned(),
        command: "run".to_owned(),
        took_over: None,
        run: String::new(),
    }
}

fn checked(passed: bool) -> Event {
    Event::Checked {
        checks: Vec::new(),
        passed,
    }
}

fn acknowledged(step: &str) -> Event {
    Event::Acknowledged {
        step: step.to_owned(),
        back: false,
        by: "me".to_owned(),
        text: String::new(),
    }
}

fn smoke(outcome: PhaseOutcome) -> Event {
    Event::SmokeEnded {
        outcome,
        reason: String::new(),
    }
}

fn back() -> Event {
    Event::RollbackStarted {
        reason: "r".to_owned(),
        automatic: false,
        by: "me".to_owned(),
        undo: vec!["uc".to_owned(), "ua".to_owned()],
        without_undo: Vec::new(),
    }
}

fn state(events: Vec<Event>) -> State {
    State::of(&chain(events).records)
}

/// The events of a deployment up to the end of its steps.
fn steps() -> Vec<Event> {
    vec![
        planned(),
        locked(),
        checked(true),
        started("a", false),
        ended("a", false, StepOutcome::Done),
        acknowledged("step-2"),
        started("again-c", false),
        ended("again-c", false, StepOutcome::Done),
    ]
}

fn may_resume(events: Vec<Event>, assumption: Option<&Assumption>, acknowledged: &[&str]) -> Admission {
    let ids: Vec<String> = acknowledged.iter().map(|id| (*id).to_owned()).collect();
    resume(&sample(), &state(events), assumption, &ids)
}

fn is_go(admission: &Admission) -> bool {
    matches!(admission, Admission::Go { .. })
}

fn instead(admission: &Admission) -> Option<Instead> {
    match admission {
        Admission::Refused { instead, .. } => Some(*instead),
        _ => None,
    }
}

#[test]
fn before_the_first_step_there_is_nothing_to_take_back() {
    for (events, word) in [
        (vec![planned()], "not_started"),
        (vec![planned(), locked()], "checking"),
        (vec![planned(), locked(), checked(false)], "aborted"),
    ] {
        let state = state(events);
        assert_eq!(state.phase.word(), word);
        assert!(matches!(rollback(&state, None), Admission::Nothing { .. }));
    }
    assert_eq!(
        instead(&may_resume(vec![planned()], None, &[])),
        Some(Instead::Run)
    );
    assert!(is_go(&may_resume(vec![planned(), locked()], None, &[])));
    let aborted = state(vec![planned(), locked(), checked(false)]);
    assert_eq!(again(&sample(), &aborted), Action::Check);
}

#[test]
fn a_deployment_goes_on_behind_its_last_record() {
    let plan = sample();
    let next = |count: usize| {
        let events = steps().into_iter().take(count).collect();
        let state = state(events);
        match again(&plan, &state) {
            Action::Run(step) => format!("run {}", step.id),
            Action::Ask(step) => format!("ask {}", step.id),
            other => format!("{other:?}"),
        }
    };
    assert_eq!(
        (1..=8).map(next).collect::<Vec<_>>(),
        [
            "Check",
            "Check",
            "run a",
            "run a",
            "ask step-2",
            "run again-c",
            "run again-c",
            "Smoke"
        ]
    );
}

#[test]
fn what_nobody_knows_is_asked() {
    let mut cut = steps();
    cut.truncate(4);
    assert_eq!(state(cut.clone()).phase.word(), "unknown");
    assert_eq!(
        instead(&may_resume(cut.clone(), None, &[])),
        Some(Instead::Assume)
    );
    assert_eq!(
        instead(&rollback(&state(cut.clone()), None)),
        Some(Instead::Assume)
    );
    let done = Assumption {
        step: "a".to_owned(),
        done: true,
    };
    assert!(is_go(&may_resume(cut.clone(), Some(&done), &[])));
    let other = Assumption {
        step: "again-c".to_owned(),
        done: true,
    };
    assert!(!is_go(&may_resume(cut.clone(), Some(&other), &[])));
    // What may be run again is, without a question.
    let mut cut = steps();
    cut.truncate(7);
    assert!(is_go(&may_resume(cut, None, &[])));
}

#[test]
fn a_step_that_waits_needs_its_own_acknowledgement() {
    let mut waiting = steps();
    waiting.truncate(5);
    waiting.push(Event::Waiting {
        step: "step-2".to_owned(),
    });
    assert_eq!(
        instead(&may_resume(waiting.clone(), None, &[])),
        Some(Instead::Acknowledge)
    );
    assert_eq!(
        instead(&may_resume(waiting.clone(), None, &["step-9"])),
        Some(Instead::Acknowledge)
    );
    assert!(is_go(&may_resume(waiting.clone(), None, &["step-2"])));
    assert!(is_go(&rollback(&state(waiting), None)));
}

#[test]
fn smoke_tests_begin_anew_after_a_kill() {
    let plan = sample();
    let mut events = steps();
    events.extend([Event::SmokeStarted]);
    assert_eq!(state(events.clone()).phase.word(), "unverified");
    assert_eq!(again(&plan, &state(events.clone())), Action::Smoke);
    events.extend([smoke(PhaseOutcome::Passed), Event::ObserveStarted]);
    assert_eq!(forward(&plan, &state(events.clone())), Action::Observe);
    assert_eq!(again(&plan, &state(events.clone())), Action::Smoke);
    events.push(Event::ObserveEnded {
        outcome: PhaseOutcome::Passed,
        reason: String::new(),
    });
    assert_eq!(forward(&plan, &state(events.clone())), Action::Succeed);
    events.push(Event::Succeeded);
    assert!(matches!(
        may_resume(events.clone(), None, &[]),
        Admission::Nothing { .. }
    ));
    // One that succeeded may still be taken back.
    assert!(is_go(&rollback(&state(events), None)));
}

#[test]
fn the_way_back_goes_on_at_what_did_not_finish() {
    let plan = sample();
    let next = |events: &[Event]| match backward(&plan, &state(events.to_vec())) {
        Action::Undo(step) => step.id.clone(),
        Action::CloseRollback { not_undone } => format!("close, not {not_undone:?}"),
        other => format!("{other:?}"),
    };
    let mut events = steps();
    events.push(back());
    assert_eq!(next(&events), "uc");
    events.push(started("uc", true));
    assert_eq!(state(events.clone()).phase.word(), "rolling_back");
    assert_eq!(next(&events), "uc");
    assert_eq!(
        instead(&may_resume(events.clone(), None, &[])),
        Some(Instead::Rollback)
    );
    assert!(is_go(&rollback(&state(events.clone()), None)));
    // One that fails does not stop the others.
    events.push(ended("uc", true, StepOutcome::Failed));
    assert_eq!(next(&events), "ua");
    events.push(ended("ua", true, StepOutcome::Done));
    assert_eq!(next(&events), "close, not [\"uc\"]");
    events.push(Event::RollbackFailed {
        undone: vec!["ua".to_owned()],
        not_undone: vec!["uc".to_owned()],
    });
    assert_eq!(state(events.clone()).phase.word(), "rollback_failed");
    assert_eq!(
        instead(&may_resume(events.clone(), None, &[])),
        Some(Instead::Rollback)
    );
    // Tried again, only what failed is done.
    events.push(back());
    assert_eq!(next(&events), "uc");
    events.push(ended("uc", true, StepOutcome::Done));
    assert_eq!(next(&events), "close, not []");
    events.push(Event::RolledBack);
    assert!(matches!(
        rollback(&state(events), None),
        Admission::Nothing { .. }
    ));
}

#[test]
fn what_failed_may_have_been_done_all_the_same() {
    let mut events = steps();
    events.truncate(6);
    events.extend([
        started("again-c", false),
        ended("again-c", false, StepOutcome::Failed),
    ]);
    let state = state(events);
    assert_eq!(state.phase.word(), "failed");
    let done = Assumption {
        step: "again-c".to_owned(),
        done: true,
    };
    assert_eq!(
        rollback(&state, Some(&done)),
        Admission::Go { assumed: Some(done) }
    );
    assert_eq!(rollback(&state, None), Admission::Go { assumed: None });
    assert_eq!(sample().way_back(&state.done), ["ua"]);
}

mod any {
    use proptest::prelude::*;

    use super::*;

    fn event() -> impl Strategy<Value = Event> {
        let ids = prop::sample::select(vec!["a", "step-2", "again-c", "ua", "uc", "z"]);
        let outcome = prop::sample::select(vec![StepOutcome::Done, StepOutcome::Failed]);
        prop_oneof![
            Just(locked()),
            any::<bool>().prop_map(checked),
            (ids.clone(), any::<bool>()).prop_map(|(id, back)| started(id, back)),
            (ids.clone(), any::<bool>(), outcome).prop_map(|(id, back, outcome)| ended(id, back, outcome)),
            ids.prop_map(acknowledged),
            Just(Event::SmokeStarted),
            Just(smoke(PhaseOutcome::Passed)),
            Just(smoke(PhaseOutcome::Failed)),
            Just(back()),
            Just(Event::RolledBack),
            Just(Event::Succeeded),
        ]
    }

    proptest! {
        /// Whatever is recorded, nobody is told that all is well who did not see it end well.
        #[test]
        fn success_is_never_made_up(events in prop::collection::vec(event(), 0..30)) {
            let last = events.last().cloned();
            let mut all = vec![planned()];
            all.extend(events);
            let state = state(all);
            let _ = (forward(&sample(), &state), again(&sample(), &state), backward(&sample(), &state));
            if matches!(last, Some(Event::Started { .. })) {
                let words = ["unknown", "rolling_back"];
                prop_assert!(words.contains(&state.phase.word()), "{:?}", state.phase);
            }
            if state.phase == Phase::Succeeded {
                let is_step = matches!(last, Some(Event::Started { .. } | Event::Ended { .. }));
                prop_assert!(!is_step);
            }
        }
    }
}

//! The way back: nothing that the plan lists is left out, and what it leaves is named.

use serde_json::json;

use super::{change, deploy, steps, ten};

const SPEC: &str = ".session/specs/deployment_ten.md";

#[test]
fn rollback_steps_that_no_step_names_run_and_steps_without_undo_are_named() {
    let sandbox = ten::project();
    change(&sandbox, SPEC, "undo=u-s02 ", "");
    sandbox.commit("no undo");
    let plan = sandbox.sdd(["deploy", "plan", "staging"]).stdout;
    for (step, said) in [("  s02: ", "no undo"), ("  u-s02: ", "in every rollback")] {
        let line = plan.lines().find(|line| line.starts_with(step)).unwrap();
        assert!(line.contains(said), "{line}");
    }
    deploy(&sandbox, ["run", "staging"]).expect_code(0);
    let answer = deploy(&sandbox, ["rollback", "staging", "--reason", "x"]);
    answer.expect_code(0);
    let summary = answer.json();
    // It is written behind that of the first step, which is the last to be taken back.
    let back = &steps(&summary)[ten::STEPS..];
    assert_eq!(back[8..], ["u-s01 done", "u-s02 done"], "{back:?}");
    assert_eq!(back.len(), ten::STEPS);
    assert_eq!(ten::left(&sandbox), [""; 0]);
    assert_eq!(
        (&summary["state"], &summary["rollback"]["not_undone"]),
        (&json!("rolled_back"), &json!(["s02"]))
    );
    let log = deploy(&sandbox, ["log", "staging"]).json().to_string();
    assert!(log.contains(r#""without_undo":["s02"]"#), "{log}");
    let page = sandbox.sdd(["deploy", "status", "staging"]).stdout;
    for said in [
        "staging: rolled back; steps without an undo: s02\n",
        "step s02: not undone: it was done, and has no undo\n",
    ] {
        assert!(page.contains(said), "{page}");
    }
}

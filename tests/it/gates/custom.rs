//! Rules of the work item beside those of the project.

use sdd::model::gate_id::GateId;
use sdd::model::verdict::Verdict;
use serde_json::{Value, json};

use super::{judged, work};
use crate::support::Sandbox;

#[track_caller]
fn check(item: &Value, verdict: Verdict, reason: &str) {
    let sandbox = Sandbox::new().file("src/a.txt", "TODO\n").config(
        &json!({"quality_gates": {"custom_validations": {"rules": [
            {"type": "file_exists", "name": "source", "path": "src/a.txt", "required": true}
        ]}}}),
    );
    let work = work(json!({"validation_rules": item}), None);
    let gate = judged(&sandbox, GateId::Custom, Some(&work));
    assert_eq!((gate.verdict, gate.reason.as_str()), (verdict, reason));
    assert_eq!(gate.steps[0].tool, "source");
    assert!(
        gate.steps[1].tool.starts_with("bug_x: "),
        "{}",
        gate.steps[1].tool
    );
}

#[test]
fn rules_of_the_work_item_run_and_decide() {
    check(
        &json!([{"type": "grep", "name": "no todo", "pattern": "TODO", "files": "src", "match": "must_match", "required": true}]),
        Verdict::Passed,
        "2 of 2 rules hold",
    );
    check(
        &json!([{"type": "command", "name": "make", "command": {"shell": "exit 3"}, "required": true}]),
        Verdict::Failed,
        "bug_x: make: the command ended with exit code 3",
    );
    check(
        &json!([{"type": "command", "name": "make", "command": {"shell": "exit 3"}}]),
        Verdict::Passed,
        "1 of 2 rules hold",
    );
    check(
        &json!([{"type": "nonsense", "name": "odd"}]),
        Verdict::Error,
        "bug_x: odd: its type \"nonsense\" is unknown",
    );
}

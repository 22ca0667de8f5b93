//! No agent is kept at something for ever, and none gets away at once.

use serde_json::{Value, json};

use super::{hook, message, payload, project, reason, red, silent, with};
use crate::support::Sandbox;

fn stop(sandbox: &Sandbox, active: bool) -> Value {
    with(payload(sandbox, "stop"), &json!({"stop_hook_active": active}))
}

#[test]
fn the_same_thing_blocks_three_times_and_then_the_user_is_told() {
    let sandbox = red();
    reason(&hook(&sandbox, &["stop"], &stop(&sandbox, false)));
    reason(&hook(&sandbox, &["stop"], &stop(&sandbox, true)));
    reason(&hook(&sandbox, &["stop"], &stop(&sandbox, true)));
    for _ in 0..2 {
        let told = message(&hook(&sandbox, &["stop"], &stop(&sandbox, true)));
        assert_eq!(
            told,
            "sdd: verdict FAILED (custom) kept on disk after 3 unchanged blocks; sdd report shows it"
        );
    }
    assert!(
        sandbox
            .read(".session/reports/latest.json")
            .contains("\"verdict\": \"failed\"")
    );
    // The user has set the agent to work anew.
    reason(&hook(&sandbox, &["stop"], &stop(&sandbox, false)));
}

#[test]
fn another_finding_begins_the_count_anew_and_a_moved_line_does_not() {
    let sandbox = red();
    for active in [false, true] {
        reason(&hook(&sandbox, &["stop"], &stop(&sandbox, active)));
    }
    sandbox.rewrite("src/a.txt", "one line more\nfine\nTODO: mend this\n");
    reason(&hook(&sandbox, &["stop"], &stop(&sandbox, true)));
    message(&hook(&sandbox, &["stop"], &stop(&sandbox, true)));
    sandbox.rewrite("src/a.txt", "fine\nTODO: mend that\n");
    for _ in 0..3 {
        reason(&hook(&sandbox, &["stop"], &stop(&sandbox, true)));
    }
    message(&hook(&sandbox, &["stop"], &stop(&sandbox, true)));
    sandbox.rewrite("src/a.txt", "fine\n");
    silent(&hook(&sandbox, &["stop"], &stop(&sandbox, true)));
    sandbox.rewrite("src/a.txt", "fine\nTODO: mend that\n");
    reason(&hook(&sandbox, &["stop"], &stop(&sandbox, true)));
}

#[test]
fn sessions_and_tasks_are_counted_apart() {
    let sandbox = red();
    for session in ["s1", "s2"] {
        let stop = with(stop(&sandbox, true), &json!({"session_id": session}));
        for _ in 0..3 {
            reason(&hook(&sandbox, &["stop"], &stop));
        }
        message(&hook(&sandbox, &["stop"], &stop));
    }
    for task in ["1", "2"] {
        let complete = with(payload(&sandbox, "task-completed"), &json!({"task_id": task}));
        for _ in 0..3 {
            let answer = hook(&sandbox, &["task-completed"], &complete);
            answer.expect_code(2);
            assert!(answer.stderr.contains("src/a.txt:2"), "{}", answer.stderr);
        }
        message(&hook(&sandbox, &["task-completed"], &complete));
    }
}

/// A project whose one rule is this command.
fn ruled(command: &Value) -> Sandbox {
    let sandbox = project().config(&json!({"quality_gates": {"custom_validations": {"rules": [
        {"type": "command", "name": "rule", "command": command, "required": true, "timeout": 600}
    ]}}}));
    sandbox.commit("First");
    sandbox.rewrite("src/a.txt", "changed\n");
    sandbox
}

#[test]
fn what_the_agent_cannot_mend_blocks_once() {
    let sandbox = ruled(&json!("no-such-program --x"));
    let said = reason(&hook(&sandbox, &["stop"], &stop(&sandbox, false)));
    assert!(said.starts_with("sdd: NO VERDICT: 1 of "), "{said}");
    assert!(said.contains("not installed"), "{said}");
    for active in [true, false] {
        let told = message(&hook(&sandbox, &["stop"], &stop(&sandbox, active)));
        assert!(
            told.starts_with("sdd: NO VERDICT (custom) after 1 block: "),
            "{told}"
        );
        assert!(told.ends_with("sdd doctor says what is missing"), "{told}");
    }
}

#[test]
fn a_gate_that_hangs_is_ended_within_the_budget() {
    let sandbox = ruled(&json!({"shell": "trap '' TERM; while :; do sleep 1; done"}));
    let answer = hook(&sandbox, &["stop", "--budget", "1"], &stop(&sandbox, false));
    let said = reason(&answer);
    assert!(said.starts_with("sdd: NO VERDICT: 1 of "), "{said}");
    assert!(said.contains("the time budget of 1 s is over"), "{said}");
    // The agent gives a hook 15 seconds more than its budget.
    assert!(answer.elapsed.as_secs() < 11, "{:?}", answer.elapsed);
    sandbox.assert_nothing_left();
    message(&hook(&sandbox, &["stop", "--budget", "1"], &stop(&sandbox, true)));
}

#[test]
fn a_tool_that_is_killed_is_no_verdict() {
    let sandbox = ruled(&json!({"shell": "kill -KILL $$"}));
    let said = reason(&hook(&sandbox, &["stop"], &stop(&sandbox, false)));
    assert!(said.contains("NO VERDICT") && said.contains("SIGKILL"), "{said}");
}

#[test]
fn a_signal_to_the_hook_is_no_verdict_either() {
    let sandbox = ruled(&json!({"shell": "touch \"$HOME/begun\"; sleep 60"}));
    let mut running = super::start(&sandbox, &["stop"], stop(&sandbox, false).to_string().as_bytes());
    running.wait_for(&sandbox.beside("home").join("begun"));
    running.signal(rustix::process::Signal::TERM);
    let answer = running.wait();
    super::hold(&answer, &["stop"]);
    let said = reason(&answer);
    assert!(said.contains("the run was ended by SIGTERM"), "{said}");
    sandbox.assert_nothing_left();
}

#[test]
fn where_nothing_can_be_counted_there_is_one_block_a_turn() {
    let sandbox = red().file(".session/runs/hooks.json/in-the-way", "");
    reason(&hook(&sandbox, &["stop"], &stop(&sandbox, false)));
    message(&hook(&sandbox, &["stop"], &stop(&sandbox, true)));
    reason(&hook(&sandbox, &["stop"], &stop(&sandbox, false)));
}

#[test]
fn a_subagent_answers_for_required_cheap_gates_and_counts_for_itself() {
    let sandbox = Sandbox::new()
        .git()
        .file("pyproject.toml", "[project]\nname = \"x\"\nversion = \"1\"\n")
        .file("a.py", "import os\n")
        .config(&json!({"quality_gates": {"linting": {"required": true},
            "test_execution": {"commands": {"python": "touch tests-ran"}}}}))
        .venv();
    let stop = payload(&sandbox, "subagent-stop");
    let said = reason(&hook(&sandbox, &["subagent-stop"], &stop));
    assert!(
        said.starts_with("sdd: FAILED: 1 of 1 required gates did not pass: linting"),
        "{said}"
    );
    assert!(said.contains("a.py:1 F401 "), "{said}");
    assert!(
        said.contains("Mends what is fixable: sdd gate linting --fix"),
        "{said}"
    );
    assert_eq!(sandbox.read("a.py"), "import os\n", "no file is rewritten");
    assert!(!sandbox.path("tests-ran").exists());
    let again = with(stop, &json!({"stop_hook_active": true}));
    for _ in 0..2 {
        reason(&hook(&sandbox, &["subagent-stop"], &again));
    }
    message(&hook(&sandbox, &["subagent-stop"], &again));
    let other = with(again, &json!({"agent_id": "a2"}));
    reason(&hook(&sandbox, &["subagent-stop"], &other));
}
